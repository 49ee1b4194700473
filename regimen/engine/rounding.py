"""Amounts rounded as the protocol states, with what is refused (rule D3)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from regimen import rules
from regimen.engine.bound import Bound
from regimen.finding import refuse
from regimen.protocol import Phase, Rounding, RoundingMode
from regimen.quantity import Quantity, decimal_text

_HALF = Fraction(1, 2)


def rounded(bound: Bound, rounding: Rounding, amount: Quantity, limit: Quantity | None) -> Quantity:
    """The amount as rounded, at or below the limit. Raises Refusal where it is nothing, or farther
    away than is allowed."""
    result = next_dose(bound, rounding, amount, limit)
    if not result.value and next_dose(bound, rounding, amount, None).value:
        no = f"no multiple of {rounding.grid}" if rounding.grid else "no dose that can be made up"
        raise refuse(
            rules.CAP_IMPOSSIBLE,
            f"{no} lies below the cap of {limit}",
            "round to smaller amounts, or check the cap",
            bound.phase.place_of("round"),
        )
    refuse_drift(bound.phase, rounding, amount, result)
    return result


def refuse_drift(phase: Phase, rounding: Rounding, amount: Quantity, result: Quantity) -> None:
    """Raises Refusal where an amount is rounded to nothing, or farther than is allowed."""
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


def next_dose(
    bound: Bound, rounding: Rounding, amount: Quantity, limit: Quantity | None
) -> Quantity:
    """The amount as rounded, to the grid or to what the products can make; it may be nothing."""
    if rounding.grid is not None:
        return on_grid(rounding, amount, limit)
    from regimen.engine.supply import to_pieces

    return to_pieces(bound, rounding, amount, limit)


def on_grid(
    rounding: Rounding,
    amount: Quantity,
    limit: Quantity | None = None,
    grid: Quantity | None = None,
) -> Quantity:
    """The amount as rounded, on the grid (the rounding's own) at or below the limit; it may be
    nothing."""
    grid = grid or rounding.grid
    assert grid is not None
    whole = _whole(amount.over(grid), rounding)
    if limit is not None:
        whole = min(whole, floor(limit.over(grid)))
    return grid.times(whole)
