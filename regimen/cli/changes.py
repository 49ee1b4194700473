"""What an entry changes: the schedule before beside the one after; and options side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from regimen.cli.terminal import WrongUse, clean, counted, say

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import Then
    from regimen.schedule import Administration, Schedule
    from regimen.timing import Moment

_SHOWN = 12  # changes that are listed one by one
_FOLLOWING = 6  # doses that an option shows


def say_changes(before: Schedule, after: Schedule) -> None:
    """One line for each dose that stands otherwise than before, and the sum of them."""
    doses, visits = list(_changes(before, after)), list(_moved_visits(before, after))
    lines = doses + visits
    if before.visit_days != after.visit_days:
        say(f"Doses are given on {counted(after.visit_days, 'day')}, not {before.visit_days}.")
    if not lines:
        say("No date and no dose has changed.")
        return
    for line in lines[:_SHOWN]:
        click.echo(f"  {clean(line)}", err=True)
    if len(lines) > _SHOWN:
        say(f"… and {len(lines) - _SHOWN} more", indent="  ")
    parts = [(doses, "dose"), (visits, "visit")]
    say(f"{' and '.join(counted(len(met), word) for met, word in parts if met)} changed.")


def _changes(before: Schedule, after: Schedule) -> Iterator[str]:
    was, is_now = ({each.id: each for each in made.every_dose} for made in (before, after))
    for id, gone in was.items():
        if id not in is_now:
            yield f"{id}: no longer there, was {gone.moment}"
    for each in after.every_dose:
        old = was.get(each.id)
        if old is None:
            yield f"{each.id}: new, {each.moment}"
        elif said := _differing(old, each):
            yield f"{each.id}: {said}"


def _moved_visits(before: Schedule, after: Schedule) -> Iterator[str]:
    was = {each.id: each for each in before.visits}
    for each in after.visits:
        old = was.get(each.id, each)
        if old.moment != each.moment:
            yield f"{each.id}: {old.moment} → {each.moment}"


def _differing(old: Administration, new: Administration) -> str:
    parts = []
    if old.status is not new.status:
        parts.append(str(new.status))
    if old.moment != new.moment:
        parts.append(f"{old.moment} → {new.moment}")
    if str(old.dose) != str(new.dose):
        parts.append(f"{old.dose or 'not stated'} → {new.dose or 'not stated'}")
    return ", ".join(parts)


def by_rule(protocol: Protocol, plan: Plan, dose: str, at: Moment | None) -> Then:
    """What the protocol's own rule makes of a missed dose. Where it has none, shows what each
    choice would lead to, and raises WrongUse; so it does where the rule leaves the choice to the
    prescriber."""
    from regimen import planning
    from regimen.protocol.tolerance import LateAction
    from regimen.record import Then

    schedule = planning.examine(protocol, plan)
    rule = None if at is None else planning.rule_of_late(schedule, dose, at)
    if rule is None:
        _show_choices(protocol, plan, dose, at)
        raise WrongUse("the protocol does not say what becomes of this dose; choose with --then.")
    say(f"The protocol says: {rule}.")
    known = {
        LateAction.SHIFT: Then.SHIFT,
        LateAction.KEEP: Then.KEEP,
        LateAction.SKIP: Then.SKIP,
    }
    if rule.action not in known:
        raise WrongUse(
            "what follows is for the prescriber: record the decision with --then, or stop this plan"
            " and make a new one where the treatment begins again."
        )
    return known[rule.action]


def _show_choices(protocol: Protocol, plan: Plan, dose: str, at: Moment | None) -> None:
    """The dates to which each choice would lead, side by side."""
    from regimen import planning

    for then, schedule in planning.choices_of_missed(protocol, plan, dose, at):
        click.echo(f"--then {then!s}:" if " " not in then else f'--then "{then}":', err=True)
        if schedule is None:
            click.echo("    needs --at: the moment at which it is given", err=True)
            continue
        course, _, _ = dose.partition("/")
        given = [each for each in schedule.administrations if each.course == course]
        place = next((n for n, each in enumerate(given) if each.id == dose), 0)
        for each in islice(given, place, place + _FOLLOWING):
            click.echo(f"    {each.moment} ({each.day:%A})  {each.id}", err=True)
