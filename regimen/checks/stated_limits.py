"""Limits that the protocol states, over all courses of a drug: what is given on a day, in a week,
in a course, and in a lifetime with what was given before (rules D3, D8).

Within one phase a limit per day or week has reduced each dose already. A limit in all, or in a
lifetime, never reduces: nobody would see the last doses shrink. How near a plan comes to those two
is shown with the totals. Per kg or m², every dose counts by the size of its own day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from msgspec import Struct

from regimen import rules
from regimen.checks.usual_range import OVER_LIMIT
from regimen.engine.inputs import size_on
from regimen.finding import Finding
from regimen.protocol import Cap, CapBasis, DoseExpression, Phase
from regimen.protocol.dose import scaled_words
from regimen.protocol.inputs import given_before
from regimen.quantity import Quantity
from regimen.schedule import Administration, Held, LimitCheck, Schedule

_WEEK = timedelta(days=7)


class _Limit(Struct, frozen=True):
    """A cap of a phase, and what it counts together."""

    cap: Cap
    phase: Phase
    course: str | None  # of a limit in all
    counted: tuple[Administration, ...]


def over_stated(
    schedule: Schedule, bases: tuple[CapBasis, ...] = tuple(CapBasis)
) -> Iterator[Finding]:
    """What comes to more than a limit on one of these bases that the protocol states."""
    found: dict[str, Finding] = {}
    for limit in _limits(schedule):
        if limit.cap.basis not in bases:
            continue
        for finding in _exceeded(schedule, limit):
            found.setdefault(finding.about, finding)
    yield from found.values()


def over_with_as_needed(schedule: Schedule) -> Iterator[Finding]:
    """What does so only with all that may be given as needed."""
    if schedule.as_needed:
        from regimen.checks import as_needed  # few protocols have any

        yield from as_needed.over_stated(schedule)


def _limits(schedule: Schedule) -> Iterator[_Limit]:
    """Every stated limit once, with the doses that it counts."""
    seen = set()
    for applied in schedule.phases:
        caps = applied.written.caps
        assert isinstance(caps, tuple)  # tables were resolved for this patient
        for cap in caps:
            course = applied.course if cap.basis is CapBasis.IN_ALL else None
            scope = (course, applied.drug.lower(), cap)
            if cap.basis is CapBasis.DOSE or scope in seen:
                continue
            seen.add(scope)
            counted = [
                each
                for each in schedule.administrations
                if each.dose is not None
                and each.drug.lower() == applied.drug.lower()
                and course in (None, each.course)
            ]
            yield _Limit(cap, applied.written, course, tuple(counted))


def _exceeded(schedule: Schedule, limit: _Limit) -> Iterator[Finding]:
    basis, counted = limit.cap.basis, limit.counted
    if basis is CapBasis.CYCLE or not counted:
        return  # the doses of a cycle are those of one phase
    if basis in (CapBasis.DAY, CapBasis.WEEK):
        span = _WEEK if basis is CapBasis.WEEK else timedelta(days=1)
        for day in dict.fromkeys(each.day for each in counted):
            together = [each for each in counted if day <= each.day < day + span]
            if len({id(each.phase) for each in together}) > 1:
                yield from _over(schedule, limit, together)
        return
    yield from _over(schedule, limit, counted)


def _over(schedule: Schedule, limit: _Limit, given: Sequence[Administration]) -> Iterator[Finding]:
    """A finding where the doses come to more than the limit, at the first dose that is too much;
    or where they cannot be added up, at the first that is in the way."""
    cap = limit.cap
    total, too_much = _before(schedule, limit) or cap.amount.times(0), None
    for each in given:
        size = _size(schedule, limit, each)
        if isinstance(size, Finding):
            yield size
            return
        total += _ordered(each).times(1 / size)
        if too_much is None and total > cap.amount:
            too_much = each
    if too_much is None:
        return
    courses = " + ".join(dict.fromkeys(each.course for each in given))
    sign = cap.per.sign if cap.per else ""
    comes_to = f"{total.to(cap.amount.unit).shown}{sign} {cap.basis.words}"
    yield Finding(
        OVER_LIMIT,
        f"{too_much.drug} comes to {comes_to}, over the limit of {cap.amount}{sign}, on"
        f" {too_much.day.isoformat()}",
        "check the doses, and what was given before; if it is meant, the prescriber records an"
        " override with a reason",
        limit.phase.place_of("max"),
        about=f"{courses}: {comes_to}",
    )


def _ordered(given: Administration) -> Quantity:
    assert given.dose is not None
    return given.dose.ordered


def _size(schedule: Schedule, limit: _Limit, given: Administration) -> Fraction | Finding:
    """The kg or m² of its day by which a dose is held against the limit, or 1 where that does not
    scale; a finding where it cannot be put on the limit's basis."""
    cap, amount = limit.cap, _ordered(given)
    stated = f"{scaled_words(cap.amount, cap.per, cap.by)} {cap.basis.words}"
    if amount.unit.dimension is not cap.amount.unit.dimension:
        return Finding(
            rules.DIMENSION,
            f"{given.drug} is limited to {stated}, and {given.course} gives it in"
            f" {amount.unit.dimension} ({amount}): the two cannot be added up",
            "write both in one kind of unit; no conversion is assumed",
            limit.phase.place_of("max"),
            about=f"{given.course}: {stated}",
        )
    if cap.per is None or cap.measure is None:
        return Fraction(1)
    size = size_on(schedule.protocol, schedule.plan, cap.measure, given.day)
    if size is None:
        return Finding(
            rules.MISSING_INPUT,
            f"{cap.measure} is not known on {given.day.isoformat()}, when {given.course} gives"
            f" {amount} of {given.drug}, which is limited to {stated}",
            f"measure, and add the value with its day to the plan: {cap.measure}",
            about=f"{given.course}: {stated}",
        )
    return size.base / cap.per.unit.factor


