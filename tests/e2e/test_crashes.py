"""Kill any function's process at any point of the payment's walk: after redelivery everything has happened once."""

from __future__ import annotations

import json
import sys
import time
import unittest
from typing import Any

import processes
from client import until
from money import about, check_ledger
from world import Booked, world

_ON_THE_WAY = ["webhook-mercadopago", "consume-payments", "stream-events", "consume-booking-events",
               "consume-notifications"]  # fmt: skip
_WALKS = 12
_STORM_SECONDS = 15


class Crashes(unittest.TestCase):
    """kill -9, at many moments."""

    def setUp(self) -> None:
        self.world = world()
        self.queues = self.world.platform.deployer.client("sqs")
        self.be_patient()

    def be_patient(self) -> None:
        """So many kills would count as so many failed deliveries; here no message is given up for that."""
        for url in self.queues.list_queues()["QueueUrls"]:
            attributes = self.queues.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
            if "RedrivePolicy" not in attributes:
                continue
            policy = json.loads(attributes["RedrivePolicy"])
            self.set_queue(url, {**policy, "maxReceiveCount": 1000}, 2)
            self.addCleanup(self.set_queue, url, policy, 10)

    def set_queue(self, url: str, policy: dict[str, Any], visibility_seconds: int) -> None:
        """Sets how often and how soon a message is delivered again."""
        wanted = {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": str(visibility_seconds)}
        self.queues.set_queue_attributes(QueueUrl=url, Attributes=wanted)

    def check_told_once(self, booked: Booked) -> None:
        """One mail. SES cannot be asked whether it took a mail, nor told to take it once: a process that dies between
        SES's answer and its own note of it, some milliseconds, leaves a second try, and only then are there two."""
        mails = len(self.world.mails(booked))
        if mails == 1:
            return
        names = self.world.platform.deployer.client("lambda").get_function_configuration(
            FunctionName=self.world.platform.deployed.functions["ConsumeNotificationsFunction"]
        )["Environment"]["Variables"]
        partition = f"T#{self.world.club_id}#NOTIFICATION#{booked.id}#booking_confirmed"
        noted = self.world.platform.deployer.client("dynamodb").get_item(
            TableName=names["TABLE_NAME"], Key={"PK": {"S": partition}, "SK": {"S": "NOTIFICATION"}}
        )["Item"]
        self.assertIn(mails, range(1, int(noted["attempts"]["N"]) + 1), noted)
        print(f"killed between the mail service's answer and the note of it: {mails} mails", file=sys.stderr)

    def nothing_waits(self) -> bool:
        """Whether every queue is empty; delayed messages, which are ends of holds, do not count."""
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        urls = [url for url in self.queues.list_queues()["QueueUrls"] if "-dlq" not in url]
        counts = (self.queues.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"] for url in urls)
        return all(int(count) == 0 for attributes in counts for count in attributes.values())

    def finish(self, several: list[tuple[Booked, str]]) -> None:
        """Lets the provider repeat its webhooks, as it does when it got no answer, and checks the outcome."""
        for _, payment in several:
            self.world.resend(payment)
        for booked, _ in several:
            self.world.status(booked, "confirmed", 90)
        for booked, _ in several:
            until(lambda booked=booked: self.world.mails(booked), f"the mail about {booked.id}")
        # Nothing is left that could still post or mail a second time.
        until(self.nothing_waits, "all queues are empty", 120)
        found = check_ledger(self, self.world.owner.client)
        for booked, payment in several:
            self.assertEqual(len(about(found, payment)), 1)
            self.check_told_once(booked)

    def test_each_function_is_killed_at_many_moments(self) -> None:
        for name in _ON_THE_WAY:
            several = []
            for moment in range(6):
                booked = self.world.hold(self.world.member(), self.world.court())
                several.append((booked, self.world.pay(booked)))
                time.sleep(moment * 0.02)
                processes.kill(self.world.settings.folder, name)
            with self.subTest(killed=name):
                self.finish(several)

    def test_storm(self) -> None:
        several = [self.world.hold(self.world.member(), self.world.court()) for _ in range(_WALKS)]
        paid = []
        with processes.Storm(self.world.settings.folder, _ON_THE_WAY, seed=20261121) as storm:
            for booked in several:
                paid.append((booked, self.world.pay(booked)))
                time.sleep(_STORM_SECONDS / _WALKS)
        self.assertGreater(sum(storm.killed.values()), _WALKS, storm.killed)
        self.finish(paid)


if __name__ == "__main__":
    unittest.main()
