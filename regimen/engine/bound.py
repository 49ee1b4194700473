"""A phase with the plan's answers in the place of references."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import TYPE_CHECKING, Any, final

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine.days import Days, is_elapsed
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import (
    Cap,
    Counted,
    Cycles,
    DividedDose,
    DoseExpression,
    Doses,
    DosesByTime,
    Earliest,
    Every,
    Extent,
    For,
    OnceADay,
    OnDays,
    OneOf,
    OnWeekdays,
    Pattern,
    PercentOf,
    Phase,
    Portion,
    Ref,
    Rounding,
    Share,
    Table,
    Taper,
    TaperStep,
    Timed,
    TimesPerWeek,
    UntilTotal,
)
from regimen.quantity import Quantity
from regimen.route import Route
from regimen.timing import CalendarSpan, ElapsedSpan, Moment


class Part(Struct, frozen=True):
    """A step of a taper as a part of something, with values."""

    part: Fraction
    of: PercentOf | DoseExpression


class Step(Struct, frozen=True):
    by: DoseExpression | Part
    to: DoseExpression | None


if TYPE_CHECKING:
    from regimen.product import Product
    from regimen.record import RecordEntry


@final
class Levels(Struct, frozen=True):
    """A taper with values."""

    first: DoseExpression
    steps: tuple[Step, ...]
    each: CalendarSpan
    share: Share | None = None
    least_step: DoseExpression | None = None
    stop_under: DoseExpression | None = None
    starting_at: DoseExpression | None = None


class BoundTiming(Struct, frozen=True, kw_only=True):
    """None stands for what the source does not state and the plan did not fill. `times` is (None,)
    where there is no clock time."""

    phase: Timed
    days: Days | None
    extent: Extent | Levels | None
    times: tuple[time | None, ...] | None
    over: ElapsedSpan | None = None  # how long each takes
    elapsed: bool = False  # whether its moments are counted in real hours or minutes


class Reduction(Struct, frozen=True):
    """A decided part of the calculated doses, and the entry of the record that decided it."""

    part: Fraction
    entry: RecordEntry


class Bound(BoundTiming, frozen=True, kw_only=True):
    """A phase whose doses can be worked out."""

    phase: Phase
    route: Route | None
    dose: DoseExpression | Levels | DosesByTime | DividedDose | None
    caps: tuple[Cap, ...]
    rounding: Rounding | None
    products: tuple[Product, ...] = ()
    reduction: Reduction | None = None


def answer(value: object, plan: Plan) -> Any:
    """The value itself, or what the plan answers for it; None where it answers nothing. Which type
    an answer has was settled when it was read for its parameter."""
    if type(value) is not Ref:
        return value
    given = plan.answers.get(value.name)
    return None if given is None else given.value


def bind(phase: Timed, plan: Plan) -> BoundTiming:
    """The phase, which holds no tables, with this plan's values. Every question that must be
    answered, was."""
    days, times = _days(phase, plan), _times(phase, plan)
    if not isinstance(phase, Phase):
        extent = _extent(phase, plan)
        return BoundTiming(
            phase=phase, days=days, extent=extent, times=times, elapsed=is_elapsed(days)
        )
    products, over, rounding = phase.products, phase.over, phase.rounding
    assert isinstance(phase.caps, tuple)
    assert type(rounding) is not Table
    return Bound(
        phase=phase,
        route=answer(phase.route, plan),
        over=None if over is None else answer(over, plan),
        dose=_dose(phase, plan),
        days=days,
        extent=_extent(phase, plan) if phase.extent is not None else _levels(phase, plan),
        times=times,
        elapsed=is_elapsed(days),
        caps=phase.caps,
        rounding=rounding,
        products=products if isinstance(products, tuple) else _chosen(products, plan),
    )


def _chosen(products: OneOf | Table, plan: Plan) -> tuple[Product, ...]:
    assert isinstance(products, OneOf)
    return (products.by_name[answer(products.ref, plan)],)


def _times(phase: Timed, plan: Plan) -> tuple[time | None, ...] | None:
    if type(phase.times) is OnceADay:
        pinned: tuple[time, ...] | None = answer(phase.times.pin, plan)
        return pinned or (None,)
    if type(phase.times) is Counted:
        return (None,)
    times: tuple[time | Ref, ...] | None = answer(phase.times, plan)
    return None if times is None else _by_the_clock(phase, times, plan)


def _by_the_clock(phase: Timed, times: tuple[time | Ref, ...], plan: Plan) -> tuple[time, ...]:
    """The times of a day in their order, those that have names as the plan has them. Raises
    Refusal where two are the same."""
    known: list[time] = [answer(each, plan) for each in times]
    if len(set(known)) < len(known):
        raise refuse(
            rules.TWO_ANSWERS,
            f"two times of day are the same: {', '.join(f'{each:%H:%M}' for each in known)}",
            "give each its own clock time",
            phase.place_of("at"),
        )
    return tuple(sorted(known))


def _dose(phase: Phase, plan: Plan) -> DoseExpression | Levels | DosesByTime | DividedDose | None:
    if type(phase.dose) is DoseExpression:
        return phase.dose
    if type(phase.dose) is Taper:
        return _levels(phase, plan)
    if type(phase.dose) is DosesByTime:
        doses = [replace(each, at=answer(each.at, plan)) for each in phase.dose.doses]
        return replace(phase.dose, doses=tuple(doses))
    if type(phase.dose) is DividedDose:
        whole = amount_of(phase.dose.whole, plan)
        parts = tuple((answer(key, plan), part) for key, part in phase.dose.parts)
        return None if whole is None else replace(phase.dose, whole=whole, parts=parts)
    return amount_of(phase.dose, plan)


def written_levels(phase: Phase) -> Levels | None:
    """The phase's taper, where it leaves nothing to a plan."""
    return _levels(phase, _NO_PLAN) if isinstance(phase.dose, Taper) else None


