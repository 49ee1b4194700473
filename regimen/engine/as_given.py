"""The amounts that were really given, as the plan's record says."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from regimen import rules
from regimen.engine.bound import Bound, BoundTiming
from regimen.engine.reductions import Planned
from regimen.finding import Finding, Refusal
from regimen.plan import Plan
from regimen.quantity import Quantity
from regimen.record import Given, RecordEntry, counted
from regimen.schedule import Dose, DoseStage, DoseStep


def as_given(doses: Sequence[Planned], bounds: Sequence[BoundTiming], plan: Plan) -> None:
    """Put in place of each dose that was given what was given. Raises Refusal with a finding for
    each amount of another kind than the course is given in, or that its products cannot make."""
    by_id = {each.dose.id: each for each in doses}
    kinds = {
        each.dose.course: each.dose.dose.ordered for each in doses if each.dose.dose is not None
    }
    findings: list[Finding] = []
    for entry in counted(plan.entries):
        what = entry.what
        if not isinstance(what, Given):
            continue
        each = by_id[what.dose]
        other = kinds.get(each.dose.course, what.amount)
        if other.unit.dimension is not what.amount.unit.dimension:
            words = (
                f"{what.amount} is {what.amount.unit.dimension}, and {each.dose.drug} is planned as"
                f" {other.unit.dimension} ({each.dose.dose or other})"
            )
            mend = f"write what was given in {other.unit.name}, or in a unit that converts to it"
            findings.append(_finding(entry, words, mend))
            continue
        bound = bounds[each.phase]
        assert isinstance(bound, Bound)
        try:
            each.dose = replace(
                each.dose, dose=_given(each.dose.dose, what.amount, entry, bound), waits_for=()
            )
        except Refusal as refusal:
            (found,) = refusal.findings
            findings.append(_finding(entry, found.what, found.mend))
    if findings:
        raise Refusal(findings)


def _given(planned: Dose | None, amount: Quantity, entry: RecordEntry, bound: Bound) -> Dose:
    if planned is not None and planned.ordered == amount:
        return planned
    steps = [] if planned is None else [*planned.steps]
    steps = [step for step in steps if step.stage is not DoseStage.MADE_UP]
    steps.append(DoseStep(DoseStage.ORDERED, amount, f"as given (entry {entry.number})"))
    if bound.products or amount.unit.dimension.is_counted:
        from regimen.engine.supply import supplied

        return supplied(bound, amount, steps)
    return Dose(amount, tuple(steps))


def _finding(entry: RecordEntry, what: str, mend: str) -> Finding:
    return Finding(rules.BAD_ENTRY, f"entry {entry.number}: {what}", mend, entry.place)
