"""What no consumer can handle ends in a dead-letter queue, and the work behind it goes on."""

from __future__ import annotations

import unittest

from client import until
from world import world

_QUEUES = ("account-mail", "booking-events", "freed-slots", "notifications", "hold-expiry", "payment-webhooks")


class DeadLetters(unittest.TestCase):
    """One poisoned message for each queue, and one poisoned record for the stream."""

    def setUp(self) -> None:
        self.world = world()
        self.queues = self.world.platform.deployer.client("sqs")
        self.urls = {url.rsplit("/", 1)[-1]: url for url in self.queues.list_queues()["QueueUrls"]}

    def url(self, name: str) -> str:
        """A queue's address by its name without the stack's prefix and the FIFO suffix."""
        return next(url for full, url in self.urls.items() if full.removesuffix(".fifo").endswith(f"-{name}"))

    def letters(self, name: str) -> int:
        """How many messages lie in the queue's dead-letter queue."""
        wanted = ["ApproximateNumberOfMessages"]
        attributes = self.queues.get_queue_attributes(QueueUrl=self.url(f"{name}-dlq"), AttributeNames=wanted)
        return int(attributes["Attributes"]["ApproximateNumberOfMessages"])

    def test_poison_goes_to_the_dead_letter_queues(self) -> None:
        before = {name: self.letters(name) for name in (*_QUEUES, "stream-events")}
        for name in _QUEUES:
            url = self.url(name)
            self.queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
            self.addCleanup(self.queues.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "10"})
            fifo = {"MessageGroupId": "poison", "MessageDeduplicationId": "poison"} if url.endswith(".fifo") else {}
            self.queues.send_message(QueueUrl=url, MessageBody="this is no message", **fifo)
        variables = self.world.platform.deployer.client("lambda").get_function_configuration(
            FunctionName=self.world.platform.deployed.functions["ApiAuthFunction"]
        )["Environment"]["Variables"]
        self.world.platform.deployer.client("dynamodb").put_item(
            TableName=variables["TABLE_NAME"],
            Item={"PK": {"S": "P#poison"}, "SK": {"S": "poison"}, "events": {"L": [{"S": "this is no event"}]}},
        )
        for name in (*_QUEUES, "stream-events"):
            until(lambda name=name: self.letters(name) > before[name], f"a dead letter of {name}", 120)
        # Nothing is stuck behind the poison.
        booked = self.world.hold(self.world.member(), self.world.court())
        self.world.pay(booked)
        self.world.status(booked, "confirmed")


if __name__ == "__main__":
    unittest.main()
