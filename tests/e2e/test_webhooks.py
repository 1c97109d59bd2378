"""The provider misbehaves: twice, late, out of order, lost, and with errors of its own. The money does not mind."""

from __future__ import annotations

import unittest

from client import until
from money import about, check_ledger
from world import Booked, world


class Webhooks(unittest.TestCase):
    """One payment each, whatever happens on the way."""

    def setUp(self) -> None:
        self.world = world()
        self.addCleanup(self.world.faults)

    def check_paid_once(self, booked: Booked, payment: str) -> None:
        """Confirmed, one posting, one mail."""
        self.world.status(booked, "confirmed", 90)
        until(lambda: self.world.mails(booked), "the confirmation's mail")
        found = check_ledger(self, self.world.owner.client)
        self.assertEqual(len(about(found, payment)), 1)
        self.assertEqual(len(self.world.mails(booked)), 1)

    def held(self) -> Booked:
        """A new booking to pay."""
        return self.world.hold(self.world.member(), self.world.court())

    def test_duplicated_and_delayed(self) -> None:
        booked = self.held()
        self.world.faults(webhook={"duplicate": 3, "delay_ms": 500})
        payment = self.world.pay(booked)
        self.check_paid_once(booked, payment)
        self.world.faults()
        self.world.resend(payment)
        self.world.resend(payment)
        self.check_paid_once(booked, payment)

    def test_out_of_order(self) -> None:
        self.world.faults(webhook={"reorder": True, "duplicate": 1})
        several = [self.held() for _ in range(3)]
        paid = [(booked, self.world.pay(booked)) for booked in several]
        self.world.faults()
        for booked, payment in paid:
            self.check_paid_once(booked, payment)

    def test_lost_webhook_is_made_up_for_by_the_job(self) -> None:
        booked = self.held()
        self.world.faults(webhook={"drop": True})
        payment = self.world.pay(booked)
        self.world.faults()
        self.world.run_job()
        if booked.member.client.get(f"/v1/bookings/{booked.id}").expect(200).data["status"] != "confirmed":
            # The job looks only at payments that have been pending for a while; the provider repeats itself earlier.
            self.world.resend(payment)
        self.check_paid_once(booked, payment)

    def test_provider_answers_500_while_we_read_the_payment(self) -> None:
        booked = self.held()
        self.world.faults(api={"status": 500, "times": 2})
        payment = self.world.pay(booked)
        self.check_paid_once(booked, payment)

    def test_provider_is_slow(self) -> None:
        booked = self.held()
        self.world.faults(api={"delay_ms": 3000, "times": 1})
        payment = self.world.pay(booked)
        self.check_paid_once(booked, payment)

    def test_forged_webhook_changes_nothing(self) -> None:
        booked = self.held()
        path = f"/webhooks/mercadopago/{self.world.club_id}?data.id=123&type=payment"
        forged = self.world.platform.api.post(
            path, {"type": "payment", "data": {"id": "123"}}, x_signature="ts=1,v1=00", x_request_id="forged"
        )
        self.assertIn(forged.status, range(400, 500))
        self.assertEqual(booked.member.client.get(f"/v1/bookings/{booked.id}").expect(200).data["status"], "held")


if __name__ == "__main__":
    unittest.main()
