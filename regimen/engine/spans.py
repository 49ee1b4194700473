"""From where to where: the first moment, administrations and end of every phase (rules T1, T3, T5,
T6, T8).

Phases hang on each other by anchors, so each is worked out when it is first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from regimen import rules
from regimen.engine.bound import Bound, Levels, answer, bind
from regimen.engine.clocks import local_after
from regimen.engine.days import place, places, shortest_gap
from regimen.engine.dosing import level_amounts
from regimen.engine.inputs import applied_phases
from regimen.finding import Place, Refusal, refuse
from regimen.plan import Plan
from regimen.protocol import (
    Anchor,
    Course,
    DateGiven,
    Doses,
    For,
    Junction,
    Once,
    OnWeekdays,
    Phase,
    Point,
    PointOf,
    Previous,
    Protocol,
    Start,
    Until,
)
from regimen.schedule import Beginning, days_in_words
from regimen.timing import (
    EARLIEST,
    LATEST,
    CalendarSpan,
    ElapsedSpan,
    Moment,
    Span,
    moment_after,
)

MOST_DOSES = 10_000  # of a phase
MOST_IN_ALL = 20_000
MOST_IN_A_ROW = 100  # phases that wait for each other: each goes deeper
Slot = tuple[date, time | None]
START_OF_DAY = time.min


@dataclass(slots=True)
class PhaseSpan:
    """A phase with its moments. `last_place` is the place of its last administration, and
    `whole_day` whether that ends its day."""

    bound: Bound
    beginning: Beginning
    first: Moment
    times: tuple[time | None, ...]
    slots: list[Slot]
    last_place: int
    whole_day: bool

    @property
    def phase(self) -> Phase:
        return self.bound.phase

    @property
    def title(self) -> str:
        if self.phase.name:
            return self.phase.name
        assert self.bound.days is not None
        return days_in_words(self.bound.days)


def slot_order(slot: Slot) -> tuple[date, time]:
    return (slot[0], slot[1] or START_OF_DAY)


class Spans:
    """Every applied phase's span, worked out on demand; None for one that a gap leaves undated.

    `unstated` is how a junction is read that the protocol does not state.
    """

    def __init__(self, protocol: Protocol, plan: Plan, unstated: Junction | None) -> None:
        self.protocol, self.plan, self.unstated = protocol, plan, unstated
        self.courses = {course.key: course for course in protocol.courses}
        self.applied = {course.key: applied_phases(course, plan) for course in protocol.courses}
        self.known: dict[tuple[str, str], PhaseSpan | None] = {}
        self.open: list[tuple[str, str]] = []
        self.doses = 0

    def of_course(self, course: Course) -> list[PhaseSpan]:
        spans = (self.span(course, at) for at in range(len(self.applied[course.key])))
        return [span for span in spans if span is not None]

    def span(self, course: Course, at: int) -> PhaseSpan | None:
        """The span of the course's applied phase at this position. Raises Refusal."""
        phase = self.applied[course.key][at]
        name = (course.key, phase.name or (phase.key if len(course.phases) > 1 else ""))
        if name in self.known:
            return self.known[name]
        if name in self.open:
            circle = [*self.open[self.open.index(name) :], name]
            around = " → ".join(".".join(filter(None, each)) for each in circle)
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
            span = self.worked_out(course, at)
            if span is not None and not EARLIEST <= span.slots[0][0] <= span.slots[-1][0] < LATEST:
                raise OverflowError
        except OverflowError:
            raise refuse(
                rules.ABSURD,
                f"the dates leave the years {EARLIEST.year} to {LATEST.year}",
                "check the durations and the start",
                phase.place,
            ) from None
        finally:
            self.open.pop()
        self.known[name] = span
        return span

    def worked_out(self, course: Course, at: int) -> PhaseSpan | None:
        bound = bind(self.applied[course.key][at], self.plan)
        if bound.days is None or bound.extent is None or bound.times is None:
            return None
        found = self.beginning(course, at, bound)
        if found is None:
            return None
        beginning, first = found
        times = bound.times
        if times == (None,) and isinstance(beginning.offset, ElapsedSpan):
            times = (first.time,)
        return self.filled(course, at, PhaseSpan(bound, beginning, first, times, [], 0, True))

    # --- administrations

    def filled(self, course: Course, at: int, span: PhaseSpan) -> PhaseSpan | None:
        extent, phase = span.bound.extent, span.phase
        if isinstance(extent, Doses):
            assert isinstance(extent.count, int)
            _fill(span, extent.count, None, included=False)
        else:
            end: Moment | None
            if isinstance(extent, Until):
                reached = self.reached(
                    extent.anchor, course, at, phase.place_of("before", "through")
                )
                if reached is None:
                    return None
                end = reached[1]
            else:
                end = self.period_end(span)
            included = isinstance(extent, Until) and extent.included
            _fill(span, MOST_DOSES + 1, end, included=included)
        self.doses += len(span.slots)
        if len(span.slots) > MOST_DOSES or self.doses > MOST_IN_ALL:
            which = f"{span.title} has more than {MOST_DOSES}"
            if len(span.slots) <= MOST_DOSES:
                which = f"with {span.title}, the plan has more than {MOST_IN_ALL}"
            raise refuse(
                rules.NEVER_ENDING,
                f"{which} doses",
                "check the interval and the duration",
                phase.place,
            )
        if not span.slots:
            raise refuse(
                rules.EMPTY_PHASE,
                f"{span.title} begins on {span.first} and gives no dose",
                "check its end, and the anchors of both",
                phase.place_of("before", "through", "for"),
            )
        return span

    def period_end(self, span: PhaseSpan) -> Moment:
        extent, month_end = span.bound.extent, span.phase.month_end
        if isinstance(extent, For):
            assert isinstance(extent.span, CalendarSpan)
            return moment_after(span.first, extent.span, month_end)
        assert isinstance(extent, Levels)
        levels = len(level_amounts(span.phase, extent))
        return moment_after(span.first, extent.each.times(levels), month_end)

    def end(self, span: PhaseSpan, where: Place) -> Moment:
        """The end of the phase's period. Raises Refusal, at the anchor, where it has none."""
        if isinstance(span.bound.extent, (For, Levels)):
            return self.period_end(span)
        assert span.bound.days is not None
        if isinstance(span.bound.days, Once):
            raise refuse(
                rules.NO_END,
                f"a single dose ({span.title}) has no end from which anything could follow",
                "write begins: with a duration after its .last",
                where,
            )
        month_end = span.phase.month_end
        if not span.whole_day:
            day, clock = span.slots[-1]
            following = span.times[span.times.index(clock) + 1]
            return Moment(day, following)
        return place(span.bound.days, span.first, span.last_place + 1, month_end)

    def last(self, span: PhaseSpan) -> Moment:
        assert span.bound.days is not None
        if isinstance(span.bound.days, Once):
            day = span.first
        else:
            day = place(span.bound.days, span.first, span.last_place, span.phase.month_end)
        return Moment(day.day, span.slots[-1][1], day.month_origin, day.months)

    def earliest(self, span: PhaseSpan) -> Moment:
        day, clock = span.slots[0]
        if day == span.first.day:
            return Moment(day, clock, span.first.month_origin, span.first.months)
        return Moment(day, clock)

    # --- beginnings

    def beginning(self, course: Course, at: int, bound: Bound) -> tuple[Beginning, Moment] | None:
        phase = bound.phase
        if phase.begins is not None:
            return self.reached(phase.begins, course, at, phase.place_of("begins"))
        if at == 0:
            if phase.course_begins is not None:
                return self.reached(phase.course_begins, course, at, phase.place_of("begins"))
            return Beginning("the start of the plan", self.plan.start), self.plan.start
        previous = self.span(course, at - 1)
        if previous is None:
            return None
        junction = phase.junction or self.unstated
        if junction is Junction.AT_ONCE:
            end = self.end(previous, phase.place)
            return Beginning(f"the end of {previous.title}", end), end
        assert bound.days is not None
        gap = shortest_gap(bound.days)
        if gap is None:
            raise refuse(
                rules.UNSTATED_JUNCTION,
                f"{phase.name or phase.drug} is a single dose and has no interval to wait out",
                "write begins, for example begins: 1 week after previous.last",
                phase.place,
            )
        last = self.last(previous)
        first = moment_after(last.on_date(), gap, phase.month_end)
        if isinstance(bound.days, OnWeekdays):
            first = place(bound.days, first, 0, phase.month_end)
        return Beginning(f"the last dose of {previous.title}", last, gap), first

    def reached(
        self, anchor: Anchor, course: Course, at: int, where: Place
    ) -> tuple[Beginning, Moment] | None:
        """The moment the anchor means, and how it was found; None where a gap leaves it open."""
        found = self.base(anchor, course, at, where)
        if found is None:
            return None
        words, moment = found
        if anchor.offset is None:
            return Beginning(words, moment), moment
        offset: Span = answer(anchor.offset, self.plan)
        beginning = Beginning(words, moment, offset, anchor.before)
        sign = -1 if anchor.before else 1
        if isinstance(offset, CalendarSpan):
            month_end = self.applied[course.key][at].month_end
            return beginning, moment_after(moment.on_date(), offset.times(sign), month_end)
        if moment.time is None:
            raise refuse(
                rules.UNTIMED_ANCHOR,
                f"{offset} cannot be counted from {words} ({moment}), which has no clock time",
                "write the offset in days, or give the anchor a clock time",
                where,
            )
        assert self.plan.zone is not None
        zone = ZoneInfo(self.plan.zone)
        day, clock = local_after(moment.day, moment.time, sign * offset.minutes, zone)
        return beginning, Moment(day, clock)

    def base(
        self, anchor: Anchor, course: Course, at: int, where: Place
    ) -> tuple[str, Moment] | None:
        match anchor.base:
            case Start():
                return "the start of the plan", self.plan.start
            case DateGiven(ref=ref):
                return ref.name.replace("_", " "), Moment(answer(ref, self.plan))
            case Previous(point=point):
                return self.previous(course, at, point, where)
            case PointOf(course=key, phase=name, point=point):
                if name is None:
                    return self.point_of_course(self.courses[key], point, where)
                return self.point_of_phase(self.courses[key], name, point, where)

    def previous(
        self, course: Course, at: int, point: Point, where: Place
    ) -> tuple[str, Moment] | None:
        if at == 0:
            raise refuse(
                rules.NOT_APPLIED,
                "no earlier phase of the course applies to this patient",
                "tie the phase to start, or check the choices",
                where,
            )
        span = self.span(course, at - 1)
        return (
            None
            if span is None
            else (f"the {point} of {span.title}", self.point(span, point, where))
        )

    def point_of_phase(
        self, course: Course, name: str, point: Point, where: Place
    ) -> tuple[str, Moment] | None:
        for at, phase in enumerate(self.applied[course.key]):
            if name in (phase.name, phase.key):
                span = self.span(course, at)
                if span is None:
                    return None
                return f"the {point} of {course.key}, {name}", self.point(span, point, where)
        raise _not_applied(f"{course.key}.{name}", where)

    def point_of_course(
        self, course: Course, point: Point, where: Place
    ) -> tuple[str, Moment] | None:
        applied = range(len(self.applied[course.key]))
        if not applied:
            raise _not_applied(course.key, where)
        words = f"the {point} of {course.key}"
        if point is Point.BEGIN:
            span = self.span(course, 0)
        elif point is Point.END:
            span = self.span(course, applied[-1])
        else:
            spans = [span for each in applied if (span := self.span(course, each)) is not None]
            if len(spans) < len(applied):
                return None
            edge = (
                min(spans, key=lambda span: slot_order(span.slots[0]))
                if point is Point.FIRST
                else max(spans, key=lambda span: slot_order(span.slots[-1]))
            )
            return words, self.point(edge, point, where)
        return None if span is None else (words, self.point(span, point, where))

    def point(self, span: PhaseSpan, point: Point, where: Place) -> Moment:
        match point:
            case Point.BEGIN:
                return span.first
            case Point.FIRST:
                return self.earliest(span)
            case Point.LAST:
                return self.last(span)
            case Point.END:
                return self.end(span, where)


