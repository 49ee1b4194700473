"""Reminders: when they come, by the clock on the wall, and where they cannot be had."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from msgspec.structs import replace

from regimen import planning
from regimen.export import ExportMismatch, export
from regimen.export.calendar import check
from regimen.export.refusals import UnfitReminder
from regimen.finding import Misread
from regimen.record import Manner, RecordEntry
from regimen.reminders import read_reminder
from regimen.schedule import CheckedSchedule, Status
from tests import samples

LATER = samples.MADE + timedelta(days=1)


def issued(checked: CheckedSchedule, *remind: str) -> tuple[CheckedSchedule, bytes]:
    """The schedule after its calendar was handed out with these reminders, and the calendar."""
    manner = Manner(remind=tuple(map(read_reminder, remind)))
    edition, _, _ = planning.edition(checked, manner)
    assert edition is not None
    entries = (RecordEntry(1, edition, LATER, "N Example"),)
    plan = replace(checked.plan, entries=entries)
    after = replace(checked, schedule=replace(checked.schedule, plan=plan))
    return after, export(after, "ics")


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def alarms(event: Any) -> list[Any]:
    return [each for each in event.subcomponents if each.name == "VALARM"]


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("18:00 the day before", None),
        ("08:00 on the day", None),
        ("09:00 2 days before", None),
        ("09:00 1 day before", "09:00 the day before"),
        ("30 minutes before", None),
        ("90 minutes before", "1 hour 30 minutes before"),
        ("1 day before", None),
        ("2 weeks before", None),
    ],
)
def test_a_reminder_reads_back_as_it_is_written(text: str, again: str | None) -> None:
    assert str(read_reminder(text)) == (again or text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the day before", "does not say when to be reminded"),
        ("18:00", "does not say when to be reminded"),
        ("1 month before", "does not say when to be reminded"),
        ("6pm the day before", "does not say when to be reminded"),
        ("25:00 the day before", "is not a clock time"),
        ("0 minutes before", "0"),
        ("some minutes before", "does not say when to be reminded"),
        ("1,5 hours before", "1,5"),
        ("5 weeks before", "more than 28 days before"),
        ("08:00 29 days before", "more than 28 days before"),
    ],
)
def test_what_is_no_reminder_is_refused(text: str, said: str) -> None:
    with pytest.raises(Misread, match=said):
        read_reminder(text)


def test_nothing_reminds_unless_it_was_asked_for() -> None:
    for checked in (samples.case_report(), samples.twice_a_day()):
        assert b"VALARM" not in export(checked, "ics")
        assert b"VALARM" not in issued(checked)[1]


def test_a_day_without_a_clock_time_is_reminded_of_at_the_stated_hour() -> None:
    # RFC 5545, section 3.8.6.3: counted from midnight of the day.
    for text, lead in (
        ("18:00 the day before", timedelta(hours=-6)),
        ("08:30 on the day", timedelta(hours=8, minutes=30)),
        ("00:00 on the day", timedelta(0)),
        ("09:00 2 days before", timedelta(hours=-39)),
    ):
        found = events(issued(samples.case_report(), text)[1])
        assert len(found) == 30
        for event in found:
            (alarm,) = alarms(event)
            assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", lead)
            assert alarm["DESCRIPTION"] == event["SUMMARY"]
            assert set(alarm) == {"ACTION", "TRIGGER", "DESCRIPTION"}


def test_a_stated_hour_stays_that_hour_over_a_clock_change() -> None:
    # Doses at 08:00 and 20:00 from 27 to 31 March 2026; clocks go forward on 29 March at 02:00.
    rome = ZoneInfo("Europe/Rome")
    found = events(issued(samples.twice_a_day(), "18:00 the day before")[1])
    assert len(found) == 10
    for event in found:
        (alarm,) = alarms(event)
        start = event["DTSTART"].dt
        due = start.replace(tzinfo=rome).astimezone(UTC) + alarm["TRIGGER"].dt
        eve = start.date() - timedelta(days=1)
        assert due == datetime.combine(eve, time(18), rome).astimezone(UTC)
    leads = {event["DTSTART"].dt.date(): alarms(event)[0]["TRIGGER"].dt for event in found[::2]}
    assert leads[date(2026, 3, 28)] == timedelta(hours=-14)
    assert leads[date(2026, 3, 29)] == timedelta(hours=-13)


def test_a_stated_hour_is_that_hour_where_there_is_no_zone() -> None:
    found = events(issued(samples.twice_a_day(zone=None), "18:00 the day before")[1])
    assert [alarms(each)[0]["TRIGGER"].dt for each in found[:2]] == [
        timedelta(hours=-14),
        timedelta(hours=-26),
    ]


def test_so_long_before_is_written_as_it_was_said() -> None:
    _, data = issued(
        samples.twice_a_day(), "30 minutes before", "90 minutes before", "1 week before"
    )
    lines = data.decode().split("\r\n")
    triggers = [line for line in lines if line.startswith("TRIGGER")]
    assert triggers == ["TRIGGER:-PT30M", "TRIGGER:-PT1H30M", "TRIGGER:-P7D"] * 10


def test_a_given_dose_reminds_of_nothing() -> None:
    checked = samples.case_report()
    first, *rest = checked.administrations
    given = replace(first, status=Status.GIVEN)
    schedule = replace(checked.schedule, administrations=(given, *rest))
    found = events(issued(replace(checked, schedule=schedule), "18:00 the day before")[1])
    assert [len(alarms(each)) for each in found] == [0] + [1] * 29


def test_a_day_has_no_moment_to_count_from() -> None:
    with pytest.raises(UnfitReminder, match=r"acth/acth/1 on Mon 2 Mar 2026 has no clock time"):
        issued(samples.case_report(), "30 minutes before")
    # With an hour stated beside it, the days are reminded of at that hour.
    _, data = issued(samples.case_report(), "30 minutes before", "18:00 the day before")
    assert data.count(b"BEGIN:VALARM") == 30


def test_a_reminder_never_comes_after_the_dose() -> None:
    with pytest.raises(UnfitReminder, match="would come after"):
        issued(samples.twice_a_day(), "09:00 on the day")
    issued(samples.twice_a_day(), "08:00 on the day")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"TRIGGER:-PT6H", b"TRIGGER:-PT7H"),
        (b"TRIGGER:-PT6H", b"TRIGGER:PT6H"),
        (b"ACTION:DISPLAY", b"ACTION:AUDIO"),
        (b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:vitamin", b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:vitamix"),
    ],
)  # fmt: skip
def test_a_reminder_that_is_not_as_asked_is_seen(old: bytes, new: bytes) -> None:
    checked, data = issued(samples.case_report(), "18:00 the day before")
    assert old in data
    with pytest.raises(ExportMismatch, match="remind"):
        check(data.replace(old, new, 1), checked, None)


def test_a_reminder_that_is_missing_is_seen() -> None:
    checked, data = issued(samples.case_report(), "18:00 the day before")
    begin = data.index(b"BEGIN:VALARM")
    end = data.index(b"END:VALARM\r\n") + len(b"END:VALARM\r\n")
    with pytest.raises(ExportMismatch, match="does not remind as it was asked"):
        check(data[:begin] + data[end:], checked, None)
