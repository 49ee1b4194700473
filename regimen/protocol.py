"""A protocol: what its file says, typed and frozen, with nothing resolved for a patient yet.

Wherever the file may leave a value to the plan there stands a `Ref` to a parameter: one that the
author declared (`$twice_weekly_for`), or one that the words imply. `not stated`, a range
(`6 to 7 days`), a number of clock times without the times, and twice-a-week weekdays imply
parameters, named by where they stand (`acth.dose`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct, field

from regimen.finding import Place
from regimen.quantity import Quantity, Unit
from regimen.route import Route
from regimen.timing import CalendarSpan, MonthEnd, Span, Weekday


class Ref(Struct, frozen=True):
    """A value that the plan gives: the name of its parameter."""

    name: str


# --- which days


class Every(Struct, frozen=True):
    """One place every so many days, weeks or months, counted from the first moment."""

    span: CalendarSpan | Ref


class TimesPerWeek(Struct, frozen=True):
    """`count` places in each week from the first moment, place k on day floor(7k/count); the plan
    may pin weekdays instead under the name `pins`."""

    count: int | Ref
    pins: Ref | None = None


class OnWeekdays(Struct, frozen=True):
    """Every listed weekday from the first moment on."""

    weekdays: tuple[Weekday, ...] | Ref


class Once(Struct, frozen=True):
    """The first day only."""


Pattern = Every | TimesPerWeek | OnWeekdays | Once


# --- what time


class OnceADay(Struct, frozen=True):
    """One dose a day without a clock time, unless the plan pins one under the name `pin`."""

    pin: Ref


# --- from where


class Point(StrEnum):
    """Which moment of a phase or course an anchor means."""

    BEGIN = "begin"  # its first moment
    FIRST = "first"  # its first administration
    LAST = "last"  # its last administration
    END = "end"  # the end of its period

    @property
    def words(self) -> str:
        return {
            "begin": "the first moment",
            "first": "the first dose",
            "last": "the last dose",
        }.get(self, "the end")


class Start(Struct, frozen=True):
    """The plan's start."""


class DateGiven(Struct, frozen=True):
    """A date that the plan gives."""

    ref: Ref


class Previous(Struct, frozen=True):
    """A point of the nearest earlier phase of the course that applies."""

    point: Point


class PointOf(Struct, frozen=True):
    """A point of a course, or of one of its phases."""

    course: str
    phase: str | None
    point: Point


class Anchor(Struct, frozen=True):
    """A moment that others hang on: `base`, moved by `offset` (back, where `before`)."""

    base: Start | DateGiven | Previous | PointOf
    offset: Span | Ref | None = None
    before: bool = False
    text: str = "start"


class Junction(StrEnum):
    """How a phase follows the one before it, where it does not say `begins`."""

    AT_ONCE = "at once"  # at the end of the period before
    WAIT = "wait"  # after the new pattern's own first gap, counted from the last dose before


# --- how long


class For(Struct, frozen=True):
    span: CalendarSpan | Ref


class Doses(Struct, frozen=True):
    count: int | Ref


class Until(Struct, frozen=True):
    """Up to an anchor, itself counted (`through`) or not (`before`)."""

    anchor: Anchor
    included: bool


Extent = For | Doses | Until


# --- how much


class Share(StrEnum):
    """What an amount is shared among; absent, it is an amount per administration."""

    DAY = "day"
    WEEK = "week"
    IN_ALL = "in all"


class Measure(StrEnum):
    """A measured property of the patient that doses scale by."""

    WEIGHT = "weight"
    BSA = "bsa"


class DoseExpression(Struct, frozen=True):
    """An amount, per unit of a measure or not, per administration or shared."""

    amount: Quantity
    per: Measure | None = None
    share: Share | None = None


class Taper(Struct, frozen=True):
    """Levels of dose: `first`, then `by` less (or more) after `each`, down (or up) to `to`; a level
    of zero is never given. With a share of a day, levels are amounts per day."""

    first: Quantity | Ref
    by: Quantity | Ref
    to: Quantity | Ref
    each: CalendarSpan | Ref
    share: Share | None = None


class CapBasis(StrEnum):
    DOSE = "dose"
    DAY = "day"


class Cap(Struct, frozen=True):
    amount: Quantity
    per: Measure | None
    basis: CapBasis


USUAL_DRIFT = Fraction(1, 10)  # rounding may change a dose by this part of it, unless stated


