"""What can be told from a protocol's own text: amounts of different kinds, amounts per day on rest
days, tapers that miss their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from regimen.checks.phases import phases
from regimen.engine.bound import written_levels
from regimen.engine.dosing import refuse_dimensions
from regimen.engine.sharing import refuse_endless, refuse_per_day
from regimen.finding import Finding, Refusal
from regimen.protocol import (
    DividedDose,
    DoseExpression,
    DosesByTime,
    Every,
    OnWeekdays,
    Phase,
    Protocol,
    Ref,
    Share,
    Taper,
    TimeKey,
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
    if isinstance(dose, DividedDose):
        return dose.whole if dose.on == "at" else None
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
        for dose, _ in _amounts(phase):
            yield from _found(refuse_dimensions, phase, dose.amount)


def per_hour_of_no_length(protocol: Protocol) -> Iterator[Finding]:
    """Amounts per hour of what takes no stated time."""
    for phase in phases(protocol):
        for dose, _ in _amounts(phase):
            yield from _found(refuse_endless, phase, dose)


def shared_with_other_times(protocol: Protocol) -> Iterator[Finding]:
    """Amounts on a time that are shared with other times, and wholes that their times do not
    divide."""
    for phase in phases(protocol):
        if isinstance(phase.dose, (DosesByTime, DividedDose)):
            from regimen.engine.keyed import refuse_share  # few protocols have doses on times

            for dose, at in _amounts(phase):
                yield from _found(refuse_share, phase, phase.dose.on, dose, at)


def _amounts(phase: Phase) -> Iterator[tuple[DoseExpression, TimeKey | None]]:
    """The amounts that the phase states, each with the time at which it stands."""
    dose = phase.dose
    if isinstance(dose, DosesByTime):
        for each in dose.doses:
            if isinstance(each.dose, DoseExpression):
                yield each.dose, each.at
        return
    if isinstance(dose, Taper):
        dose = dose.first
    elif isinstance(dose, DividedDose):
        dose = dose.whole
    if isinstance(dose, DoseExpression):
        yield dose, None


def tapers(protocol: Protocol) -> Iterator[Finding]:
    """Tapers that stick before their end, where that can be told before there is a plan."""
    for phase in phases(protocol):
        levels = written_levels(phase)
        if levels is not None:
            from regimen.engine.tapers import refuse_missteps  # few protocols have tapers

            yield from _found(refuse_missteps, phase, levels)
