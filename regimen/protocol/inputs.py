"""What a protocol leaves to the plan: references, the parameters they name, and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, final

from msgspec import Struct, field

from regimen.finding import Place
from regimen.protocol.measured import Taken
from regimen.protocol.tables import Band, holds
from regimen.quantity import Dimension, Quantity, Unit
from regimen.timing import CalendarSpan, ElapsedSpan

if TYPE_CHECKING:
    from regimen.protocol.tables import Band
    from regimen.protocol.when import Anchor


@final
class Ref(Struct, frozen=True):
    """A value that the plan gives: the name of its parameter."""

    name: str


def given_before(drug: str) -> str:
    """The name of the question how much of a drug was given before the plan."""
    return f"{_NOT_NAME.sub('_', drug.lower()).strip('_')}.given_before"


_NOT_NAME = re.compile(r"[^a-z0-9]+", re.ASCII)


class Condition(Struct, frozen=True):
    """Present only where the choice is one of these, or the measure lies in one of these bands."""

    parameter: str
    choices: tuple[Band | str, ...]

    @property
    def by_measure(self) -> bool:
        return not isinstance(self.choices[0], str)

    def holds(self, value: object) -> bool:
        return any(holds(choice, value) for choice in self.choices)


class ParameterType(StrEnum):
    """What kind of answer a parameter takes. The second group is implied, never declared."""

    DURATION = "duration"
    QUANTITY = "quantity"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    WEEKDAYS = "weekdays"
    TIME = "time"

    MOMENT = "date, with a clock time if need be"
    ZONE = "time zone"
    MEASURE = "measure"
    AGE = "age"
    DOSE = "dose"
    ROUTE = "route"
    PATTERN = "days"
    CLOCKS = "clock times"
    EXTENT = "extent"
    GIVEN_BEFORE = "amount"


DECLARED_TYPES = (
    ParameterType.DURATION,
    ParameterType.QUANTITY,
    ParameterType.NUMBER,
    ParameterType.DATE,
    ParameterType.CHOICE,
    ParameterType.WEEKDAYS,
    ParameterType.TIME,
)


class Decided(Struct, frozen=True):
    """When a question is answered that nobody can answer at the start: at `anchor`, or, where that
    is None, on a day that nothing tells beforehand."""

    anchor: Anchor | None
    place: Place


Limit = Quantity | CalendarSpan | ElapsedSpan | date | int


class Parameter(Struct, frozen=True):
    """A question that a plan answers. A measure is one, named by the measure.

    `gap` marks one that stands for words missing from the source: it may stay open, and then what
    depends on it is not scheduled. `optional` marks one that need not be answered at all.
    `decided` marks one that is answered on the way, and until then holds back what depends on it.
    `count` is how many weekdays or clock times the answer must have; `in_days` marks a duration
    that is counted in days or longer wherever it is used, `in_hours` one in hours or minutes,
    `may_be_nothing` an amount at which a taper ends. Of a measure, `taken` says when it is
    measured, `grid` of what its values are multiples, and `beside` what is asked with it.
    """

    name: str
    type: ParameterType
    ask: str
    place: Place
    unit: Unit | None = None
    at_least: Limit | None = None
    at_most: Limit | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None
    in_days: bool = False
    in_hours: bool = False
    may_be_nothing: bool = False
    gap: bool = False
    optional: bool = False
    taken: Taken | None = None
    grid: Quantity | None = None
    beside: tuple[str, ...] = ()
    scale: str = ""  # of an amount given before: what its limit is per unit of, as in "/m²"
    course: str | None = None  # of an implied one: the course it belongs to
    missing: str = ""  # of a gap: what the source does not state
    decided: Decided | None = None

    @property
    def is_percentage(self) -> bool:
        return self.unit is not None and self.unit.dimension is Dimension.PART

    @property
    def retaken(self) -> bool:
        """Whether it is answered by several values, each with its day."""
        return self.type is ParameterType.MEASURE and self.taken is not None and self.taken.again
