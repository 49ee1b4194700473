"""A schedule: the administrations of a plan, each with its reasons, and that it was checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from regimen.finding import Finding, Refusal
from regimen.plan import Plan
from regimen.protocol import AsNeeded, Every, Offsets, Parameter, Pattern, Phase, Protocol
from regimen.protocol.words import counted_doses, days_in_words, limits_in_words
from regimen.quantity import Dimension, Quantity
from regimen.route import Route
from regimen.timing import ElapsedSpan, Moment, Span

if TYPE_CHECKING:
    from regimen.product import Product, Supply, Taken

NOT_STATED = "dose not stated"


class DoseStage(StrEnum):
    """The order of operations from the words to the syringe."""

    STATED = "stated"
    CALCULATED = "calculated"
    SHARED = "shared"
    REDUCED = "reduced"
    CAPPED = "capped"
    ROUNDED = "rounded"
    ORDERED = "ordered"
    MADE_UP = "made up"


class DoseStep(Struct, frozen=True):
    """The amount after one stage, and why it is that."""

    stage: DoseStage
    amount: Quantity
    because: str

    def __str__(self) -> str:
        """`capped 15 mg (at most 2 mg/kg per day)`. What is stated per kg or per day is not printed
        as if it were a dose: `stated 6 mg/kg per day, as the protocol says`."""
        basis = self.because.removeprefix(str(self.amount))
        if self.stage is DoseStage.STATED and basis.startswith(("/", " per ", " in all")):
            return f"{self.stage} {self.because}"
        return f"{self.stage} {self.amount.shown} ({self.because})"


class Dose(Struct, frozen=True):
    """The amount ordered per administration, and each stage on the way to it. `taken` is what
    is taken of each product; nothing where no product is named."""

    ordered: Quantity
    steps: tuple[DoseStep, ...]
    taken: tuple[Taken, ...] = ()

    def of(self, drug: str) -> Quantity:
        """How much of the drug it is: what is in the pieces, or in the volume, that it is written
        in; the ordered amount itself where that is none of a product."""
        kind = self.ordered.unit.dimension
        if not self.taken or not (kind.is_counted or kind is Dimension.VOLUME):
            return self.ordered
        held = [
            content.amount
            for taken in self.taken
            for content in taken.product.contents_of(taken.amount)
            if content.drug == drug
        ]
        total, *rest = held or [self.ordered]
        for amount in rest:
            total += amount
        return total

    def __str__(self) -> str:
        return str(self.ordered)


class Beginning(Struct, frozen=True):
    """Why a phase begins where it does: `anchor` in words, at `at`, moved by `offset`."""

    anchor: str
    at: Moment
    offset: Span | None = None
    before: bool = False
    timed: bool = False  # whether the moment's clock time is meant: the finish of an infusion

    @property
    def sets_the_time(self) -> bool:
        """Whether a dose without a clock time of its own is given at that of the first moment."""
        return self.timed or isinstance(self.offset, ElapsedSpan)

    def __str__(self) -> str:
        if self.offset is None:
            return f"at {self.anchor} ({self.at})"
        return f"{self.offset} {'before' if self.before else 'after'} {self.anchor} ({self.at})"


class AppliedPhase(Struct, frozen=True):
    """A phase of the protocol as this plan has it. `pattern` holds values, no references; `route`
    is None where it is not stated; `count` and `course_count` are numbers of administrations, in
    all rounds where the phase comes again, `round` then being the number of this one of `rounds`;
    `times` is (None,) where doses have no fixed clock time; `over` is how long giving one takes,
    where that is known."""

    course: str
    written: Phase
    title: str
    route: Route | None
    pattern: Pattern
    beginning: Beginning
    first: Moment
    count: int
    course_count: int
    times: tuple[time | None, ...] = (None,)
    over: ElapsedSpan | None = None
    rows: str = ""  # from which rows of tables its days come, in words
    products: tuple[Product, ...] = ()
    round: int | None = None
    rounds: int = 1

    @property
    def key(self) -> str:
        return self.written.key

    @property
    def drug(self) -> str:
        return self.written.drug


class Due(Struct, frozen=True):
    """The window in which a dose may be given; None on a side of which nothing is said."""

    since: Moment | None
    to: Moment | None

    def __str__(self) -> str:
        if self.to is None:
            return f"from {self.since}"
        return f"to {self.to}" if self.since is None else f"{self.since} to {self.to}"


class Status(StrEnum):
    """What became of a dose, as far as the plan's record says."""

    PLANNED = "planned"
    GIVEN = "given"
    MISSED = "missed"
    HELD = "held"
    STOPPED = "stopped"

    @property
    def takes_place(self) -> bool:
        return self in (Status.PLANNED, Status.GIVEN)


