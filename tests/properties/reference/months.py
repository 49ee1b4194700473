"""Counting days and months on the calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

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
    if span.unit == "days":
        day = moment.day + timedelta(days=span.count * times)
        return Moment(day, moment.clock, day, 0)
    months = moment.months + span.count * times
    day = months_after(moment.origin, months, month_end)
    return Moment(day, moment.clock, moment.origin, months)


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
