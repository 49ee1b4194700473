"""How much: stated, calculated, shared, capped, rounded, ordered, each stage kept (rules D1 to D3,
D6)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from msgspec import Struct

from regimen import rules
from regimen.engine.bound import Bound
from regimen.engine.days import Days, is_daily, per_day, per_week
from regimen.finding import Reading, Refusal, refuse
from regimen.plan import Answer, Plan, Size
from regimen.protocol import (
    Cap,
    CapBasis,
    DoseExpression,
    OnDays,
    Phase,
    Rounding,
    RoundingMode,
    Share,
    Table,
)
from regimen.protocol.dose import scaled_words
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Dose, DoseStage, DoseStep

_KEYS_OF_DOSE = ("dose", "from", "by", "to", "each", "at_least", "stop_under", "starting_at")
_HALF = Fraction(1, 2)


class Portion(Struct, frozen=True):
    """What is given at one time where the doses differ: `part` of the amount, why, and which part
    it is of all that is given on its day."""

    part: Fraction
    words: str
    of_day: Fraction


def dose_of(
    bound: Bound,
    expression: DoseExpression,
    plan: Plan,
    administrations: int,
    because: str = "as the protocol says",
    portion: Portion | None = None,
) -> Dose:
    """The dose of each of the phase's `administrations`, or the portion of it that is given at one
    time. Raises Refusal."""
    phase = bound.phase
    refuse_dimensions(phase, expression.amount)
    steps = [_stated(expression, because + rows_of(phase, plan, *_KEYS_OF_DOSE))]
    amount = expression.amount
    if expression.per is not None:
        amount = scaled(expression, plan)
        steps.append(DoseStep(DoseStage.CALCULATED, amount, _scaling(expression, plan)))
    if portion is not None:
        amount = amount.times(portion.part)
        if portion.words:
            steps.append(DoseStep(DoseStage.SHARED, amount, portion.words))
    elif expression.share is not None:
        parts, words = parts_of(bound, expression, administrations)
        amount = amount.times(Fraction(1, parts))
        steps.append(DoseStep(DoseStage.SHARED, amount, words))
    return _finished(bound, amount, steps, plan, portion, exact=_exact(expression, plan))


def reduced(bound: Bound, dose: Dose, part: Fraction, because: str, plan: Plan) -> Dose:
    """The dose of which only a part is given: taken before the cap and the rounding, which then
    hold for what is left. Raises Refusal."""
    before = (DoseStage.STATED, DoseStage.CALCULATED, DoseStage.SHARED)
    steps = [step for step in dose.steps if step.stage in before]
    amount = steps[-1].amount.times(part)
    words = f"{decimal_text(part * 100)} % of {steps[-1].amount} ({because})"
    steps.append(DoseStep(DoseStage.REDUCED, amount, words))
    return _finished(bound, amount, steps, plan, None, exact=True)


# --- stages


def rows_of(phase: Phase, plan: Plan, *keys: str) -> str:
    """From which rows of tables the values at these keys come, in words, or nothing."""
    if not phase.tables:
        return ""
    from regimen.engine.tables import rows_taken

    return rows_taken(phase, plan.answers, *keys)


def _stated(expression: DoseExpression, because: str) -> DoseStep:
    words = because
    if expression.per is not None or expression.share is not None:
        words = f"{in_words(expression)}, {because}"
    return DoseStep(DoseStage.STATED, expression.amount, words)


def in_words(expression: DoseExpression) -> str:
    """`6 mg/kg per day`, `280 units per week`, `100 mcg`."""
    words = expression.scaled
    if expression.share is not None:
        words += " in all" if expression.share is Share.IN_ALL else f" per {expression.share}"
    return words


def _size(scaling: DoseExpression | Cap, plan: Plan) -> Answer[object] | None:
    """The measure that an amount scales by, or None where it does not."""
    return None if scaling.measure is None else plan.answers[scaling.measure]


def _exact(scaling: DoseExpression | Cap, plan: Plan) -> bool:
    """Whether what the amount scales by has exact decimals, unlike a root."""
    size = _size(scaling, plan)
    return not isinstance(size, Size) or size.exact


def scaled(scaling: DoseExpression | Cap, plan: Plan) -> Quantity:
    """The amount for this patient, of one that may be stated per unit of a measure."""
    size, per = _size(scaling, plan), scaling.per
    if size is None or per is None:
        return scaling.amount
    assert isinstance(size.value, Quantity)
    return scaling.amount.times(size.value.base / per.unit.factor)


def _scaling(expression: DoseExpression, plan: Plan) -> str:
    size = _size(expression, plan)
    assert size is not None
    return f"{expression.scaled} × {size.because if isinstance(size, Size) else size.value}"


def parts_of(bound: Bound, expression: DoseExpression, administrations: int) -> tuple[int, str]:
    """Among how many administrations the amount is shared, and that in words."""
    assert bound.days is not None
    assert bound.times is not None
    a_day = per_day(bound.days, len(bound.times))
    if expression.share is Share.IN_ALL:
        return administrations, f"shared equally among all {administrations} doses"
    if expression.share is Share.DAY:
        refuse_per_day(bound.phase, expression, bound.days)
        return a_day, "once a day" if a_day == 1 else f"shared equally among {a_day} doses a day"
    a_week = per_week(bound.days)
    if a_week is None:
        raise refuse(
            rules.PER_DAY_ON_REST_DAYS,
            f"{in_words(expression)} on days that do not come equally often every week",
            "write the dose per administration",
            bound.phase.place_of("dose", "taper"),
        )
    a_week *= len(bound.times)
    return a_week, f"shared equally among {a_week} doses a week"


def refuse_per_day(phase: Phase, expression: DoseExpression, days: Days) -> None:
    """Raises Refusal where an amount per day stands on a pattern with rest days."""
    if is_daily(days) or isinstance(days, OnDays):
        return
    amount, a_week = expression.amount, per_week(days)
    scale = expression.per.sign if expression.per else ""
    readings = [Reading("each time", (f"{amount}{scale} at every administration",))]
    if a_week:
        week = amount.times(7)
        readings.append(
            Reading(
                "a week's amount, shared",
                (
                    f"{amount}{scale} × 7 = {week}{scale} a week",
                    f"{_fraction(week, a_week)}{scale} at each of {a_week} administrations a week",
                ),
            )
        )
    readings.append(Reading("every day", (f"{amount}{scale} daily, without rest days",)))
    raise refuse(
        rules.PER_DAY_ON_REST_DAYS,
        f"{in_words(expression)} on a pattern with rest days",
        "write the dose per administration, or per week, or give it daily; where the source is"
        " ambiguous, make the reading a parameter",
        phase.place_of("dose", "taper"),
        readings=tuple(readings),
    )


def _fraction(amount: Quantity, parts: int) -> Quantity:
    return amount.times(Fraction(1, parts))


def _finished(
    bound: Bound,
    amount: Quantity,
    steps: list[DoseStep],
    plan: Plan,
    portion: Portion | None,
    *,
    exact: bool,
) -> Dose:
    phase = bound.phase
    if not amount.value:
        raise refuse(
            rules.NO_DOSE,
            f"the dose comes to {amount}, which is nothing",
            "give an amount; where nothing is given, the protocol leaves the phase out",
            phase.place_of("dose", "taper"),
        )
    amount, limit, words = _capped(bound, amount, plan, portion)
    if words:
        steps.append(DoseStep(DoseStage.CAPPED, amount, words))
        exact = all(_exact(cap, plan) for cap in bound.caps)
    if bound.rounding is not None:
        ordered = _rounded(bound, bound.rounding, amount, limit)
        words = f"{amount.shown} rounded {bound.rounding}{rows_of(phase, plan, 'round')}"
        steps.append(DoseStep(DoseStage.ROUNDED, ordered, words))
        amount = ordered
    if decimal_text(amount.value) is None or not (exact or bound.rounding):
        raise refuse(
            rules.INEXACT,
            f"the dose comes to {amount if exact else amount.shown}, which has no exact decimal",
            "state how it is rounded: round: nearest 0.1 mg, ties up",
            phase.place_of("dose", "taper"),
        )
    steps.append(DoseStep(DoseStage.ORDERED, amount, "per administration"))
    if bound.products or amount.unit.dimension.is_counted:
        from regimen.engine.supply import supplied

        return supplied(bound, amount, steps)
    return Dose(amount, tuple(steps))


def settled(bound: Bound, amount: Quantity, plan: Plan) -> Quantity:
    """What would be given per administration, capped and rounded, whether or not it may be."""
    amount, limit, _ = _capped(bound, amount, plan)
    rounding = bound.rounding
    return amount if rounding is None else _next(bound, rounding, amount, limit)


def _capped(
    bound: Bound, amount: Quantity, plan: Plan, portion: Portion | None = None
) -> tuple[Quantity, Quantity | None, str]:
    """The amount under the phase's caps, the lowest of them, and why it is less than it was."""
    ceilings = [_ceiling(bound, cap, plan, portion) for cap in bound.caps]
    if not ceilings:
        return amount, None, ""
    (limit, words), *looser = sorted(ceilings, key=lambda each: each[0].base)
    limit = limit.to(amount.unit)
    if limit >= amount:
        return amount, limit, ""
    others = [other for ceiling, other in looser if ceiling < amount]
    tighter = f"; tighter than {' and '.join(others)}" if others else ""
    return limit, limit, f"at most {words}{tighter}"


