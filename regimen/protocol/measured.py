"""What is measured of a patient: when it is taken, its dated values, and ages."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from regimen.quantity import Quantity
from regimen.timing import CalendarSpan, MonthEnd, months_after, shifted

SIZES = ("weight", "height", "bsa", "creatinine")  # names of nothing but measures
RAW_MEASURES = (*SIZES, "age", "sex")


class Retake(StrEnum):
    """When a measure is taken again."""

    ONCE = "once"
    EACH_DOSE = "each dose"
    EACH_CYCLE = "each cycle"
    IF_CHANGED = "if changed"


class Taken(Struct, frozen=True):
    """When a measure is taken; `by` is the least change that counts, as a part of the value that
    counted until then."""

    when: Retake
    by: Fraction | None = None

    @property
    def again(self) -> bool:
        return self.when is not Retake.ONCE


class Dated(Struct, frozen=True):
    """Values with the day on which each was measured, ascending; none where none is there yet."""

    values: tuple[tuple[date, Quantity], ...]


class Age(Struct, frozen=True):
    """How old the patient is at the start of the plan, or the day of birth."""

    at_start: CalendarSpan | None = None
    born: date | None = None

    def birth(self, start: date) -> date:
        """The day of birth; of an age at the start, the one day on which it would be exact."""
        if self.born is not None:
            return self.born
        assert self.at_start is not None
        return shifted(start, self.at_start, back=True)


class AgeOn(Struct, frozen=True):
    """The age on a day."""

    born: date
    day: date

    @property
    def months(self) -> int:
        """In completed months."""
        months = (self.day.year - self.born.year) * 12 + self.day.month - self.born.month
        return months - (months_after(self.born, months, MonthEnd.CLAMP) > self.day)

    @property
    def years(self) -> int:
        """In completed years."""
        return self.months // 12

    def reached(self, span: CalendarSpan) -> bool:
        """Whether the patient is at least that old."""
        return shifted(self.born, span) <= self.day

    def is_exactly(self, span: CalendarSpan) -> bool:
        """Whether the patient reaches that age on this very day."""
        return shifted(self.born, span) == self.day

    def __str__(self) -> str:
        days = (self.day - self.born).days
        for number, most, word in (
            (days, 28, "day"),
            (days // 7, 26, "week"),
            (self.months, 36, "month"),
        ):
            if number < most:
                return f"{number} {word}{'' if number == 1 else 's'}"
        return f"{self.years} years"
