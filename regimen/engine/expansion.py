"""Protocol and plan to administrations: every phase dated, dosed, numbered and explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.bound import Bound
from regimen.engine.clocks import instant_of
from regimen.engine.days import is_elapsed
from regimen.engine.doses import doses_of
from regimen.engine.inputs import refuse_missing, sizes_of
from regimen.engine.junctions import settled
from regimen.engine.phase_span import START_OF_DAY, PhaseSpan, clamps_of
from regimen.plan import Plan
from regimen.protocol import Course, Offsets, OnDays, Phase, Protocol
from regimen.schedule import Administration, AppliedPhase, Dose, Schedule
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.engine.listed import Mark
    from regimen.engine.retaken import Waiting

    Doses = Sequence[Dose | Waiting | None]

_KEYS_OF_DAYS = (
    "every",
    "times_per_week",
    "on",
    "offsets",
    "days",
    "cycle",
    "cycles",
    "for",
    "doses",
    "at",
    "times_per_day",
)


def expand(protocol: Protocol, plan: Plan) -> Schedule:
    """All administrations of the plan, in the order of their moments.

    Phases that the source leaves undated, where the plan does not fill the gap, have none; doses
    that it leaves open are None. Raises Refusal: on open questions (all of them in one), on
    junctions with two readings, and on whatever has no exact date or dose.
    """
    refuse_missing(protocol, plan)
    return _expanded(protocol, plan, sizes_of(protocol, plan))


def _expanded(protocol: Protocol, plan: Plan, whole: Plan) -> Schedule:
    """`whole` is the plan with its measures as the sizes they count as throughout."""
    spans = settled(protocol, whole)
    found = [spans.of_course(course) for course in protocol.courses]
    phases = [
        _applied(course, span, count, whole)
        for course, of_course in zip(protocol.courses, found, strict=True)
        for count in [sum([len(span.slots) for span in of_course])]
        for span in of_course
    ]
    if spans.grouped:
        phases = _in_rounds(phases, found)
    dated, doubts = [span for of_course in found for span in of_course], list[str]()
    doses: list[Doses] = (
        [doses_of(span, plan) for span in dated]
        if whole is plan
        else _measured(found, protocol, plan, whole, doubts)
    )
    given = _administrations(phases, dated, doses, plan)
    if any(phase.written.sites or phase.written.tolerance for phase in phases):
        from regimen.engine.tolerance import placed  # few protocols have any

        given = placed(given, plan.zone)
    schedule = Schedule(protocol, plan, tuple(phases), tuple(given), doubts=tuple(doubts))
    if protocol.measures:
        from regimen.engine.measures import worked_out  # most protocols work out no measure

        schedule = replace(schedule, worked_out=worked_out(protocol, whole))
    if protocol.as_needed:
        from regimen.engine.as_needed import at_most

        schedule = replace(schedule, as_needed=at_most(spans))
    if protocol.visits or protocol.decisions:
        from regimen.engine.entries import entries, open_decisions  # most protocols have none

        schedule = replace(schedule, entries=entries(spans), open_decisions=open_decisions(spans))
    if plan.entries:
        from regimen.engine.replanning import replanned  # most plans are new

        schedule = replanned(
            schedule,
            found,
            lambda spans: (
                [doses_of(span, plan) for of_course in spans for span in of_course]
                if whole is plan
                else _measured(spans, protocol, plan, whole, [])
            ),
            whole,
            retaken=whole is not plan,
        )
    if spans.never_begun:
        schedule = replace(schedule, never_begun=tuple(spans.never_begun.values()))
    if any(type(phase.pattern) is OnDays for phase in phases):
        from regimen.engine.cycles import cut_short  # few protocols have cycles

        schedule = replace(schedule, cut_short=cut_short(found))
    if spans.left_out or spans.going_on:
        from regimen.engine.dependents import dependents  # most plans leave nothing open

        schedule = replace(
            schedule, going_on=tuple(spans.going_on), dependents=dependents(spans, schedule)
        )
    return schedule


def _administrations(
    phases: list[AppliedPhase],
    spans: list[PhaseSpan],
    doses: Sequence[Doses],
    plan: Plan,
) -> list[Administration]:
    """Every administration in the order of their moments, numbered in its phase and course."""
    places = [
        (day, clock or START_OF_DAY, at, number, clock)
        for at, span in enumerate(spans)
        for number, (day, clock) in enumerate(span.slots)
    ]
    places.sort()
    if plan.zone is not None and any(place[4] is not None and place[4].fold for place in places):
        zone = ZoneInfo(plan.zone)  # an hour that comes twice is in the order of its instants
        places.sort(key=lambda place: (place[0], instant_of(place[0], place[1], zone)[0]))
    parts = [
        (phase, phase.course, span.earlier + 1, of_phase, clamps_of(span), _marks(span))
        for phase, span, of_phase in zip(phases, spans, doses, strict=True)
    ]
    given, counted = [], {phase.course: 0 for phase in phases}
    for day, _, at, index, clock in places:
        phase, course, first, of_phase, clamps, marks = parts[at]
        counted[course] = place = counted[course] + 1
        dose, clamp = of_phase[index], clamps.get(day) if clamps else None
        if dose is None or type(dose) is Dose:
            each = Administration(phase, first + index, place, day, clock, dose, clamp)
        else:
            each = Administration(phase, first + index, place, day, clock, None, clamp)
            each = replace(each, waits_for=dose.for_)
        if marks is not None:
            mark = marks[index]
            each = replace(each, cycle=mark.cycle, day_number=mark.day_number, offset=mark.offset)
        given.append(each if clock is None else _at_instant(each, clock, plan))
    if plan.zone is not None and any(each.over or is_elapsed(each.pattern) for each in phases):
        from regimen.engine.elapsed import over_changes  # few protocols count hours

        return over_changes(given, ZoneInfo(plan.zone))
    return given


def _at_instant(administration: Administration, clock: time, plan: Plan) -> Administration:
    """The administration with its instant, at the clock time that really comes that day."""
    assert plan.zone is not None  # asked for wherever a clock time can occur
    zone = ZoneInfo(plan.zone)
    instant, note = instant_of(administration.day, clock, zone)
    local = instant.astimezone(zone)
    timed = replace(
        administration,
        day=local.date(),
        time=local.time().replace(fold=0),
        instant=instant,
        clock_note=note,
    )
    over = administration.phase.over
    if over is None:
        return timed
    finish = instant + timedelta(minutes=over.minutes)
    until = finish.astimezone(zone).replace(fold=0)
    return replace(timed, finish=Moment(until.date(), until.time()), finish_instant=finish)


def _applied(course: Course, span: PhaseSpan, total: int, plan: Plan) -> AppliedPhase:
    bound = span.bound
    assert isinstance(bound, Bound)
    assert bound.days is not None
    return AppliedPhase(
        course.key,
        bound.phase,
        span.title,
        bound.route,
        bound.days,
        span.beginning,
        span.first,
        len(span.slots),
        total,
        span.times,
        bound.over,
        _rows_of_days(bound.phase, plan),
        bound.products,
    )


def _in_rounds(
    phases: list[AppliedPhase], courses: Sequence[Sequence[PhaseSpan]]
) -> list[AppliedPhase]:
    """The phases, those in groups counted and numbered through all their rounds."""
    given, made = iter(phases), []
    for spans in courses:
        rounds = Counter(span.phase.key for span in spans)
        counts: Counter[str] = Counter()
        for span in spans:
            counts[span.phase.key] += len(span.slots)
        before: Counter[str] = Counter()
        number: Counter[str] = Counter()
        for span in spans:
            key, phase = span.phase.key, next(given)
            number[key] += 1
            span.earlier, span.in_all = before[key], counts[key]
            before[key] += len(span.slots)
            if span.phase.groups:
                phase = replace(phase, count=counts[key], round=number[key], rounds=rounds[key])
            made.append(phase)
    return made


def _marks(span: PhaseSpan) -> Sequence[Mark] | None:
    """What the list calls each of the phase's administrations, where its days have names."""
    days = span.bound.days
    if type(days) is not OnDays and type(days) is not Offsets:
        return None
    from regimen.engine.listed import mark

    return [mark(days, span.place_of(at)) for at in range(len(span.slots))]


def _rows_of_days(phase: Phase, plan: Plan) -> str:
    """From which rows of tables its days, clock times and extent come, in words, or nothing."""
    if not phase.tables:
        return ""
    from regimen.engine.tables import rows_taken

    return rows_taken(phase, plan.answers, *_KEYS_OF_DAYS)


def _measured(
    courses: Sequence[Sequence[PhaseSpan]],
    protocol: Protocol,
    plan: Plan,
    whole: Plan,
    doubts: list[str],
) -> list[Doses]:
    """The doses of every phase, those by the value that counts for them which rest on measures
    taken again; values for which a formula was not made are added to `doubts`."""
    from regimen.engine.measures import doubts_of
    from regimen.engine.retaken import doses

    doubts += doubts_of(whole)
    return [
        doses(span, spans, course, protocol, plan, doses_of, doubts) or doses_of(span, whole)
        for course, spans in zip(protocol.courses, courses, strict=True)
        for span in spans
    ]
