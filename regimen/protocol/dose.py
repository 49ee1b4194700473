"""The dose rule of a phase: amounts and what they scale by, tapers, caps and rounding (rules D1 to
D7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, final

from msgspec import Struct

from regimen.protocol.inputs import Ref
from regimen.protocol.tables import Table
from regimen.quantity import BY_UCUM, Quantity, Unit, number_text
from regimen.timing import CalendarSpan, Span, Weekday

if TYPE_CHECKING:
    from regimen.product import Product


class Share(StrEnum):
    """What an amount is shared among; absent, it is an amount per administration."""

    DAY = "day"
    WEEK = "week"
    CYCLE = "cycle"
    IN_ALL = "in all"


class Dealing(StrEnum):
    """How an amount that is shared is dealt out: in equal parts, or in whole steps of what it is
    rounded to, the larger doses first or spread evenly."""

    EQUAL = "equal"
    LARGEST_FIRST = "largest first"
    SPREAD = "spread"


class Measure(StrEnum):
    """What an amount is per unit of: the measure that this means where no other is named."""

    WEIGHT = "weight"  # per kg
    BSA = "bsa"  # per m2
    CLEARANCE = "clearance"  # per mL/min, as a target AUC is: its measure is always named

    @property
    def unit(self) -> Unit:
        return BY_UCUM[_PER_UNIT[self]]

    @property
    def sign(self) -> str:
        """What stands behind the amount: `/kg`."""
        return f"/{self.unit.name}"


_PER_UNIT = {"weight": "kg", "bsa": "m2", "clearance": "mL/min"}


@final
class DoseExpression(Struct, frozen=True):
    """An amount, per unit of a measure or not, per administration or shared, or per hour of it
    (`hourly`). `by` names the measure, where it is not the one that `per` means by itself."""

    amount: Quantity
    per: Measure | None = None
    share: Share | None = None
    by: str | None = None
    hourly: bool = False

    @property
    def measure(self) -> str | None:
        """The measure that the amount scales by."""
        return self.by or self.per

    @property
    def scaled(self) -> str:
        """The amount with what it is per unit of: `6 mg/kg by dosing_weight`, `AUC 5 by …`."""
        return scaled_words(self.amount, self.per, self.by)


def scaled_words(amount: Quantity, per: Measure | None, by: str | None) -> str:
    suffix = f" by {by}" if by else ""
    if per is Measure.CLEARANCE:
        return f"AUC {number_text(amount.value)}{suffix}"
    return f"{amount}{per.sign if per else ''}{suffix}"


class PercentOf(StrEnum):
    """What a step of a taper is a part of, where it is not a part of a stated amount."""

    CURRENT = "current"  # what is given on the level before, rounded as it is given
    FROM = "from"  # the taper's first level


class Portion(Struct, frozen=True):
    """A step as a part of something: `10 % of current`; `part` is 1/10, or asked for in %."""

    part: Fraction | Ref
    of: PercentOf | DoseExpression | Ref


class TaperStep(Struct, frozen=True):
    """So much less (or more) each time, down (or up) to `to`; None where a stop rule ends it."""

    by: DoseExpression | Portion | Ref | Table
    to: DoseExpression | Ref | Table | None


@final
class Taper(Struct, frozen=True):
    """Levels of dose, each for the same time: `first`, then step after step. A level of zero is
    never given. With a share of a day, levels are amounts per day.

    `least_step` holds for steps that are portions; `stop_under` ends the taper as soon as a level
    would be less; `starting_at` is the level on which the patient already is."""

    first: DoseExpression | Ref | Table
    steps: tuple[TaperStep, ...]
    each: CalendarSpan | Ref | Table
    share: Share | None = None
    least_step: DoseExpression | Ref | Table | None = None
    stop_under: DoseExpression | Ref | Table | None = None
    starting_at: DoseExpression | Ref | Table | None = None


# a clock time or the name of one, a weekday, a listed day, a distance
TimeKey = time | Ref | Weekday | int | Span


def at_time(key: TimeKey) -> str:
    """`at 08:00`, `at «bedtime»`, `on Monday`, `on day 15`, `at 6 hours`."""
    if isinstance(key, time):
        return f"at {key:%H:%M}"
    if isinstance(key, Ref):
        return f"at «{key.name}»"
    if isinstance(key, Weekday):
        return f"on {key.title}"
    return f"on day {key}" if isinstance(key, int) else f"at {key}"


class DoseAt(Struct, frozen=True):
    """What is given at one time; `row` is the text that names it."""

    at: TimeKey
    dose: DoseExpression | Ref | Table
    row: str


@final
class DosesByTime(Struct, frozen=True):
    """Doses that differ by their time, which stands at the key `on` of the language (`at`, `on`,
    `days`, `offsets`)."""

    on: str
    doses: tuple[DoseAt, ...]


@final
class DividedDose(Struct, frozen=True):
    """One amount in parts, each at its time; together they are the whole."""

    on: str
    parts: tuple[tuple[TimeKey, Fraction], ...]
    whole: DoseExpression | Ref | Table


class CapBasis(StrEnum):
    """What a limit counts. Up to the cycle it reduces what is over it; beyond, it refuses."""

    DOSE = "dose"
    DAY = "day"
    WEEK = "week"
    CYCLE = "cycle"
    IN_ALL = "in all"  # of the course
    LIFETIME = "lifetime"  # with what was given before

    @property
    def reduces(self) -> bool:
        return self not in (CapBasis.IN_ALL, CapBasis.LIFETIME)

    @property
    def words(self) -> str:
        """What stands behind the amount: `per day`, `in all`."""
        if self is CapBasis.LIFETIME:
            return "in a lifetime"
        return self.value if self is CapBasis.IN_ALL else f"per {self}"


class Cap(Struct, frozen=True):
    amount: Quantity
    per: Measure | None
    basis: CapBasis
    by: str | None = None

    @property
    def measure(self) -> str | None:
        """The measure that the cap scales by."""
        return self.by or self.per


USUAL_DRIFT = Fraction(1, 10)  # rounding may change a dose by this part of it, unless stated


PIECE = "piece"  # the word for the next dose that the products can make


class RoundingMode(StrEnum):
    NEAREST = "nearest"
    UP = "up to"
    DOWN = "down to"


class Rounding(Struct, frozen=True):
    """To multiples of `grid`, or, where that is None, to what the products can make; `within` is
    the largest change allowed, as a part of the dose. With `over_week`, it is the whole of a week
    that is rounded."""

    mode: RoundingMode
    grid: Quantity | None
    ties_up: bool = True
    within: Fraction = USUAL_DRIFT
    over_week: bool = False

    def __str__(self) -> str:
        ties = ""
        if self.mode is RoundingMode.NEAREST:
            ties = ", ties up" if self.ties_up else ", ties down"
        over = ", over the week" if self.over_week else ""
        return f"{self.mode} {self.grid or PIECE}{ties}{over}"


def rounds_to_pieces(rounding: Rounding | Table | None) -> bool:
    """Whether it rounds to what the products can make."""
    return isinstance(rounding, Rounding) and rounding.grid is None


@final
class OneOf(Struct, frozen=True):
    """The product that the plan chooses for a phase: its answer to `ref` is a name of `by_name`."""

    ref: Ref
    by_name: Mapping[str, Product]
