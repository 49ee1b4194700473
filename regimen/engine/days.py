"""Which days: the places of a pattern, counted from a first moment (rules T2, T6, T8)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import accumulate, repeat
from operator import add

from regimen.protocol import Every, Offsets, Once, OnDays, OnWeekdays, TimesPerWeek
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    Moment,
    MonthEnd,
    Span,
    SpanUnit,
    Weekday,
    moment_after,
    months_after,
)

DAY = 24 * 60  # minutes
_WEEK = timedelta(weeks=1)
_IN_DAYS = SpanUnit.DAY
Days = Every | TimesPerWeek | OnWeekdays | OnDays | Offsets | Once  # with values, no references


def interval(pattern: Every) -> CalendarSpan:
    span = pattern.span
    assert isinstance(span, CalendarSpan)
    return span


@cache
def _week_offsets(times: int) -> tuple[int, ...]:
    """Place k of n stands on day floor(7k/n) of each week."""
    return tuple(7 * place // times for place in range(times))


def _weekday_offsets(weekdays: tuple[Weekday, ...], first: date) -> tuple[int, ...]:
    """How many days after `first` each weekday first comes, ascending."""
    return tuple(sorted((weekday - first.weekday()) % 7 for weekday in weekdays))


def _offsets(pattern: TimesPerWeek | OnWeekdays, first: date) -> tuple[int, ...]:
    if type(pattern) is TimesPerWeek:
        assert isinstance(pattern.count, int)
        return _week_offsets(pattern.count)
    assert isinstance(pattern, OnWeekdays)
    assert isinstance(pattern.weekdays, tuple)
    return _weekday_offsets(pattern.weekdays, first)


def places(
    pattern: Days, first: Moment, month_end: MonthEnd, at_most: int, last: date | None
) -> list[date]:
    """The first `at_most` days of the pattern, ascending, none after `last` where that is given.
    Raises OverflowError past year 9999."""
    day = first.day
    if type(pattern) is Every:
        span = interval(pattern)
        step = span.days
        if not step:
            return _monthly(first, span.months, month_end, at_most, last)
        number = at_most if last is None else min(at_most, (last - day).days // step + 1)
        return _in_steps(day, timedelta(step), number)
    if type(pattern) is TimesPerWeek or type(pattern) is OnWeekdays:
        return _weekly(_offsets(pattern, day), day, at_most, last)
    if type(pattern) is Once:
        return [day] if last is None or day <= last else []
    from regimen.engine import listed

    return listed.places(pattern, first, month_end, at_most, last)


def _in_steps(day: date, step: timedelta, number: int) -> list[date]:
    """So many days, if any, from the first one on. Raises OverflowError."""
    return list(accumulate(repeat(step, number - 1), add, initial=day)) if number > 0 else []


def _weekly(offsets: tuple[int, ...], first: date, at_most: int, last: date | None) -> list[date]:
    weeks = -(-at_most // len(offsets))  # rounded up
    if last is not None:
        weeks = min(weeks, (last - first).days // 7 + 1)
    days = [timedelta(offset) for offset in offsets]
    found = [week + offset for week in _in_steps(first, _WEEK, weeks) for offset in days]
    while len(found) > at_most or (last is not None and found and found[-1] > last):
        found.pop()
    return found


def _monthly(
    first: Moment, step: int, month_end: MonthEnd, at_most: int, last: date | None
) -> list[date]:
    origin, found = first.month_origin or first.day, []
    for months in range(first.months, first.months + at_most * step, step):
        day = months_after(origin, months, month_end)
        if last is not None and day > last:
            break
        found.append(day)
    return found


def place(pattern: Days, first: Moment, index: int, month_end: MonthEnd) -> Moment:
    """The place of this index, from 0, as a moment without a clock time. Raises OverflowError."""
    start = first.on_date()
    if type(pattern) is Every:
        return moment_after(start, interval(pattern).times(index), month_end) if index else start
    if type(pattern) is Once:
        return start
    if type(pattern) is OnDays or type(pattern) is Offsets:
        from regimen.engine import listed

        return listed.place(pattern, first, index, month_end)
    offsets = _offsets(pattern, start.day)
    weeks, within = divmod(index, len(offsets))
    days = 7 * weeks + offsets[within]
    return Moment(start.day + timedelta(days)) if days else start


def shortest_gap(pattern: Days) -> Span | None:
    """The least distance between neighbouring places, which a junction waits out; None for a
    single dose."""
    if type(pattern) is Every:
        span = pattern.span
        assert isinstance(span, (CalendarSpan, ElapsedSpan))
        return span
    if type(pattern) is TimesPerWeek:
        assert isinstance(pattern.count, int)
        return CalendarSpan(7 // pattern.count, _IN_DAYS)
    if type(pattern) is Once:
        return None
    if type(pattern) is OnDays or type(pattern) is Offsets:
        from regimen.engine import listed

        return listed.shortest_gap(pattern)
    offsets = _offsets(pattern, date(2024, 1, 1))  # any day: distances do not depend on it
    pairs = zip(offsets, (*offsets[1:], offsets[0] + 7), strict=True)
    return CalendarSpan(min(after - before for before, after in pairs), _IN_DAYS)


def per_week(pattern: Days) -> int | None:
    """How many places fall into every week, where that is one number."""
    if isinstance(pattern, TimesPerWeek):
        assert isinstance(pattern.count, int)
        return pattern.count
    if isinstance(pattern, OnWeekdays):
        assert isinstance(pattern.weekdays, tuple)
        return len(pattern.weekdays)
    if isinstance(pattern, Every):
        if isinstance(pattern.span, ElapsedSpan):
            return _in_a(7 * DAY, pattern.span)
        days = interval(pattern).days
        return 7 // days if days and 7 % days == 0 else None
    if isinstance(pattern, OnDays):
        from regimen.engine import listed

        return listed.per_week(pattern)
    return None


def at_most_weekly(pattern: Days) -> int | None:
    """One, where no week has more than one place though not every week has one; None where some
    have more, or where that cannot be told."""
    if isinstance(pattern, Once):
        return 1
    if isinstance(pattern, Every) and isinstance(pattern.span, CalendarSpan):
        return 1 if pattern.span.months or pattern.span.days >= 7 else None
    return None


def counts_months(pattern: Days | None) -> bool:
    """Whether the pattern's interval is in months, so that a month's end can clamp it."""
    if type(pattern) is not Every or type(pattern.span) is not CalendarSpan:
        return False
    return bool(pattern.span.months)


def is_daily(pattern: Days) -> bool:
    """Whether the pattern has no rest days, and every day alike."""
    if isinstance(pattern, Every) and isinstance(pattern.span, ElapsedSpan):
        return _in_a(DAY, pattern.span) is not None
    return per_week(pattern) == 7


def per_day(pattern: Days, clock_times: int) -> int:
    """How many administrations there are on each day of the pattern, or in any 24 hours at the
    most, where hours are counted."""
    if isinstance(pattern, Every) and isinstance(pattern.span, ElapsedSpan):
        return -(-DAY // pattern.span.minutes)  # rounded up
    if isinstance(pattern, Offsets) and pattern.elapsed:
        from regimen.engine.elapsed import in_a_day

        return max(map(len, in_a_day(pattern)))
    return clock_times


def _in_a(minutes: int, span: ElapsedSpan) -> int | None:
    """How many of the span fill so many minutes, where that is a whole number."""
    times, rest = divmod(minutes, span.minutes)
    return times if times and not rest else None


def is_list(pattern: Days | None) -> bool:
    """Whether every place has a name of its own, so that none may be lost or come to stand for
    another."""
    return type(pattern) is OnDays or type(pattern) is Offsets


def is_elapsed(pattern: Days | None) -> bool:
    """Whether the places are counted in real hours or minutes, and so have clock times."""
    if type(pattern) is Every:
        return type(pattern.span) is ElapsedSpan
    return type(pattern) is Offsets and pattern.elapsed
