"""What is missing: asked for at a terminal, listed in full everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from regimen.cli.options import Wanted
from regimen.cli.terminal import clean, report, say

if TYPE_CHECKING:
    from regimen.language.plans import Given
    from regimen.protocol import Parameter, Protocol

# How an answer is written, by the type's name; no example could be taken for advice.
_WRITTEN = {
    "duration": "a number of days, weeks or months",
    "quantity": "a number and its unit",
    "measure": "a number and its unit",
    "dose": "a number and its unit",
    "number": "a whole number",
    "date": "written year-month-day",
    "date, with a clock time if need be": "written year-month-day, or year-month-day hh:mm",
    "choice": "one of the words below",
    "weekdays": "such as mon, thu",
    "time": "a clock time, written hh:mm",
    "clock times": "written hh:mm, with commas between them",
    "days": "such as every 2 days, 2 times a week, or mon, thu",
    "amount": "a number and its unit, 0 for nothing",
    "extent": "a duration, or a number of doses",
    "route": "such as oral, intramuscular, intravenous or subcutaneous",
    "age": "as it is at the start, or the day of birth",
    "time zone": "the name of a place, as in Europe/Rome",
}


def complete(protocol: Protocol, wanted: Wanted) -> dict[str, Given]:
    """The answers, those that were missing included. At a terminal they are asked for; elsewhere
    one error lists them all and the program ends."""
    from regimen import planning

    given = wanted.given()
    typed = len(given)
    while questions := planning.open_questions(protocol, given):
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            _list(protocol, questions)
            raise click.exceptions.Exit(1)
        name = questions[0].name
        given = {**given, name: _ask(protocol, given, questions[0], wanted)}
    if len(given) > typed:
        click.echo(err=True)
    return given


def kind(question: Parameter) -> str:
    """What sort of answer is taken: its kind, unit and limits."""
    from regimen.engine.inputs import DATED

    in_hours = question.type == "duration" and question.in_hours
    parts = ["a number of hours or minutes" if in_hours else _WRITTEN[question.type]]
    if question.count is not None and question.count > 1:
        parts.append(f"{question.count} of them")
    if question.unit is not None:
        parts.append(f"in {question.unit.name}")
    if question.at_least is not None:
        parts.append(f"at least {question.at_least}")
    if question.at_most is not None:
        parts.append(f"at most {question.at_most}")
    if question.grid is not None:
        parts.append(f"in steps of {question.grid}")
    if question.retaken:
        parts.append(DATED)
    return f"({'; '.join(parts)})"


def choices(question: Parameter) -> list[str]:
    return [f"{name}: {words}" for name, words in question.choices.items()]


def _ask(
    protocol: Protocol, given: Mapping[str, Given], question: Parameter, wanted: Wanted
) -> Given:
    """One answer that can be read, from a person at a terminal."""
    from regimen import planning
    from regimen.finding import Refusal

    click.echo(err=True)
    say(question.ask, bold=True)
    say(kind(question))
    for choice in choices(question):
        say(choice, indent="    ")
    while True:
        click.echo(f"{question.name}: ", err=True, nl=False)
        line = sys.stdin.readline()
        if not line:
            click.echo(err=True)
            raise click.Abort
        if not line.strip():
            continue
        answer = wanted.answer(line.strip())
        try:
            planning.open_questions(protocol, {**given, question.name: answer})
        except Refusal as refusal:
            report(refusal.findings)
        else:
            return answer


def _list(protocol: Protocol, questions: tuple[Parameter, ...]) -> None:
    """All open questions as one error, each with the option that answers it."""
    several = len(questions) > 1
    click.echo(
        f"error [missing-input] {protocol.id} needs {len(questions)} more"
        f" {'answers' if several else 'answer'}, and nothing is scheduled without"
        f" {'them' if several else 'it'}:",
        err=True,
    )
    for question in questions:
        name = question.name
        option = f"--{name} …" if name in ("start", "zone") else f'--set {name}="…"'
        click.echo(f"    {option}", err=True)
        for line in (question.ask, kind(question)):
            click.echo(f"        {clean(line)}", err=True)
        for choice in choices(question):
            click.echo(f"            {clean(choice)}", err=True)
    if any(question.choices for question in questions):
        click.echo("    What depends on a choice is asked for once the choice is made.", err=True)
