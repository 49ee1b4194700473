"""The calendar read back by other code, and compared with the schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from msgspec.structs import replace

from regimen.export.calendar_reminders import applying
from regimen.export.calendar_words import GIVEN, prefix
from regimen.export.editions import manner_of, standing
from regimen.export.entries import PLACE, place_read
from regimen.export.identity import uid_of
from regimen.export.readback import AMOUNT, Said, amount_read, compare, entry_said
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import finish_of, zone_of
from regimen.export.zones import Observance, instant_read
from regimen.record import Manner
from regimen.reminders import AtClock, Reminder
from regimen.route import Route
from regimen.schedule import Administration, CheckedSchedule, Dated, Entry, Status
from regimen.timing import ElapsedSpan

_ONE_DAY = timedelta(days=1)

# The library types a property as any of thirty kinds of value; which one it is follows from its
# name, and a file with another one fails below.
_Parsed = Any


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says, or are no calendar
    as RFC 5545, section 3.1, has it."""
    for line in data.split(b"\r\n"):
        if len(line) > 75 or b"\n" in line or b"\r" in line:
            raise ExportMismatch(f"a line is longer than 75 octets or torn: {line[:40]!r} ...")
    calendar = Calendar.from_ical(data)
    manner = manner_of(checked.plan.entries, label)
    dated: list[Dated] = [*checked.administrations, *checked.entries]
    by_uid = {uid_of(checked.plan.id, each.id): each for each in dated}
    found = [each for zone in calendar.walk("VTIMEZONE") for each in _observances_of(zone)]
    said: list[Said] = []
    withdrawn: list[tuple[str, str]] = []
    for event in calendar.walk("VEVENT"):
        if event.get("STATUS") == "CANCELLED":
            withdrawn.append((str(event["UID"]), _told(event)))
            continue
        one = by_uid.get(str(event["UID"]))
        if one is None:
            raise ExportMismatch(f"{event['UID']} is not an administration of the schedule")
        start, zone = _start(event, one, found, checked)
        words = _said(event, start, zone, manner.label, visit=isinstance(one, Entry))
        said.append(replace(words, finish=_finish(event, one, found)))
        _same_status(event, one)
        _same_reminders(event, one, checked, manner)
    compare(checked, said, lambda each: uid_of(checked.plan.id, each.id))
    _same_withdrawn(withdrawn, checked)


def _same_status(event: _Parsed, dated: Dated) -> None:
    given = isinstance(dated, Administration) and dated.status is Status.GIVEN
    if str(event["SUMMARY"]).endswith(GIVEN) is not given:
        raise ExportMismatch(f"{dated.id} is{'' if given else ' not'} given")


def _same_withdrawn(found: list[tuple[str, str]], checked: CheckedSchedule) -> None:
    gone = {
        uid_of(checked.plan.id, name): str(old.event.at)
        for name, old in standing(checked.plan.entries).items()
        if old.event.withdrawn
    }
    told = dict(found)
    if len(told) != len(found) or told.keys() != gone.keys():
        raise ExportMismatch("the entries that are withdrawn are not those that were handed out")
    for uid, at in told.items():
        # A local time that a clock change skips or repeats is withdrawn as a day.
        if at not in (gone[uid], gone[uid].partition(" ")[0]):
            raise ExportMismatch(f"{uid} was handed out at {gone[uid]} and is withdrawn at {at}")


def _told(event: _Parsed) -> str:
    start: date = event["DTSTART"].dt
    return f"{start:%Y-%m-%d %H:%M}" if isinstance(start, datetime) else start.isoformat()


def _same_reminders(event: _Parsed, dated: Dated, checked: CheckedSchedule, manner: Manner) -> None:
    """The reminders by what they come to: a length of time, or a moment on the wall's clock."""
    parsed = [each for each in event.subcomponents if each.name == "VALARM"]
    wanted = applying(dated, manner.remind)
    leads = [each["TRIGGER"].dt for each in parsed]
    if leads != [_lead(dated, each, checked) for each in wanted]:
        raise ExportMismatch(f"{dated.id} does not remind as it was asked for: {leads}")
    for each in parsed:
        if each["ACTION"] != "DISPLAY" or each["DESCRIPTION"] != event["SUMMARY"]:
            raise ExportMismatch(f"a reminder of {dated.id} says something else than the entry")


def _lead(dated: Dated, reminder: Reminder, checked: CheckedSchedule) -> timedelta:
    """From the entry's begin to the reminder."""
    if not isinstance(reminder, AtClock):
        span = reminder.span
        if isinstance(span, ElapsedSpan):
            return timedelta(minutes=-span.minutes)
        return timedelta(days=-span.days)
    wall = datetime.combine(dated.day, reminder.clock) - timedelta(days=reminder.days)
    begin = datetime.combine(dated.day, dated.time or datetime.min.time())
    if dated.instant is None or checked.plan.zone is None:
        return wall - begin.replace(fold=0)
    return wall.replace(tzinfo=ZoneInfo(checked.plan.zone)).astimezone(UTC) - dated.instant


