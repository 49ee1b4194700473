"""What can be told from a protocol's own text: amounts of different kinds, amounts per day on rest
days, tapers that miss their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from regimen.checks.phases import phases
from regimen.engine.bound import written_levels
from regimen.engine.dosing import refuse_dimensions, refuse_per_day
from regimen.finding import Finding, Refusal
from regimen.protocol import (
    DoseExpression,
    Every,
    OnWeekdays,
    Phase,
    Protocol,
    Ref,
    Share,
    Taper,
    TimesPerWeek,
)


def _found(refusing: Callable[..., object], *values: object) -> Iterator[Finding]:
    try:
        refusing(*values)
    except Refusal as refusal:
        yield from refusal.findings


def per_day_on_rest_days(protocol: Protocol) -> Iterator[Finding]:
    """Amounts per day, or per week, on days that do not carry them."""
    for phase in phases(protocol):
        dose, days = _shared(phase), phase.pattern
        if not isinstance(dose, DoseExpression) or dose.share is not Share.DAY:
            continue
        if isinstance(days, Ref) or _open(days):
            continue  # the plan's answer is held against it when it is known
        yield from _found(refuse_per_day, phase, dose, days)


def _shared(phase: Phase) -> object:
    """The dose, or a taper's first level with the taper's share."""
    dose = phase.dose
    if isinstance(dose, Taper) and isinstance(dose.first, DoseExpression):
        return replace(dose.first, share=dose.share)
    return dose


def _open(days: object) -> bool:
    match days:
        case Every(span=Ref()) | TimesPerWeek(count=Ref()) | OnWeekdays(weekdays=Ref()):
            return True
    return False


def of_other_kinds(protocol: Protocol) -> Iterator[Finding]:
    """Limits and roundings of another kind than the dose."""
    for phase in phases(protocol):
        dose = phase.dose.first if isinstance(phase.dose, Taper) else phase.dose
        if isinstance(dose, DoseExpression):
            yield from _found(refuse_dimensions, phase, dose.amount)


def tapers(protocol: Protocol) -> Iterator[Finding]:
    """Tapers that stick before their end, where that can be told before there is a plan."""
    for phase in phases(protocol):
        levels = written_levels(phase)
        if levels is not None:
            from regimen.engine.tapers import refuse_missteps  # few protocols have tapers

            yield from _found(refuse_missteps, phase, levels)