def _ceiling(bound: Bound, cap: Cap, plan: Plan, portion: Portion | None) -> tuple[Quantity, str]:
    """The most per administration that the cap allows, and why."""
    amount = scaled(cap, plan)
    stated = scaled_words(cap.amount, cap.per, cap.by)
    words = f"{stated} per {cap.basis}{rows_of(bound.phase, plan, 'max')}"
    if cap.basis is CapBasis.DAY:
        assert bound.times is not None
        assert bound.days is not None
        a_day = per_day(bound.days, len(bound.times))
        of_day = Fraction(1, a_day) if portion is None else portion.of_day
        if a_day > 1:
            words += f", {a_day} doses a day" if of_day * a_day == 1 else f", {of_day} of the day"
        amount = amount.times(of_day)
    return amount, words


def on_grid(rounding: Rounding, amount: Quantity, limit: Quantity | None = None) -> Quantity:
    """The amount as rounded, on the grid at or below the limit; it may be nothing."""
    grid = rounding.grid
    assert grid is not None
    whole = _whole(amount.over(grid), rounding)
    if limit is not None:
        whole = min(whole, floor(limit.over(grid)))
    return grid.times(whole)


def _next(bound: Bound, rounding: Rounding, amount: Quantity, limit: Quantity | None) -> Quantity:
    """The amount as rounded, to the grid or to what the products can make; it may be nothing."""
    if rounding.grid is not None:
        return on_grid(rounding, amount, limit)
    from regimen.engine.supply import to_pieces

    return to_pieces(bound, rounding, amount, limit)