def _not_applied(name: str, where: Place) -> Refusal:
    return refuse(
        rules.NOT_APPLIED,
        f"{name} does not apply to this patient, so nothing can be tied to it",
        "check the choices, or tie the phase to something that always applies",
        where,
    )


def _fill(span: PhaseSpan, count: int, end: Moment | None, *, included: bool) -> None:
    """The phase's administrations: at most `count`, and before `end` (with it, if included)."""
    times, a_day = span.times, len(span.times)
    assert span.bound.days is not None
    last_day = None if end is None else end.day
    # two days more than the count fills: one begun before the first moment, one cut by the count
    enough = count // a_day + 2
    days = places(span.bound.days, span.first, span.phase.month_end, enough, last_day)
    slots = [(day, clock) for day in days for clock in times]
    skipped = _missed(slots, span.first)
    slots = slots[skipped : skipped + count]
    if end is not None:
        while slots and not _before(slots[-1], end, included=included):
            slots.pop()
    span.slots = slots
    span.last_place, within = divmod(skipped + len(slots) - 1, a_day)
    span.whole_day = within == a_day - 1


def _missed(slots: list[Slot], first: Moment) -> int:
    """How many of the first day's clock times lie before the first moment."""
    if first.time is None:
        return 0
    return sum(
        day == first.day and clock is not None and clock < first.time for day, clock in slots[:24]
    )


def _before(slot: Slot, end: Moment, *, included: bool) -> bool:
    day, clock = slot
    if day != end.day:
        return day < end.day
    if clock is None or end.time is None:
        return included
    return clock <= end.time if included else clock < end.time
