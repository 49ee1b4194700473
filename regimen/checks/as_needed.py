"""What may be given as needed, counted as if all of it were given, together with the doses that are
planned: over a limit that the protocol states, or above what is usual.

Nothing of it is scheduled. For limits per dose, day and week it is laid on the days on which most
of its drug is given: the fullest day, and the fullest week. For limits of a lifetime it is one
amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from msgspec.structs import replace

from regimen.checks import stated_limits, usual_range
from regimen.checks.ranges import LIFETIME, Ranges
from regimen.finding import Finding
from regimen.protocol import CapBasis, Once
from regimen.schedule import Administration, AppliedPhase, AtMost, Beginning, Schedule

_ALL = "if all that may be given as needed is given, "
_BY_DAY = (CapBasis.DAY, CapBasis.WEEK)


def over_stated(schedule: Schedule) -> Iterator[Finding]:
    """What comes to more than a limit that the protocol states only with what is given as
    needed."""
    known = {finding.about for finding in stated_limits.over_stated(schedule)}
    found = (
        *stated_limits.over_stated(_laid_by_day(schedule), _BY_DAY),
        *stated_limits.over_stated(_laid_at_once(schedule), (CapBasis.LIFETIME,)),
    )
    for finding in found:
        if finding.about not in known:
            alone = finding.rule is not usual_range.OVER_LIMIT  # cannot be added up
            yield finding if alone else replace(finding, what=_ALL + finding.what)


def above(schedule: Schedule, ranges: Ranges) -> Iterator[Finding]:
    """More than is usual, or than may be given, with what is given as needed. How much of it is
    really given is not known, so nothing is said of too little."""
    keys = {item.written.key for item in schedule.as_needed}
    compared = [
        *(
            each
            for each in usual_range.comparisons(_laid_by_day(schedule), ranges)
            if each.row.per.time != LIFETIME
        ),
        *(
            each
            for each in usual_range.comparisons(_laid_at_once(schedule), ranges)
            if each.row.per.time == LIFETIME
        ),
    ]
    seen: dict[str, Finding] = {}
    for each in compared:
        if each.above > 1 and keys.intersection(held.by.course for held in each.given):
            finding = usual_range.finding_of(each)
            seen.setdefault(finding.about, replace(finding, what=_ALL + finding.what))
    yield from seen.values()


# --- as if it were given


def _laid_by_day(schedule: Schedule) -> Schedule:
    """The schedule with as many doses as any 24 hours allow on the days of the fullest week."""
    phases, more = list(schedule.phases), []
    for item in schedule.as_needed:
        phase, number = _applied(item), 0
        phases.append(phase)
        for day in _days(item, schedule):
            for _ in range(min(item.in_a_day, item.doses - number)):
                number += 1
                more.append(Administration(phase, number, number, day, None, item.dose))
    return _with(schedule, phases, more)


def _laid_at_once(schedule: Schedule) -> Schedule:
    """The schedule with all that may be given in all as one amount, on its first day."""
    phases, more = list(schedule.phases), []
    for item in schedule.as_needed:
        phase, day = _applied(item), item.since.day
        phases.append(phase)
        amount = item.dose.ordered.times(item.doses)
        whole = replace(item.dose, ordered=amount, taken=item.taken)
        more.append(Administration(phase, 1, 1, day, None, whole))
    return _with(schedule, phases, more)


def _with(schedule: Schedule, phases: list[AppliedPhase], more: list[Administration]) -> Schedule:
    given = sorted((*schedule.administrations, *more), key=lambda each: each.day)
    return replace(schedule, phases=tuple(phases), administrations=tuple(given))


def _applied(item: AtMost) -> AppliedPhase:
    return AppliedPhase(
        course=item.written.key,
        written=item.phase,
        title="as needed",
        route=item.route,
        pattern=Once(),
        beginning=Beginning("as needed", item.since),
        first=item.since,
        count=item.doses,
        course_count=item.doses,
    )


def _days(item: AtMost, schedule: Schedule) -> list[date]:
    """The fullest day on which it may be given, then the other days of the fullest week; where
    nothing of its drug is planned, those from its first day on."""
    planned: dict[date, Fraction] = {}
    for each in schedule.administrations:
        if each.dose and each.drug.lower() == item.phase.drug.lower() and _lasts(item, each.day):
            planned[each.day] = planned.get(each.day, Fraction(0)) + each.dose.ordered.base
    if not planned:
        planned = {item.since.day: Fraction(0)}
    fullest = max(planned, key=lambda day: planned[day])
    week = max(planned, key=lambda day: sum(planned.get(each, 0) for each in _week(day)))
    return [day for day in dict.fromkeys((fullest, *_week(week))) if _lasts(item, day)]


def _week(first: date) -> list[date]:
    return [first + timedelta(days) for days in range(7)]


def _lasts(item: AtMost, day: date) -> bool:
    """Whether it may be given on this day."""
    if item.until is None or item.until.time is not None:
        return item.since.day <= day and (item.until is None or day <= item.until.day)
    return item.since.day <= day < item.until.day
