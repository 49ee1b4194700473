"""A protocol: what its file says, typed and frozen, with nothing resolved for a patient yet.

Wherever the file may leave a value to the plan there stands a `Ref` to a parameter: one that the
author declared (`$twice_weekly_for`), or one that the words imply. `not stated`, a range
(`6 to 7 days`), a number of clock times without the times, and twice-a-week weekdays imply
parameters, named by where they stand (`acth.dose`). In the same places a `Table` may stand, whose
row the patient decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from regimen.finding import Place
from regimen.protocol.dose import (
    USUAL_DRIFT,
    Cap,
    CapBasis,
    Dealing,
    DividedDose,
    DoseAt,
    DoseExpression,
    DosesByTime,
    Measure,
    OneOf,
    PercentOf,
    Portion,
    Rounding,
    RoundingMode,
    Share,
    Taper,
    TaperStep,
    TimeKey,
    at_time,
    rounds_to_pieces,
)
from regimen.protocol.inputs import (
    DECLARED_TYPES,
    Condition,
    Decided,
    Limit,
    Parameter,
    ParameterType,
    Ref,
)
from regimen.protocol.measured import Age, AgeOn, Dated, Retake, Taken
from regimen.protocol.tables import Band, Edge, Row, Table, tables_in
from regimen.protocol.when import (
    EVERY_DAY,
    Anchor,
    Counted,
    Cycles,
    DateGiven,
    Doses,
    Earliest,
    Every,
    Extent,
    For,
    Junction,
    LastDose,
    Offsets,
    Once,
    OnceADay,
    OnDays,
    OnWeekdays,
    Pattern,
    Point,
    PointOf,
    Previous,
    Start,
    TimesPerWeek,
    TotalOf,
    Until,
    UntilStopped,
    UntilTotal,
    WholeList,
    ends_of,
)
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.timing import CalendarSpan, ElapsedSpan, Moment, MonthEnd, Span

if TYPE_CHECKING:
    from regimen.product import Product
    from regimen.protocol.measures import Derived
    from regimen.protocol.tolerance import Tolerance

__all__ = [
    "DECLARED_TYPES",
    "EVERY_DAY",
    "USUAL_DRIFT",
    "Age",
    "AgeOn",
    "Anchor",
    "AsNeeded",
    "Band",
    "Cap",
    "CapBasis",
    "Case",
    "Condition",
    "Counted",
    "Course",
    "Cycles",
    "DateGiven",
    "Dated",
    "Dealing",
    "Decided",
    "DividedDose",
    "DoseAt",
    "DoseExpression",
    "Doses",
    "DosesByTime",
    "Earliest",
    "Edge",
    "Every",
    "Expected",
    "ExpectedProduct",
    "Extent",
    "For",
    "Group",
    "Junction",
    "LastDose",
    "Limit",
    "Measure",
    "Offsets",
    "OnDays",
    "OnWeekdays",
    "Once",
    "OnceADay",
    "OneOf",
    "Parameter",
    "ParameterType",
    "Pattern",
    "PercentOf",
    "Phase",
    "Point",
    "PointOf",
    "Portion",
    "Previous",
    "Protocol",
    "Ref",
    "Retake",
    "Rounding",
    "RoundingMode",
    "Row",
    "Share",
    "Source",
    "Start",
    "Table",
    "Taken",
    "Taper",
    "TaperStep",
    "TimeKey",
    "Timed",
    "Timeline",
    "TimesPerWeek",
    "TotalOf",
    "Until",
    "UntilStopped",
    "UntilTotal",
    "Visit",
    "VisitDays",
    "WholeList",
    "at_time",
    "ends_of",
    "rounds_to_pieces",
    "tables_in",
]


class Timed(Struct, frozen=True, kw_only=True):
    """One timing rule for one extent, with everything inherited filled in."""

    key: str  # unique among those it follows; the identity of its days rests on it
    name: str | None
    pattern: Pattern | Ref | Table
    extent: Extent | Ref | None  # None where a taper's levels say how long
    times: tuple[time | Ref, ...] | OnceADay | Counted | Ref | Table
    begins: Anchor | None
    course_begins: Anchor | None  # where its course begins, should this phase be its first
    junction: Junction | None
    month_end: MonthEnd
    may_overlap: bool
    groups: tuple[Group, ...] = ()  # that it is a part of, the outermost first
    when: tuple[Condition, ...]
    needs: tuple[str, ...]  # the parameters and measures that it rests on
    place: Place
    places: Mapping[str, Place]
    tables: tuple[Table, ...] = ()  # in it, but for those that stand in a row of another

    def place_of(self, *keys: str) -> Place:
        """Where the first of these keys stands that decides this phase."""
        for key in keys:
            if key in self.places:
                return self.places[key]
        return self.place

    @property
    def lengths(self) -> tuple[Span | Ref | Table, ...]:
        """The durations that decide where it begins and how long it lasts, with its groups."""
        return tuple(length for part in (self, *self.groups) for length in _lengths(part))

    @property
    def subject(self) -> str:
        """What happens on these days, in words."""
        raise NotImplementedError

    @property
    def unit(self) -> str:
        """What its places are called, one of them."""
        return "dose"


def _lengths(part: Timed) -> Iterator[Span | Ref | Table]:
    for anchor in (part.begins, part.course_begins):
        if anchor is not None and anchor.offset is not None:
            yield anchor.offset
    for end in ends_of(part.extent):
        if type(end) is For:
            yield end.span
        elif type(end) is Until and end.anchor.offset is not None:
            yield end.anchor.offset
    if isinstance(part, Group) and type(part.pattern) is Every:
        yield part.pattern.span


class Group(Timed, frozen=True, kw_only=True):
    """Phases that belong together, and the rule for the first moments of their rounds; also of one
    phase alone that is repeated, or that begins at each dose of another course."""

    @property
    def subject(self) -> str:
        return self.name or self.key

    @property
    def unit(self) -> str:
        return "time"


class Phase(Timed, frozen=True, kw_only=True):
    """One dose rule on one timing rule for one extent."""

    drug: str
    route: Route | Ref | Table
    dose: DoseExpression | Taper | DosesByTime | DividedDose | Ref | Table
    caps: tuple[Cap, ...] | Table
    rounding: Rounding | Table | None
    dealing: Dealing | None
    products: tuple[Product, ...] | OneOf | Table = ()
    over: ElapsedSpan | Ref | Table | None = None  # how long giving each takes
    tolerance: Tolerance | None = None
    sites: tuple[str, ...] = ()  # taken in turn

    @property
    def subject(self) -> str:
        return self.drug


class VisitDays(Timed, frozen=True, kw_only=True):
    """The days of a visit."""

    what: str

    @property
    def subject(self) -> str:
        return self.what

    @property
    def unit(self) -> str:
        return "visit"


class Timeline(Struct, frozen=True, kw_only=True):
    """What follows each other in time under one name: the phases of a course, or one visit."""

    key: str
    phases: tuple[Timed, ...]
    when: tuple[Condition, ...]
    place: Place


class Course(Timeline, frozen=True, kw_only=True):
    drug: str
    phases: tuple[Phase, ...]


class Visit(Timeline, frozen=True, kw_only=True):
    """Days without a drug: an EEG, a blood level, a review. It has one phase."""

    phases: tuple[VisitDays, ...]


class AsNeeded(Timeline, frozen=True, kw_only=True):
    """A drug that is given only when it is needed. Its one phase says how much, from where and for
    how long; `per_day` is the most in any 24 hours, `min_gap` the least time between two doses. One
    of `per_day`, `min_gap` and a cap per day is there."""

    phases: tuple[Phase, ...]
    reason: str
    per_day: int | None
    min_gap: Span | None

    @property
    def phase(self) -> Phase:
        return self.phases[0]


class Source(Struct, frozen=True):
    cite: str
    says: str | None


class Expected(Struct, frozen=True):
    """What a case expects of one course or visit; None where it says nothing. `doses` counts
    administrations, or how often the visit is; a moment without a clock time asks for the day
    only."""

    course: str
    doses: int | None
    total: Quantity | None
    first: Moment | None
    last: Moment | None
    dates: tuple[Moment, ...] | None
    finishes: tuple[Moment, ...] | None
    amounts: tuple[Quantity | None, ...] | None  # None for one that is open
    place: Place


class ExpectedProduct(Struct, frozen=True):
    """What a case expects of one product; None where it says nothing."""

    product: str
    containers: int | None
    given: Quantity | None
    left_over: Quantity | None
    place: Place


class Case(Struct, frozen=True):
    """An author's test: `given` are the texts of a plan; either courses or a refusal follow."""

    name: str
    given: Mapping[str, str]
    expected: tuple[Expected, ...]
    refused: str | None
    place: Place
    places: Mapping[str, Place]
    products: tuple[ExpectedProduct, ...] = ()


