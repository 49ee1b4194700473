"""What is still to be decided, and whether every answer can be scheduled."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from regimen.finding import Finding, Reader, Refusal, Rule, Severity
from regimen.plan import Answer
from regimen.protocol import Parameter
from regimen.protocol.words import in_row
from regimen.schedule import OpenDecision, Schedule

OPEN = Rule(
    "open-decision",
    Severity.NOTICE,
    Reader.PLAN,
    "a calendar that ends where a decision is due must not look like the whole treatment",
)


def still_open(schedule: Schedule) -> Iterator[Finding]:
    """One notice for everything that is still to be decided."""
    decisions = [each for each in schedule.open_decisions if each.waiting]
    if not decisions:
        return
    names = [each.parameter.name for each in decisions]
    yield Finding(
        OPEN,
        "; ".join(_words(each, schedule) for each in decisions),
        f"answer {' and '.join(names)} once {'it is' if len(names) == 1 else 'they are'} decided,"
        " and issue the calendar again",
        about=", ".join(names),
    )


def _words(decision: OpenDecision, schedule: Schedule) -> str:
    """`response is decided on 2026-03-09: until then b is not scheduled, and with it c`."""
    waiting = decision.waiting
    plural = len(waiting) > 1 or any(" and " in each for each in waiting)
    name = decision.parameter.name
    hanging = [each for each in schedule.dependents if name in each.answers]
    with_it = in_row(f"the rest of {each.title}" if each.begun else each.title for each in hanging)
    rest = f"{in_row(waiting)} {'are' if plural else 'is'} not scheduled"
    if with_it:
        rest += f", and with {'them' if plural else 'it'} {with_it}"
    return f"{name} is decided {_when(decision)}: until then {rest}"


def _when(decision: OpenDecision) -> str:
    if decision.moment is not None:
        return f"on {decision.moment}"
    decided = decision.parameter.decided
    assert decided is not None
    if decided.anchor is None:
        return "later"
    at = "" if decided.anchor.offset else "at "
    return f"{at}{decided.anchor.text.replace('$', '')}"


def branches(schedule: Schedule) -> Iterator[Finding]:
    """Answers that lead to something that the protocol's author must mend."""
    for decision in schedule.open_decisions:
        for choice in decision.parameter.choices:
            yield from _branch(schedule, decision.parameter, choice)


def _branch(schedule: Schedule, parameter: Parameter, choice: str) -> Iterator[Finding]:
    from regimen.engine.expansion import expand

    answers = {**schedule.plan.answers, parameter.name: Answer(choice, choice)}
    try:
        expand(schedule.protocol, replace(schedule.plan, answers=answers))
    except Refusal as refusal:
        for finding in refusal.findings:
            if finding.rule.reader is Reader.AUTHOR:
                what = f"where {parameter.name} is {choice}: {finding.what}"
                yield replace(finding, what=what)
