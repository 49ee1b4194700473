"""Calendar time and elapsed time: different types, because a month is not a number of hours.

A `Moment` is a day on the local calendar, with a clock time where one is known. A `CalendarSpan`
counts days, weeks, months or years on that calendar; an `ElapsedSpan` counts real minutes.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from typing import final

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.quantity import read_count

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


class Weekday(IntEnum):
    """Monday is 0, as in `date.weekday()`."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6

    @property
    def title(self) -> str:
        return _WEEKDAY_NAMES[self]

    def __str__(self) -> str:
        return self.name.lower()


_WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class SpanUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_DAY, _WEEK, _MONTH = SpanUnit.DAY, SpanUnit.WEEK, SpanUnit.MONTH


class MonthEnd(StrEnum):
    """What "n months later" means where that month has no such day (31 January + 1 month)."""

    CLAMP = "clamp"  # the last day of the month
    FIRST_OF_NEXT = "first-of-next"


@final
class CalendarSpan(Struct, frozen=True):
    """A whole number of days, weeks, months or years, as it was written."""

    count: int
    unit: SpanUnit

    @property
    def days(self) -> int:
        """In days; 0 where the span is counted in months or years."""
        if self.unit is _DAY:
            return self.count
        return self.count * 7 if self.unit is _WEEK else 0

    @property
    def months(self) -> int:
        """In months; 0 where the span is counted in days or weeks."""
        if self.unit is _DAY or self.unit is _WEEK:
            return 0
        return self.count if self.unit is _MONTH else self.count * 12

    def times(self, count: int) -> CalendarSpan:
        return CalendarSpan(self.count * count, self.unit)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


@final
class ElapsedSpan(Struct, frozen=True):
    """Real minutes, the same number of them on a day when the clocks change."""

    minutes: int

    def __str__(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        parts = [
            f"{n} {word}{'' if n == 1 else 's'}"
            for n, word in ((hours, "hour"), (minutes, "minute"))
            if n
        ]
        return " ".join(parts) or "0 hours"


Span = CalendarSpan | ElapsedSpan


class Moment(Struct, frozen=True, eq=False):
    """A local day, with a clock time where one is known.

    `month_origin` and `months` remember where months are counted from, so that a clamp is never
    carried on: 31 January + 1 month is 28 February, and one month more is 31 March. They say how
    the day was found and take no part in comparisons.
    """

    day: date
    time: time | None = None
    month_origin: date | None = None
    months: int = 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Moment):
            return NotImplemented
        return self.day == other.day and self.time == other.time

    def __ne__(self, other: object) -> bool:  # a Struct brings its own
        return not self == other

    def __hash__(self) -> int:
        return hash((self.day, self.time))

    @property
    def clamped_from(self) -> int | None:
        """The day of the month that was asked for, where the month does not have it."""
        if self.month_origin is None or self.month_origin.day == self.day.day:
            return None
        return self.month_origin.day

    def on_date(self) -> Moment:
        """The same day without its clock time."""
        return Moment(self.day, None, self.month_origin, self.months) if self.time else self

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.time:%H:%M}" if self.time else self.day.isoformat()


def months_after(origin: date, months: int, month_end: MonthEnd) -> date:
    """`months` calendar months after `origin`; see MonthEnd. Raises OverflowError."""
    years, month = divmod(origin.month - 1 + months, 12)
    year, month = origin.year + years, month + 1
    if not MINYEAR <= year < MAXYEAR:
        raise OverflowError("date value out of range")
    try:
        return date(year, month, origin.day)
    except ValueError:  # the month has no such day
        last = date(year, month, monthrange(year, month)[1])
    return last if month_end is MonthEnd.CLAMP else last + timedelta(days=1)


