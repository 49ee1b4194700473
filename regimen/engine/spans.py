"""From where to where: the first moment, administrations and end of every phase (rules T1, T3, T5,
T6, T8).

Phases hang on each other by anchors, so each is worked out when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine.bound import Bound, BoundTiming, Levels, answer, bind
from regimen.engine.clocks import local_after
from regimen.engine.days import place, shortest_gap
from regimen.engine.inputs import applied_phases, rests_on, undecided
from regimen.engine.phase_span import MOST_DOSES, PhaseSpan, slot_order, untimed
from regimen.finding import Place, Refusal, refuse
from regimen.plan import Plan
from regimen.protocol import (
    Anchor,
    Cycles,
    DateGiven,
    DoseExpression,
    Doses,
    Earliest,
    Every,
    Extent,
    For,
    Junction,
    Limit,
    OnWeekdays,
    Phase,
    Point,
    PointOf,
    Previous,
    Protocol,
    Ref,
    Share,
    Start,
    Timed,
    Timeline,
    TimesPerWeek,
    Until,
    UntilStopped,
    UntilTotal,
    WholeList,
)
from regimen.schedule import Beginning, NeverBegun
from regimen.timing import (
    EARLIEST,
    LATEST,
    CalendarSpan,
    ElapsedSpan,
    Moment,
    MonthEnd,
    moment_after,
)

MOST_IN_ALL = 20_000  # doses of a plan
MOST_IN_A_ROW = 50  # phases that wait for each other: each goes deeper
_AT_ONCE = Junction.AT_ONCE
_LAST, _FINISH = Point.LAST, Point.FINISH

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
        phase = self.applied[course.key][at]
        return self.once(name, phase, lambda: self.worked_out(course, at, path))

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
        certain = self.certain(phase) if self.undecided else None
        if certain is not None:
            bound = replace(bound, extent=certain[1])
            self.left_out = True
        if bound.days is None or bound.extent is None or bound.times is None:
            return None
        spot = Spot(course, at, path)
        found = self.beginning(spot, bound)
        if found is None:
            return None
        beginning, first = found
        times = bound.times
        if bound.elapsed:
            counted = self.counted(bound, beginning, first)
            counted.goes_on = certain is not None
            return self.filled(counted, spot)
        if times == (None,) and beginning.sets_the_time:
            times = (first.time,)
        span = PhaseSpan(bound, beginning, first, times)
        if self.plan.zone is not None:
            span.zone = self.zone
        span.goes_on = certain is not None
        if isinstance(bound, Bound) and type(bound.dose) is Levels:
            from regimen.engine.tapers import level_doses  # few plans have tapers

            span.levels = level_doses(bound, bound.dose, self.plan)
        return self.filled(span, spot)

    def waits_for(self, course: Timeline, phase: Timed) -> set[str]:
        """What a phase depends on, but for an end up to which it is drawn anyhow."""
        names = set(rests_on(course, phase, self.plan))
        if isinstance(phase.extent, Until) and self.is_open(phase.extent):
            assert isinstance(phase.extent.anchor.base, DateGiven)
            names.discard(phase.extent.anchor.base.ref.name)
        certain = self.certain(phase) if names & self.undecided else None
        if certain is not None:
            names.discard(certain[0])
        return names

    def certain(self, phase: Timed) -> tuple[str, Extent] | None:
        """How long a phase is at the least, where that is still to be decided and its limits say
        so; and what it is called that is to be decided."""
        extent = phase.extent
        if not isinstance(extent, (For, Doses, Cycles)):
            return None
        value = extent.span if isinstance(extent, For) else extent.count
        if not isinstance(value, Ref) or value.name not in self.undecided:
            return None
        least = self.protocol.parameters[value.name].at_least
        if least is None or _is_shared(phase) or _counts_by(phase, value):
            return None
        return value.name, _of_length(extent, least)

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

    # --- administrations

    def fill(self, span: PhaseSpan, spot: Spot) -> PhaseSpan | None:
        """The span with what lies in its extent; None where that rests on something open."""
        extent = span.bound.extent
        if type(extent) is For:
            span.fill(MOST_DOSES + 1, span.period_end())
        elif type(extent) is Doses:
            assert isinstance(extent.count, int)
            span.fill(extent.count)
        elif type(extent) is WholeList:
            span.fill(MOST_DOSES + 1)
        elif isinstance(extent, (Earliest, UntilStopped, UntilTotal)):
            from regimen.engine import ends  # few phases end so

            if ends.fill(self, span, spot, extent) is None:
                return None
        elif type(extent) is Until:
            if self.up_to(span, spot, extent) is None:
                return None
        else:
            span.fill(MOST_DOSES + 1, span.period_end())
        if not span.slots:
            if span.stopped is None:
                raise self.empty(span)
            return span
        if span.slots[0][0] < EARLIEST or span.slots[-1][0] >= LATEST:
            raise OverflowError
        return span

    def up_to(self, span: PhaseSpan, spot: Spot, extent: Until) -> PhaseSpan | None:
        """The span up to its end, or as far as that is known; None where nothing is."""
        phase, reached = span.phase, None
        where = phase.place_of("before", "through")
        if not self.is_open(extent):
            reached = self.reached(extent.anchor, spot, phase.month_end, where)
        if reached is not None:
            span.fill(MOST_DOSES + 1, reached[1], included=extent.included)
            return span
        from regimen.engine import ends

        if self.outlasts(extent, spot.course):
            return ends.up_to_horizon(self, span, spot.course)
        return ends.as_far_as_certain(self, span, spot, extent)

    @staticmethod
    def empty(span: PhaseSpan) -> Refusal:
        """The refusal of an extent in which nothing lies."""
        phase = span.phase
        return refuse(
            rules.EMPTY_PHASE,
            f"{phase.subject}, {span.title}: begins on {span.first} and has no {phase.unit}",
            "check its end, and where it begins",
            phase.place_of("before", "through", "for", "until"),
        )

    def is_open(self, end: Until) -> bool:
        """Whether an end is not known yet up to which the plan has a horizon."""
        return (
            end.horizon is not None
            and isinstance(end.anchor.base, DateGiven)
            and end.anchor.base.ref.name in self.undecided
            and end.horizon.name in self.plan.answers
        )

    def outlasts(self, end: Until, asker: Timeline) -> bool:
        """Whether an end that is not reached lies behind the plan's horizon."""
        base = end.anchor.base
        if isinstance(base, (Start, DateGiven)) or end.anchor.before:
            return self.is_open(end)
        course = self.courses[base.course] if isinstance(base, PointOf) else asker
        if isinstance(base, PointOf) and base.phase is None and base.point in (_LAST, _FINISH):
            return course.key in self.going_on  # whatever else is to be decided about it
        return course.key in self.going_on and all(
            self.undecided.isdisjoint(self.waits_for(course, phase))
            for phase in self.applied[course.key]
        )

    def rounds(self, course: Timeline, at: int) -> list[PhaseSpan] | None:
        """The spans of the phase at this position, in all its rounds; None while one of them is
        open, or goes on."""
        if course.key in self.grouped:
            from regimen.engine.rounds import all_rounds

            return all_rounds(self, course, at)
        span = self.span(course, at)
        return None if span is None or span.goes_on else [span]

    def filled(self, span: PhaseSpan, spot: Spot) -> PhaseSpan | None:
        """The span of a phase with its administrations."""
        if self.fill(span, spot) is None:
            return None
        if not span.slots:
            assert span.stopped is not None
            title = spot.course.key + (f", {span.title}" if len(spot.course.phases) > 1 else "")
            name = self.name(spot.course, spot.at, spot.path)
            self.never_begun[name] = NeverBegun(title, span.first.day, span.stopped)
            return None
        phase, count = span.phase, len(span.slots)
        self.doses += count
        if count > MOST_DOSES or self.doses > MOST_IN_ALL:
            title = f"{phase.subject}, {span.title}"
            which = f"{title}: more than {MOST_DOSES}"
            if count <= MOST_DOSES:
                which = f"up to {title}, the plan has more than {MOST_IN_ALL}"
            raise refuse(
                rules.NEVER_ENDING,
                f"{which} {phase.unit}s",
                "check the interval and the duration",
                phase.place,
            )
        if span.skipped and span.loses_a_dose:
            times = " and ".join(f"{clock:%H:%M}" for clock in span.times[: span.skipped] if clock)
            raise refuse(
                rules.LOST_DOSE,
                f"{phase.subject}, {span.title}: begins on {span.first}, after {times} of that day,"
                f" and the next dose of the pattern is on {Moment(*span.slots[0])}",
                "begin earlier that day, or on the next day; or give a later clock time",
                phase.place_of("at", "times_per_day", "begins"),
            )
        return span

    # --- beginnings

    def beginning(self, spot: Spot, bound: BoundTiming) -> tuple[Beginning, Moment] | None:
        phase, course, at = bound.phase, spot.course, spot.at
        if phase.begins is not None:
            return self.reached(phase.begins, spot, phase.month_end, phase.place_of("begins"))
        if course.key in self.grouped:
            from regimen.engine import rounds  # few protocols have any

            if at or spot.path or phase.course_begins is None:
                return rounds.beginning(self, spot, bound)
        if at == 0:
            anchor = phase.course_begins
            if anchor is not None:
                return self.reached(anchor, spot, phase.month_end, phase.place_of("begins"))
            return Beginning("the start of the plan", self.plan.start), self.plan.start
        previous = self.span(course, at - 1)
        if previous is None or previous.goes_on:
            return None
        junction = phase.junction or self.unstated
        if junction is _AT_ONCE:
            end = previous.end(phase.place)
            return Beginning(f"the end of {previous.title}", end), end
        assert bound.days is not None
        gap = shortest_gap(bound.days)
        if gap is None:
            raise self.no_gap(phase)
        words = f"the last dose of {previous.title}"
        beginning = Beginning(words, previous.last(), gap)
        first = self.moved(beginning, phase.month_end, phase.place)
        if type(bound.days) is OnWeekdays:
            first = place(bound.days, first, 0, phase.month_end)
        return beginning, first

    @staticmethod
    def no_gap(phase: Timed) -> Refusal:
        """The refusal of a wait for which there is no interval."""
        return refuse(
            rules.UNSTATED_JUNCTION,
            f"{phase.name or phase.subject} is a single dose and has no interval to wait out",
            "write when it is given, as in begins: 1 week after previous.last",
            phase.place,
        )

    def reached(
        self, anchor: Anchor, spot: Spot, month_end: MonthEnd, where: Place
    ) -> tuple[Beginning, Moment] | None:
        """The moment the anchor means, and how it was found; None where a gap leaves it open."""
        base = anchor.base
        if isinstance(base, Previous):
            found = self.previous(base, spot, where)
        else:
            found = self.tied(base, where, spot)
        return None if found is None else self.at_offset(anchor, found, month_end, where)

    def fixed(self, anchor: Anchor, where: Place) -> tuple[Beginning, Moment] | None:
        """The moment of an anchor that stands in no course, and how it was found; None where it
        rests on a decision."""
        names = [anchor.offset.name] if isinstance(anchor.offset, Ref) else []
        if isinstance(anchor.base, DateGiven):
            names.append(anchor.base.ref.name)
        if not self.undecided.isdisjoint(names):
            return None
        assert not isinstance(anchor.base, Previous)  # refused when it was read
        found = self.tied(anchor.base, where)
        return None if found is None else self.at_offset(anchor, found, MonthEnd.CLAMP, where)

    def at_offset(
        self, anchor: Anchor, found: tuple[str, Moment], month_end: MonthEnd, where: Place
    ) -> tuple[Beginning, Moment]:
        """The anchor's base, which was found, moved by its offset."""
        words, moment = found
        if anchor.offset is None:
            base = anchor.base
            finish = isinstance(base, (PointOf, Previous)) and base.point is Point.FINISH
            return Beginning(words, moment, timed=finish), moment
        beginning = Beginning(words, moment, answer(anchor.offset, self.plan), anchor.before)
        return beginning, self.moved(beginning, month_end, where)

    def moved(self, beginning: Beginning, month_end: MonthEnd, where: Place) -> Moment:
        """The moment at the beginning's offset from its anchor. Raises Refusal."""
        offset, moment = beginning.offset, beginning.at
        if type(offset) is CalendarSpan:
            offset = offset.times(-1) if beginning.before else offset
            return moment_after(moment.on_date(), offset, month_end)
        assert isinstance(offset, ElapsedSpan)
        if moment.time is None:
            raise untimed(offset, beginning.anchor, moment, where)
        minutes = -offset.minutes if beginning.before else offset.minutes
        return Moment(*local_after(moment.day, moment.time, minutes, self.zone))

    def tied(
        self, base: Start | DateGiven | PointOf, where: Place, asker: Spot | None = None
    ) -> tuple[str, Moment] | None:
        """A base that means the same wherever it stands, but for the rounds that the asker is
        in."""
        if isinstance(base, PointOf):
            other = self.courses[base.course]
            if other.key in self.grouped:
                from regimen.engine import rounds  # few protocols have any

                found = rounds.point(self, base, where, asker)
                return None if found is None else (found[0].anchor, found[1])
            if base.phase is None:
                return self.point_of_course(other, base.point, where)
            return self.point_of_phase(other, base.phase, base.point, where)
        if isinstance(base, DateGiven):
            return base.ref.name.replace("_", " "), Moment(answer(base.ref, self.plan))
        return "the start of the plan", self.plan.start

    def previous(self, base: Previous, spot: Spot, where: Place) -> tuple[str, Moment] | None:
        if spot.course.key in self.grouped:
            from regimen.engine import rounds  # few protocols have any

            found = rounds.previous(self, base, spot, where)
            return None if found is None else (found[0].anchor, found[1])
        if spot.at == 0:
            raise self.nothing_before(where)
        span = self.span(spot.course, spot.at - 1)
        if span is None or _is_open(span, base.point):
            return None
        return f"{base.point.words} of {span.title}", span.point(base.point, where)

    @staticmethod
    def nothing_before(where: Place) -> Refusal:
        """The refusal of an anchor in a previous phase that there is not."""
        return refuse(
            rules.NOT_APPLIED,
            "no earlier phase of the course applies to this patient",
            "tie the phase to start, or check the choices",
            where,
        )

    def point_of_phase(
        self, course: Timeline, name: str, point: Point, where: Place
    ) -> tuple[str, Moment] | None:
        for at, phase in enumerate(self.applied[course.key]):
            if name in (phase.name, phase.key):
                span = self.span(course, at)
                if span is None or _is_open(span, point):
                    return None
                words = self.words_of(PointOf(course.key, name, point))
                return words, span.point(point, where)
        raise self.not_applied(f"{course.key}.{name}", where)

    def point_of_course(
        self, course: Timeline, point: Point, where: Place
    ) -> tuple[str, Moment] | None:
        applied = range(len(self.applied[course.key]))
        if not applied:
            raise self.not_applied(course.key, where)
        words = self.words_of(PointOf(course.key, None, point))
        if point is Point.BEGIN or point is Point.END:
            span = self.span(course, applied[0 if point is Point.BEGIN else -1])
            if span is None or _is_open(span, point):
                return None
            return words, span.point(point, where)
        known = {each: self.found(course, each) for each in applied}
        spans = [span for span in known.values() if span is not None]
        waiting = [
            each
            for each, span in known.items()
            if span is None and self.name(course, each, ()) not in self.never_begun
        ]
        if not spans and not waiting:
            self.span(course, 0)  # refused, as nothing ever begins
        if point is Point.FIRST:
            first = self.first_of(course, spans, waiting)
            return None if first is None else (words, first)
        if waiting or any(span.goes_on for span in spans):
            return None
        return words, max(spans, key=lambda span: slot_order(span.slots[-1])).point(point, where)

    def first_of(
        self, course: Timeline, spans: list[PhaseSpan], waiting: list[int]
    ) -> Moment | None:
        """The first administration, which is known as soon as its phase is; None while one that is
        still open, by its position, may come before it."""
        if not spans:
            return None
        phases = self.applied[course.key]
        edge = min(spans, key=lambda span: slot_order(span.slots[0]))
        first = edge.earliest()
        head = phases.index(spans[0].phase)
        if any(at < head or self.may_precede(phases[at], first) for at in waiting):
            return None
        return first

    def may_precede(self, phase: Timed, first: Moment) -> bool:
        """Whether a phase that is still open begins, by what is known of it, before a moment."""
        anchor = phase.begins
        if anchor is None or isinstance(anchor.base, (Previous, PointOf)):
            return False  # after something that is not known yet
        refs = [ref for ref in (anchor.offset, _date(anchor)) if isinstance(ref, Ref)]
        if any(answer(ref, self.plan) is None for ref in refs):
            return False
        fixed = self.fixed(anchor, phase.place_of("begins"))
        return fixed is None or fixed[1].day < first.day

    def words_of(self, base: PointOf) -> str:
        """`the last dose of b12, daily`."""
        unit = self.courses[base.course].phases[0].unit
        point = base.point.words.replace("dose", unit)
        return f"{point} of {base.course}" + (f", {base.phase}" if base.phase else "")

    @staticmethod
    def not_applied(name: str, where: Place) -> Refusal:
        """The refusal of an anchor in what this patient does not get."""
        return refuse(
            rules.NOT_APPLIED,
            f"{name} does not apply to this patient, so nothing can be tied to it",
            "check the choices, or tie the phase to something that always applies",
            where,
        )


def _is_shared(phase: Timed) -> bool:
    """Whether its doses are parts of an amount in all, which rest on how many there are."""
    dose = phase.dose if isinstance(phase, Phase) else None
    return isinstance(dose, DoseExpression) and dose.share is Share.IN_ALL


def _counts_by(phase: Timed, length: Ref) -> bool:
    """Whether its days rest on the same answer as its length."""
    days = phase.pattern
    return (isinstance(days, TimesPerWeek) and days.count == length) or days == Every(length)


def _of_length(extent: For | Doses | Cycles, length: Limit) -> Extent:
    if isinstance(extent, For):
        assert isinstance(length, (CalendarSpan, ElapsedSpan))
        return For(length)
    assert isinstance(length, int)
    return replace(extent, count=length)


def _date(anchor: Anchor) -> Ref | None:
    return anchor.base.ref if isinstance(anchor.base, DateGiven) else None


def _is_open(span: PhaseSpan, point: Point) -> bool:
    """Whether the point lies behind the horizon up to which the phase is drawn."""
    return span.goes_on and point not in (Point.BEGIN, Point.FIRST)