class Administration(Struct, frozen=True):
    """One planned dose. `number` counts in its phase, `course_number` in its course, from 1.

    `dose` is None where the source does not state it, or where it waits for measures; `instant` is
    in UTC and given for timed ones. On numbered days, `day_number` is the day's number as the
    protocol counts, and `cycle` that of its cycle in the phase, from 1, where there are cycles. At
    stated distances, `offset` is the position of this one in the list, from 0.
    """

    phase: AppliedPhase
    number: int
    course_number: int
    day: date
    time: time | None
    dose: Dose | None
    clamped_from: int | None = None
    instant: datetime | None = None
    clock_note: str = ""  # how a clock time that is skipped or repeated was resolved
    cycle: int | None = None
    day_number: int | None = None
    offset: int | None = None
    finish: Moment | None = None  # of a timed infusion, by the clock on the wall
    finish_instant: datetime | None = None
    site: str | None = None
    due: Due | None = None
    waits_for: tuple[str, ...] = ()  # the measures to be taken before the dose is known
    ideal: Moment | None = None  # where the protocol puts it, if it is given elsewhere
    status: Status = Status.PLANNED
    moved: tuple[str, ...] = ()  # why it is not as the protocol puts it

    @property
    def id(self) -> str:
        """Its identity within the plan."""
        return f"{self.phase.course}/{self.phase.key}/{self.number}"

    @property
    def course(self) -> str:
        return self.phase.course

    @property
    def drug(self) -> str:
        return self.phase.drug

    @property
    def moment(self) -> Moment:
        return Moment(self.day, self.time)

    @property
    def open_words(self) -> str:
        """What stands in the place of a dose that is not known."""
        if not self.waits_for:
            return NOT_STATED
        if self.waits_for == ("weight",):
            return "weigh first"
        return f"first measure {' and '.join(self.waits_for)}"

    def why_this_day(self) -> str:
        return "; ".join(_why_this_day(self))

    def why_this_dose(self) -> str:
        if self.waits_for:
            return (
                f"{self.open_words}: the dose rests on {' and '.join(self.waits_for)}, not yet"
                " measured for it"
            )
        if self.dose is None:
            return "the dose is not stated"
        return "; ".join(map(str, self.dose.steps))


def _why_this_day(administration: Administration) -> Iterator[str]:
    phase = administration.phase
    found = "" if phase.beginning.offset is None else f", on {phase.first}"
    yield f"{phase.title} begins {phase.beginning}{found}"
    days = f"{days_in_words(phase.pattern)}{phase.rows}"
    yield f"dose {administration.number} of {phase.count} {days}"
    if isinstance(phase.pattern, Every) and isinstance(phase.pattern.span, ElapsedSpan):
        passed = ElapsedSpan(phase.pattern.span.minutes * (administration.number - 1))
        yield f"{passed} in real time after {phase.first}"
    if place := place_in_words(administration):
        yield place
    if administration.clamped_from is not None:
        yield (
            f"day {administration.clamped_from} does not exist in that month,"
            f" so it is {administration.day.isoformat()}"
        )
    if administration.clock_note:
        yield administration.clock_note


def place_in_words(administration: Administration) -> str:
    """`cycle 2, day 8`, `at 2 weeks` or `round 2`, for a dose whose place has a name; or
    nothing."""
    phase, parts = administration.phase, []
    if phase.round is not None:
        parts.append(f"round {phase.round}")
    if administration.cycle is not None:
        parts.append(f"cycle {administration.cycle}")
    if administration.day_number is not None:
        parts.append(f"day {administration.day_number}")
    if administration.offset is not None:
        assert isinstance(phase.pattern, Offsets)
        parts.append(f"at {phase.pattern.offsets[administration.offset]}")
    return ", ".join(parts)