def moment_after(moment: Moment, span: CalendarSpan, month_end: MonthEnd) -> Moment:
    """`span` later (earlier, with a negative count) on the local calendar, at the same clock time.

    Months count from where the moment's own months count from. Raises OverflowError.
    """
    days = span.days
    if days or not span.months:
        return Moment(moment.day + timedelta(days), moment.time)
    origin = moment.month_origin or moment.day
    months = moment.months + span.months
    return Moment(months_after(origin, months, month_end), moment.time, origin, months)


@cache
def days_between(span: CalendarSpan) -> tuple[int, int]:
    """The fewest and the most days that the span has from any day of the calendar."""
    if not span.months:
        return span.days, span.days
    starts = [date(2023, 1, 1) + timedelta(days) for days in range(4 * 365)]  # with a leap year
    lengths = [
        (months_after(day, span.months, month_end) - day).days
        for day in starts
        for month_end in MonthEnd
    ]
    return min(lengths), max(lengths)


def always_shorter(one: Span, other: Span) -> bool:
    """Whether `one` is shorter than `other` from every start, in every time zone."""
    if isinstance(one, CalendarSpan) and isinstance(other, CalendarSpan):
        if bool(one.months) is bool(other.months):
            return (one.months or one.days) < (other.months or other.days)
        return days_between(one)[1] < days_between(other)[0]
    return minutes_between(one)[1] < minutes_between(other)[0]


_DAY_MINUTES = 24 * 60
_CLOCK_CHANGE = 3 * 60  # minutes: the largest of any zone (Antarctica/Casey) but for a whole day


def minutes_between(span: Span) -> tuple[int, int]:
    """The fewest and the most minutes that the span has from any moment, in any time zone."""
    if isinstance(span, ElapsedSpan):
        return span.minutes, span.minutes
    fewest, most = days_between(span)
    change = _CLOCK_CHANGE if most else 0
    return fewest * _DAY_MINUTES - change, most * _DAY_MINUTES + change


def least_between(one: Span, other: Span) -> Span:
    """The least time from `one` to the longer `other`, of all starts, on nights without a clock
    change."""
    if isinstance(one, CalendarSpan) and isinstance(other, CalendarSpan):
        if one.months and other.months:
            return CalendarSpan(other.months - one.months, SpanUnit.MONTH)
        if not one.count:
            return other
        return CalendarSpan(days_between(other)[0] - days_between(one)[1], SpanUnit.DAY)
    return ElapsedSpan(_nominal(other) - _nominal(one))


def _nominal(span: Span) -> int:
    return span.minutes if isinstance(span, ElapsedSpan) else days_between(span)[0] * _DAY_MINUTES


def shifted(day: date, span: CalendarSpan, *, back: bool = False) -> date:
    """The day so much later, or earlier: months end with the month. Raises OverflowError."""
    sign = -1 if back else 1
    if span.months:
        return months_after(day, sign * span.months, MonthEnd.CLAMP)
    return day + timedelta(days=sign * span.days)


# --- reading


