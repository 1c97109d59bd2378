"""Calendar feeds as other people's libraries read them: the same instants as ours, on days when clocks change.

`feeds/clock-changes.ics` is what the platform writes, and `feeds/clock-changes.json` what it means; a test of
shared/calendar keeps both fresh. A feed is read twice: by the zones' names, which libraries look up in their own
database, and with names that no database has, so that the rules in the feed decide.
"""

from __future__ import annotations

import json
import re
import unittest
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterator

import icalendar
import recurring_ical_events
import vobject

_FEEDS = Path(__file__).resolve().parent / "feeds"
_TEXT = (_FEEDS / "clock-changes.ics").read_bytes().decode()
_EXPECTED = json.loads((_FEEDS / "clock-changes.json").read_text(encoding="utf-8"))
_ALL_TIME = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2040, 1, 1, tzinfo=timezone.utc))

# An event: UID, RECURRENCE-ID on the zone's wall, start and end in UTC, status, sequence, summary. The identifier is
# no instant: a local time that is skipped one night is the name of that occurrence all the same.
Event = tuple[str, "str | None", datetime, datetime, str, int, str]


def renamed(text: str) -> str:
    """The feed with zones that only it knows."""
    unfolded = text.replace("\r\n ", "")
    return re.sub(r"(TZID[:=])([A-Za-z_/]+)", lambda found: found[1] + "Club-" + found[2].replace("/", "-"), unfolded)


def utc(moment: datetime) -> datetime:
    """An instant, from what a library answers."""
    assert moment.tzinfo is not None, f"{moment} is in no zone"
    return moment.astimezone(timezone.utc)


def wall(moment: datetime) -> str:
    """What a clock on the wall shows."""
    return moment.replace(tzinfo=None).isoformat()


def expected() -> list[Event]:
    """What the platform means."""
    read = datetime.fromisoformat

    def event(one: dict[str, Any]) -> Event:
        times = (utc(read(one[name].replace("Z", "+00:00"))) for name in ("starts_at", "ends_at"))
        return (one["uid"], one["recurrence_id"], *times, one["status"], one["sequence"], one["summary"])

    return sorted((event(one) for one in _EXPECTED), key=str)


def by_recurring_ical_events(text: str) -> Iterator[Event]:
    """Expanded by `icalendar` and `recurring-ical-events`."""
    calendar = icalendar.Calendar.from_ical(text)
    # Once expanded, all instances of a series carry the highest number of them.
    named = ((str(event["UID"]), event.get("RECURRENCE-ID"), event) for event in calendar.walk("VEVENT"))
    sequences = {(uid, ruled and wall(ruled.dt)): int(event["SEQUENCE"]) for uid, ruled, event in named}
    for event in recurring_ical_events.of(calendar).between(*_ALL_TIME):
        ruled = event.get("RECURRENCE-ID") if str(event["UID"]).startswith("srs_") else None
        yield (
            str(event["UID"]),
            ruled and wall(ruled.dt),
            utc(event["DTSTART"].dt),
            utc(event["DTEND"].dt),
            str(event["STATUS"]),
            sequences[str(event["UID"]), ruled and wall(ruled.dt)],
            str(event["SUMMARY"]),
        )


def by_vobject(text: str) -> Iterator[Event]:
    """Read by `vobject`, whose zones are `dateutil`'s."""
    for event in vobject.readOne(text).vevent_list:
        assert event.rruleset is None, "an event of the feed has no rule"
        ruled = event.contents.get("recurrence-id")
        yield (
            event.uid.value,
            ruled and wall(ruled[0].value),
            utc(event.dtstart.value),
            utc(event.dtend.value),
            event.status.value,
            int(event.sequence.value),
            event.summary.value,
        )


class Feeds(unittest.TestCase):
    """The feed around changes of the clock."""

    maxDiff = None

    def test_lines_are_short_and_end_as_they_must(self) -> None:
        lines = _TEXT.split("\r\n")
        self.assertEqual(lines[-1], "")
        self.assertNotIn("\n", "".join(lines))
        self.assertLessEqual(max(len(line.encode()) for line in lines), 75)

    def test_recurring_ical_events_reads_the_same_instants(self) -> None:
        self.assertEqual(sorted(by_recurring_ical_events(_TEXT), key=str), expected())

    def test_recurring_ical_events_reads_the_rules_of_the_feed(self) -> None:
        self.assertEqual(sorted(by_recurring_ical_events(renamed(_TEXT)), key=str), expected())

    def test_vobject_reads_the_same_instants(self) -> None:
        self.assertEqual(sorted(by_vobject(_TEXT), key=str), expected())

    def test_vobject_reads_the_rules_of_the_feed(self) -> None:
        self.assertEqual(sorted(by_vobject(renamed(_TEXT)), key=str), expected())


if __name__ == "__main__":
    unittest.main()
