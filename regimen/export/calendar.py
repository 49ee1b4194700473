"""The calendar as .ics (RFC 5545): one entry per administration.

A dose without a clock time is a day, not a midnight. A timed infusion has a start and an end. Of
other timed doses it is not known how long giving them takes, and RFC 5545, section 3.6.1, lets such
an entry end when it begins. No entry blocks time (TRANSP). Nothing names the patient; the UID is
opaque.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDDDTypes,
    vInt,
    vText,
    vUTCOffset,
)
from msgspec.structs import replace

from regimen.export.editions import Standing, standing
from regimen.export.entries import PLACE, place_read, place_text
from regimen.export.readback import AMOUNT, Said, amount_read, compare
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import finish_of, rows_of, zone_of
from regimen.export.words import DISCLAIMER, clean, dose_text
from regimen.export.zones import Observance, certain, instant_read, observances
from regimen.record import IssuedEvent
from regimen.route import Route
from regimen.schedule import Administration, CheckedSchedule, Dated, Entry

_PRODUCER = "-//regimen//treatment regimen scheduler//EN"
_ONE_DAY = timedelta(days=1)


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """`label` begins every summary."""
    zone = _Zone(checked)
    calendar = Calendar()
    # Values are given their type here: the library leaves a property unescaped that it does not
    # know, and a text could then end its line.
    for name, text in (
        ("PRODID", _PRODUCER),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("NAME", clean(checked.protocol.title)),  # RFC 7986
        ("X-WR-CALNAME", clean(checked.protocol.title)),
    ):
        calendar[name] = vText(text)
    if zone.name is not None:
        calendar.add_component(_timezone(zone.name, zone.observances))
    handed_out = standing(checked.plan.entries)
    for name, event in _events(checked, label, zone):
        if handed_out:
            _stamp(event, handed_out.pop(name, None), name)
        calendar.add_component(event)
    for name, old in handed_out.items():
        calendar.add_component(_withdrawn(checked, name, old, label))
    return bytes(calendar.to_ical(sorted=False))


def fingerprints(checked: CheckedSchedule, label: str | None) -> dict[str, IssuedEvent]:
    """What a calendar of this schedule says, entry by entry: its moment and a fingerprint of the
    rest, for the next edition to compare with."""
    dated: list[Dated] = [*checked.administrations, *checked.entries]
    moments = {each.id: each.moment for each in dated}
    return {
        name: IssuedEvent(
            moments[name], hashlib.sha256(event.to_ical(sorted=False)).hexdigest()[:32]
        )
        for name, event in _events(checked, label, _Zone(checked))
    }


def _events(
    checked: CheckedSchedule, label: str | None, zone: _Zone
) -> Iterator[tuple[str, Event]]:
    """Every entry with its identity, stamped as if nothing had been handed out before."""
    for administration, row in zip(checked.administrations, rows_of(checked), strict=True):
        words = summary(administration, label)
        lines = _description(checked, administration, row.note)
        yield administration.id, _event(checked, administration, words, lines, zone)
    for entry in checked.entries:
        words = entry_summary(entry, label)
        yield entry.id, _event(checked, entry, words, _of_entry(checked, entry), zone)


def _stamp(event: Event, old: Standing | None, name: str) -> None:
    """The entry's place among the editions: how often it changed, and when it last did."""
    if old is None or old.event.withdrawn:
        raise ExportMismatch(f"{name} was never handed out: issue the plan first")
    event["DTSTAMP"] = event["LAST-MODIFIED"] = vDDDTypes(old.changed.astimezone(UTC))
    event["SEQUENCE"] = vInt(old.sequence)


def _withdrawn(checked: CheckedSchedule, name: str, old: Standing, label: str | None) -> Event:
    """An entry that was handed out once and no longer stands, for calendars to take it away (RFC
    5545, section 3.8.1.11)."""
    if not old.event.withdrawn:
        raise ExportMismatch(f"{name} was handed out and is gone: issue the plan first")
    stamp = vDDDTypes(old.changed.astimezone(UTC))
    event = Event()
    event["UID"] = vText(uid_of(checked.plan.id, name))
    event["DTSTAMP"] = event["LAST-MODIFIED"] = stamp
    event["SEQUENCE"] = vInt(old.sequence)
    event["DTSTART"] = _typed(old.event.at.day, "VALUE", "DATE")
    event["DTEND"] = _typed(old.event.at.day + _ONE_DAY, "VALUE", "DATE")
    event["STATUS"] = vText("CANCELLED")
    event["SUMMARY"] = vText(clean(f"{_prefix(label)}{_gone(checked, name)}"))
    event["TRANSP"] = vText("TRANSPARENT")
    return event


