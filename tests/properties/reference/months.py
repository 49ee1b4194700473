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
    start it is least. A month counts as what it can be at least. Raises Refused where they do not
    ascend from every start."""
    gaps: list[Span] = []
    for before, after in itertools.pairwise(spans):
        if before.unit == after.unit or before.count == 0:
            gap = Span(after.count - before.count * (before.unit == after.unit), after.unit)
        else:
            gap = _least_from_any_start(before, after)
        if gap.count <= 0:
            raise Refused("they do not ascend from every start")
        gaps.append(gap)
    return min(gaps, key=lambda gap: (shortest_of(gap), longest_of(gap)), default=None)


DAY = 24 * 60  # minutes


def _lengths(span: Span) -> list[int]:
    """In minutes, from every start of some years, on nights without a change of clocks."""
    if span.unit == "minutes":
        return [span.count]
    if span.unit == "days":
        return [span.count * DAY]
    starts = (date(2023, 1, 1) + timedelta(days=n) for n in range(4 * 366))
    return [
        (months_after(start, span.count, policy) - start).days * DAY
        for start in starts
        for policy in ("clamp", "first-of-next")
    ]


@cache
def shortest_of(span: Span) -> int:
    return min(_lengths(span))


@cache
def longest_of(span: Span) -> int:
    return max(_lengths(span))


def _least_from_any_start(before: Span, after: Span) -> Span:
    if "minutes" in (before.unit, after.unit):
        return Span(shortest_of(after) - longest_of(before), "minutes")
    least = min(b - a for a, b in zip(*map(_each_start, (before, after)), strict=True))
    return Span(least // DAY, "days")


def _each_start(span: Span) -> list[int]:
    lengths = _lengths(span)
    return lengths if len(lengths) > 1 else lengths * (2 * 4 * 366)


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
