"""What an entry changes: the schedule before beside the one after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from regimen.cli.terminal import clean, counted, say

if TYPE_CHECKING:
    from regimen.schedule import Administration, Schedule

_SHOWN = 12  # changes that are listed one by one


def say_changes(before: Schedule, after: Schedule) -> None:
    """One line for each dose that stands otherwise than before, and the sum of them."""
    doses, visits = list(_changes(before, after)), list(_moved_visits(before, after))
    lines = doses + visits
    if before.visit_days != after.visit_days:
        say(f"Doses are given on {counted(after.visit_days, 'day')}, not {before.visit_days}.")
    comes = after.clinic_days
    if comes is not None and comes != before.clinic_days:
        say(f"The patient comes to the clinic on {counted(comes, 'day')}.")
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
