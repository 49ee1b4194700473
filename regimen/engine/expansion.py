"""Protocol and plan to administrations: every phase dated, dosed, numbered and explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regimen.engine.bound import Levels
from regimen.engine.clocks import instant_of
from regimen.engine.days import counts_months
from regimen.engine.dosing import dose_of, level_doses
from regimen.engine.inputs import refuse_missing
from regimen.engine.junctions import settled
from regimen.engine.spans import PhaseSpan, Slot
from regimen.plan import Plan
from regimen.protocol import Course, Protocol
from regimen.schedule import Administration, AppliedPhase, Dose, Schedule
from regimen.timing import Moment, moment_after

_START_OF_DAY = time.min


class _Entry(NamedTuple):
    """An administration before it is numbered in its course, in the order that numbers it."""

    day: date
    clock: time
    phase: int
    number: int
    slot: Slot
    dose: Dose | None


def expand(protocol: Protocol, plan: Plan) -> Schedule:
    """All administrations of the plan, in the order of their moments.

    Phases that the source leaves undated, where the plan does not fill the gap, have none; doses
    that it leaves open are None. Raises Refusal: on open questions (all of them in one), on
    junctions with two readings, and on whatever has no exact date or dose.
    """
    refuse_missing(protocol, plan)
    spans = settled(protocol, plan)
    phases: list[AppliedPhase] = []
    administrations: list[Administration] = []
    for course in protocol.courses:
        applied, given = _course(course, spans.of_course(course), plan)
        phases += applied
        administrations += given
    administrations.sort(key=_order)
    return Schedule(protocol, plan, tuple(phases), tuple(administrations))


def _order(administration: Administration) -> tuple[date, time]:
    return (administration.day, administration.time or _START_OF_DAY)


def _course(
    course: Course, spans: list[PhaseSpan], plan: Plan
) -> tuple[list[AppliedPhase], list[Administration]]:
    total = sum([len(span.slots) for span in spans])
    phases = [_applied(course, span, total) for span in spans]
    entries = [
        _Entry(slot[0], slot[1] or _START_OF_DAY, at, number, slot, dose)
        for at, span in enumerate(spans)
        for number, (slot, dose) in enumerate(zip(span.slots, _doses(span, plan), strict=True), 1)
    ]
    entries.sort()
    zone = ZoneInfo(plan.zone) if plan.zone else None
    given = []
    for number, entry in enumerate(entries, 1):
        span, (day, clock) = spans[entry.phase], entry.slot
        instant, note = None, ""
        if clock is not None:
            assert zone is not None  # asked for wherever a clock time can occur
            instant, note = instant_of(day, clock, zone)
            local = instant.astimezone(zone)
            day, clock = local.date(), local.time().replace(fold=0)
        phase, clamp = phases[entry.phase], _clamped_from(span, day)
        given.append(
            Administration(phase, entry.number, number, day, clock, entry.dose, clamp, instant, note)
        )
    return phases, given


def _applied(course: Course, span: PhaseSpan, total: int) -> AppliedPhase:
    bound, phase = span.bound, span.phase
    assert bound.days is not None
    return AppliedPhase(
        course=course.key,
        key=phase.key,
        title=span.title,
        drug=phase.drug,
        route=bound.route,
        pattern=bound.days,
        beginning=span.beginning,
        first=span.first,
        count=len(span.slots),
        course_count=total,
        explicit=phase.begins is not None,
        may_overlap=phase.may_overlap,
        index=span.index,
    )


def _clamped_from(span: PhaseSpan, day: date) -> int | None:
    """The day of the month that was meant, where the month of `day` does not have it."""
    first, days = span.first, span.bound.days
    if counts_months(days):
        origin = first.month_origin or first.day
        return None if origin.day == day.day else origin.day
    return first.clamped_from if day == first.day else None


def _doses(span: PhaseSpan, plan: Plan) -> Sequence[Dose | None]:
    """The dose of each of the phase's administrations, in their order."""
    bound, count = span.bound, len(span.slots)
    if bound.dose is None:
        return [None] * count
    if not isinstance(bound.dose, Levels):
        return [dose_of(bound, bound.dose, plan, count)] * count
    doses = level_doses(bound, bound.dose, plan)
    month_end = span.phase.month_end
    ends = [
        moment_after(span.first, bound.dose.each.times(level), month_end)
        for level in range(1, len(doses) + 1)
    ]
    return [doses[_level(slot, ends)] for slot in span.slots]


def _level(slot: Slot, ends: list[Moment]) -> int:
    """The level in whose time the slot lies."""
    day, clock = slot
    for level, end in enumerate(ends):
        if day < end.day or (
            day == end.day and clock is not None and end.time is not None and clock < end.time
        ):
            return level
    raise AssertionError("a taper gives no dose after its last level")