def _rounded(
    bound: Bound, rounding: Rounding, amount: Quantity, limit: Quantity | None
) -> Quantity:
    phase = bound.phase
    result = _next(bound, rounding, amount, limit)
    if not result.value and _next(bound, rounding, amount, None).value:
        no = f"no multiple of {rounding.grid}" if rounding.grid else "no dose that can be made up"
        raise refuse(
            rules.CAP_IMPOSSIBLE,
            f"{no} lies below the cap of {limit}",
            "round to smaller amounts, or check the cap",
            phase.place_of("round"),
        )
    if not result.value:
        raise refuse(
            rules.ROUNDS_TO_ZERO,
            f"{amount.shown} rounded {rounding} is nothing",
            "round to smaller amounts",
            phase.place_of("round"),
        )
    drift = abs(result.over(amount) - 1)
    if drift > rounding.within:
        raise refuse(
            rules.ROUNDS_FAR,
            f"{amount.shown} rounded {rounding} is {result}: a change of"
            f" {_percent(drift)} %, and {_percent(rounding.within)} % is allowed",
            "round to smaller amounts; or, if this change is meant, add to round: within"
            f" {ceil(drift * 100)} %",
            phase.place_of("round"),
        )
    return result


def _whole(places: Fraction, rounding: Rounding) -> int:
    if rounding.mode is RoundingMode.DOWN:
        return floor(places)
    if rounding.mode is RoundingMode.UP:
        return ceil(places)
    return floor(places + _HALF) if rounding.ties_up else ceil(places - _HALF)


def _percent(part: Fraction) -> str:
    """A percentage for people, to a tenth, away from zero so that a limit is not seen to be kept
    when it is not."""
    tenths = ceil(part * 1000)
    return decimal_text(Fraction(tenths, 10)) or ""


# --- dimensions


def refuse_dimensions(phase: Phase, amount: Quantity) -> None:
    """Raises Refusal where the phase's caps or rounding are of another kind than its dose."""
    findings = [refusal.findings[0] for refusal in _dimension_refusals(phase, amount)]
    if findings:
        raise Refusal(findings)


def _dimension_refusals(phase: Phase, amount: Quantity) -> Iterator[Refusal]:
    assert isinstance(phase.caps, tuple)
    assert not isinstance(phase.rounding, Table)
    others = [("max", cap.amount) for cap in phase.caps]
    if phase.rounding is not None and phase.rounding.grid is not None:
        others.append(("round", phase.rounding.grid))
    for key, other in others:
        if other.unit.dimension is not amount.unit.dimension:
            yield refuse(
                rules.DIMENSION,
                f"the dose is {amount.unit.dimension} ({amount}), and {key} is"
                f" {other.unit.dimension} ({other})",
                "write both in one kind of unit; no conversion is assumed",
                phase.place_of(key),
            )
