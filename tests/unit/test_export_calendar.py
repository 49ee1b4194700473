"""The .ics: days that are days, instants that are instants, texts that stay texts."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from msgspec.structs import replace

from regimen.export import ExportMismatch, export
from regimen.export.calendar import check
from regimen.export.identity import uid_of
from regimen.schedule import CheckedSchedule
from tests import samples


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_an_untimed_dose_is_a_whole_day() -> None:
    found = events(export(samples.case_report(), "ics"))
    assert len(found) == 30
    for event in found:
        assert type(event["DTSTART"].dt) is date
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
        assert event["TRANSP"] == "TRANSPARENT"
        assert event["SEQUENCE"] == 0
        assert event["DTSTAMP"].dt == samples.MADE
    b12 = [event["DTSTART"].dt for event in found if "vitamin" in event["SUMMARY"]]
    assert b12 == samples.DAILY + samples.EVERY_OTHER_DAY + samples.TWICE_WEEKLY + samples.MONTHLY


def test_the_summary_is_read_at_a_glance() -> None:
    data = export(samples.case_report(), "ics")
    assert "SUMMARY:vitamin B12 100 mcg intramuscular · dose 3 of 18" in unfolded(data)
    labelled = export(samples.case_report(), "ics", label="Bed 4")
    assert "SUMMARY:Bed 4: vitamin B12 100 mcg intramuscular · dose 3 of 18" in unfolded(labelled)
    assert "SUMMARY:ACTH dose not stated · dose 1 of 2" in unfolded(
        export(samples.overridden(), "ics")
    )


def test_the_description_says_why_and_from_where() -> None:
    event = events(export(samples.case_report(), "ics"))[-1]
    hash_ = samples.case_report().protocol.content_hash
    lines = str(event["DESCRIPTION"]).split("\n")
    assert lines[0] == "monthly: dose 3 of 3 of this phase"
    assert lines[1].startswith("Why this day: monthly begins at the last dose of twice weekly")
    assert lines[2] == "Why this dose: stated 100 mcg (as the protocol states it)"
    assert lines[3].startswith("Assumed: Both courses start on the same day.")
    assert (
        lines[4] == f"Protocol: b12-acth-infantile-spasms, content {hash_[:12]} (SHA-256 {hash_})"
    )
    assert lines[5] == "Plan: p-5f0c1b7e9a2d4836, made 2026-03-01 09:30 UTC"
    assert "not a medical device" in lines[6]
    assert len(lines) == 7


def test_an_override_is_in_every_entry_that_rests_on_it() -> None:
    found = events(export(samples.overridden(), "ics"))
    assert len(found) == 4
    for event in found:
        mine = "dose-not-stated for acth" if "ACTH" in event["SUMMARY"] else "dose-range for b12"
        assert f"recorded override of {mine}" in event["DESCRIPTION"]
        assert ": overridden on 2026-01-30" in event["DESCRIPTION"]
        # Who decided it and why stands in the plan; test_editions.py asks for it.
        assert not re.search("bedside|author was asked|Example", event["DESCRIPTION"])


def test_a_timed_dose_keeps_its_clock_time_over_a_clock_change() -> None:
    data = export(samples.twice_a_day(), "ics")
    starts = [line for line in unfolded(data) if line.startswith("DTSTART;TZID=Europe/Rome:")]
    assert starts == [
        f"DTSTART;TZID=Europe/Rome:202603{day}T{clock}0000"
        for day in (27, 28, 29, 30, 31)
        for clock in ("08", "20")
    ]
    for event in events(data):
        assert "DTEND" not in event
        assert "DURATION" not in event
    for word in ("RDATE", "RRULE", "COMMENT"):
        assert not [line for line in unfolded(data) if line.startswith(word)]
    assert data.count(b"BEGIN:VTIMEZONE") == 1


def test_without_a_zone_the_clock_time_is_local_wherever_it_is_read() -> None:
    data = export(samples.twice_a_day(zone=None), "ics")
    assert "DTSTART:20260327T080000" in unfolded(data)
    assert b"VTIMEZONE" not in data


def test_two_plans_never_share_an_identity() -> None:
    one = samples.case_report()
    other = replace(
        one, schedule=replace(one.schedule, plan=replace(one.plan, id="p-another-random-id"))
    )
    first = {str(event["UID"]) for event in events(export(one, "ics"))}
    second = {str(event["UID"]) for event in events(export(other, "ics"))}
    assert len(first) == len(second) == 30
    assert not first & second


def test_an_identity_is_opaque_and_never_changes() -> None:
    # Calendars that were handed out hold these: another value here would double every entry.
    assert uid_of("p-5f0c1b7e9a2d4836", "b12/daily/1") == "ec181310-9fa4-84c5-b44d-a93efef66c60"
    parsed = uuid.UUID(uid_of("p", "b12/daily/1"))
    assert (parsed.version, parsed.variant) == (8, uuid.RFC_4122)


@pytest.mark.parametrize(
    "label", [None, "x\r\nBEGIN:VEVENT\r\nUID:evil", "a;b,c\\n:\x00\u2028\x85"]
)
def test_no_text_breaks_out_of_its_line(label: str | None) -> None:
    checked = samples.hostile()
    data = export(checked, "ics", label=label)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    names = {re.split("[:;]", line)[0] for line in unfolded(data)}
    assert names == {
        "BEGIN", "PRODID", "VERSION", "CALSCALE", "NAME", "X-WR-CALNAME", "UID", "DTSTAMP",
        "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP", "END",
        "",
    }  # fmt: skip
    assert (
        data.count(b"\r\nBEGIN:VEVENT\r\n") == len(checked.administrations) == len(samples.HOSTILE)
    )
    escaped = [line for line in unfolded(data) if line.startswith("SUMMARY")]
    assert any('a\\, "b"\\; c\\\\n d' in line for line in escaped)


def test_nothing_names_the_patient() -> None:
    data = export(samples.case_report(), "ics")
    calendar = icalendar.Calendar.from_ical(data)
    assert str(calendar["X-WR-CALNAME"]) == samples.case_report().protocol.title
    assert "METHOD" not in calendar
    for event in events(data):
        assert not re.search("b12|acth|p-5f", str(event["UID"]))


def tampered(old: str, new: str) -> tuple[CheckedSchedule, bytes]:
    checked = samples.twice_a_day()
    data = export(checked, "ics")
    assert old.encode() in data
    return checked, data.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rome:20260329T080000", "Rome:20260328T080000"),
        ("Rome:20260329T080000", "Rome:20260329T090000"),
        ("DTSTART;TZID=Europe/Rome:20260329T080000", "DTSTART:20260329T080000"),
        ("DTSTART;TZID=Europe/Rome:20260329T080000", "DTSTART:20260329T080000Z"),
        ("DTSTART:20260329T020000", "DTSTART:20260329T090000"),
        ("TZOFFSETTO:+0200", "TZOFFSETTO:+0100"),
        ("22.5 mg oral", "225 mg oral"),
        ("22.5 mg oral", "22.5 mcg oral"),
        ("22.5 mg oral", "dose not stated oral"),
        ("22.5 mg oral", "22,5 mg oral"),
        ("SUMMARY:phenobarbital", "SUMMARY:phenytoin"),
        ("dose 1 of 10\r\n", "dose 2 of 10\r\n"),
        ("daily: dose 1 of 10 of", "daily: dose 1 of 11 of"),
        ("UID:09e3b8d4", "UID:09e3b8d5"),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    checked, data = tampered(old, new)
    with pytest.raises(ExportMismatch):
        check(data, checked, None)


def test_a_missing_doubled_or_torn_entry_is_seen() -> None:
    checked = samples.case_report()
    data = export(checked, "ics")
    begin, end = data.index(b"BEGIN:VEVENT"), data.index(b"END:VEVENT") + len(b"END:VEVENT\r\n")
    for changed in (
        data[:begin] + data[end:],
        data[:end] + data[begin:],
        data.replace(b"\r\n ", b""),
        data.replace(b"\r\n", b"\n"),
        data.replace(b"DTEND;VALUE=DATE:20260303", b"DTEND;VALUE=DATE:20260304", 1),
    ):
        with pytest.raises(ExportMismatch):
            check(changed, checked, None)


def test_a_label_that_is_not_there_is_seen() -> None:
    checked = samples.case_report()
    with pytest.raises(ExportMismatch, match="does not read as a dose"):
        check(export(checked, "ics"), checked, "Bed 4")


def test_a_timed_dose_without_an_instant_is_refused() -> None:
    checked = samples.twice_a_day()
    first, *rest = checked.administrations
    broken = samples.checked(
        checked.protocol, [replace(first, instant=None), *rest], zone="Europe/Rome"
    )
    with pytest.raises(ExportMismatch, match="no instant"):
        export(broken, "ics")


def test_the_plan_s_hour_is_written_in_utc() -> None:
    checked = samples.case_report()
    made = datetime.fromisoformat("2026-03-01T10:30:00+01:00")
    moved = replace(
        checked, schedule=replace(checked.schedule, plan=replace(checked.plan, made=made))
    )
    assert export(moved, "ics") == export(checked, "ics")
