"""Measures that were taken after the plan was made, as one answer with those that it began with."""

from __future__ import annotations

from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Refusal
from regimen.language.answers import read_answer
from regimen.language.measure_texts import NOT_YET
from regimen.plan import Answer, Plan
from regimen.protocol import Protocol
from regimen.record import Measured, RecordEntry, counted


def with_measured(protocol: Protocol, plan: Plan) -> Plan:
    """The plan whose answers hold every measure that its record says was taken. Raises Refusal with
    a finding for each entry that cannot be taken in."""
    answers, findings = dict(plan.answers), list[Finding]()
    for entry in counted(plan.entries):
        if not isinstance(entry.what, Measured):
            continue
        try:
            answers[entry.what.name] = _added(protocol, answers, entry, entry.what)
        except Misread as misread:
            finding = misread.finding(entry.place)
            findings.append(replace(finding, what=f"entry {entry.number}: {finding.what}"))
    if findings:
        raise Refusal(findings)
    return replace(plan, answers=answers)


def _added(
    protocol: Protocol, answers: dict[str, Answer[object]], entry: RecordEntry, what: Measured
) -> Answer[object]:
    parameter = protocol.parameters.get(what.name)
    if parameter is None or not parameter.retaken:
        again = [each.name for each in protocol.parameters.values() if each.retaken]
        raise Misread(
            rules.BAD_ENTRY,
            f"the protocol does not take {what.name!r} again",
            f"it takes again: {', '.join(again)}" if again else "nothing is taken again here",
        )
    before = answers.get(what.name)
    taken = f"{what.text} on {what.on}"
    if before is not None and before.text != NOT_YET:
        taken = f"{before.text}, {taken}"
    return Answer(read_answer(parameter, taken), taken, entry.by, entry.written.date(), entry.why)
