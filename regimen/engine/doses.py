"""The dose of every administration of a phase."""

from __future__ import annotations

from collections.abc import Sequence

from regimen.engine.bound import Bound, Levels
from regimen.engine.dosing import dose_of
from regimen.engine.phase_span import PhaseSpan, Slot
from regimen.plan import Plan
from regimen.protocol import DoseExpression, Share
from regimen.schedule import Dose
from regimen.timing import Moment, moment_after


def doses_of(span: PhaseSpan, plan: Plan) -> Sequence[Dose | None]:
    """The dose of each of the phase's administrations, in their order; None where the source does
    not state it."""
    doses = _doses_of(span, plan)
    if span.rest is None:
        return doses
    bound, rest = span.bound, span.rest
    assert isinstance(bound, Bound)
    if bound.reduction is not None:
        from regimen.engine.reductions import part_of_ordered

        rest = part_of_ordered(bound, rest, bound.reduction, plan)
    return [*doses[:-1], rest]


def _doses_of(span: PhaseSpan, plan: Plan) -> Sequence[Dose | None]:
    bound, count = span.bound, len(span.slots)
    assert isinstance(bound, Bound)
    dose = bound.dose
    if type(dose) is DoseExpression:
        if bound.phase.dealing is not None:
            from regimen.engine.dealing import dealt_doses, is_dealt

            if is_dealt(bound):
                dealt = dealt_doses(bound, dose, plan, span.in_all or count)
                first = span.earlier if dose.share is Share.IN_ALL else span.skipped
                return [dealt[(first + at) % len(dealt)] for at in range(count)]
        return [dose_of(bound, dose, plan, span.in_all or count)] * count
    if type(dose) is Levels:
        return _by_level(span, bound, dose, plan)
    if dose is None:
        return [None] * count
    from regimen.engine.keyed import keyed_doses

    return keyed_doses(span, plan)


def _by_level(span: PhaseSpan, bound: Bound, taper: Levels, plan: Plan) -> list[Dose]:
    month_end = span.phase.month_end
    ends = [
        moment_after(span.first, taper.each.times(level), month_end)
        for level in range(1, len(span.levels) + 1)
    ]
    of_levels = span.levels
    if bound.reduction is not None:
        from regimen.engine.tapers import level_doses

        of_levels = level_doses(bound, taper, plan)
    levels = [of_levels[_level(slot, ends)] for slot in span.slots]
    return [doses[(span.skipped + at) % len(doses)] for at, doses in enumerate(levels)]


def _level(slot: Slot, ends: list[Moment]) -> int:
    """The level in whose time the slot lies: the first that has not ended by then."""
    day, clock = slot
    for level, end in enumerate(ends[:-1]):
        if day < end.day or (
            day == end.day and clock is not None and end.time is not None and clock < end.time
        ):
            return level
    return len(ends) - 1
