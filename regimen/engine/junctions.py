"""Junctions that the protocol does not state: allowed where both readings agree, refused with both
readings side by side where they do not (rule T5)."""

from __future__ import annotations

from itertools import pairwise

from regimen import rules
from regimen.engine.bound import Bound
from regimen.engine.phase_span import PhaseSpan
from regimen.engine.spans import Spans
from regimen.finding import Finding, Reading, Refusal
from regimen.plan import Plan
from regimen.protocol import Course, DoseExpression, Junction, Protocol, Timed

_TITLES = {
    Junction.AT_ONCE: "junctions: at once (as soon as the period before has ended)",
    Junction.WAIT: "junctions: wait (after the new pattern's first interval)",
}


def settled(protocol: Protocol, plan: Plan) -> Spans:
    """The spans of all phases, under the one reading there is. Raises Refusal."""
    spans = Spans(protocol, plan, None)
    unstated = {
        course.key: phases
        for course in protocol.courses
        if (phases := _unstated(spans.applied[course.key]))
    }
    if not unstated:
        return spans
    readings = {reading: Spans(protocol, plan, reading) for reading in Junction}
    findings = [
        finding
        for course in protocol.courses
        if course.key in unstated
        for finding in _differing(course, unstated[course.key], readings)
    ]
    if findings:
        raise Refusal(findings)
    return readings[Junction.AT_ONCE]


def _unstated(phases: tuple[Timed, ...]) -> list[Timed]:
    parts = [
        _following(before, phase) if phase.groups else phase for before, phase in pairwise(phases)
    ]
    return [part for part in parts if part.begins is None and part.junction is None]


def _following(before: Timed, phase: Timed) -> Timed:
    """What follows on the phase before: the phase itself, or the group that begins with it."""
    for depth, group in enumerate(phase.groups):
        if depth == len(before.groups) or before.groups[depth].key != group.key:
            return group
    return phase


def _differing(
    course: Course, unstated: list[Timed], readings: dict[Junction, Spans]
) -> list[Finding]:
    outcomes = {reading: _outcome(course, spans) for reading, spans in readings.items()}
    slots = [
        None if isinstance(outcome, Refusal) else [span.slots for span in outcome]
        for outcome in outcomes.values()
    ]
    if slots[0] is not None and slots[0] == slots[1]:
        return []
    refusals = [outcome for outcome in outcomes.values() if isinstance(outcome, Refusal)]
    if len(refusals) == len(outcomes) and refusals[0].findings == refusals[1].findings:
        return list(refusals[0].findings)  # both fail alike: the junction is not what is wrong
    names = ", ".join(repr(phase.name or phase.key) for phase in unstated)
    return [
        Finding(
            rules.UNSTATED_JUNCTION,
            f"course {course.key} does not say how these phases follow the ones before: {names}",
            f"write junctions: at once or junctions: wait on course {course.key}, or begins on the"
            " phase",
            unstated[0].place,
            readings=tuple(
                Reading(_TITLES[reading], _lines(course, outcome))
                for reading, outcome in outcomes.items()
            ),
        )
    ]


def _outcome(course: Course, spans: Spans) -> list[PhaseSpan] | Refusal:
    try:
        return spans.of_course(course)
    except Refusal as refusal:
        return refusal


def _lines(course: Course, outcome: list[PhaseSpan] | Refusal) -> tuple[str, ...]:
    if isinstance(outcome, Refusal):
        return (f"not possible: {outcome.findings[0].what}",)
    lines = [
        f"{span.title}: {len(span.slots)} doses, {span.slots[0][0]} to {span.slots[-1][0]}"
        for span in outcome
    ]
    doses = sum(len(span.slots) for span in outcome)
    last = max(span.slots[-1][0] for span in outcome)
    lines.append(f"{course.key} in all: {doses} doses{_amount(outcome)}, the last on {last}")
    return tuple(lines)


def _amount(outcome: list[PhaseSpan]) -> str:
    """The total, where every phase states a plain amount."""
    amounts = []
    for span in outcome:
        assert isinstance(span.bound, Bound)
        dose = span.bound.dose
        if not isinstance(dose, DoseExpression) or dose.per or dose.share:
            return ""
        amounts.append(dose.amount.times(len(span.slots)))
    total = amounts[0]
    for amount in amounts[1:]:
        if amount.unit.dimension is not total.unit.dimension:
            return ""
        total += amount
    return f", {total.for_total()}"
