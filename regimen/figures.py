"""The pharmacist's totals: what doses add up to, with the doses that each figure rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from regimen.quantity import Quantity
from regimen.schedule import Administration, CheckedSchedule
from regimen.timing import Moment


class Per(StrEnum):
    """What is added up. There are two kinds of week, and no word for both."""

    DRUG = "drug"
    COURSE = "course"
    PHASE = "phase"
    TREATMENT_WEEK = "treatment-week"
    CALENDAR_WEEK = "calendar-week"
    MONTH = "month"
    INGREDIENT = "ingredient"

    @property
    def means(self) -> str:
        return _MEANS[self]


_MEANS = {
    Per.DRUG: "each drug over all its courses",
    Per.COURSE: "each course over all its phases",
    Per.PHASE: "each phase of each course",
    Per.TREATMENT_WEEK: "7 days each, counted from the plan's start: week 1 begins on that day",
    Per.CALENDAR_WEEK: "Monday to Sunday, numbered as in ISO 8601",
    Per.MONTH: "calendar months",
    Per.INGREDIENT: "each drug inside the products that are given, whatever they are called",
}


class Period(Struct, frozen=True):
    """The days from `first` to `last`, both included: `week 1`, `2026-W10`, `2026-03`."""

    name: str
    first: date
    last: date


class Part(Struct, frozen=True):
    """Doses of one amount; `dose` is None where it is not stated, or not known yet."""

    dose: Quantity | None
    administrations: tuple[Administration, ...]

    @property
    def count(self) -> int:
        return len(self.administrations)

    @property
    def words(self) -> str:
        """`40 mg`, `weigh first`."""
        return str(self.dose) if self.dose else self.administrations[0].open_words


class Given(Struct, frozen=True):
    """What one administration gives of a drug: its dose, or what is inside the products it is made
    up of; None where that is not known."""

    drug: str
    amount: Quantity | None
    by: Administration


def given_by(administration: Administration) -> Given:
    dose = administration.dose
    return Given(administration.drug, dose.ordered if dose else None, administration)


def parts_of(given: Iterable[Given]) -> tuple[Part, ...]:
    """In the order in which the amounts first occur: the levels of a taper, one after another."""
    parts: dict[Quantity | str, list[Administration]] = {}
    for each in given:
        parts.setdefault(each.amount or each.by.open_words, []).append(each.by)
    return tuple(
        Part(dose if isinstance(dose, Quantity) else None, tuple(equal))
        for dose, equal in parts.items()
    )


class Figures(Struct, frozen=True):
    """What a drug's doses add up to, of all courses or of one, of a phase, or within a period.

    The amounts are None where the doses are not known, and then so is `highest_on`. `highest_day`
    is the most on one calendar day, first reached on `highest_on`; `cumulative` is what the drug
    adds up to in the plan by the end of the day of this row's last dose, whatever the course.
    """

    per: Per
    drug: str
    course: str | None
    phase: str | None
    phase_key: str | None
    period: Period | None
    parts: tuple[Part, ...]
    amount: Quantity | None
    highest_dose: Quantity | None
    highest_day: Quantity | None
    highest_on: date | None
    cumulative: Quantity | None
    first: Moment
    last: Moment

    @property
    def doses(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses whose doses are in it."""
        given = (each for part in self.parts for each in part.administrations)
        return tuple(dict.fromkeys(each.course for each in given))


class Summary(Struct, frozen=True):
    """A checked schedule with its figures, which a recount has confirmed."""

    checked: CheckedSchedule
    per: tuple[Per, ...]
    figures: tuple[Figures, ...]
