"""The command that shows a plan: what it rests on, what was recorded, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from regimen.cli.terminal import WrongUse, clean, wrapped

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import RecordEntry
    from regimen.schedule import Schedule


@click.command()
@click.argument("plan")
def show(plan: str) -> None:
    """Show what a plan rests on, what was recorded and decided, and where it stands."""
    from regimen import planning
    from regimen.library import opened

    protocol, known = opened(plan)
    if known is None:
        raise WrongUse(f"{plan!r} is a protocol; name a plan file.")
    click.echo(clean(protocol.title))
    _say(_basis(protocol, known))
    click.echo("Record")
    _say(_record(known), hanging="      ")
    schedule = planning.examine(protocol, known)  # a plan that has no dates is shown up to here
    click.echo("Where it stands")
    _say(_standing(schedule))


def _say(lines: Iterator[str], hanging: str = "    ") -> None:
    for line in lines:
        for part in wrapped(line, "  ", hanging=hanging):
            click.echo(part)


def _basis(protocol: Protocol, plan: Plan) -> Iterator[str]:
    from regimen.export.words import answer_text, override_text

    zone = f", clock times in {plan.zone}" if plan.zone else ""
    yield f"plan {plan.id}, made {plan.made:%Y-%m-%d %H:%M} UTC"
    yield f"protocol {protocol.id} ({protocol.status}), content {plan.protocol_hash[:12]}"
    yield f"starts {plan.start}{zone}"
    for name, answer in plan.answers.items():
        yield answer_text(name, answer)
    for override in plan.overrides:
        yield override_text(override)


def _record(plan: Plan) -> Iterator[str]:
    from regimen.record import counted

    standing = {each.number for each in counted(plan.entries)}
    for entry in plan.entries:
        back = "" if entry.number in standing else " (does not count)"
        yield f"{entry.number}{back}  {_words(entry)}"
    if not plan.entries:
        yield "Nothing was recorded."


def _words(entry: RecordEntry) -> str:
    from regimen.language.entry_texts import entry_in_words

    who = f"{entry.written:%Y-%m-%d %H:%M} UTC, {entry.by}"
    checked = f", checked by {entry.verified_by}" if entry.verified_by else ""
    why = f": {entry.why}" if entry.why else ""
    return f"{entry_in_words(entry)} ({who}{checked}){why}"


def _standing(schedule: Schedule) -> Iterator[str]:
    from regimen.cli.drawing import day_cell
    from regimen.schedule import Status

    given = [each for each in schedule.administrations if each.status is Status.GIVEN]
    to_come = [each for each in schedule.administrations if each.status is not Status.GIVEN]
    yield (
        f"{len(given)} given, {len(schedule.removed)} not given any more, {len(to_come)} to come"
    )
    if to_come:
        first = to_come[0]
        at = f" {first.time:%H:%M}" if first.time else ""
        dose = first.dose.ordered if first.dose else first.open_words
        yield f"first to come: {day_cell(first.day)}{at}, {first.drug}, {dose} ({first.id})"
    for decision in schedule.open_decisions:
        question = decision.parameter
        yield f"to be answered: {question.name}: {question.ask}"
    errors = sum(each.stands for each in schedule.findings)
    if errors:
        yield f"{errors} errors stand against it: see regimen schedule"
