"""What can be told from a protocol's own text: amounts of different kinds, amounts per day on rest
days, tapers that miss their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regimen.engine.bound import Levels
from regimen.engine.dosing import level_amounts, refuse_dimensions, refuse_per_day
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
from regimen.quantity import Quantity
from regimen.timing import CalendarSpan


def _phases(protocol: Protocol) -> Iterator[Phase]:
    for course in protocol.courses:
        yield from course.phases


def _found(refusing: Callable[..., object], *values: object) -> Iterator[Finding]:
    try:
        refusing(*values)
    except Refusal as refusal:
        yield from refusal.findings


def per_day_on_rest_days(protocol: Protocol) -> Iterator[Finding]:
    """Amounts per day, or per week, on days that do not carry them."""
    for phase in _phases(protocol):
        dose, days = _shared(phase), phase.pattern
        if not isinstance(dose, DoseExpression) or dose.share is not Share.DAY:
            continue
        if isinstance(days, Ref) or _open(days):
            continue  # the plan's answer is held against it when it is known
        yield from _found(refuse_per_day, phase, dose, days)


def _shared(phase: Phase) -> object:
    """The dose, or a taper's first level with the taper's share."""
    dose = phase.dose
    if isinstance(dose, Taper) and isinstance(dose.first, Quantity):
        return DoseExpression(dose.first, None, dose.share)
    return dose


def _open(days: object) -> bool:
    match days:
        case Every(span=Ref()) | TimesPerWeek(count=Ref()) | OnWeekdays(weekdays=Ref()):
            return True
    return False


def of_other_kinds(protocol: Protocol) -> Iterator[Finding]:
    """Limits and roundings of another kind than the dose."""
    for phase in _phases(protocol):
        dose = phase.dose.first if isinstance(phase.dose, Taper) else phase.dose
        amount = dose.amount if isinstance(dose, DoseExpression) else dose
        if isinstance(amount, Quantity):
            yield from _found(refuse_dimensions, phase, amount)


def tapers(protocol: Protocol) -> Iterator[Finding]:
    """Tapers that do not land on their last level."""
    for phase in _phases(protocol):
        match phase.dose:
            case Taper(
                first=Quantity() as first,
                by=Quantity() as by,
                to=Quantity() as to,
                each=CalendarSpan() as each,
            ):
                levels = Levels(first, by, to, each)
                yield from _found(level_amounts, phase, levels)
