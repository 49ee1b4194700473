"""From where to where: the first moment, administrations and end of every phase (rules T1, T3, T5,
T6, T8).

Phases hang on each other by anchors, so each is worked out when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine import beginnings, extents
from regimen.engine.bound import Bound, BoundTiming, Levels, bind
from regimen.engine.inputs import applied_phases, rests_on, undecided
from regimen.engine.phase_span import PhaseSpan
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import (
    DateGiven,
    Junction,
    Protocol,
    Timed,
    Timeline,
    Until,
)
from regimen.schedule import Beginning, NeverBegun
from regimen.timing import (
    EARLIEST,
    LATEST,
    Moment,
)

MOST_IN_A_ROW = 50  # phases that wait for each other: each goes deeper

T = TypeVar("T")
_Name = tuple[str, str, tuple[int, ...]]  # a course, its phase or group, and the round


class Spot(Struct, frozen=True):
    """A phase in one of its rounds, by the positions of these; with a shorter path, the group
    around it that has so many groups around itself."""

    course: Timeline
    at: int
    path: tuple[int, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.path)


class Spans:
    """Every applied phase's span, worked out on demand; None for one that a gap leaves undated, and
    for one that rests on a decision still to be made.

    `unstated` is how a junction is read that the protocol does not state.
    """

    def __init__(self, protocol: Protocol, plan: Plan, unstated: Junction | None) -> None:
        self.protocol, self.plan, self.unstated = protocol, plan, unstated
        self.courses = {each.key: each for each in protocol.timelines}
        self.applied = {each.key: applied_phases(each, plan) for each in protocol.timelines}
        self.grouped = {
            key for key, phases in self.applied.items() for phase in phases if phase.groups
        }
        self.undecided = undecided(protocol, plan)
        self.known: dict[_Name, Any] = {}
        self.open: list[_Name] = []
        self.doses = 0
        self.going_on: dict[str, None] = {}  # what is drawn up to the horizon only
        self.never_begun: dict[_Name, NeverBegun] = {}
        self.left_out = False  # whether anything may yet have days that it has not

    def of_course(self, course: Timeline) -> list[PhaseSpan]:
        """The spans of all phases, in their order, and of each in the order of its rounds."""
        places = range(len(self.applied[course.key]))
        if course.key in self.grouped:
            from regimen.engine.rounds import paths  # few protocols have any

            spans = [
                self.found(course, at, path)
                for at in places
                for path in paths(self, course, at) or ()
            ]
        else:
            spans = [self.found(course, at) for at in places]
        return [span for span in spans if span is not None]

    def span(self, course: Timeline, at: int, path: tuple[int, ...] = ()) -> PhaseSpan | None:
        """The span of the course's applied phase at this position, in this round, for what depends
        on it. Raises Refusal, also where it never begins."""
        span = self.found(course, at, path)
        if span is None and self.never_begun:
            name = self.name(course, at, path)
            if name in self.never_begun:
                never, phase = self.never_begun[name], self.applied[course.key][at]
                raise refuse(
                    rules.NOT_APPLIED,
                    f"{never.title} is stopped on {never.stopped}, before it begins on"
                    f" {never.begins}, and something is tied to it",
                    "check the day on which it is stopped, or tie what follows to something else",
                    phase.place_of("until"),
                )
        return span

    def name(self, course: Timeline, at: int, path: tuple[int, ...]) -> _Name:
        phase = self.applied[course.key][at]
        return (course.key, phase.name or (phase.key if len(course.phases) > 1 else ""), path)

    def found(self, course: Timeline, at: int, path: tuple[int, ...] = ()) -> PhaseSpan | None:
        """The same, None also where it never begins."""
        name = self.name(course, at, path)
        if name in self.known:
            known: PhaseSpan | None = self.known[name]
            return known
        work = partial(self.worked_out, course, at, path)
        return self.once(name, self.applied[course.key][at], work)

    def once(self, name: _Name, phase: Timed, work: Callable[[], T]) -> T:
        """What is worked out when it is first asked for. Raises Refusal where it asks for itself,
        and where dates leave the calendar."""
        if name in self.known:
            known: T = self.known[name]
            return known
        if name in self.open:
            circle = [*self.open[self.open.index(name) :], name]
            names = (".".join(filter(None, each[:2])) for each in circle)
            around = " → ".join(name for name, _ in groupby(names))
            raise refuse(
                rules.CIRCLE,
                f"nothing here can begin: {around}, each waiting for the next",
                "tie one of them to start or to a date",
                phase.place_of("begins", "before", "through"),
            )
        if len(self.open) == MOST_IN_A_ROW:
            raise refuse(
                rules.ABSURD,
                f"more than {MOST_IN_A_ROW} phases each wait for the next",
                "tie one of them to start or to a date",
                phase.place_of("begins", "before", "through"),
            )
        self.open.append(name)
        try:
            found = work()
        except OverflowError:
            raise refuse(
                rules.ABSURD,
                f"the dates leave the years {EARLIEST.year} to {LATEST.year}",
                "check the durations and the start",
                phase.place,
            ) from None
        finally:
            self.open.pop()
        self.known[name] = found
        self.left_out |= found is None
        return found

    def worked_out(self, course: Timeline, at: int, path: tuple[int, ...]) -> PhaseSpan | None:
        phase = self.applied[course.key][at]
        if self.undecided and not self.undecided.isdisjoint(self.waits_for(course, phase)):
            return None
        bound = bind(phase, self.plan)
        certain = extents.certain(self, phase) if self.undecided else None
        if certain is not None:
            bound = replace(bound, extent=certain[1])
            self.left_out = True
        if bound.days is None or bound.extent is None or bound.times is None:
            return None
        spot = Spot(course, at, path)
        found = beginnings.beginning(self, spot, bound)
        if found is None:
            return None
        beginning, first = found
        times = bound.times
        if bound.elapsed:
            counted = self.counted(bound, beginning, first)
            counted.goes_on = certain is not None
            return extents.filled(self, counted, spot)
        if times == (None,) and beginning.sets_the_time:
            times = (first.time,)
        span = PhaseSpan(bound, beginning, first, times)
        if self.plan.zone is not None:
            span.zone = self.zone
        span.goes_on = certain is not None
        if isinstance(bound, Bound) and type(bound.dose) is Levels:
            from regimen.engine.tapers import level_doses  # few plans have tapers

            span.levels = level_doses(bound, bound.dose, self.plan)
        return extents.filled(self, span, spot)

    def waits_for(self, course: Timeline, phase: Timed) -> set[str]:
        """What a phase depends on, but for an end up to which it is drawn anyhow."""
        names = set(rests_on(course, phase, self.plan))
        if isinstance(phase.extent, Until) and extents.is_open(self, phase.extent):
            assert isinstance(phase.extent.anchor.base, DateGiven)
            names.discard(phase.extent.anchor.base.ref.name)
        certain = extents.certain(self, phase) if names & self.undecided else None
        if certain is not None:
            names.discard(certain[0])
        return names

    def counted(self, bound: BoundTiming, beginning: Beginning, first: Moment) -> PhaseSpan:
        """The phase of moments that are counted in hours. Raises Refusal where the first one has no
        clock time."""
        phase = bound.phase
        if first.time is None:
            raise refuse(
                rules.UNTIMED_ANCHOR,
                f"{phase.subject}: hours cannot be counted from {beginning.anchor} ({first}), which"
                " has no clock time",
                "give the start a clock time, as in 2026-03-02 08:00; or begin the phase so many"
                " hours after a dose that has one",
                phase.place_of("offsets", "every"),
            )
        return PhaseSpan(bound, beginning, first, (None,), zone=self.zone)

    @property
    def zone(self) -> ZoneInfo:
        assert self.plan.zone is not None  # asked for wherever a clock time can occur
        return ZoneInfo(self.plan.zone)

    def rounds(self, course: Timeline, at: int) -> list[PhaseSpan] | None:
        """The spans of the phase at this position, in all its rounds; None while one of them is
        open, or goes on."""
        if course.key in self.grouped:
            from regimen.engine.rounds import all_rounds

            return all_rounds(self, course, at)
        span = self.span(course, at)
        return None if span is None or span.goes_on else [span]
