"""Counting days and months on the calendar."""

from __future__ import annotations

import calendar
import itertools
from datetime import date, timedelta
from functools import cache

from tests.properties.reference.values import Moment, Refused, Span


def months_after(origin: date, months: int, month_end: str) -> date:
    year, month = divmod(origin.year * 12 + origin.month - 1 + months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    if origin.day <= longest:
        return date(year, month + 1, origin.day)
    if month_end == "clamp":
        return date(year, month + 1, longest)
    if month_end == "first-of-next":
        return date(year, month + 1, longest) + timedelta(days=1)
    raise Refused(f"month_end: {month_end}")


def moved(moment: Moment, span: Span, times: int, month_end: str) -> Moment:
    """So many spans later (or earlier): days from the day, months from where months count from."""
    assert span.unit != "minutes"
    if span.count == 0:
        return moment
    if span.unit == "days":
        day = moment.day + timedelta(days=span.count * times)
        return Moment(day, moment.clock, day, 0)
    months = moment.months + span.count * times
    day = months_after(moment.origin, months, month_end)
    return Moment(day, moment.clock, moment.origin, months)


@cache
def least_between(spans: tuple[Span, ...]) -> Span | None:
    """The least distance between neighbours: of one unit, in that; else in days, from whichever
    start it is least. Raises Refused where they do not ascend from every start."""
    gaps: list[Span] = []
    for before, after in itertools.pairwise(spans):
        if before.unit == after.unit or before.count == 0:
            gap = Span(after.count - before.count * (before.unit == after.unit), after.unit)
        else:
            gap = _least_from_any_start(before, after)
        if gap.count <= 0:
            raise Refused("they do not ascend from every start")
        gaps.append(gap)
    return min(gaps, key=lambda gap: gap.count * MINUTES[gap.unit]) if gaps else None


MINUTES = {"minutes": 1, "days": 24 * 60, "months": 28 * 24 * 60}


def _least_from_any_start(before: Span, after: Span) -> Span:
    if "minutes" in (before.unit, after.unit):
        if "months" in (before.unit, after.unit):
            raise Refused("hours and months")
        # as on nights without a change of clocks
        less = after.count * MINUTES[after.unit] - before.count * MINUTES[before.unit]
        return Span(less, "minutes")
    starts = (
        Moment(date(2023, 1, 1) + timedelta(n), None, date(2023, 1, 1) + timedelta(n), 0)
        for n in range(3 * 366)
    )
    return Span(
        min(
            (moved(start, after, 1, policy).day - moved(start, before, 1, policy).day).days
            for start in starts
            for policy in ("clamp", "first-of-next")
        ),
        "days",
    )


def without_clock(moment: Moment) -> Moment:
    return Moment(moment.day, None, moment.origin, moment.months)


def is_before(one: Moment, other: Moment) -> bool:
    """Whether one lies before the other; a day without a clock time is neither before nor after
    any moment of the same day."""
    if one.clock is None or other.clock is None:
        return one.day < other.day
    if one.instant is not None and other.instant is not None:
        return one.instant < other.instant
    return (one.day, one.clock) < (other.day, other.clock)


def is_within(at: Moment, limit: Moment, *, included: bool) -> bool:
    return is_before(at, limit) or (included and not is_before(limit, at))