class Protocol(Struct, frozen=True, dict=True):
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
    visits: tuple[Visit, ...] = ()
    as_needed: tuple[AsNeeded, ...] = ()
    measures: Mapping[str, Derived] = field(default_factory=dict)  # those that are worked out
    products: Mapping[str, Product] = field(default_factory=dict)

    @cached_property
    def parts(self) -> tuple[Timeline, ...]:
        """Everything that answers are asked for."""
        return (*self.courses, *self.visits, *self.as_needed)

    @cached_property
    def timelines(self) -> tuple[Timeline, ...]:
        """What anchors can name."""
        return (*self.courses, *self.visits)

    @cached_property
    def decisions(self) -> tuple[Parameter, ...]:
        """The questions that are answered on the way."""
        return tuple(each for each in self.parameters.values() if each.decided is not None)

    @cached_property
    def pins(self) -> frozenset[str]:
        """The names under which a plan may give doses a clock time that need none."""
        phases = [phase for part in self.parts for phase in part.phases]
        return frozenset(each.times.pin.name for each in phases if type(each.times) is OnceADay)

    @cached_property
    def goes_by_days(self) -> bool:
        """Whether nothing in it has a clock time or is counted in hours, whatever a plan answers,
        unless it pins a clock time."""
        phases = [phase for part in self.parts for phase in part.phases]
        lengths = [each for phase in phases for each in phase.lengths]
        return (
            not self.decisions
            and all(type(phase.times) is OnceADay for phase in phases)
            and all(type(each) is CalendarSpan or self._in_days(each) for each in lengths)
        )

    def _in_days(self, length: Span | Ref | Table) -> bool:
        return type(length) is Ref and self.parameters[length.name].in_days

    @cached_property
    def measured(self) -> bool:
        """Whether anything is measured."""
        return any(each.taken for each in self.parameters.values())

    def course(self, key: str) -> Course:
        return next(course for course in self.courses if course.key == key)
