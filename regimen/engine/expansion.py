"""Protocol and plan to administrations: every phase dated, dosed, numbered and explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regimen.engine.administrations import Waits, administrations
from regimen.engine.bound import Bound
from regimen.engine.doses import doses_of
from regimen.engine.inputs import refuse_missing, sizes_of
from regimen.engine.junctions import settled
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.spans import Spans
from regimen.plan import Plan
from regimen.protocol import Course, OnDays, Phase, Protocol
from regimen.schedule import AppliedPhase, Dose, Schedule

if TYPE_CHECKING:
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
    waiting: Waits = {}
    if whole is plan:
        doses = [doses_of(span, plan) for span in dated]
    else:
        doses, waiting = _known(_measured(found, protocol, plan, whole, doubts))
    zone = None if plan.zone is None else ZoneInfo(plan.zone)
    given = administrations(phases, dated, doses, waiting, zone)
    if [phase for phase in phases if phase.written.sites or phase.written.tolerance]:
        from regimen.engine.tolerance import placed  # few protocols have any

        given = placed(given, plan.zone)
    schedule = Schedule(protocol, plan, tuple(phases), tuple(given), doubts=tuple(doubts))
    return _completed(schedule, spans, found, whole)


def _completed(
    schedule: Schedule, spans: Spans, found: list[list[PhaseSpan]], whole: Plan
) -> Schedule:
    """The schedule with what only some protocols and plans have beside doses on their days."""
    protocol, plan = schedule.protocol, schedule.plan
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
    if [phase for phase in schedule.phases if type(phase.pattern) is OnDays]:
        from regimen.engine.cycles import cut_short  # few protocols have cycles

        schedule = replace(schedule, cut_short=cut_short(found))
    if spans.left_out or spans.going_on:
        from regimen.engine.dependents import dependents  # most plans leave nothing open

        schedule = replace(
            schedule, going_on=tuple(spans.going_on), dependents=dependents(spans, schedule)
        )
    return schedule


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
        _rows_of_days(bound.phase, plan) if bound.phase.tables else "",
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


def _rows_of_days(phase: Phase, plan: Plan) -> str:
    """From which rows of tables its days, clock times and extent come, in words."""
    from regimen.engine.tables import rows_taken

    return rows_taken(phase, plan.answers, *_KEYS_OF_DAYS)


def _known(doses: Sequence[Doses]) -> tuple[list[Sequence[Dose | None]], Waits]:
    """The doses that are known, and those that wait for a measure."""
    known: list[Sequence[Dose | None]] = [
        [each if type(each) is Dose else None for each in of_phase] for of_phase in doses
    ]
    waiting = {
        (at, index): each
        for at, of_phase in enumerate(doses)
        for index, each in enumerate(of_phase)
        if not (each is None or type(each) is Dose)
    }
    return known, waiting


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
