"""The commands about protocols: list, show, check, test."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from regimen.cli.questions import choices, kind
from regimen.cli.terminal import clean, counted, report, say, wrapped

if TYPE_CHECKING:
    from regimen.cases import CaseResult
    from regimen.finding import Finding
    from regimen.plan import Plan
    from regimen.protocol import Parameter, Protocol


@click.command("list")
def list_() -> None:
    """List the protocols of the library."""
    from regimen import library, planning
    from regimen.cli.drawing import draw_list
    from regimen.finding import Refusal

    protocols: list[Protocol] = []
    refused: list[Finding] = []
    for id in library.protocol_ids():
        try:
            protocols.append(planning.read_protocol(*library.protocol_text(id)))
        except Refusal as refusal:
            refused += refusal.findings
    draw_list(protocols)
    if refused or not protocols:
        sys.stdout.flush()
        report(refused)
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("protocol")
def show(protocol: str) -> None:
    """Read a protocol back in sentences.

    With its questions, assumptions and sources. The sentences are made from what was
    understood, not from the words of the file.
    """
    from regimen.library import opened

    found, plan = opened(protocol)
    for line in _shown(found, plan):
        click.echo(line)


@click.command()
@click.argument("protocols", metavar="PROTOCOL...", nargs=-1, required=True)
def check(protocols: tuple[str, ...]) -> None:
    """Check protocols and run their cases.

    A protocol without cases fails. Of a plan file, the plan is checked too.
    """
    from regimen import planning
    from regimen.finding import Refusal
    from regimen.library import opened

    failed = False
    for source in protocols:
        try:
            protocol, plan = opened(source)
            results = planning.test(protocol)
            findings = [each for result in results for each in result.findings]
            if plan is not None:
                findings += planning.check(protocol, plan).findings
        except Refusal as refusal:
            click.echo(f"FAIL  {clean(source)}: {counted(len(refusal.findings), 'finding')}")
            sys.stdout.flush()
            report(refusal.findings)
            failed = True
            continue
        passed = all(result.passed for result in results)
        failed = failed or not passed
        what = f"{sum(result.passed for result in results)} of {counted(len(results), 'case')}"
        click.echo(f"{'pass' if passed else 'FAIL'}  {clean(source)}: {what}")
        sys.stdout.flush()
        report(findings)
    if failed:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("protocols", metavar="PROTOCOL...", nargs=-1, required=True)
def test(protocols: tuple[str, ...]) -> None:
    """Run the cases of protocols.

    A line for each; where one fails, what was expected and what was found.
    """
    from regimen import planning
    from regimen.finding import Refusal
    from regimen.library import opened

    failed = passed = 0
    for source in protocols:
        try:
            results = planning.test(opened(source)[0])
        except Refusal as refusal:
            report(refusal.findings)
            failed += 1
            continue
        for result in results:
            for line in _result(source, result):
                click.echo(line)
        passed += sum(result.passed for result in results)
        failed += sum(not result.passed for result in results)
    sys.stdout.flush()
    say(f"{passed} passed, {failed} failed.", bold=True)
    if failed:
        raise click.exceptions.Exit(1)


def _result(source: str, result: CaseResult) -> Iterator[str]:
    verdict = click.style("pass", fg="green") if result.passed else click.style("FAIL", fg="red")
    yield f"{verdict}  {clean(source)}: {clean(result.case.name)}"
    for finding in result.findings:
        yield f"      {clean(f'{finding.place}: ' if finding.place else '')}{clean(finding.what)}"


# --- a protocol read back


def _shown(protocol: Protocol, plan: Plan | None) -> Iterator[str]:
    from regimen.export.words import answer_text
    from regimen.planning import sentences

    yield click.style(clean(protocol.title), bold=True)
    yield f"{protocol.id} ({protocol.status})"
    yield from _section("Treatment")
    phases = sum(len(each.phases) for each in protocol.parts)
    read_back = sentences(protocol)
    yield from _listed(islice(read_back, phases))
    if protocol.products:
        yield from _section("Products")
        yield from _listed(islice(read_back, len(protocol.products)))
    if protocol.measures:
        yield from _section("Measures")
        yield from _listed(islice(read_back, len(protocol.measures)))
    questions = [each for each in protocol.parameters.values() if not each.optional]
    if questions:
        yield from _section("Questions")
        for question in questions:
            yield from _question(protocol, question)
    if optional := [each for each in protocol.parameters.values() if each.optional]:
        yield from _section("May be answered")
        yield from _listed(f"{each.name}: {each.ask}" for each in optional)
    if protocol.assumes:
        yield from _section("Assumed")
        yield from _listed(protocol.assumes)
    if plan is not None:
        yield from _section(f"Plan {plan.id}, from {plan.start}")
        yield from _listed(answer_text(name, answer) for name, answer in plan.answers.items())
        yield from _listed(str(override) for override in plan.decided)
    yield from _section("Sources")
    for source in protocol.sources:
        yield from wrapped(source.cite, "  ")
        if source.says:
            yield from wrapped(f"“{source.says}”", "      ")


def _section(title: str) -> tuple[str, str]:
    return "", click.style(title, bold=True)


def _listed(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from wrapped(text, "  ", hanging="      ")


def _question(protocol: Protocol, question: Parameter) -> Iterator[str]:
    from regimen.planning import decided_in_words, taken_in_words

    gap = " (may stay open: the source does not state it)" if question.gap else ""
    decided = decided_in_words(protocol, question)
    yield from wrapped(f"{question.name}{gap}{f' ({decided})' if decided else ''}", "  ")
    yield from wrapped(f"{question.ask}{taken_in_words(question)}", "      ")
    yield from wrapped(kind(question), "      ")
    for choice in choices(question):
        yield from wrapped(choice, "          ", hanging="              ")