_SPAN = re.compile(
    r"(?P<count>\S+) +(?P<unit>minute|hour|day|week|month|year)s?", re.ASCII | re.IGNORECASE
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_MOST = {
    "minute": 60 * 24 * 7,
    "hour": 24 * 60,
    "day": 36600,
    "week": 5200,
    "month": 1200,
    "year": 100,
}


def read_span(text: str) -> Span:
    """`2 weeks`, `3 months`, `8 hours`. Raises Misread."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise _no_duration(text)
    unit = match["unit"].lower()
    count = read_count(match["count"], at_most=_MOST[unit])
    if unit == "minute":
        return ElapsedSpan(count)
    if unit == "hour":
        return ElapsedSpan(count * 60)
    return CalendarSpan(count, SpanUnit(unit))


_ABBREVIATED = re.compile(r"(?P<count>[0-9]+) ?(?P<unit>[a-z]+)", re.ASCII | re.IGNORECASE)
_MEANT = {
    **dict.fromkeys(("h", "hr", "hrs"), "hours"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "weeks"),
    **dict.fromkeys(("min", "mins"), "minutes"),
    **dict.fromkeys(("mo", "mth", "month", "months"), "months"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "years"),
}  # not m, which is read as minutes or months


def _no_duration(text: str) -> Misread:
    """What is wrong, with the words that an abbreviation may stand for."""
    short = _ABBREVIATED.fullmatch(text)
    meant = short and _MEANT.get(short["unit"].lower())
    example = f"{short['count']} {meant}" if short and meant else "2 weeks"
    return Misread(
        rules.BAD_DURATION,
        f"{quoted(text)} is not a duration",
        f"write a whole number and days, weeks, months, years, hours or minutes in full: {example}",
    )


def read_offset(text: str) -> Span:
    """A distance from a moment, which may be none: `0 weeks`, `8 hours`. Raises Misread."""
    match = _SPAN.fullmatch(text)
    if match is None or match["count"] != "0":
        return read_span(text)
    unit = match["unit"].lower()
    if unit in ("minute", "hour"):
        return ElapsedSpan(0)
    return CalendarSpan(0, SpanUnit(unit))


def read_calendar_span(text: str) -> CalendarSpan:
    """A duration in days or longer. Raises Misread."""
    span = read_span(text)
    if isinstance(span, ElapsedSpan):
        raise Misread(
            rules.BAD_DURATION,
            f"{quoted(text)} is shorter than a day, and this is counted in days",
            "write days, weeks, months or years",
        )
    return span


def read_elapsed_span(text: str) -> ElapsedSpan:
    """A duration in real hours or minutes. Raises Misread."""
    span = read_span(text)
    if isinstance(span, CalendarSpan):
        raise Misread(
            rules.BAD_DURATION,
            f"{quoted(text)} is counted on the calendar, and this is counted in hours",
            f"write hours or minutes: {span.days * 24 or 46} hours",
        )
    return span


def read_date(text: str) -> date:
    """An ISO date, `2026-03-02`. Raises Misread."""
    if not _DATE.fullmatch(text):
        raise Misread(
            rules.BAD_DATE, f"{quoted(text)} is not a date", "write year-month-day: 2026-03-02"
        )
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Misread(
            rules.BAD_DATE,
            f"there is no day {text} in the calendar",
            "check the month and the day: year-month-day, as in 2026-03-02",
        ) from None
    if not EARLIEST <= day < LATEST:
        raise Misread(
            rules.ABSURD, f"{text} is outside {EARLIEST.year} to {LATEST.year}", "check the year"
        )
    return day


def read_clock(text: str) -> time:
    """A clock time, `08:00`, 24 hours. Raises Misread."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise Misread(
            rules.BAD_TIME,
            f"{quoted(text)} is not a clock time",
            "write hours from 00 to 23 and minutes, two digits each: 08:00, 20:30",
        )
    return time(int(match[1]), int(match[2]))


def read_moment(text: str) -> Moment:
    """A date, or a date and a clock time: `2026-03-02`, `2026-03-02 18:00`. Raises Misread."""
    day, gap, clock = text.replace("T", " ", 1).partition(" ")
    return Moment(read_date(day), read_clock(clock) if gap else None)


def read_weekday(text: str) -> Weekday:
    """`mon` or `Monday`. Raises Misread."""
    lowered = text.lower()
    for weekday in Weekday:
        if lowered in (str(weekday), weekday.title.lower()):
            return weekday
    raise Misread(
        rules.BAD_WEEKDAY,
        f"{quoted(text)} is not a weekday",
        "write mon, tue, wed, thu, fri, sat or sun",
    )


def read_instant(text: str) -> datetime:
    """An instant in UTC, `2026-03-01T09:30:00Z`. Raises Misread."""
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise Misread(
            rules.BAD_DATE,
            f"{quoted(text)} is not a date and time in UTC",
            "write it as in 2026-03-01T09:30:00Z",
        ) from None
