"""What was measured and answered after the plan was made, as one with what it began with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Refusal, quoted
from regimen.language.answers import read_answer
from regimen.language.measure_texts import NOT_YET
from regimen.language.plans import PLAN_KEYS, Given, answer_of
from regimen.plan import Answer, Plan
from regimen.protocol import Protocol
from regimen.record import Answered, Measured, RecordEntry, counted


def with_answers(protocol: Protocol, plan: Plan) -> Plan:
    """The plan whose answers hold everything that its record says was measured or answered, the
    last answer to a question in the place of those before it. Raises Refusal with a finding for
    each entry that cannot be taken in."""
    answers, findings = dict(plan.answers), list[Finding]()
    for entry in counted(plan.entries):
        try:
            answers.update(_said(protocol, plan, answers, entry))
        except Misread as misread:
            finding = misread.finding(entry.place)
            findings.append(replace(finding, what=f"entry {entry.number}: {finding.what}"))
    if findings:
        raise Refusal(findings)
    return replace(plan, answers=answers)


def _said(
    protocol: Protocol, plan: Plan, answers: Mapping[str, Answer[object]], entry: RecordEntry
) -> Iterator[tuple[str, Answer[object]]]:
    match entry.what:
        case Measured() as what:
            yield what.name, _added(protocol, answers, entry, what)
        case Answered(given):
            for name, text in given.items():
                yield name, _answered(protocol, plan, name, text, entry)
        case _:
            return


def _added(
    protocol: Protocol, answers: Mapping[str, Answer[object]], entry: RecordEntry, what: Measured
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


def _answered(
    protocol: Protocol, plan: Plan, name: str, text: str, entry: RecordEntry
) -> Answer[object]:
    if name in PLAN_KEYS:
        raise Misread(
            rules.BAD_ENTRY,
            f"{name} is not a question of the protocol, and every date rests on it",
            "make a new plan",
        )
    parameter = protocol.parameters.get(name)
    if parameter is not None and parameter.retaken:
        raise Misread(
            rules.BAD_ENTRY,
            f"{quoted(name)} is measured again and again, each time on a day",
            "take it down as a measurement, with its day",
        )
    given = Given(text, entry.by, entry.written.date(), entry.why or None, entry.place)
    return answer_of(protocol, name, given, plan.start.day)