class AtMost(Struct, frozen=True):
    """What may be given as needed: each dose, from when to when, and how many doses its limits
    allow at the most. `until` is where its time is over, None where only the number ends it."""

    written: AsNeeded
    route: Route
    dose: Dose
    since: Moment
    until: Moment | None
    doses: int

    @property
    def amount(self) -> Quantity:
        """What the doses add up to."""
        return self.dose.ordered.times(self.doses).for_total()

    @property
    def when(self) -> str:
        """`2026-03-02 to 2026-03-04`, the last day included."""
        if self.until is None:
            return f"from {self.since}"
        last = self.until
        if last.time is None:
            last = Moment(last.day - timedelta(days=1))
        return f"on {last}" if self.since == last else f"{self.since} to {last}"

    def limits(self) -> str:
        """`at most 4 doses in 24 hours, at least 6 hours apart`."""
        return limits_in_words(self.written.per_day, self.written.min_gap)

    def __str__(self) -> str:
        item = self.written
        said = (f"as needed for {item.reason}", self.limits(), self.when)
        most = f"at most {counted_doses(self.doses)}, {self.amount}, in all"
        give, pieces = "", ""
        if self.dose.taken:
            from regimen.product import taken_text

            words = taken_text(self.dose.taken)
            give = "" if words == str(self.dose) else f" ({words})"
            pieces = f": {taken_text(self.taken)}"
        return (
            f"{item.phase.drug} {self.dose}{give} {self.route}, {', '.join(filter(None, said))}:"
            f" {most}{pieces}"
        )

    @property
    def taken(self) -> tuple[Taken, ...]:
        """What all of the doses together take of each product."""
        return tuple(
            replace(each, amount=each.amount.times(self.doses)) for each in self.dose.taken
        )


class EntryKind(StrEnum):
    VISIT = "visit"
    DECISION = "decision"


class Entry(Struct, frozen=True):
    """A dated entry of the calendar without a drug. `number` counts from 1 to `of`; `what` is what
    happens there, `why` the reason for its day; `name` is the visit's, or the parameter's that is
    decided."""

    kind: EntryKind
    id: str  # its identity within the plan
    name: str
    what: str
    number: int
    of: int
    day: date
    time: time | None
    why: str
    clamped_from: int | None = None
    instant: datetime | None = None
    clock_note: str = ""

    @property
    def moment(self) -> Moment:
        return Moment(self.day, self.time)

    def why_this_day(self) -> str:
        return "; ".join(filter(None, (self.why, self.clock_note)))


class OpenDecision(Struct, frozen=True):
    """What is still to be decided: on which day, where that is known, and what waits for it."""

    parameter: Parameter
    moment: Moment | None
    waiting: tuple[str, ...]


Dated = Administration | Entry


class Schedule(Struct, frozen=True):
    """All administrations of a plan in the order of their moments, and all entries without a drug
    in theirs, with its findings."""

    protocol: Protocol
    plan: Plan
    phases: tuple[AppliedPhase, ...]
    administrations: tuple[Administration, ...]
    findings: tuple[Finding, ...] = ()
    going_on: tuple[str, ...] = ()  # courses and visits drawn up to the plan's horizon only
    entries: tuple[Entry, ...] = ()
    open_decisions: tuple[OpenDecision, ...] = ()
    as_needed: tuple[AtMost, ...] = ()
    doubts: tuple[str, ...] = ()  # values for which a formula was not made
    removed: tuple[Administration, ...] = ()  # planned by the protocol, and not given
    ideal: Schedule | None = None  # as the protocol has it, where a record has changed it

    @property
    def every_dose(self) -> tuple[Administration, ...]:
        """What is given and what is not."""
        return (*self.administrations, *self.removed)

    def of_course(self, course: str) -> tuple[Administration, ...]:
        return tuple(each for each in self.administrations if each.course == course)

    @property
    def phases_once(self) -> tuple[AppliedPhase, ...]:
        """The phases, of each that comes again only the first round."""
        return tuple(phase for phase in self.phases if phase.round in (None, 1))

    @property
    def dated(self) -> list[Dated]:
        """Doses and entries in the order of their moments: those without a time open their day."""
        dated: list[Dated] = [*self.administrations, *self.entries]
        dated.sort(key=lambda each: (each.day, each.time or time.min))
        return dated

    def notes_of(self, dated: Dated) -> str:
        """What must stand beside it wherever it is shown."""
        notes = []
        if dated.clamped_from is not None:
            notes.append(f"month has no day {dated.clamped_from}: moved to {dated.day}")
        if dated.clock_note:
            notes.append(dated.clock_note)
        if dated.day.weekday() in self.plan.closed:
            notes.append("on a closed day")
        if isinstance(dated, Administration):
            notes.extend(_notes_of_dose(dated))
        return "; ".join(notes)

    @property
    def names_products(self) -> bool:
        """Whether any phase says of which products its doses are made up."""
        return any(phase.products for phase in self.phases)

    @property
    def visit_days(self) -> int:
        """On how many days something is given."""
        return len({each.day for each in self.administrations})


