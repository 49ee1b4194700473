"""Doses in pieces of no product, and products that cannot be counted in the dose's kind of unit."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.checks.phases import phases
from regimen.finding import Finding, Refusal
from regimen.protocol import DoseExpression, OneOf, Phase, Protocol, Taper, rounds_to_pieces
from regimen.quantity import Quantity


def pieces(protocol: Protocol) -> Iterator[Finding]:
    """Whatever in the text itself keeps a dose from being made up of its products."""
    for phase in phases(protocol):
        yield from _of_phase(phase)


def _of_phase(phase: Phase) -> Iterator[Finding]:
    amount = _amount(phase)
    if amount is None or not (
        phase.products or rounds_to_pieces(phase.rounding) or amount.unit.dimension.is_counted
    ):
        return
    from regimen.engine.supply import refuse_kinds

    choices = [phase.products]
    if isinstance(phase.products, OneOf):
        choices = [(product,) for product in phase.products.by_name.values()]
    for products in choices:
        assert isinstance(products, tuple)
        try:
            refuse_kinds(phase, products, amount)
        except Refusal as refusal:
            yield from refusal.findings


def _amount(phase: Phase) -> Quantity | None:
    """An amount of the phase's kind, where its text states one."""
    dose = phase.dose.first if isinstance(phase.dose, Taper) else phase.dose
    amount = dose.amount if isinstance(dose, DoseExpression) else dose
    return amount if isinstance(amount, Quantity) else None
