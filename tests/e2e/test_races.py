"""Two hundred people want one slot."""

from __future__ import annotations

import threading
import unittest
from collections import Counter

import demo
from client import Answer
from money import about, check_ledger
from world import Booked, Member, morning, world

_RIVALS = 200
_MEMBERS = 10


class Races(unittest.TestCase):
    """First writer wins, all others are told so."""

    def test_one_of_200_concurrent_bookings_wins(self) -> None:
        here = world()
        court = here.court()
        members = [here.member() for _ in range(_MEMBERS)]
        answers: list[tuple[Member, Answer]] = []
        start = threading.Barrier(_RIVALS)

        def rival(member: Member) -> None:
            start.wait(timeout=60)
            answers.append((member, demo.hold(member.client, court, morning())))

        threads = [threading.Thread(target=rival, args=(members[each % _MEMBERS],)) for each in range(_RIVALS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        outcomes = Counter((answer.status, answer.code) for _, answer in answers)
        self.assertEqual(outcomes, {(201, None): 1, (409, "SLOT_TAKEN"): _RIVALS - 1})
        winner, won = next((member, answer) for member, answer in answers if answer.status == 201)
        booked = Booked(winner, court, won.data["booking"], won.data["checkout"])
        payment = here.pay(booked)
        here.status(booked, "confirmed")
        found = check_ledger(self, here.owner.client)
        self.assertEqual(len(about(found, payment)), 1)


if __name__ == "__main__":
    unittest.main()
