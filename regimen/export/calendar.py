"""The calendar as .ics (RFC 5545): one entry per administration.

A dose without a clock time is a day, not a midnight. A timed infusion has a start and an end. Of
other timed doses it is not known how long giving them takes, and RFC 5545, section 3.6.1, lets such
an entry end when it begins. No entry blocks time (TRANSP). Nothing names the patient; the UID is
opaque.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vDDDTypes, vInt, vText

from regimen.export.calendar_reading import check
from regimen.export.calendar_reminders import alarms, unfit
from regimen.export.calendar_words import Wording, prefix
from regimen.export.calendar_zone import CalendarZone, timezone, typed
from regimen.export.editions import Standing, manner_of, standing
from regimen.export.identity import uid_of
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import finish_of
from regimen.export.words import clean
from regimen.record import IssuedEvent, Manner
from regimen.schedule import Administration, CheckedSchedule, Dated
from regimen.timing import Moment

__all__ = ["check", "fingerprints", "unfit_reminder", "write"]

_PRODUCER = "-//regimen//treatment regimen scheduler//EN"
_ONE_DAY = timedelta(days=1)


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """`label` begins every summary. A calendar that was handed out is written as it was handed out;
    raises ExportMismatch where it has changed since."""
    manner = manner_of(checked.plan.entries, label)
    handed_out = standing(checked.plan.entries)
    gone = {name: old for name, old in handed_out.items() if old.event.withdrawn}
    zone = CalendarZone(checked, [old.event.at for old in gone.values()])
    calendar = _empty(f"{prefix(manner.label)}{clean(checked.protocol.title)}")
    if zone.name is not None:
        calendar.add_component(timezone(zone))
    for dated, words, event in _events(checked, manner, zone):
        if handed_out:
            said = IssuedEvent(dated.moment, words, _fingerprint(event))
            _stamp(event, handed_out.pop(dated.id, None), said)
        calendar.add_component(event)
    for name, old in handed_out.items():
        calendar.add_component(_withdrawn(checked, name, old, zone))
    return bytes(calendar.to_ical(sorted=False))


def fingerprints(checked: CheckedSchedule, manner: Manner) -> dict[str, IssuedEvent]:
    """What a calendar of this schedule says, entry by entry: its moment, its words and a
    fingerprint of all of it, for the next edition to compare with."""
    return {
        dated.id: IssuedEvent(dated.moment, words, _fingerprint(event))
        for dated, words, event in _events(checked, manner, CalendarZone(checked))
    }


def unfit_reminder(checked: CheckedSchedule, manner: Manner) -> str | None:
    """Why the schedule's entries cannot be reminded of in this manner; None where they can."""
    return unfit(_dated(checked), manner.remind, CalendarZone(checked))


def _empty(name: str) -> Calendar:
    calendar = Calendar()
    # Values are given their type here: the library leaves a property unescaped that it does not
    # know, and a text could then end its line.
    for key, text in (
        ("PRODID", _PRODUCER),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("NAME", name),  # RFC 7986
        ("X-WR-CALNAME", name),
    ):
        calendar[key] = vText(text)
    return calendar


def _dated(checked: CheckedSchedule) -> list[Dated]:
    return [*checked.administrations, *checked.entries]


def _events(
    checked: CheckedSchedule, manner: Manner, zone: CalendarZone
) -> Iterator[tuple[Dated, str, Event]]:
    """Every entry with its words, stamped as if nothing had been handed out before."""
    wording = Wording(checked, manner)
    made = vDDDTypes(checked.plan.made.astimezone(UTC))
    for dated in _dated(checked):
        words = wording.summary(dated)
        event = Event()
        event["UID"] = vText(uid_of(checked.plan.id, dated.id))
        event["DTSTAMP"] = event["LAST-MODIFIED"] = made
        event["SEQUENCE"] = vInt(0)
        _place_in_time(event, dated, zone)
        event["SUMMARY"] = vText(words)
        event["DESCRIPTION"] = vText(wording.description(dated))
        event["TRANSP"] = vText("TRANSPARENT")
        for alarm in alarms(dated, words, manner.remind, zone):
            event.add_component(alarm)
        yield dated, words.removeprefix(prefix(manner.label)), event


def _fingerprint(event: Event) -> str:
    """Of all its lines before they are folded, which takes longer than everything else."""
    lines = "\n".join(event.content_lines(sorted=False))
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def _stamp(event: Event, old: Standing | None, said: IssuedEvent) -> None:
    """The entry's place among the editions: how often it changed, and when it last did."""
    if old is None or old.event != said:
        raise ExportMismatch(f"{said.words} was not handed out like this: issue the plan first")
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDDDTypes(old.changed.astimezone(UTC))
    event["SEQUENCE"] = vInt(old.sequence)


def _withdrawn(checked: CheckedSchedule, name: str, old: Standing, zone: CalendarZone) -> Event:
    """An entry that was handed out once and no longer stands, for calendars to take it away (RFC
    5545, section 3.8.1.11)."""
    if not old.event.withdrawn:
        raise ExportMismatch(f"{name} was handed out and is gone: issue the plan first")
    event = Event()
    event["UID"] = vText(uid_of(checked.plan.id, name))
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDDDTypes(old.changed.astimezone(UTC))
    event["SEQUENCE"] = vInt(old.sequence)
    _place_moment(event, old.event.at, zone)
    event["STATUS"] = vText("CANCELLED")
    event["SUMMARY"] = vText(clean(old.event.words))
    event["TRANSP"] = vText("TRANSPARENT")
    return event


def _place_in_time(event: Event, dated: Dated, zone: CalendarZone) -> None:
    if dated.time is None or zone.name is None:
        _place_moment(event, dated.moment, zone)
        return
    if dated.instant is None:
        raise ExportMismatch(f"{dated.id} has a clock time in a zone and no instant")
    wall = datetime.combine(dated.day, dated.time.replace(fold=0))
    event["DTSTART"] = zone.moment(wall, dated.instant)
    if isinstance(dated, Administration) and dated.finish_instant is not None:
        finish = finish_of(dated)
        assert finish is not None
        event["DTEND"] = zone.moment(finish, dated.finish_instant)


def _place_moment(event: Event, at: Moment, zone: CalendarZone) -> None:
    """A day, or a local time of which nothing else is known. Without a zone it means "at this clock
    time, wherever it is read" (form 1 of RFC 5545, section 3.3.5)."""
    start = None if at.time is None else zone.alone(datetime.combine(at.day, at.time))
    if start is not None:
        event["DTSTART"] = start
        return
    event["DTSTART"] = typed(at.day, "VALUE", "DATE")
    event["DTEND"] = typed(at.day + _ONE_DAY, "VALUE", "DATE")