class RoundingMode(StrEnum):
    NEAREST = "nearest"
    UP = "up to"
    DOWN = "down to"


class Rounding(Struct, frozen=True):
    """To multiples of `grid`; `within` is the largest change allowed, as a part of the dose."""

    mode: RoundingMode
    grid: Quantity
    ties_up: bool = True
    within: Fraction = USUAL_DRIFT

    def __str__(self) -> str:
        ties = ""
        if self.mode is RoundingMode.NEAREST:
            ties = ", ties up" if self.ties_up else ", ties down"
        return f"{self.mode} {self.grid}{ties}"


# --- the whole


class Condition(Struct, frozen=True):
    """Present only where the choice is one of these."""

    parameter: str
    choices: tuple[str, ...]


class Phase(Struct, frozen=True):
    """One dose rule on one timing rule for one extent, with everything inherited filled in."""

    key: str  # unique in its course; the identity of its administrations rests on it
    name: str | None
    drug: str
    route: Route | Ref
    dose: DoseExpression | Taper | Ref
    pattern: Pattern | Ref
    extent: Extent | Ref | None  # None where a taper's levels say how long
    times: tuple[time, ...] | OnceADay | Ref
    begins: Anchor | None
    course_begins: Anchor | None  # where its course begins, should this phase be its first
    junction: Junction | None
    month_end: MonthEnd
    caps: tuple[Cap, ...]
    rounding: Rounding | None
    may_overlap: bool
    when: tuple[Condition, ...]
    needs: tuple[str, ...]  # the parameters and measures that its dates and doses rest on
    place: Place
    places: Mapping[str, Place]

    def place_of(self, *keys: str) -> Place:
        """Where the first of these keys stands that decides this phase."""
        for key in keys:
            if key in self.places:
                return self.places[key]
        return self.place


class Course(Struct, frozen=True):
    key: str
    drug: str
    phases: tuple[Phase, ...]
    when: tuple[Condition, ...]
    place: Place


class ParameterType(StrEnum):
    """What kind of answer a parameter takes. The second group is implied, never declared."""

    DURATION = "duration"
    QUANTITY = "quantity"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    WEEKDAYS = "weekdays"

    MOMENT = "date, with a clock time if need be"
    ZONE = "time zone"
    MEASURE = "measure"
    DOSE = "dose"
    ROUTE = "route"
    PATTERN = "days"
    CLOCKS = "clock times"
    EXTENT = "extent"


DECLARED_TYPES = (
    ParameterType.DURATION,
    ParameterType.QUANTITY,
    ParameterType.NUMBER,
    ParameterType.DATE,
    ParameterType.CHOICE,
    ParameterType.WEEKDAYS,
)


Limit = Quantity | CalendarSpan | date | int


class Parameter(Struct, frozen=True):
    """A question that a plan answers. A measure is one, named by the measure.

    `gap` marks one that stands for words missing from the source: it may stay open, and then what
    depends on it is not scheduled. `optional` marks one that need not be answered at all.
    `count` is how many weekdays or clock times the answer must have; `in_days` marks a duration
    that is counted in days or longer wherever it is used, `may_be_nothing` an amount at which a
    taper ends.
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
    may_be_nothing: bool = False
    gap: bool = False
    optional: bool = False
    course: str | None = None  # of an implied one: the course it belongs to
    missing: str = ""  # of a gap: what the source does not state


class Source(Struct, frozen=True):
    cite: str
    says: str | None


class Expected(Struct, frozen=True):
    """What a case expects of one course; None where it says nothing."""

    course: str
    doses: int | None
    total: Quantity | None
    first: date | None
    last: date | None
    dates: tuple[date, ...] | None
    amounts: tuple[Quantity, ...] | None
    place: Place


class Case(Struct, frozen=True):
    """An author's test: `given` are the texts of a plan; either courses or a refusal follow."""

    name: str
    given: Mapping[str, str]
    expected: tuple[Expected, ...]
    refused: str | None
    place: Place
    places: Mapping[str, Place]


class Protocol(Struct, frozen=True):
    id: str
    title: str
    status: str
    sources: tuple[Source, ...]
    assumes: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    courses: tuple[Course, ...]
    cases: tuple[Case, ...]
    place: Place
    content_hash: str  # sha256 of the file's bytes, hexadecimal

    def course(self, key: str) -> Course:
        return next(course for course in self.courses if course.key == key)
