"""Reminders of calendar entries (VALARM; RFC 5545, section 3.6.6). None unless asked for.

A reminder at a clock time is written as the real time from there to where the entry begins, which
for an entry without a clock time is midnight (section 3.8.6.3). A reminder holds no words but the
entry's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from icalendar import Alarm, vText

from regimen.export.calendar_zone import CalendarZone
from regimen.export.words import clean, moment_text
from regimen.reminders import AtClock, Before, Reminder
from regimen.schedule import Administration, Dated, Status
from regimen.timing import ElapsedSpan

_MINUTE = timedelta(minutes=1)


def alarms(
    dated: Dated, words: str, reminders: Iterable[Reminder], zone: CalendarZone
) -> Iterator[Alarm]:
    """The reminders of an entry that says `words`; none of a dose that was given."""
    for reminder in applying(dated, reminders):
        alarm = Alarm()
        alarm["ACTION"] = vText("DISPLAY")
        alarm["DESCRIPTION"] = vText(words)
        # The library would write 30 hours as a day and six hours, and a day is not always 24 hours.
        alarm["TRIGGER"] = vText(_trigger(dated, reminder, zone))
        yield alarm


def applying(dated: Dated, reminders: Iterable[Reminder]) -> list[Reminder]:
    """The reminders that the entry takes: without a clock time only those that state one."""
    if isinstance(dated, Administration) and dated.status is Status.GIVEN:
        return []
    return [each for each in reminders if dated.time is not None or isinstance(each, AtClock)]


def unfit(dated: Iterable[Dated], reminders: Iterable[Reminder], zone: CalendarZone) -> str | None:
    """Why the reminders do not fit the entries; None where they do."""
    reminders = tuple(reminders)
    for each in dated:
        if isinstance(each, Administration) and each.status is Status.GIVEN:
            continue
        found = applying(each, reminders)
        if reminders and not found:
            return (
                f"{clean(each.id)} on {moment_text(each.moment)} has no clock time from which to"
                f' count "{reminders[0]}": say at what time to be reminded, as in'
                ' "18:00 the day before"'
            )
        for reminder in found:
            if isinstance(reminder, AtClock) and _lead(each, reminder, zone) < timedelta():
                return (
                    f'"{reminder}" would come after {clean(each.id)}, which is due'
                    f" {moment_text(each.moment)}"
                )
    return None


def _trigger(dated: Dated, reminder: Reminder, zone: CalendarZone) -> str:
    """How long before (or, with a plus, after) the entry begins, as a duration of RFC 5545."""
    if isinstance(reminder, Before):
        span = reminder.span
        if isinstance(span, ElapsedSpan):
            return _duration(timedelta(minutes=-span.minutes))
        return f"-P{span.days}D"
    wall = _wall(dated, reminder)
    if dated.time is None:
        return _duration(wall - datetime.combine(dated.day, time.min))
    return _duration(-_lead(dated, reminder, zone))


def _lead(dated: Dated, reminder: AtClock, zone: CalendarZone) -> timedelta:
    """How long before the entry the reminder comes. An entry without a clock time lasts all day."""
    wall = _wall(dated, reminder)
    if dated.time is None:
        return datetime.combine(dated.day, time.max) - wall
    if dated.instant is not None and zone.info is not None:
        return dated.instant - zone.instant(wall)
    return datetime.combine(dated.day, dated.time) - wall


def _wall(dated: Dated, reminder: AtClock) -> datetime:
    return datetime.combine(dated.day - timedelta(days=reminder.days), reminder.clock)


def _duration(lead: timedelta) -> str:
    """`-PT6H`, `PT8H30M`: in hours, which are the same on every day."""
    hours, minutes = divmod(abs(lead) // _MINUTE, 60)
    sign = "-" if lead < timedelta() else ""
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n]
    return f"{sign}PT{''.join(parts) or '0S'}"
