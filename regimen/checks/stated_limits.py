"""Limits that the protocol states, over all courses of a drug: what is given on a day, in a week,
in a course, and in a lifetime with what was given before (rules D3, D8).

Within one phase a limit per day or week has reduced each dose already. A limit in all, or in a
lifetime, never reduces: nobody would see the last doses shrink.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from msgspec import Struct

from regimen import rules
from regimen.checks.usual_range import OVER_LIMIT
from regimen.engine.inputs import size_on
from regimen.finding import Finding
from regimen.protocol import Cap, CapBasis, DoseExpression, Phase
from regimen.protocol.dose import scaled_words
from regimen.protocol.inputs import given_before
from regimen.quantity import Quantity
from regimen.schedule import Administration, Schedule

_WEEK = timedelta(days=7)


class _Limit(Struct, frozen=True):
    """A cap of a phase, and what it counts together."""

    cap: Cap
    phase: Phase
    counted: tuple[Administration, ...]


def over_stated(schedule: Schedule) -> Iterator[Finding]:
    """What comes to more than a limit that the protocol states."""
    found: dict[str, Finding] = {}
    for limit in _limits(schedule):
        for finding in _exceeded(schedule, limit):
            found.setdefault(finding.about, finding)
    yield from found.values()


def _limits(schedule: Schedule) -> Iterator[_Limit]:
    """Every stated limit once, with the doses that it counts."""
    seen = set()
    for applied in schedule.phases:
        caps = applied.written.caps
        assert isinstance(caps, tuple)  # tables were resolved for this patient
        for cap in caps:
            of_course = cap.basis is CapBasis.IN_ALL
            scope = applied.course if of_course else applied.drug.lower()
            if cap.basis is CapBasis.DOSE or (scope, cap) in seen:
                continue
            seen.add((scope, cap))
            given = [each for each in schedule.administrations if each.dose is not None]
            counted = [
                each for each in given if (each.course if of_course else each.drug.lower()) == scope
            ]
            yield _Limit(cap, applied.written, tuple(counted))


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
    total, too_much = _before(schedule, limit), None
    for each in given:
        amount = _on_basis(schedule, limit, each)
        if isinstance(amount, Finding):
            yield amount
            return
        total += amount
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


def _on_basis(schedule: Schedule, limit: _Limit, given: Administration) -> Quantity | Finding:
    """The dose on the limit's basis; a finding where it cannot be put on it."""
    assert given.dose is not None
    cap, amount = limit.cap, given.dose.ordered
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
        return amount
    size = size_on(schedule.protocol, schedule.plan, cap.measure, given.day)
    if size is None:
        return Finding(
            rules.MISSING_INPUT,
            f"{cap.measure} is not known on {given.day.isoformat()}, when {given.course} gives"
            f" {amount} of {given.drug}, which is limited to {stated}",
            f"measure, and add the value with its day to the plan: {cap.measure}",
            about=f"{given.course}: {stated}",
        )
    return amount.times(cap.per.unit.factor / size.base)


def _before(schedule: Schedule, limit: _Limit) -> Quantity:
    """What was given before the plan, which is asked for where a lifetime is limited."""
    if limit.cap.basis is not CapBasis.LIFETIME:
        return limit.cap.amount.times(0)
    given = schedule.plan.answers[given_before(limit.phase.drug)].value
    assert isinstance(given, DoseExpression)
    return given.amount
