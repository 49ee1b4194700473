"""Decided parts of doses: "75 % from cycle 3". Each dose is worked out anew under its caps and its
rounding, and a decision that leaves a dose as it was, or that has two readings, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.engine.bound import Bound, Reduction
from regimen.engine.dealing import is_dealt
from regimen.engine.dosing import finished
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.retaken import Waiting
from regimen.engine.rounding import rounded
from regimen.finding import Finding, Reading, Refusal
from regimen.plan import Plan
from regimen.quantity import Quantity, decimal_text
from regimen.record import PartOf, RecordEntry, Reduced, counted
from regimen.schedule import Administration, Dose, DoseStage, DoseStep, Status

Spans = Sequence[Sequence[PhaseSpan]]
Doses = Sequence[Sequence[Dose | Waiting | None]]
WorkOut = Callable[[Spans], Doses]


class Planned(Struct):
    """A dose of a plan, with the place of its phase among all, and its own place in the phase."""

    dose: Administration
    phase: int
    place: int


def reduce_doses(doses: Sequence[Planned], spans: Spans, work_out: WorkOut, plan: Plan) -> None:
    """Put in place of each dose that is still to be given the part of it that was last decided on
    for its day. Raises Refusal with a finding for each decision that does not say what to give."""
    findings: list[Finding] = []
    entries = [each for each in counted(plan.entries) if isinstance(each.what, Reduced)]
    for entry in entries:
        assert isinstance(entry.what, Reduced)
        met = [each for each in doses if _last_for(each.dose, entries) is entry]
        if met:
            findings += _Decision(entry, entry.what, met, spans, plan).apply(work_out)
    if findings:
        raise Refusal(findings)


def _last_for(dose: Administration, entries: Sequence[RecordEntry]) -> RecordEntry | None:
    """The decision that holds for a dose: the last one that was taken for its day."""
    if dose.status is not Status.PLANNED or dose.dose is None:
        return None
    found = None
    for entry in entries:
        what = entry.what
        assert isinstance(what, Reduced)
        if what.course == dose.course and what.holds_on(dose.day):
            found = entry
    return found


class _Decision:
    """One decision, the doses it is about, and what each way to read it makes of them."""

    def __init__(
        self,
        entry: RecordEntry,
        what: Reduced,
        met: Sequence[Planned],
        spans: Spans,
        plan: Plan,
    ) -> None:
        self.entry, self.what, self.met, self.spans, self.plan = entry, what, met, spans, plan
        self.bounds = [span.bound for of_course in spans for span in of_course]
        self.reduction = Reduction(what.part, entry)
        self.readings: dict[PartOf, list[Dose] | Refusal] = {}

    def apply(self, work_out: WorkOut) -> Iterator[Finding]:
        before = [_known(each.dose.dose) for each in self.met]
        self.readings[PartOf.CALCULATED] = _tried(lambda: self.of_calculated(work_out))
        self.readings[PartOf.ORDERED] = _tried(lambda: self.of_ordered(before))
        if self.what.of is None and (at := self.two_readings(before)) is not None:
            dose = before[at]
            limit = next(step for step in dose.steps if step.stage is DoseStage.CAPPED)
            yield self.finding(
                f"{self.title} has two readings, because {self.met[at].dose.id} is limited to"
                f" {dose} ({limit.because})",
                f"write which is meant: to: {self.title} of calculated, or to: {self.title} of"
                " ordered",
                at,
            )
            return
        after = self.readings[self.what.of or PartOf.CALCULATED]
        if isinstance(after, Refusal):
            first = after.findings[0]
            yield self.finding(first.what, first.mend)
            return
        if (at := self.unchanged(before, after)) is not None:
            met = self.met[at].dose
            yield self.finding(
                f"{met.id} on {met.moment} would stay at {before[at]} in spite of {self.title}",
                "write a smaller part, or one of the ordered dose; or end the reduction before that"
                " day: until",
                at,
            )
            return
        for each, dose in zip(self.met, after, strict=True):
            each.dose = replace(each.dose, dose=dose)

    # --- the two readings

    def of_calculated(self, work_out: WorkOut) -> list[Dose]:
        courses = {each.dose.course for each in self.met}
        assert courses == {self.what.course}
        numbers = {each.phase for each in self.met}
        found = work_out(_with_reduction(self.spans, numbers, self.reduction))
        return [_known(found[each.phase][each.place]) for each in self.met]

    def of_ordered(self, before: Sequence[Dose]) -> list[Dose]:
        found = []
        for each, dose in zip(self.met, before, strict=True):
            bound = self.bounds[each.phase]
            assert isinstance(bound, Bound)
            found.append(part_of_ordered(bound, dose, self.reduction, self.plan))
        return found

    # --- what is wrong with it

    def two_readings(self, before: Sequence[Dose]) -> int | None:
        """The first dose under a limit for which both readings are possible, and differ."""
        calculated, ordered = self.readings[PartOf.CALCULATED], self.readings[PartOf.ORDERED]
        if isinstance(calculated, Refusal) or isinstance(ordered, Refusal):
            return None
        for at, (one, other) in enumerate(zip(calculated, ordered, strict=True)):
            limited = any(step.stage is DoseStage.CAPPED for step in before[at].steps)
            if limited and one.ordered != other.ordered:
                return at
        return None

    def unchanged(self, before: Sequence[Dose], after: Sequence[Dose]) -> int | None:
        """The first dose that would be no less; of those that are dealt out, the first of a phase
        that would be no less in all."""
        sums: dict[int, tuple[Quantity, Quantity]] = {}
        for each, old, new in zip(self.met, before, after, strict=True):
            whole, left = sums.get(each.phase, (old.ordered.times(0), new.ordered.times(0)))
            sums[each.phase] = whole + old.ordered, left + new.ordered
        for at, each in enumerate(self.met):
            bound = self.bounds[each.phase]
            assert isinstance(bound, Bound)
            whole, left = before[at].ordered, after[at].ordered
            if is_dealt(bound):
                whole, left = sums[each.phase]
            if left >= whole:
                return at
        return None

    # --- words

    @property
    def title(self) -> str:
        """`80 %`, or `80 % of ordered`."""
        of = f" of {self.what.of}" if self.what.of else ""
        return f"{decimal_text(self.what.part * 100)} %{of}"

    def finding(self, what: str, mend: str, at: int | None = None) -> Finding:
        """What is wrong, with what each reading makes of the dose that shows it."""
        percent = f"{decimal_text(self.what.part * 100)} %"
        readings = () if at is None else tuple(self.shown(percent, at))
        words = f"entry {self.entry.number}: {what}"
        return Finding(rules.BAD_ENTRY, words, mend, self.entry.place, readings=readings)

    def shown(self, percent: str, at: int) -> Iterator[Reading]:
        for of, doses in self.readings.items():
            if isinstance(doses, Refusal):
                lines = (doses.findings[0].what,)
            else:
                lines = (" → ".join(_stages(doses[at])),)
            yield Reading(f"{percent} of {of}", lines)


def _tried(reading: Callable[[], list[Dose]]) -> list[Dose] | Refusal:
    try:
        return reading()
    except Refusal as refusal:
        return refusal


def _stages(dose: Dose) -> Iterator[str]:
    """What is reduced, and what becomes of it under the caps and the rounding."""
    shown = False
    for step in dose.steps:
        shown = shown or step.stage is DoseStage.REDUCED
        if shown and step.stage is not DoseStage.MADE_UP:
            yield f"{step.stage} {step.amount.shown}"


def _known(dose: Dose | Waiting | None) -> Dose:
    assert isinstance(dose, Dose)
    return dose


def _with_reduction(spans: Spans, numbers: set[int], reduction: Reduction) -> list[list[PhaseSpan]]:
    def reduced(span: PhaseSpan) -> PhaseSpan:
        assert isinstance(span.bound, Bound)
        return replace(span, bound=replace(span.bound, reduction=reduction))

    number = count()
    return [
        [reduced(span) if next(number) in numbers else span for span in of_course]
        for of_course in spans
    ]


def part_of_ordered(bound: Bound, dose: Dose, reduction: Reduction, plan: Plan) -> Dose:
    """A part of what would be given, rounded as the phase says. It needs no caps: it is less than
    what already keeps to them. Raises Refusal."""
    after = (DoseStage.ORDERED, DoseStage.MADE_UP)
    steps = [step for step in dose.steps if step.stage not in after]
    amount = dose.ordered.times(reduction.part)
    words = f"{decimal_text(reduction.part * 100)} % of {dose} ordered"
    steps.append(DoseStep(DoseStage.REDUCED, amount, reduction.entry.cause(words)))
    if bound.rounding is not None:
        less = rounded(bound, bound.rounding, amount, None)
        steps.append(DoseStep(DoseStage.ROUNDED, less, f"{amount.shown} rounded {bound.rounding}"))
        amount = less
    return finished(bound, amount, steps, plan)
