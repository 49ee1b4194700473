"""Another schedule held against ours: its lines as they were read, and every difference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum

from msgspec import Struct

from regimen.finding import Place
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.schedule import Administration, CheckedSchedule
from regimen.timing import ElapsedSpan


class Line(Struct, frozen=True):
    """One dose of the other schedule. `drug` is the name as it stands there, `named` our name for
    it, `over` how long giving it takes; what the line does not state is None."""

    place: Place
    day: date
    time: time | None
    zone: str | None
    drug: str
    named: str
    dose: Quantity | None
    route: Route | None
    over: ElapsedSpan | None = None


class Kind(StrEnum):
    """How the other schedule differs in one dose."""

    MISSING = "missing"
    EXTRA = "extra"
    OTHER_DOSE = "other dose"
    OTHER_DAY = "other day"
    OTHER_TIME = "other time"
    OTHER_ROUTE = "other route"
    OTHER_LENGTH = "other infusion length"
    OTHER_DRUG = "other drug name"


class Difference(Struct, frozen=True):
    """One difference; `ours` is None where the dose is extra, `theirs` where it is missing. A dose
    that differs in two ways has two."""

    kind: Kind
    ours: Administration | None
    theirs: Line | None


class Sums(Struct, frozen=True):
    """What one drug adds up to on either side; an amount is None where no dose is stated."""

    drug: str
    our_doses: int
    our_amount: Quantity | None
    their_doses: int
    their_amount: Quantity | None


class Comparison(Struct, frozen=True):
    """What was compared and what came of it. `columns` says which column was taken for what,
    `unread` names those that were not, and `remarks` what could not be compared, and why."""

    checked: CheckedSchedule
    file: str
    lines: tuple[Line, ...]
    columns: Mapping[str, str]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    drugs: Mapping[str, str]
    agreeing: int
    differences: tuple[Difference, ...]
    sums: tuple[Sums, ...]

    def count(self, kind: Kind) -> int:
        return sum(each.kind is kind for each in self.differences)
