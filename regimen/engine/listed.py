"""Numbered days, listed once or in cycles: their places, counted from a first moment (rule T2)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, pairwise

from msgspec import Struct

from regimen import rules
from regimen.finding import refuse
from regimen.protocol import OnDays, Timed
from regimen.timing import CalendarSpan, Moment, MonthEnd, SpanUnit, moment_after, shortest_days


class Mark(Struct, frozen=True):
    """Where in its list a place stands: the number of its cycle, from 1, where there are cycles;
    and of its day, as the protocol counts days."""

    cycle: int | None
    day: int


def places(
    pattern: OnDays, first: Moment, month_end: MonthEnd, at_most: int, last: date | None
) -> list[date]:
    """The first `at_most` days of the list, ascending, none after `last` where that is given."""
    found: list[date] = []
    for cycle in count() if pattern.cycle else range(1):
        begin = _begin(pattern, first, cycle, month_end).day
        for number in pattern.days:
            day = begin + timedelta(number - pattern.first_day)
            if len(found) == at_most or (last is not None and day > last):
                return found
            found.append(day)
    return found


def place(pattern: OnDays, first: Moment, index: int, month_end: MonthEnd) -> Moment:
    """The place of this index, from 0."""
    cycle, within = divmod(index, len(pattern.days))
    begin = _begin(pattern, first, cycle, month_end)
    days = pattern.days[within] - pattern.first_day
    return Moment(begin.day + timedelta(days)) if days else begin


def mark(pattern: OnDays, index: int) -> Mark:
    """What the list calls the place of this index."""
    cycle, within = divmod(index, len(pattern.days))
    return Mark(cycle + 1 if pattern.cycle else None, pattern.days[within])


def end(pattern: OnDays, first: Moment, cycles: int, month_end: MonthEnd) -> Moment:
    """When so many cycles are over."""
    assert isinstance(pattern.cycle, CalendarSpan)
    return moment_after(first, pattern.cycle.times(cycles), month_end)


def _begin(pattern: OnDays, first: Moment, cycle: int, month_end: MonthEnd) -> Moment:
    return end(pattern, first.on_date(), cycle, month_end) if cycle else first.on_date()


def shortest_gap(pattern: OnDays) -> CalendarSpan | None:
    """The least distance between neighbouring places; None for a single one."""
    days = pattern.days
    gaps = [after - before for before, after in pairwise(days)]
    if pattern.cycle is not None:
        assert isinstance(pattern.cycle, CalendarSpan)
        gaps.append(shortest_days(pattern.cycle) + days[0] - days[-1])
    return CalendarSpan(min(gaps), SpanUnit.DAY) if gaps else None


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
    length = shortest_days(cycle)
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