def _before(schedule: Schedule, limit: _Limit) -> Quantity | None:
    """What was given before the plan, which is asked for where a lifetime is limited."""
    if limit.cap.basis is not CapBasis.LIFETIME:
        return None
    given = schedule.plan.answers[given_before(limit.phase.drug)].value
    assert isinstance(given, DoseExpression)
    return given.amount


# --- how near a plan comes to them


def nearness(schedule: Schedule) -> Iterator[LimitCheck]:
    """Each limit in all or in a lifetime that the protocol states, and what its doses come to, as
    far as they can be added up."""
    for limit in _limits(schedule):
        if not limit.cap.basis.reduces:
            yield _near(schedule, limit)


def _near(schedule: Schedule, limit: _Limit) -> LimitCheck:
    cap, before = limit.cap, _before(schedule, limit)
    total = reached = cap.amount.times(0)
    given, sizes = [], []
    for each in limit.counted:
        size = _size(schedule, limit, each)
        if not isinstance(size, Finding):
            given.append(Held(each, each.drug, _ordered(each)))
            sizes.append(size)
            total += _ordered(each)
            reached += _ordered(each).times(1 / size)
    by = f", by {cap.by}" if cap.by else ""
    of = f", course {limit.course}" if limit.course else ""
    return LimitCheck(
        drug=limit.phase.drug,
        per=f"{cap.per.unit.name}/{cap.basis}" if cap.per else str(cap.basis),
        limit=cap.amount,
        reached=reached if before is None else reached + before,
        before=before,
        total=total.to(given[0].amount.unit) if given else total,
        given=tuple(given),
        counted=tuple(given),
        sizes=tuple(sizes) if cap.per else (),
        population=f"stated in the protocol{by}{of}",
        source=f"the protocol, max, at {limit.phase.place_of('max')}",
        stated=True,
        course=limit.course,
    )
