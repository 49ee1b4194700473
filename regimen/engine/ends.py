"""Ends that depend on something: whichever comes first, a total, and who stops it (rule T3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from msgspec.structs import replace

from regimen import rules
from regimen.engine import anchors, dependents, extents
from regimen.engine.bound import Bound, answer
from regimen.engine.doses import doses_of
from regimen.engine.dosing import scaled
from regimen.engine.measures import taken_again
from regimen.engine.phase_span import MOST_DOSES, START_OF_DAY, PhaseSpan, slot_order
from regimen.engine.rounding import next_dose
from regimen.engine.sharing import in_words
from regimen.engine.spans import Spans, Spot
from regimen.finding import refuse
from regimen.protocol import (
    DoseExpression,
    Earliest,
    Extent,
    LastDose,
    Point,
    PointOf,
    Ref,
    RoundingMode,
    Share,
    Timeline,
    Until,
    UntilStopped,
    UntilTotal,
)
from regimen.quantity import Quantity
from regimen.schedule import Dose, DoseStage, DoseStep
from regimen.timing import Moment

_FEW = 64  # doses that are worked out first, before it is known how many it takes


def fill(spans: Spans, span: PhaseSpan, spot: Spot, extent: Extent) -> PhaseSpan | None:
    """The span with what lies in its extent; None where that rests on something open."""
    if isinstance(extent, Earliest):
        return _earliest(spans, span, spot, extent)
    if isinstance(extent, UntilStopped):
        stopped = answer(extent.stopped, spans.plan)
        if stopped is not None:
            span.fill(MOST_DOSES + 1, Moment(stopped))
            span.stopped = stopped
            return span
        return up_to_horizon(spans, span, spot.course)
    assert isinstance(extent, UntilTotal)
    return _until_total(spans, span, spot, extent)


def up_to_horizon(spans: Spans, span: PhaseSpan, course: Timeline) -> PhaseSpan | None:
    """The span as far as the plan wants it drawn, that day counted; None where it begins later."""
    span.fill(MOST_DOSES + 1, Moment(horizon(spans, course)), included=True)
    span.goes_on = True
    return span if span.slots else None


def as_far_as_certain(spans: Spans, span: PhaseSpan, spot: Spot, end: Until) -> PhaseSpan | None:
    """The span as far as its end lies at the earliest, whatever is still decided: up to what is
    known so far of what it ends with. None where nothing is certain."""
    base = end.anchor.base
    if not isinstance(base, PointOf) or base.point not in (Point.LAST, Point.FINISH):
        return None
    known = dependents.known_of(spans, base)
    if not known:
        return None
    latest = max(known, key=lambda each: slot_order(each.slots[-1])).last()
    where = span.phase.place_of("before", "through")
    least = anchors.at_offset(spans, end.anchor, ("", latest), span.phase.month_end, where)
    span.fill(MOST_DOSES + 1, least[1], included=end.included)
    span.goes_on = True
    return span if span.slots else None


def horizon(spans: Spans, course: Timeline) -> date:
    """The last day to which what goes on is drawn up."""
    spans.going_on[course.key] = None
    day: date = answer(Ref("horizon"), spans.plan)
    return day


# --- whichever comes first


def _earliest(spans: Spans, span: PhaseSpan, spot: Spot, extent: Earliest) -> PhaseSpan | None:
    found = []
    for end in extent.ends:
        one = replace(span, bound=replace(span.bound, extent=end), slots=[])
        filled = extents.fill(spans, one, spot)
        if filled is None:
            return None
        found.append(filled)
    first = min(found, key=_order)
    if not first.goes_on:
        spans.going_on.pop(spot.course.key, None)
    for name in PhaseSpan.__struct_fields__:
        setattr(span, name, getattr(first, name))
    return span


def _order(span: PhaseSpan) -> tuple[int, bool, date, time]:
    """The fewest doses first; of as many, what has ended, and what ends earlier."""
    end = span.end(span.phase.place)  # lists and single doses, which have none, last as they last
    return len(span.slots), span.goes_on, end.day, end.time or START_OF_DAY


# --- a total


def _until_total(spans: Spans, span: PhaseSpan, spot: Spot, extent: UntilTotal) -> PhaseSpan | None:
    bound = span.bound
    assert isinstance(bound, Bound)
    assert isinstance(extent.amount, DoseExpression)
    if bound.dose is None:
        return None
    _refuse_shared(bound)
    left = _left(spans, spot, extent, bound)
    if left is None:
        return None
    count = _FEW
    while True:
        span.fill(min(count, MOST_DOSES + 1))
        doses = doses_of(span, spans.plan)
        whole, rest = _within(bound, doses, left)
        if whole < len(doses) or not rest.value or count > MOST_DOSES:
            break
        count *= 4
    if whole > MOST_DOSES:
        return span  # more than anybody gives, which is refused
    if rest.value and extent.last is LastDose.WHOLE:
        whole += 1
    elif rest.value and extent.last is LastDose.PART:
        last = doses[whole]
        assert last is not None
        span.rest = _part(bound, last, rest, extent)
        whole += span.rest is not None
    span.fill(whole)
    return span


def _refuse_shared(bound: Bound) -> None:
    if isinstance(bound.dose, DoseExpression) and bound.dose.share is Share.IN_ALL:
        raise refuse(
            rules.TWO_WAYS,
            f"{in_words(bound.dose)} and until both say how much is given in all",
            "write the dose per administration, or for how long it is given",
            bound.phase.place_of("until"),
        )


def _left(spans: Spans, spot: Spot, extent: UntilTotal, bound: Bound) -> Quantity | None:
    """What of the total is left for the phase; None where an earlier phase is open."""
    again = taken_again(spans.protocol, bound.phase.needs)
    if again:
        raise refuse(
            rules.END_UNKNOWN,
            f"the total of {bound.phase.drug} rests on doses by {' and '.join(again)}, which is"
            " measured again before they are given",
            "bound the phase in another way; the total can be a limit under max",
            bound.phase.place_of("until"),
        )
    assert isinstance(extent.amount, DoseExpression)
    left = scaled(extent.amount, spans.plan)
    if extent.given_before is not None:
        before: Quantity = answer(extent.given_before, spans.plan)
        left = _less(left, before, bound)
    for at in range(spot.at):
        rounds = spans.rounds(spot.course, at)
        if rounds is None:
            return None
        for span in rounds:
            for dose in doses_of(span, spans.plan):
                if dose is None:
                    return None
                left = _less(left, dose.ordered, bound)
    return left


def _less(left: Quantity, amount: Quantity, bound: Bound) -> Quantity:
    if left.unit.dimension is not amount.unit.dimension:
        raise refuse(
            rules.DIMENSION,
            f"the dose is {amount.unit.dimension} ({amount}), until is {left.unit.dimension}"
            f" ({left})",
            "write both in one kind of unit; no conversion is assumed",
            bound.phase.place_of("until"),
        )
    return left + amount.times(-1)


def _within(bound: Bound, doses: Sequence[Dose | None], left: Quantity) -> tuple[int, Quantity]:
    """How many of the doses the total holds, and what is left of it then."""
    for at, dose in enumerate(doses):
        assert dose is not None
        after = _less(left, dose.ordered, bound)
        if after.value < 0:
            return at, left
        left = after
        if not left.value:
            return at + 1, left
    return len(doses), left


# What a dose is worked out through before it is rounded.
_UNROUNDED = (
    DoseStage.STATED,
    DoseStage.CALCULATED,
    DoseStage.SHARED,
    DoseStage.REDUCED,
    DoseStage.CAPPED,
)


def _part(bound: Bound, dose: Dose, rest: Quantity, extent: UntilTotal) -> Dose | None:
    """What is left of the total as the last dose; None where it is less than can be given."""
    assert isinstance(extent.amount, DoseExpression)
    left = f"left of {extent.amount.scaled} of the {extent.of}"
    steps = [step for step in dose.steps if step.stage in _UNROUNDED]
    amount, rest = steps[-1].amount, rest.to(dose.ordered.unit)
    if rest < amount:
        amount = rest
        steps.append(DoseStep(DoseStage.CAPPED, amount, f"what is {left}"))
    rounding = bound.rounding
    if rounding is not None:
        words = f"{amount.shown} rounded down, as {rest} is {left}"
        amount = next_dose(bound, replace(rounding, mode=RoundingMode.DOWN), amount, rest)
        if not amount.value:
            return None
        steps.append(DoseStep(DoseStage.ROUNDED, amount, words))
    steps.append(DoseStep(DoseStage.ORDERED, amount, "per administration"))
    if bound.products or amount.unit.dimension.is_counted:
        from regimen.engine.supply import supplied

        return supplied(bound, amount, steps)
    return Dose(amount, tuple(steps))
