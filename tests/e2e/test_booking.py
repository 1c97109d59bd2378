"""Walks 2 to 4: book, pay, be told; be too late; cancel and get the money back."""

from __future__ import annotations

import unittest

import demo
from client import until
from money import about, check_ledger
from world import morning, world


class Booking(unittest.TestCase):
    """What members and staff see."""

    def setUp(self) -> None:
        self.world = world()

    def test_member_books_pays_and_is_told_once(self) -> None:
        member, court = self.world.member(), self.world.court()
        booked = self.world.hold(member, court)
        self.assertEqual(booked.booking["status"], "held")
        self.assertTrue(booked.checkout["url"].startswith(self.world.settings.provider_url))
        payment = self.world.pay(booked)
        self.world.status(booked, "confirmed")
        until(lambda: self.world.mails(booked), "the confirmation's mail")
        found = check_ledger(self, self.world.owner.client)
        self.assertEqual(len(about(found, payment)), 1)
        self.assertEqual(len(self.world.mails(booked)), 1)

    def test_second_member_is_told_that_the_slot_is_taken(self) -> None:
        court, first, second = self.world.court(), self.world.member(), self.world.member()
        until(lambda: self.world.is_free(first, court, morning()), "the court is known")
        self.world.hold(first, court)
        refused = demo.hold(second.client, court, morning()).expect(409)
        self.assertEqual(refused.code, "SLOT_TAKEN")
        self.assertFalse(self.world.is_free(second, court, morning()))

    def test_declined_payment_leaves_the_hold_and_can_be_tried_again(self) -> None:
        booked = self.world.hold(self.world.member(), self.world.court())
        self.world.pay(booked, "decline")
        until(lambda: self.world.mails(booked), "the mail about the declined payment")
        again = booked.member.client.post(f"/v1/bookings/{booked.id}/checkout").expect(200).data
        demo.pay(self.world.platform.provider, again["url"])
        self.world.status(booked, "confirmed")
        check_ledger(self, self.world.owner.client)

    def test_cancelled_paid_booking_is_refunded_and_the_ledger_shows_it(self) -> None:
        member, court = self.world.member(), self.world.court()
        booked = self.world.hold(member, court)
        provider_payment = self.world.pay(booked)
        self.world.status(booked, "confirmed")
        before = len(check_ledger(self, self.world.owner.client))
        member.client.post(f"/v1/bookings/{booked.id}/cancel").expect(200)
        self.world.status(booked, "cancelled")
        refunds = until(lambda: self.refunds(provider_payment), "the refund at the provider")
        self.assertEqual(len(refunds), 1)
        until(lambda: len(check_ledger(self, self.world.owner.client)) > before, "the refund in the ledger")
        until(lambda: self.world.is_free(member, court, morning()), "the slot is free again")
        self.world.hold(self.world.member(), court)

    def refunds(self, provider_payment: str) -> list[dict[str, object]]:
        """The refunds the provider has made of a payment."""
        everything = self.world.platform.provider.get("/_control/refunds").expect(200).body
        listed = everything.get("refunds", everything) if isinstance(everything, dict) else everything
        return [each for each in listed if str(each["payment_id"]) == provider_payment]


if __name__ == "__main__":
    unittest.main()
