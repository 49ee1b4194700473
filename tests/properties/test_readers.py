"""What other programs read in our calendars: the moment, words, state and reminders of every entry,
in first and in later editions, in eleven zones whose names the programs do not know.

ical.js needs Node, and libical a C library. What they read is kept in `readers/verdicts.json`, so
that the tests need neither: a calendar that is not the one they have read fails, until
`make readers` has given it to them.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from tests.properties.readers.calendars import FALSE, MANY, ZONES, Judged, Row, calendars

KEPT = json.loads((Path(__file__).parent / "readers" / "verdicts.json").read_text(encoding="utf-8"))
VERDICTS: dict[str, dict[str, Any]] = KEPT["verdicts"]
READERS: list[str] = KEPT["readers"]
NAMES = [
    "case report",
    "case report, first",
    "case report, again",
    "no zone, first",
    "no zone, again",
    *(f"{zone}, {which}" for zone in ZONES for which in ("first", "again", "once more")),
    f"{MANY} entries, again",
    FALSE,
]


def judged(name: str) -> Judged:
    (found,) = (each for each in calendars() if each.name == name)
    return found


def test_both_readers_have_read_every_calendar() -> None:
    assert [each.split(" ")[0] for each in READERS] == ["ical.js", "libical"]
    assert [each.name for each in calendars()] == NAMES
    assert list(VERDICTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_about_this_calendar(name: str) -> None:
    assert VERDICTS[name]["calendar"] == judged(name).hash, "run: make readers"


@pytest.mark.parametrize("name", [name for name in NAMES if name != FALSE])
def test_every_reader_finds_what_the_schedule_says(name: str) -> None:
    calendar = judged(name)
    assert len(calendar.rows) > 0
    for reader in READERS:
        found = VERDICTS[name][reader]
        assert found == {"entries": len(calendar.rows), "read": calendar.digest}, reader


def test_a_reader_finds_other_moments_where_the_definition_is_wrong() -> None:
    false = judged(FALSE)
    assert false.false
    for reader in READERS:
        assert VERDICTS[false.name][reader]["entries"] == len(false.rows)
        assert VERDICTS[false.name][reader]["read"] != false.digest, reader


# --- the icalendar package reads here and now


@pytest.mark.parametrize("name", NAMES)
def test_icalendar_finds_what_the_schedule_says(name: str) -> None:
    calendar = judged(name)
    found = icalendar.Calendar.from_ical(calendar.data)
    read = tuple(sorted(row(each) for each in found.walk("VEVENT")))
    assert (read != calendar.rows) is calendar.false


def row(event: Any) -> Row:
    alarms = [each["TRIGGER"].dt for each in event.walk("VALARM")]
    return (
        str(event["UID"]),
        told(event["DTSTART"].dt),
        told(event["DTEND"].dt) if "DTEND" in event else "",
        str(event["SUMMARY"]),
        str(event.get("STATUS", "")),
        int(event["SEQUENCE"]),
        tuple(int(each / timedelta(seconds=1)) for each in alarms),
    )


def told(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        return moment.isoformat()
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
