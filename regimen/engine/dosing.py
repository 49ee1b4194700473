"""How much: stated, calculated, shared, capped, rounded, ordered, each stage kept (rules D1 to D3,
D6)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from regimen import rules
from regimen.engine.bound import Bound
from regimen.engine.days import at_most_weekly, per_day, per_week
from regimen.engine.rounding import next_dose, rounded
from regimen.engine.sharing import in_a_cycle, in_words, parts_of, refuse_endless, uneven
from regimen.finding import Refusal, refuse
from regimen.plan import Answer, Plan, Size
from regimen.protocol import (
    Cap,
    CapBasis,
    DoseExpression,
    Phase,
    Table,
)
from regimen.protocol.dose import scaled_words
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import Dose, DoseStage, DoseStep

# the stages of every dose; an enumeration is slow to look up
_STATED, _ORDERED = DoseStage.STATED, DoseStage.ORDERED
_KEYS_OF_DOSE = ("dose", "from", "by", "to", "each", "at_least", "stop_under", "starting_at")


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
    if bound.caps or bound.rounding is not None:
        refuse_dimensions(bound.phase, expression.amount)
    steps = [stated(bound, expression, plan, because)]
    amount = expression.amount
    if expression.per is not None or expression.hourly:
        amount = calculated(bound, expression, plan, steps)
    if portion is not None:
        amount = amount.times(portion.part)
        if portion.words:
            steps.append(DoseStep(DoseStage.SHARED, amount, portion.words))
    elif expression.share is not None:
        parts, words = parts_of(bound, expression, administrations)
        amount = amount.times(Fraction(1, parts))
        steps.append(DoseStep(DoseStage.SHARED, amount, words))
    refuse_nothing(bound.phase, amount)
    if bound.reduction is not None:
        amount = lessened(bound, amount, steps)
    exact, limit = expression.per is None or _exact(expression, plan), None
    if bound.caps:
        amount, limit, words = _capped(bound, amount, plan, portion)
        if words:
            steps.append(DoseStep(DoseStage.CAPPED, amount, words))
            exact = all(_exact(cap, plan) for cap in bound.caps)
    if bound.rounding is not None:
        ordered = rounded(bound, bound.rounding, amount, limit)
        words = f"{amount.shown} rounded {bound.rounding}{rows_of(bound.phase, plan, 'round')}"
        steps.append(DoseStep(DoseStage.ROUNDED, ordered, words))
        amount = ordered
    return finished(bound, amount, steps, plan, exact=exact)


# --- stages


def rows_of(phase: Phase, plan: Plan, *keys: str) -> str:
    """From which rows of tables the values at these keys come, in words, or nothing."""
    if not phase.tables:
        return ""
    from regimen.engine.tables import rows_taken

    return rows_taken(phase, plan.answers, *keys)


def stated(bound: Bound, expression: DoseExpression, plan: Plan, because: str) -> DoseStep:
    """The amount as it is written, with its basis and from which rows of tables it comes."""
    words = because
    if bound.phase.tables:
        words += rows_of(bound.phase, plan, *_KEYS_OF_DOSE)
    if expression.per is not None or expression.share is not None or expression.hourly:
        words = f"{in_words(expression)}, {words}"
    return DoseStep(_STATED, expression.amount, words)


def calculated(
    bound: Bound, expression: DoseExpression, plan: Plan, steps: list[DoseStep]
) -> Quantity:
    """The amount for this patient and, of an amount per hour, for the whole infusion; each step of
    the calculation is added to `steps`."""
    amount = expression.amount
    if expression.per is not None:
        amount = scaled(expression, plan)
        steps.append(DoseStep(DoseStage.CALCULATED, amount, _scaling(expression, plan)))
    if expression.hourly:
        refuse_endless(bound.phase, expression)
        assert bound.over is not None  # asked for, where the protocol leaves it open
        words = f"{amount.shown} per hour × {bound.over}"
        amount = amount.times(Fraction(bound.over.minutes, 60))
        steps.append(DoseStep(DoseStage.CALCULATED, amount, words))
    return amount


def lessened(bound: Bound, amount: Quantity, steps: list[DoseStep]) -> Quantity:
    """The part of a calculated amount that somebody has decided on; the amount itself where nobody
    has."""
    reduction = bound.reduction
    if reduction is None:
        return amount
    less = amount.times(reduction.part)
    words = f"{decimal_text(reduction.part * 100)} % of {amount.shown}"
    steps.append(DoseStep(DoseStage.REDUCED, less, reduction.entry.cause(words)))
    return less


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


def _fraction(amount: Quantity, parts: int) -> Quantity:
    return amount.times(Fraction(1, parts))


def refuse_nothing(phase: Phase, amount: Quantity) -> None:
    """Raises Refusal where a dose comes to nothing."""
    if not amount.value:
        raise refuse(
            rules.NO_DOSE,
            f"the dose comes to {amount}, which is nothing",
            "give an amount; where nothing is given, the protocol leaves the phase out",
            phase.place_of("dose", "taper"),
        )


def finished(
    bound: Bound, amount: Quantity, steps: list[DoseStep], plan: Plan, *, exact: bool = True
) -> Dose:
    """The dose that is ordered, made up of products where there are any. Raises Refusal where it
    has no exact decimals; an amount that is not `exact` has none before it is rounded."""
    if decimal_text(amount.value) is None or not (exact or bound.rounding):
        raise refuse(
            rules.INEXACT,
            f"the dose comes to {amount if exact else amount.shown}, which has no exact decimal",
            "state how it is rounded: round: nearest 0.1 mg, ties up",
            bound.phase.place_of("dose", "taper"),
        )
    steps.append(DoseStep(_ORDERED, amount, "per administration"))
    if bound.products or amount.unit.dimension.is_counted:
        from regimen.engine.supply import supplied

        return supplied(bound, amount, steps, rows_of(bound.phase, plan, "product"))
    return Dose(amount, tuple(steps))


def settled(bound: Bound, amount: Quantity, plan: Plan) -> Quantity:
    """What would be given per administration, capped and rounded, whether or not it may be."""
    amount, limit, _ = _capped(bound, amount, plan)
    rounding = bound.rounding
    return amount if rounding is None else next_dose(bound, rounding, amount, limit)


def _capped(
    bound: Bound, amount: Quantity, plan: Plan, portion: Portion | None = None
) -> tuple[Quantity, Quantity | None, str]:
    """The amount under the phase's caps, the lowest of them, and why it is less than it was."""
    ceilings = ceilings_of(bound, plan, portion)
    if not ceilings:
        return amount, None, ""
    (limit, words), *looser = ceilings
    limit = limit.to(amount.unit)
    if limit >= amount:
        return amount, limit, ""
    others = [other for ceiling, other in looser if ceiling < amount]
    tighter = f"; tighter than {' and '.join(others)}" if others else ""
    return limit, limit, f"at most {words}{tighter}"