def _notes_of_dose(dose: Administration) -> Iterator[str]:
    if dose.phase.over is not None:
        until = f", until {dose.finish}" if dose.finish else ""
        yield f"over {dose.phase.over}{until}"
    if dose.dose is None:
        yield dose.open_words
    if dose.site is not None:
        yield f"site: {dose.site}"
    if dose.due is not None:
        yield f"window {dose.due}"
    yield from dose.moved
    if dose.status is not Status.PLANNED:
        yield str(dose.status)


class RangeCheck(Struct, frozen=True):
    """How a course's doses stand to the usual range of its drug."""

    course: str
    drug: str
    checked: bool
    result: str
    source: str = ""


class LimitCheck(Struct, frozen=True):
    """How near a drug comes to one of its limits: `given` is the fullest dose, day or week of those
    `counted`, or all of them, and `total` what it adds up to. `limit` and `reached` are on the
    limit's basis, which `per` names: `week`, `in all`, `m²/lifetime`. Where it scales, `sizes` are
    the patient's kg or m² for each of `given`. `before` is what was given before this plan; it is
    part of `reached`, and None where nobody was asked."""

    drug: str
    per: str
    limit: Quantity
    reached: Quantity
    before: Quantity | None
    total: Quantity
    given: tuple[Administration, ...]
    counted: tuple[Administration, ...]
    sizes: tuple[Fraction, ...]
    population: str
    source: str

    @property
    def is_over(self) -> bool:
        return self.reached > self.limit


class Total(Struct, frozen=True):
    """What one drug, course or phase adds up to; `amount` and `highest` (the highest single dose)
    are None where the doses are not stated."""

    drug: str
    course: str | None
    phase: str | None
    doses: int
    amount: Quantity | None
    first: Moment
    last: Moment
    highest: Quantity | None


class Totals(Struct, frozen=True):
    """`by_product` is what the plan uses up of each product that it names."""

    by_drug: tuple[Total, ...]
    by_course: tuple[Total, ...]
    by_phase: tuple[Total, ...]
    by_product: tuple[Supply, ...] = ()


class CheckedSchedule(Struct, frozen=True):
    """A schedule in which no error stands: the only thing an export accepts.

    Raises Refusal when it is made from a schedule with a standing error, so that a calendar of an
    unchecked plan cannot be written by any path.
    """

    schedule: Schedule
    totals: Totals
    ranges: tuple[RangeCheck, ...]
    limits: tuple[LimitCheck, ...] = ()

    def __post_init__(self) -> None:
        standing = [finding for finding in self.schedule.findings if finding.stands]
        if standing:
            raise Refusal(standing)

    @property
    def plan(self) -> Plan:
        return self.schedule.plan

    @property
    def protocol(self) -> Protocol:
        return self.schedule.protocol

    @property
    def administrations(self) -> tuple[Administration, ...]:
        return self.schedule.administrations

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.schedule.findings

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.schedule.entries

    @property
    def as_needed(self) -> tuple[AtMost, ...]:
        return self.schedule.as_needed

    def notes_of(self, dated: Dated) -> str:
        return self.schedule.notes_of(dated)

    @property
    def visit_days(self) -> int:
        return self.schedule.visit_days
