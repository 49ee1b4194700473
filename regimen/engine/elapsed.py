"""Moments that are counted in real hours and minutes from a first one (rule T7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from regimen import rules
from regimen.engine.clocks import instant_of
from regimen.engine.days import DAY
from regimen.finding import refuse
from regimen.protocol import Every, For, Offsets, Timed
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
