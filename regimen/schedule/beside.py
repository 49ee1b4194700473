"""What a schedule holds beside its doses: visits, decisions, and what is given as needed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from regimen.cause import Cause, without_reason
from regimen.protocol import AsNeeded, Parameter, Phase
from regimen.protocol.words import counted_doses, limits_in_words
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.schedule.dose import Dose
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.product import Taken


class AtMost(Struct, frozen=True):
    """What may be given as needed: each dose, from when to when, and how many doses its limits
    allow at the most, in all and in any 24 hours. `until` is where its time is over, None where
    only the number ends it; `phase` is the written one with the rows that this patient takes."""

    written: AsNeeded
    phase: Phase
    route: Route
    dose: Dose
    since: Moment
    until: Moment | None
    doses: int
    in_a_day: int

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
    moved: tuple[str | Cause, ...] = ()  # why it is not as the protocol puts it

    @property
    def moment(self) -> Moment:
        return Moment(self.day, self.time)

    def without_reasons(self) -> Entry:
        """The same entry, without what anybody wrote down as a reason for its day."""
        return replace(self, moved=tuple(map(without_reason, self.moved)))

    def why_this_day(self) -> str:
        return "; ".join(filter(None, (self.why, self.clock_note)))


class NeverBegun(Struct, frozen=True):
    """What is stopped before it begins, and so never given."""

    title: str
    begins: date
    stopped: date


class CutShort(Struct, frozen=True):
    """A last cycle that is not given to its end: its number, and the days of it that are not given,
    each by its number in the cycle and its date."""

    subject: str
    cycle: int
    days: tuple[tuple[int, date], ...]


class Dependent(Struct, frozen=True):
    """What has no days yet, or only some, because something else is open that it is tied to.

    `title` names it (`blood level (visit)`, `withdrawal of lamotrigine`); `points` are the open
    points that it is tied to in other courses, none for what follows in its own; `answers` are the
    names of what the plan must say until it is known; `begun` says whether some of it is scheduled.
    """

    title: str
    points: tuple[str, ...]
    answers: tuple[str, ...]
    begun: bool


class OpenDecision(Struct, frozen=True):
    """What is still to be decided: on which day, where that is known, and what waits for it."""

    parameter: Parameter
    moment: Moment | None
    waiting: tuple[str, ...]
