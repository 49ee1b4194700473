"""Values as other systems write them: what can be read in one way is taken, nothing else."""

from __future__ import annotations

import re
from datetime import date, time

from regimen import rules
from regimen.finding import Misread, Reading, quoted
from regimen.quantity import Quantity, Unit, read_number, read_quantity
from regimen.timing import ElapsedSpan, read_clock, read_date, read_span, read_weekday

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](\S+))?", re.ASCII)
_IN_WORDS = re.compile(r"(?:([a-z]+),? +)?([0-9]{1,2}) +([a-z]+)\.? +([0-9]{4})", re.ASCII)
_DIGITS_ONLY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{2}|[0-9]{4})", re.ASCII)
_WHOLE_MINUTE = re.compile(r"([0-9]{2}:[0-9]{2}):00", re.ASCII)
_HOURS_AND_MINUTES = re.compile(r"(\S+ hours?) (\S+ minutes?)", re.ASCII)
_MEND_DATE = "write year-month-day, as in 2026-03-02, or the month in letters, as in 2 Mar 2026"


class Ambiguous(Misread):
    """A date that may have several readings, each of which is shown."""

    def __init__(self, what: str, mend: str, readings: tuple[Reading, ...]) -> None:
        super().__init__(rules.BAD_DATE, what, mend)
        self.readings = readings


def read_day(text: str) -> tuple[date, time | None]:
    """A day, and the clock time behind it if there is one: `2026-03-02`, `2026-03-02 08:00`,
    `2 Mar 2026`, `Mon 2 March 2026`. Raises Misread; for 03/04/2026, Ambiguous."""
    if match := _ISO.fullmatch(text):
        return read_date(match[1]), read_time(match[2]) if match[2] else None
    if match := _IN_WORDS.fullmatch(text.lower()):
        weekday, number, month, year = match.groups()
        months = [at for at, name in enumerate(_MONTHS, 1) if month in (name, name[:3])]
        if months:
            day = read_date(f"{year}-{months[0]:02}-{int(number):02}")
            if weekday is not None:
                check_weekday(weekday, day)
            return day, None
    if match := _DIGITS_ONLY.fullmatch(text):
        raise _in_digits(text, int(match[1]), int(match[3]), match[4])
    raise Misread(rules.BAD_DATE, f"{quoted(text)} is not a date", _MEND_DATE)


def _in_digits(text: str, first: int, second: int, year: str) -> Misread:
    """The refusal of a date in digits: it may begin with the day or with the month."""
    century = year if len(year) == 4 else f"20{year}"
    days: dict[date, Reading] = {}
    for title, number, month in (("day first", first, second), ("month first", second, first)):
        try:
            day = date(int(century), month, number)
        except ValueError:
            continue
        words = f"{number} {_MONTHS[month - 1].title()} {century}"
        days[day] = Reading(title, (words,))
    what = f"{quoted(text)} has day and month in an order that the table does not state"
    mend = f"write {' or '.join(map(str, days))}" if days else _MEND_DATE
    readings = tuple(days.values()) if len(days) > 1 else ()
    return Ambiguous(what, mend, readings)


def check_weekday(text: str, day: date) -> None:
    """Raises Misread where the weekday written is not that of the day."""
    weekday = read_weekday(text)
    if weekday != day.weekday():
        raise Misread(
            rules.BAD_WEEKDAY,
            f"{day} is no {weekday.title}",
            "check both against the calendar: one of them is a slip",
        )


def read_time(text: str) -> time:
    """`08:00`, or `08:00:00` as spreadsheets write it. Raises Misread."""
    match = _WHOLE_MINUTE.fullmatch(text)
    return read_clock(match[1] if match else text)


def read_length(text: str) -> ElapsedSpan:
    """How long an infusion takes: `46 hours`, `90 minutes`, `1 hour 30 minutes`. Raises Misread."""
    match = _HOURS_AND_MINUTES.fullmatch(text)
    minutes = 0
    for part in match.groups() if match else (text,):
        span = read_span(part)
        if not isinstance(span, ElapsedSpan):
            raise Misread(
                rules.BAD_DURATION,
                f"{quoted(text)} is no length of an infusion",
                "write hours or minutes: 46 hours, 90 minutes",
            )
        minutes += span.minutes
    return ElapsedSpan(minutes)


def read_dose(text: str, unit: Unit | None, header: Unit | None) -> Quantity | None:
    """A dose from its cell, with the unit of its line or of the column's name where there is one;
    None where nothing is stated. Raises Misread."""
    if text.lower() in ("", "not stated", "dose not stated"):
        if unit is not None:
            raise Misread(
                rules.BAD_QUANTITY,
                f"there is a unit, {unit.name}, and no amount",
                "write the amount, or leave both out where the dose is not stated",
            )
        return None
    known = unit or header
    if not text[-1].isdigit():
        dose = read_quantity(text)
        if known is not None and dose.unit is not known:
            raise Misread(
                rules.TWO_ANSWERS,
                f"{quoted(text)} stands where the unit is {known.name}",
                "state one unit",
            )
        return dose
    number = read_number(text)
    if known is None:
        raise Misread(
            rules.BAD_QUANTITY,
            f"{quoted(text)} has no unit",
            "write it with its unit, as in 100 mcg, or add a column called unit",
        )
    return Quantity(number, known)


def check_ucum(code: str, dose: Quantity | None) -> None:
    """Raises Misread where a UCUM code is not that of the dose's unit."""
    if dose is None or code != dose.unit.ucum:
        beside = f"{dose.unit.name}, whose code is {dose.unit.ucum}" if dose else "no dose"
        raise Misread(
            rules.TWO_ANSWERS,
            f"the UCUM code {quoted(code)} stands beside {beside}",
            "state one unit",
        )