def uid_of(plan_id: str, administration_id: str) -> str:
    """The entry's identity: the same for the same plan and administration, different for every
    other, and without meaning to anyone who does not hold the plan's random id.

    A UUID of version 8 (RFC 9562, section 5.8) as RFC 7986, section 5.3, advises: no host name.
    """
    digest = bytearray(hmac.digest(plan_id.encode(), administration_id.encode(), "sha256")[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def summary(administration: Administration, label: str | None) -> str:
    """`Bed 4: vitamin B12 100 mcg (0.1 mL) intramuscular · dose 3 of 18`."""
    words = [administration.drug, dose_text(administration)]
    if (give := _give(administration)) and give != words[-1]:
        words.append(f"({give})")
    if administration.phase.route:
        words.append(str(administration.phase.route))
    place = f"dose {administration.course_number} of {administration.phase.course_count}"
    return clean(f"{_prefix(label)}{' '.join(words)} · {place}")


def entry_summary(entry: Entry, label: str | None) -> str:
    """`Bed 4: EEG · visit 1 of 2`."""
    return clean(f"{_prefix(label)}{entry.what} · {place_text(entry)}")


def _prefix(label: str | None) -> str:
    return f"{clean(label)}: " if label else ""


def _give(administration: Administration) -> str:
    if administration.dose is None or not administration.dose.taken:
        return ""
    from regimen.export.taken import give_text

    return give_text(administration)


def _gone(checked: CheckedSchedule, name: str) -> str:
    """`No longer planned: vitamin B12 · dose 2 of 18`."""
    for each in checked.schedule.removed:
        if each.id == name:
            place = f"dose {each.course_number} of {each.phase.course_count}"
            return f"No longer planned: {each.drug} · {place}"
    return f"No longer planned: {name}"


# --- writing


class _Zone:
    """The zone of the timed doses and visits and its changes over their span, if there are any."""

    def __init__(self, checked: CheckedSchedule) -> None:
        dated: list[Dated] = [*checked.administrations, *checked.entries]
        instants = [each.instant for each in dated if each.instant is not None]
        instants += [
            each.finish_instant
            for each in checked.administrations
            if each.finish_instant is not None
        ]
        self.name = checked.plan.zone if instants else None
        self.observances: tuple[Observance, ...] = ()
        if self.name is not None:
            self._info = ZoneInfo(self.name)
            self.observances = observances(self._info, min(instants), max(instants))

    def moment(self, wall: datetime, instant: datetime) -> vDDDTypes:
        if self.name is not None and self.says(wall, instant):
            return _typed(wall, "TZID", self.name)
        # A clock time that is skipped or comes twice: only the instant means the same to all.
        return vDDDTypes(instant)

    def says(self, wall: datetime, instant: datetime) -> bool:
        """Whether every program reads the local time as the instant, with or without a knowledge
        of the zone."""
        return certain(self._info, wall) and instant_read(self.observances, wall) == instant


def _timezone(name: str, found: Iterable[Observance]) -> Timezone:
    timezone = Timezone()
    timezone["TZID"] = vText(name)
    for each in found:
        part = TimezoneDaylight() if each.daylight else TimezoneStandard()
        part["DTSTART"] = vDDDTypes(each.onset)
        part["TZOFFSETFROM"] = vUTCOffset(each.before)
        part["TZOFFSETTO"] = vUTCOffset(each.after)
        part["TZNAME"] = vText(each.name)
        timezone.add_component(part)
    return timezone


def _event(
    checked: CheckedSchedule, dated: Dated, words: str, lines: Iterable[str], zone: _Zone
) -> Event:
    made = checked.plan.made.astimezone(UTC)
    event = Event()
    event["UID"] = vText(uid_of(checked.plan.id, dated.id))
    event["DTSTAMP"] = vDDDTypes(made)
    event["LAST-MODIFIED"] = vDDDTypes(made)
    event["SEQUENCE"] = vInt(0)
    _place_in_time(event, dated, zone)
    event["SUMMARY"] = vText(words)
    event["DESCRIPTION"] = vText("\n".join(clean(line) for line in lines))
    event["TRANSP"] = vText("TRANSPARENT")
    return event


def _place_in_time(event: Event, dated: Dated, zone: _Zone) -> None:
    if dated.time is None:
        event["DTSTART"] = _typed(dated.day, "VALUE", "DATE")
        event["DTEND"] = _typed(dated.day + _ONE_DAY, "VALUE", "DATE")
        return
    wall = datetime.combine(dated.day, dated.time.replace(fold=0))
    if zone.name is None:
        # Without a zone the plan says "at this clock time, wherever it is read" (form 1 of RFC
        # 5545, section 3.3.5).
        event["DTSTART"] = vDDDTypes(wall)
        return
    event["DTSTART"] = zone.moment(wall, _instant(dated))
    if isinstance(dated, Administration) and dated.finish_instant is not None:
        finish = finish_of(dated)
        assert finish is not None
        event["DTEND"] = zone.moment(finish, dated.finish_instant)


def _typed(value: date | datetime, parameter: str, of: str) -> vDDDTypes:
    typed = vDDDTypes(value)
    typed.params[parameter] = of
    return typed


def _instant(dated: Dated) -> datetime:
    if dated.instant is None:
        raise ExportMismatch(f"{dated.id} has a clock time in a zone and no instant")
    return dated.instant


def _description(
    checked: CheckedSchedule, administration: Administration, note: str
) -> Iterator[str]:
    phase = administration.phase
    yield f"{phase.title}: dose {administration.number} of {phase.count} of this phase"
    if administration.dose is not None and administration.dose.taken:
        from regimen.export.taken import product_lines

        yield from product_lines(administration)
    if note:
        yield f"Note: {note}"
    yield f"Why this day: {administration.why_this_day()}"
    yield f"Why this dose: {administration.why_this_dose()}"
    if phase.written.tolerance is not None:
        yield f"Early or late: {' '.join(phase.written.tolerance.sentences())}"
    yield from _grounds(checked)


def _of_entry(checked: CheckedSchedule, entry: Entry) -> Iterator[str]:
    note = checked.notes_of(entry)
    yield f"{entry.what}: {place_text(entry)}"
    if note:
        yield f"Note: {note}"
    yield f"Why this day: {entry.why_this_day()}"
    yield from _grounds(checked)


def _grounds(checked: CheckedSchedule) -> Iterator[str]:
    protocol, plan = checked.protocol, checked.plan
    if protocol.assumes:
        yield f"Assumed: {' '.join(protocol.assumes)}"
    digest = protocol.content_hash
    yield f"Protocol: {protocol.id}, content {digest[:12]} (SHA-256 {digest})"
    yield f"Plan: {plan.id}, made {plan.made.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield DISCLAIMER


# --- reading back


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says, or are no calendar
    as RFC 5545, section 3.1, has it."""
    for line in data.split(b"\r\n"):
        if len(line) > 75 or b"\n" in line or b"\r" in line:
            raise ExportMismatch(f"a line is longer than 75 octets or torn: {line[:40]!r} ...")
    calendar = Calendar.from_ical(data)
    dated: list[Dated] = [*checked.administrations, *checked.entries]
    by_uid = {uid_of(checked.plan.id, each.id): each for each in dated}
    found = [each for zone in calendar.walk("VTIMEZONE") for each in _observances_of(zone)]
    said: list[Said] = []
    withdrawn: list[str] = []
    for event in calendar.walk("VEVENT"):
        if event.get("STATUS") == "CANCELLED":
            withdrawn.append(str(event["UID"]))
            continue
        one = by_uid.get(str(event["UID"]))
        if one is None:
            raise ExportMismatch(f"{event['UID']} is not an administration of the schedule")
        start, zone = _start(event, one, found, checked)
        words = _said(event, start, zone, label, visit=isinstance(one, Entry))
        said.append(replace(words, finish=_finish(event, one, found)))
    compare(checked, said, lambda each: uid_of(checked.plan.id, each.id))
    gone = [name for name, old in standing(checked.plan.entries).items() if old.event.withdrawn]
    if sorted(withdrawn) != sorted(uid_of(checked.plan.id, name) for name in gone):
        raise ExportMismatch("the entries that are withdrawn are not those that were handed out")


# The library types a property as any of thirty kinds of value; which one it is follows from its
# name, and a file with another one fails below.
_Parsed = Any


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


def _said(event: _Parsed, start: date, zone: str | None, label: str | None, *, visit: bool) -> Said:
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
    number, of = place_read(place)
    return Said(
        key=str(event["UID"]),
        day=start.date() if isinstance(start, datetime) else start,
        time=start.time() if isinstance(start, datetime) else None,
        zone=zone,
        drug="",
        dose=None,
        unit=None,
        number=number,
        of=of,
        course_number=int(words["place"] or 1),
        course_of=int(words["of"] or 1),
        what=what,
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
    r" · dose (?P<place>\d+) of (?P<of>\d+)"
)


_VISIT = re.compile(rf"(?P<what>.+) · (?:{PLACE})")


def _parsed(text: str, label: str | None, form: re.Pattern[str]) -> re.Match[str] | None:
    prefix = _prefix(label)
    return form.fullmatch(text.removeprefix(prefix)) if text.startswith(prefix) else None
