"""Moments that are counted in real hours and minutes from a first one (rule T7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen import rules
from regimen.engine.clocks import instant_of
from regimen.engine.days import DAY, is_elapsed
from regimen.finding import refuse
from regimen.protocol import Every, For, Offsets, Timed
from regimen.schedule import Administration
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    Moment,
    MonthEnd,
    Span,
    days_between,
    moment_after,
)

Counted = Every | Offsets
Slot = tuple[date, time | None]


def slots(
    pattern: Counted,
    first: Moment,
    month_end: MonthEnd,
    zone: ZoneInfo,
    at_most: int,
    last: date | None,
) -> list[Slot]:
    """The first `at_most` moments of the pattern, ascending, none after the day `last` where that
    is given. A clock time that comes twice says which it is by its fold."""
    found: list[Slot] = []
    for slot in islice(_slots(pattern, first, month_end, zone), at_most):
        if last is not None and slot[0] > last:
            break
        found.append(slot)
    return found


def _slots(pattern: Counted, first: Moment, month_end: MonthEnd, zone: ZoneInfo) -> Iterator[Slot]:
    assert first.time is not None
    instant, _ = instant_of(first.day, first.time, zone)
    for offset in _offsets(pattern):
        if isinstance(offset, ElapsedSpan):
            local = (instant + timedelta(minutes=offset.minutes)).astimezone(zone)
            yield local.date(), local.time()
        else:
            yield moment_after(first, offset, month_end).day, first.time


def _offsets(pattern: Counted) -> Iterator[Span]:
    if isinstance(pattern, Offsets):
        yield from pattern.offsets
        return
    index = 0
    while True:
        yield offset_of(pattern, index)
        index += 1


def offset_of(pattern: Every, index: int) -> ElapsedSpan:
    """How long after the first moment the place of this index, from 0, comes."""
    assert isinstance(pattern.span, ElapsedSpan)
    return ElapsedSpan(pattern.span.minutes * index)


def period(phase: Timed, extent: For) -> ElapsedSpan:
    """The length of a period in hours: a day has 24. Raises Refusal where it is in months."""
    span = extent.span
    if isinstance(span, ElapsedSpan):
        return span
    assert isinstance(span, CalendarSpan)
    if span.months:
        raise refuse(
            rules.BAD_DURATION,
            f"{span} is no number of hours: months differ in length",
            "write it in days or weeks; here a day is 24 hours",
            phase.place_of("for"),
        )
    return ElapsedSpan(span.days * DAY)


def in_a_day(pattern: Offsets) -> list[list[Span]]:
    """Which of the distances lie in the 24 hours from each of them on."""
    minutes = {
        offset: offset.minutes if isinstance(offset, ElapsedSpan) else days_between(offset)[0] * DAY
        for offset in pattern.offsets
    }
    return [
        [other for other in minutes if 0 <= minutes[other] - minutes[one] < DAY] for one in minutes
    ]


def over_changes(given: list[Administration], zone: ZoneInfo) -> list[Administration]:
    """The doses in their order, those with a note that stand real hours after one before a change
    of the clocks, or that are given through a change."""
    before: dict[tuple[str, str, int | None], timedelta] = {}
    found = []
    for each in given:
        notes, phase = [each.clock_note], each.phase
        if each.instant is not None and is_elapsed(phase.pattern):
            key, offset = (phase.course, phase.key, phase.round), _offset(each.instant, zone)
            change = offset - before.get(key, offset)
            if change and _in_hours(each):
                notes.append(f"the clocks have gone {_way(change)} since the dose before: {_REAL}")
            before[key] = offset
        notes.append(while_running(each, zone))
        note = "; ".join(filter(None, notes))
        found.append(each if note == each.clock_note else replace(each, clock_note=note))
    return found


def while_running(infusion: Administration, zone: ZoneInfo) -> str:
    """What a change of the clocks before its end does to an infusion, or nothing."""
    if infusion.instant is None or infusion.finish_instant is None:
        return ""
    change = _offset(infusion.finish_instant, zone) - _offset(infusion.instant, zone)
    return f"the clocks go {_way(change)} before it is over: {_REAL}" if change else ""


_REAL = "real hours are kept"


def _in_hours(dose: Administration) -> bool:
    """Whether the dose itself, in a list that may hold days as well, is counted in hours."""
    pattern = dose.phase.pattern
    if isinstance(pattern, Offsets):
        assert dose.offset is not None
        return isinstance(pattern.offsets[dose.offset], ElapsedSpan)
    return True


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _way(change: timedelta) -> str:
    return "forward" if change > timedelta() else "back"
