"""An unpaid hold lets go by itself. The hold is as old as the world, so that hardly anybody waits for its end."""

from __future__ import annotations

import unittest

from world import HOLD_SECONDS, world


class UnpaidHold(unittest.TestCase):
    """Nobody pays."""

    def test_slot_is_free_again_when_the_hold_has_expired(self) -> None:
        here = world()
        forgotten = here.forgotten
        here.status(forgotten, "expired", HOLD_SECONDS + 60)
        here.hold(here.member(), forgotten.court)


if __name__ == "__main__":
    unittest.main()
