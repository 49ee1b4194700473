"""One planned dose: its phase as the plan has it, its day, and the reasons for both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from regimen.cause import Cause, without_reason
from regimen.protocol import Every, Offsets, Pattern, Phase
from regimen.protocol.words import days_in_words
from regimen.route import Route
from regimen.schedule.dose import Dose
from regimen.timing import ElapsedSpan, Moment, Span

if TYPE_CHECKING:
    from regimen.product import Product

NOT_STATED = "dose not stated"


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
        return self.timed or type(self.offset) is ElapsedSpan

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

    def later(self, by: timedelta) -> Due:
        """The window so many days later."""
        moments = (self.since, self.to)
        return Due(*(each and Moment(each.day + by, each.time) for each in moments))

    def holds(self, moment: Moment) -> bool:
        """Whether the moment lies in it; by the day, where a clock time is missing."""
        return not (_before(moment, self.since) or _before(self.to, moment))

    def __str__(self) -> str:
        if self.to is None:
            return f"from {self.since}"
        return f"to {self.to}" if self.since is None else f"{self.since} to {self.to}"


def _before(one: Moment | None, other: Moment | None) -> bool:
    if one is None or other is None:
        return False
    if one.day == other.day and one.time is not None and other.time is not None:
        return one.time < other.time
    return one.day < other.day


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
    moved: tuple[str | Cause, ...] = ()  # why it is not as the protocol puts it

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

    def without_reasons(self) -> Administration:
        """The same administration, without what anybody wrote down as a reason: it still says
        which entries of the record concern it."""
        moved = tuple(map(without_reason, self.moved))
        dose = None if self.dose is None else self.dose.without_reasons()
        if moved == self.moved and dose is self.dose:
            return self
        return replace(self, moved=moved, dose=dose)


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