def _observances_of(timezone: _Parsed) -> Iterator[Observance]:
    for part in timezone.subcomponents:
        yield Observance(
            onset=part["DTSTART"].dt,
            before=part["TZOFFSETFROM"].td,
            after=part["TZOFFSETTO"].td,
            name=str(part["TZNAME"]),
            daylight=part.name == "DAYLIGHT",
        )


def _start(
    event: _Parsed, dated: Dated, found: list[Observance], checked: CheckedSchedule
) -> tuple[date, str | None]:
    """The local day or moment, and the zone in which it is to be read."""
    start: date = event["DTSTART"].dt
    zone: str | None = event["DTSTART"].params.get("TZID")
    if isinstance(start, datetime):
        if zone or start.tzinfo:
            _same_instant(start, zone, dated, found)
        if start.tzinfo and not zone:  # written as an instant, which was just compared
            start = datetime.combine(dated.day, dated.time or start.time())
            zone = zone_of(checked, dated)
    elif event["DTEND"].dt - start != _ONE_DAY:
        raise ExportMismatch(f"{event['SUMMARY']!r} does not last one day")
    return start, zone


def _said(event: _Parsed, start: date, zone: str | None, label: str, *, visit: bool) -> Said:
    words = _parsed(str(event["SUMMARY"]), label, _VISIT if visit else _SUMMARY)
    first_line, *lines = str(event["DESCRIPTION"]).split("\n")
    if words is not None and visit:
        return _said_entry(event, start, zone, words, first_line)
    place = re.search(r"dose (\d+) of (\d+) of this phase$", first_line)
    if words is None or place is None:
        raise ExportMismatch(f"{event['SUMMARY']!r} does not read as a dose")
    dose, unit = amount_read(words["amount"])
    return Said(
        key=str(event["UID"]),
        day=start.date() if isinstance(start, datetime) else start,
        time=start.time() if isinstance(start, datetime) else None,
        zone=zone,
        drug=words["drug"],
        dose=dose,
        unit=unit,
        number=int(place[1]),
        of=int(place[2]),
        course_number=int(words["place"]),
        course_of=int(words["of"]),
        taken=_taken(lines, words["give"]),
    )


def _said_entry(
    event: _Parsed, start: date, zone: str | None, words: re.Match[str], first_line: str
) -> Said:
    what, _, place = first_line.rpartition(": ")
    if what != words["what"]:
        raise ExportMismatch(f"{first_line!r} is not {words['what']!r}")
    return entry_said(
        str(event["UID"]),
        start.date() if isinstance(start, datetime) else start,
        start.time() if isinstance(start, datetime) else None,
        zone,
        place_read(place),
        what,
        (int(words["place"] or 1), int(words["of"] or 1)),
    )


def _taken(lines: list[str], give: str | None) -> tuple[tuple[str, Fraction, str], ...]:
    """What the description says is taken, and the summary after the dose where it differs."""
    if give is None and not any(line.startswith("Give: ") for line in lines):
        return ()
    from regimen.export.taken import give_read, lines_read

    taken = lines_read(lines)
    if give is not None and [each[1:] for each in give_read(give)] != [each[1:] for each in taken]:
        raise ExportMismatch(f"{give!r} is not what the description says: {lines[:3]}")
    return taken


def _same_instant(start: datetime, zone: str | None, dated: Dated, found: list[Observance]) -> None:
    """Compared by our own VTIMEZONE, as a program reads it that does not know the zone."""
    _same(start, zone, dated.instant, found, dated.id)


def _same(
    told: datetime, zone: str | None, meant: datetime | None, found: list[Observance], name: str
) -> None:
    read = instant_read(found, told.replace(tzinfo=None)) if zone else told
    if read != meant:
        raise ExportMismatch(f"{name} was written at {read} and is due at {meant}")


def _finish(event: _Parsed, dated: Dated, found: list[Observance]) -> datetime | None:
    """When a timed infusion has been given, by the clock on the wall."""
    if not isinstance(dated, Administration) or dated.time is None or "DTEND" not in event:
        return None
    told, zone = event["DTEND"].dt, event["DTEND"].params.get("TZID")
    _same(told, zone, dated.finish_instant, found, dated.id)
    return told.replace(tzinfo=None) if zone else finish_of(dated)


_SUMMARY = re.compile(
    rf"(?P<drug>.+) (?P<amount>{AMOUNT})(?: \((?P<give>[^()]+)\))?"
    rf"(?: (?:{'|'.join(map(re.escape, Route))}))?"
    rf" · dose (?P<place>\d+) of (?P<of>\d+)(?P<given>{re.escape(GIVEN)})?"
)


_VISIT = re.compile(rf"(?P<what>.+) · (?:{PLACE})")


def _parsed(text: str, label: str, form: re.Pattern[str]) -> re.Match[str] | None:
    before = prefix(label)
    return form.fullmatch(text.removeprefix(before)) if text.startswith(before) else None
