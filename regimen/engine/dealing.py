"""Amounts that are shared in whole steps: the whole is limited and rounded first, then dealt out,
so that the sum of its doses is what was rounded to (rules D2, D3)."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine.bound import Bound
from regimen.engine.dosing import (
    calculated,
    ceilings_of,
    finished,
    lessened,
    refuse_dimensions,
    refuse_nothing,
    rows_of,
    stated,
)
from regimen.engine.rounding import on_grid, refuse_drift
from regimen.engine.sharing import in_words, parts_of
from regimen.finding import refuse
from regimen.plan import Plan
from regimen.protocol import CapBasis, Dealing, DoseExpression, Rounding, Share
from regimen.quantity import Quantity
from regimen.schedule import Dose, DoseStage, DoseStep


def is_dealt(bound: Bound) -> bool:
    """Whether the phase's amount is shared in whole steps."""
    return bound.phase.dealing not in (None, Dealing.EQUAL)


def dealt_doses(
    bound: Bound,
    expression: DoseExpression,
    plan: Plan,
    administrations: int,
    because: str = "as the protocol says",
) -> tuple[Dose, ...]:
    """The doses among which the amount is shared, in their order. Raises Refusal."""
    phase = bound.phase
    refuse_dimensions(phase, expression.amount)
    steps = [stated(bound, expression, plan, because)]
    amount = calculated(bound, expression, plan, steps)
    refuse_nothing(phase, amount)
    count, times = _gathered(bound, expression, administrations)
    if times != 1:
        amount = amount.times(times)
        steps.append(DoseStep(DoseStage.CALCULATED, amount, f"the {count} doses of a week"))
    amount = lessened(bound, amount, steps)
    heap = heaped(bound, amount, count, plan)
    if heap.capped:
        steps.append(DoseStep(DoseStage.CAPPED, heap.amount, heap.capped))
    refuse_drift(phase, _rounding(bound), heap.amount, heap.rounded)
    if heap.number < count:
        raise refuse(
            rules.ROUNDS_TO_ZERO,
            f"{heap.rounded} are {heap.number} steps of {heap.step} for {count} doses, one of which"
            " would be nothing",
            "deal out smaller steps, or give it on fewer days",
            phase.place_of("round"),
        )
    words = f"{heap.amount.shown} rounded {bound.rounding}{rows_of(phase, plan, 'round')}"
    steps.append(DoseStep(DoseStage.ROUNDED, heap.rounded, words))
    shares = _deal(bound, heap, count)
    return tuple(_dealt(bound, heap, share, count, (steps, plan)) for share in shares)


class Heap(Struct, frozen=True):
    """What is dealt out: the `amount` under the caps and why it is less than it was, and the
    `number` of whole steps that it is rounded to, whether or not it may be."""

    amount: Quantity
    capped: str
    step: Quantity
    number: int

    @property
    def rounded(self) -> Quantity:
        return self.step.times(self.number)


def heaped(bound: Bound, amount: Quantity, count: int, plan: Plan) -> Heap:
    """An amount for `count` doses, limited and rounded as a whole; no dose will be over a cap."""
    limit, capped = None, ""
    ceilings = ceilings_of(bound, plan)
    if ceilings:
        ceiling, words = ceilings[0]
        limit = ceiling.times(count).to(amount.unit)
        if limit < amount:
            amount, capped = limit, f"at most {words}, for {count} doses"
    step = _step(bound, amount)
    number = int(on_grid(_rounding(bound), amount, limit, step).over(step))
    of_dose = replace(bound, caps=tuple(c for c in bound.caps if c.basis is CapBasis.DOSE))
    for ceiling, _ in ceilings_of(of_dose, plan)[:1]:
        number = min(number, count * floor(ceiling.over(step)))
    return Heap(amount, capped, step, number)


def _gathered(
    bound: Bound, expression: DoseExpression, administrations: int
) -> tuple[int, Fraction]:
    """Among how many doses it is dealt out, and how many times the amount that is then."""
    if not _rounding(bound).over_week or expression.share is Share.WEEK:
        return parts_of(bound, expression, administrations)[0], Fraction(1)
    if expression.share in (Share.CYCLE, Share.IN_ALL):
        raise refuse(
            rules.TWO_WAYS,
            f"{in_words(expression)} is a whole of its own, and the week over which it is rounded"
            " another",
            "round it without over the week; or write the amount per week",
            bound.phase.place_of("round"),
        )
    stated_for = 1
    if expression.share is Share.DAY:
        stated_for, _ = parts_of(bound, expression, administrations)
    a_week, _ = parts_of(bound, replace(expression, share=Share.WEEK), administrations)
    return a_week, Fraction(a_week, stated_for)


def _rounding(bound: Bound) -> Rounding:
    assert bound.rounding is not None  # the reader asks for it
    return bound.rounding


def _step(bound: Bound, amount: Quantity) -> Quantity:
    """The step in which it is dealt out: what is rounded to, or the smallest piece."""
    grid = _rounding(bound).grid
    if grid is not None:
        return grid
    from regimen.engine.supply import smallest_piece

    return smallest_piece(bound, amount)


def _deal(bound: Bound, heap: Heap, count: int) -> list[int]:
    """So many whole steps to each dose, none of which differs from another by more than one: the
    larger ones first, or spread evenly."""
    least, over = divmod(heap.number, count)
    larger = set(range(over))
    if bound.phase.dealing is Dealing.SPREAD:
        larger = {count * number // over for number in range(over)}
    return [least + (place in larger) for place in range(count)]


def _dealt(
    bound: Bound, heap: Heap, share: int, count: int, so_far: tuple[list[DoseStep], Plan]
) -> Dose:
    steps, plan = so_far
    amount = heap.step.times(share)
    words = (
        f"{share} of {heap.number} steps of {heap.step}, dealt out to {count} doses,"
        f" {bound.phase.dealing}"
    )
    return finished(bound, amount, [*steps, DoseStep(DoseStage.SHARED, amount, words)], plan)