_NO_PLAN = Plan("", "", "", datetime(2000, 1, 1, tzinfo=UTC), Moment(date(2000, 1, 1)))


def _levels(phase: Phase, plan: Plan) -> Levels | None:
    """The taper with the plan's answers; None while a gap in it stays open."""
    taper = phase.dose
    assert isinstance(taper, Taper)
    stated = (taper.first, taper.least_step, taper.stop_under, taper.starting_at)
    amounts = [amount_of(value, plan) for value in stated]
    steps = [_step(step, plan) for step in taper.steps]
    each: CalendarSpan | None = answer(taper.each, plan)
    still_open = [
        value for value, found in zip(stated, amounts, strict=True) if value and not found
    ]
    if still_open or each is None or None in steps:
        return None
    first, least_step, stop_under, starting_at = amounts
    assert first is not None
    known = tuple(step for step in steps if step is not None)
    return Levels(first, known, each, taper.share, least_step, stop_under, starting_at)


def _step(step: TaperStep, plan: Plan) -> Step | None:
    to = amount_of(step.to, plan)
    by = _part(step.by, plan) if isinstance(step.by, Portion) else amount_of(step.by, plan)
    return None if by is None or (step.to is not None and to is None) else Step(by, to)


def _part(portion: Portion, plan: Plan) -> Part | None:
    of = portion.of if isinstance(portion.of, PercentOf) else amount_of(portion.of, plan)
    part: Fraction | Quantity | None = answer(portion.part, plan)
    if part is None or of is None:
        return None
    return Part(part.base if isinstance(part, Quantity) else part, of)


def amount_of(value: object, plan: Plan) -> DoseExpression | None:
    """An amount, or what the plan answers for it."""
    amount: DoseExpression | Quantity | None = answer(value, plan)
    return DoseExpression(amount) if isinstance(amount, Quantity) else amount


def _days(phase: Timed, plan: Plan) -> Days | None:
    days: Pattern | None = answer(phase.pattern, plan)
    if type(days) is Every and type(days.span) is Ref:
        span = answer(days.span, plan)
        return None if span is None else Every(span)
    if type(days) is TimesPerWeek:
        return _weekly(phase, days, plan)
    if type(days) is OnWeekdays and type(days.weekdays) is Ref:
        weekdays = answer(days.weekdays, plan)
        return None if weekdays is None else OnWeekdays(weekdays)
    return _listed(phase, days, plan) if type(days) is OnDays else days


def _weekly(phase: Timed, days: TimesPerWeek, plan: Plan) -> Days | None:
    """So many times a week; the weekdays, where the plan pins them. Raises Refusal."""
    times, pinned = answer(days.count, plan), answer(days.pins, plan)
    if times is None:
        return None
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


def _listed(phase: Timed, days: OnDays, plan: Plan) -> Days | None:
    """Numbered days. Raises Refusal where they lie outside their cycle."""
    from regimen.engine import listed

    cycle = answer(days.cycle, plan)
    if cycle is None and days.cycle is not None:
        return None
    listed_days = OnDays(days.days, days.first_day, cycle)
    listed.refuse_beyond(phase, listed_days)
    return listed_days


def _extent(phase: Timed, plan: Plan) -> Extent | None:
    return _end(answer(phase.extent, plan), plan)


def _end(extent: Extent | None, plan: Plan) -> Extent | None:
    """The extent with values; None where the source states none and the plan gives none."""
    if type(extent) is For:
        if type(extent.span) is not Ref:
            return extent
        span = answer(extent.span, plan)
        return None if span is None else For(span)
    if type(extent) is Doses or type(extent) is Cycles:
        if type(extent.count) is not Ref:
            return extent
        count = answer(extent.count, plan)
        return None if count is None else replace(extent, count=count)
    if type(extent) is UntilTotal:
        total = amount_of(extent.amount, plan)
        return None if total is None else replace(extent, amount=total)
    if type(extent) is Earliest:
        bound = [_end(end, plan) for end in extent.ends]
        known = tuple(end for end in bound if end is not None)
        return Earliest(known) if len(known) == len(bound) else None
    return extent
