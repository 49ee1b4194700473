"""Lists of days, numbered or at stated distances: their places, counted from a first moment
(rule T2)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from regimen import rules
from regimen.finding import refuse
from regimen.protocol import Offsets, OnDays, Timed
from regimen.timing import (
    CalendarSpan,
    Moment,
    MonthEnd,
    Span,
    SpanUnit,
    days_between,
    least_between,
    minutes_between,
    moment_after,
)

Listed = OnDays | Offsets


class Mark(Struct, frozen=True):
    """Where in its list a place stands: the number of its cycle, from 1, and of its day, as the
    protocol counts days; or the position of its distance, from 0."""

    cycle: int | None = None
    day_number: int | None = None
    offset: int | None = None


def places(
    pattern: Listed, first: Moment, month_end: MonthEnd, at_most: int, last: date | None
) -> list[date]:
    """The first `at_most` days of the list, ascending, none after `last` where that is given."""
    found: list[date] = []
    for index in range(at_most):
        if is_finite(pattern) and index == _length(pattern):
            break
        day = place(pattern, first, index, month_end).day
        if last is not None and day > last:
            break
        found.append(day)
    return found


def place(pattern: Listed, first: Moment, index: int, month_end: MonthEnd) -> Moment:
    """The place of this index, from 0, of a list of days."""
    start = first.on_date()
    if isinstance(pattern, Offsets):
        offset = pattern.offsets[index]
        assert isinstance(offset, CalendarSpan)
        return moment_after(start, offset, month_end) if offset.count else start
    cycle, within = divmod(index, len(pattern.days))
    begin = end(pattern, start, cycle, month_end) if cycle else start
    days = pattern.days[within] - pattern.first_day
    return Moment(begin.day + timedelta(days)) if days else begin


def mark(pattern: Listed, index: int) -> Mark:
    """What the list calls the place of this index."""
    if isinstance(pattern, Offsets):
        return Mark(offset=index)
    cycle, within = divmod(index, len(pattern.days))
    return Mark(cycle + 1 if pattern.cycle else None, pattern.days[within])


def is_finite(pattern: Listed) -> bool:
    """Whether the list is given once."""
    return isinstance(pattern, Offsets) or pattern.cycle is None


def _length(pattern: Listed) -> int:
    return len(pattern.offsets if isinstance(pattern, Offsets) else pattern.days)


def end(pattern: OnDays, first: Moment, cycles: int, month_end: MonthEnd) -> Moment:
    """When so many cycles are over."""
    assert isinstance(pattern.cycle, CalendarSpan)
    return moment_after(first, pattern.cycle.times(cycles), month_end)


def shortest_gap(pattern: Listed) -> Span | None:
    """The least distance between neighbouring places; None for a single one."""
    if isinstance(pattern, Offsets):
        return _least(pattern)
    days = pattern.days
    gaps = [after - before for before, after in pairwise(days)]
    if pattern.cycle is not None:
        assert isinstance(pattern.cycle, CalendarSpan)
        gaps.append(days_between(pattern.cycle)[0] + days[0] - days[-1])
    return CalendarSpan(min(gaps), SpanUnit.DAY) if gaps else None


def _least(pattern: Offsets) -> Span | None:
    """The one that can be shortest of all; of 1 month and 30 days it is the month, of 28."""
    between = (least_between(before, after) for before, after in pairwise(pattern.offsets))
    return min(between, key=minutes_between, default=None)


def per_week(pattern: OnDays) -> int | None:
    """How many places fall into every week, where that is one number."""
    if isinstance(pattern.cycle, CalendarSpan) and pattern.cycle.days == 7:
        return len(pattern.days)
    return None


def refuse_beyond(phase: Timed, pattern: OnDays) -> None:
    """Raises Refusal where a listed day may lie beyond its cycle."""
    cycle = pattern.cycle
    if cycle is None:
        return
    assert isinstance(cycle, CalendarSpan)
    length = days_between(cycle)[0]
    if pattern.days[-1] - pattern.first_day < length:
        return
    shown = f"{cycle}, {length} days at the least" if cycle.months else str(cycle)
    raise refuse(
        rules.BEYOND_CYCLE,
        f"day {pattern.days[-1]} lies beyond the cycle of {shown}",
        "check the days and the length of the cycle; where the first day is day 0, write"
        " first_day: 0",
        phase.place_of("days"),
    )
