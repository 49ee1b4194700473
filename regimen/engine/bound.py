"""A phase with the plan's answers in the place of references."""

from __future__ import annotations

from datetime import time
from typing import Any

from msgspec import Struct

from regimen import rules
from regimen.engine.days import Days
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import (
    Cycles,
    DoseExpression,
    Doses,
    Every,
    Extent,
    For,
    OnceADay,
    OnDays,
    OnWeekdays,
    Pattern,
    Phase,
    Ref,
    Share,
    Taper,
    Timed,
    TimesPerWeek,
)
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.timing import CalendarSpan


class Levels(Struct, frozen=True):
    """A taper with values."""

    first: Quantity
    by: Quantity
    to: Quantity
    each: CalendarSpan
    share: Share | None = None


class BoundTiming(Struct, frozen=True, kw_only=True):
    """None stands for what the source does not state and the plan did not fill. `times` is (None,)
    where there is no clock time."""

    phase: Timed
    days: Days | None
    extent: Extent | Levels | None
    times: tuple[time | None, ...] | None


class Bound(BoundTiming, frozen=True, kw_only=True):
    """A phase whose doses can be worked out."""

    phase: Phase
    route: Route | None
    dose: DoseExpression | Levels | None


def answer(value: object, plan: Plan) -> Any:
    """The value itself, or what the plan answers for it; None where it answers nothing. Which type
    an answer has was settled when it was read for its parameter."""
    if type(value) is not Ref:
        return value
    given = plan.answers.get(value.name)
    return None if given is None else given.value


def bind(phase: Timed, plan: Plan) -> BoundTiming:
    """The phase with this plan's values. Every question that must be answered, was."""
    days, times = _days(phase, plan), _times(phase, plan)
    if not isinstance(phase, Phase):
        extent = _extent(phase, plan)
        return BoundTiming(phase=phase, days=days, extent=extent, times=times)
    return Bound(
        phase=phase,
        route=answer(phase.route, plan),
        dose=_dose(phase, plan),
        days=days,
        extent=_extent(phase, plan) if phase.extent is not None else _levels(phase, plan),
        times=times,
    )


def _times(phase: Timed, plan: Plan) -> tuple[time | None, ...] | None:
    if isinstance(phase.times, OnceADay):
        pinned: tuple[time, ...] | None = answer(phase.times.pin, plan)
        return pinned or (None,)
    times: tuple[time, ...] | None = answer(phase.times, plan)
    return times


def _dose(phase: Phase, plan: Plan) -> DoseExpression | Levels | None:
    if isinstance(phase.dose, Taper):
        return _levels(phase, plan)
    dose: DoseExpression | Quantity | None = answer(phase.dose, plan)
    return DoseExpression(dose) if isinstance(dose, Quantity) else dose


def _levels(phase: Phase, plan: Plan) -> Levels | None:
    taper = phase.dose
    assert isinstance(taper, Taper)
    first, by, to = (answer(part, plan) for part in (taper.first, taper.by, taper.to))
    each = answer(taper.each, plan)
    if first is None or by is None or to is None or each is None:
        return None
    return Levels(first, by, to, each, taper.share)


def _days(phase: Timed, plan: Plan) -> Days | None:
    days: Pattern | None = answer(phase.pattern, plan)
    match days:
        case Every(span=Ref() as ref):
            return Every(answer(ref, plan))
        case OnWeekdays(weekdays=Ref() as ref):
            return OnWeekdays(answer(ref, plan))
        case TimesPerWeek(count=count, pins=pins):
            times, pinned = answer(count, plan), answer(pins, plan)
            if pinned is None:
                return TimesPerWeek(times)
            if len(pinned) != times:
                raise refuse(
                    rules.OUTSIDE_LIMITS,
                    f"{len(pinned)} weekdays are given for {times} doses a week",
                    f"give exactly {times} weekdays, or none",
                    phase.place_of("times_per_week"),
                )
            return OnWeekdays(pinned)
        case OnDays():
            from regimen.engine import listed

            listed_days = OnDays(days.days, days.first_day, answer(days.cycle, plan))
            listed.refuse_beyond(phase, listed_days)
            return listed_days
    return days


def _extent(phase: Timed, plan: Plan) -> Extent | None:
    extent: Extent | None = answer(phase.extent, plan)
    match extent:
        case For(span=Ref() as ref):
            return For(answer(ref, plan))
        case Doses(count=Ref() as ref):
            return Doses(answer(ref, plan))
        case Cycles(count=Ref() as ref):
            return Cycles(answer(ref, plan))
    return extent