def ceilings_of(
    bound: Bound, plan: Plan, portion: Portion | None = None
) -> list[tuple[Quantity, str]]:
    """The most per administration that each cap allows, and why, the lowest first."""
    caps = [cap for cap in bound.caps if cap.basis.reduces]
    found = [_ceiling(bound, cap, plan, portion) for cap in caps]
    return sorted(found, key=lambda each: each[0].base)


def _ceiling(bound: Bound, cap: Cap, plan: Plan, portion: Portion | None) -> tuple[Quantity, str]:
    amount = scaled(cap, plan)
    stated = f"{scaled_words(cap.amount, cap.per, cap.by)} {cap.basis.words}"
    words = f"{stated}{rows_of(bound.phase, plan, 'max')}"
    assert bound.times is not None
    assert bound.days is not None
    if cap.basis is CapBasis.DAY:
        a_day = per_day(bound.days, len(bound.times))
        of_day = Fraction(1, a_day) if portion is None else portion.of_day
        if a_day > 1:
            words += f", {a_day} doses a day" if of_day * a_day == 1 else f", {of_day} of the day"
        return amount.times(of_day), words
    if cap.basis is CapBasis.DOSE:
        return amount, words
    parts = _within(bound, cap, f"at most {stated}", portion)
    if parts > 1:
        words += f", {parts} doses a {cap.basis}"
    return _fraction(amount, parts), words


def _within(bound: Bound, cap: Cap, what: str, portion: Portion | None) -> int:
    """How many doses fall into the week or cycle that a cap counts. Raises Refusal where they are
    not alike."""
    assert bound.times is not None
    assert bound.days is not None
    if portion is not None:
        raise refuse(
            rules.BAD_QUANTITY,
            f"{what} is not shared among doses that are written on their times",
            "write the limit per dose or per day",
            bound.phase.place_of("max"),
        )
    if cap.basis is CapBasis.CYCLE:
        return in_a_cycle(bound, what, "max")
    a_week = per_week(bound.days) or at_most_weekly(bound.days)
    if a_week is None:
        raise uneven(bound, what, "write the limit per dose or per day", "max")
    return a_week * len(bound.times)


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
