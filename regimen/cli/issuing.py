"""The command that hands out a calendar, so that the next one can say what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regimen.cli.recording import Author
from regimen.cli.terminal import WrongUse, clean, counted, report, say

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import RecordEntry


@click.command()
@click.argument("plan")
@click.option("-o", "--output", metavar="FILE.ics", required=True, help="The calendar to write.")
@click.option("--label", metavar="TEXT", help='Your own words on every entry, as in "Bed 4".')
@click.option("--by", metavar="WHO", required=True, help="Who hands it out.")
def issue(plan: str, output: str, label: str | None, by: str) -> None:
    """Hand out the calendar, and keep what was handed out.

    A calendar program that takes in the new file changes what has changed, and nothing else: what
    is unchanged stays as it was, to the last byte, and what is no longer planned is withdrawn.
    """
    from regimen import planning
    from regimen.cli import files
    from regimen.cli.plan_store import change
    from regimen.export import export
    from regimen.export.editions import Change, in_words, last_label

    if not output.lower().endswith(".ics"):
        raise WrongUse(f"{output!r} is not a calendar: its name must end in .ics.")
    found: list[Change] = []
    unchanged = 0

    def decide(protocol: Protocol, known: Plan) -> RecordEntry | None:
        nonlocal unchanged
        words = last_label(known.entries) if label is None else label
        checked = planning.check(protocol, known)
        issued, differing, unchanged = planning.edition(checked, words or None)
        found.extend(differing)
        return None if issued is None else Author(by, "", None).entry(known, issued)

    protocol, before, after = change(plan, decide)
    checked = planning.check(protocol, after)
    words = last_label(after.entries)
    files.write(output, export(checked, "ics", label=words or None), replacing=True)
    report(each for each in checked.findings if each.override is None)
    if after is before:
        say(f"Nothing has changed; {output} is the edition that was handed out.")
        return
    for each in found if before.entries else ():
        when = " → ".join(str(moment) for moment in (each.was, each.now) if moment is not None)
        click.echo(f"  {each.kind}: {clean(each.name)}, {when}", err=True)
    say(
        f"Wrote {output}, {counted(len(checked.administrations), 'dose')}: "
        f"{in_words(found, unchanged)}."
    )
