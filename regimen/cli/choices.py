"""What may become of a dose, each choice with its dates beside the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from regimen.cli.terminal import WrongUse, clean, counted, say
from regimen.finding import Refusal
from regimen.schedule import Schedule

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import Then
    from regimen.schedule import Administration
    from regimen.timing import Moment

_FOLLOWING = 6  # doses that are shown
_NEEDS = "needs --at"
Outcome = Schedule | Refusal | None


def by_rule(protocol: Protocol, plan: Plan, dose: str, at: Moment | None) -> Then:
    """What the protocol's own rule makes of a missed dose. Where it has none, or leaves the choice
    to the prescriber, shows what each choice would lead to, and raises WrongUse."""
    from regimen import planning
    from regimen.protocol.tolerance import LateAction
    from regimen.record import Then

    before = planning.examine(protocol, plan)
    rule = None if at is None else planning.rule_of_late(before, dose, at)
    known = {
        LateAction.SHIFT: Then.SHIFT,
        LateAction.KEEP: Then.KEEP,
        LateAction.SKIP: Then.SKIP,
    }
    if rule is not None:
        say(f"The protocol says: {rule}.")
        if rule.action in known:
            return known[rule.action]
    show_choices("--then", before, dose, planning.choices_of_missed(protocol, plan, dose, at))
    if rule is None:
        raise WrongUse("the protocol does not say what becomes of this dose; choose with --then.")
    raise WrongUse(
        "what follows is for the prescriber: record the decision with --then, or stop this plan"
        " and make a new one where the treatment begins again."
    )


def ask_scope(protocol: Protocol, plan: Plan, dose: str, to: Moment) -> WrongUse:
    """What moves along is for a person to say: shows what each scope would lead to."""
    from regimen import planning

    before = planning.examine(protocol, plan)
    show_choices("--scope", before, dose, planning.choices_of_move(protocol, plan, dose, to))
    return WrongUse("what moves along with it is not said; choose with --scope.")


def show_choices(
    option: str, before: Schedule, dose: str, choices: Iterable[tuple[str, Outcome]]
) -> None:
    """A column for each choice: the days of the dose and of those that follow it in its course, and
    below what the choice ends with, and what would stand against it."""
    found = list(choices)
    course = [each for each in before.every_dose if each.course == dose.partition("/")[0]]
    course.sort(key=lambda each: each.course_number)
    place = next(at for at, each in enumerate(course) if each.id == dose)
    shown = [each.id for each in course[place : place + _FOLLOWING]]
    rows = [[option, *(words for words, _ in found)]]
    rows += [[id, *(_day(outcome, id) for _, outcome in found)] for id in shown]
    rows.append(["last dose", *(_last(outcome, course[0].course) for _, outcome in found)])
    rows.append(["doses", *(_count(outcome, course[0].course) for _, outcome in found)])
    elsewhere = [_elsewhere(before, outcome, course[0].course) for _, outcome in found]
    if any(elsewhere):
        rows.append(["elsewhere", *elsewhere])
    _draw(rows)
    known = {finding.about for finding in before.findings}
    for words, outcome in found:
        if isinstance(outcome, Schedule):
            new = [each for each in outcome.findings if each.about not in known]
            for finding in new:
                say(f"{words}: {finding.rule.severity} [{finding.code}] {finding.what}")
        elif outcome is not None:
            say(f"{words}: cannot be: {outcome.findings[0].what}")


def _draw(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        click.echo(clean("  ".join(cells).rstrip()), err=True)


def _day(outcome: Outcome, id: str) -> str:
    if outcome is None:
        return _NEEDS
    if isinstance(outcome, Refusal):
        return "cannot be"
    each = next(each for each in outcome.every_dose if each.id == id)
    return _moment(each) if each.status.takes_place else "not given"


def _moment(each: Administration) -> str:
    from regimen.export.words import weekday_title

    return f"{weekday_title(each.day)[:3]} {each.moment}"


def _of_course(outcome: Outcome, course: str) -> tuple[Administration, ...]:
    return outcome.of_course(course) if isinstance(outcome, Schedule) else ()


def _last(outcome: Outcome, course: str) -> str:
    given = _of_course(outcome, course)
    return _moment(given[-1]) if given else ""


def _count(outcome: Outcome, course: str) -> str:
    given = _of_course(outcome, course)
    return counted(len(given), "dose") if given else ""


def _elsewhere(before: Schedule, outcome: Outcome, course: str) -> str:
    """How many doses of other courses, and visits, would move."""
    if not isinstance(outcome, Schedule):
        return ""
    stood = {each.id: each.moment for each in before.every_dose}
    stood |= {each.id: each.moment for each in before.visits}
    moved = sum(stood[each.id] != each.moment for each in outcome.visits)
    moved += sum(
        each.course != course and stood[each.id] != each.moment for each in outcome.every_dose
    )
    return f"{moved} more move" if moved else ""
