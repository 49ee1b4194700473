"""The command that hands out a calendar, so that the next one can say what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regimen.cli.recording import Author, read_option
from regimen.cli.terminal import WrongUse, counted, report, say

if TYPE_CHECKING:
    from regimen.export.editions import Change
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import Manner, RecordEntry
    from regimen.reminders import Reminder

_NO_REMINDER = "none"
_SHOWN = 60  # changes that are listed one by one


@click.command()
@click.argument("plan")
@click.option("-o", "--output", metavar="FILE.ics", required=True, help="The calendar to write.")
@click.option("--label", metavar="TEXT", help='Your own words on every entry, as in "Bed 4".')
@click.option(
    "--remind",
    metavar="WHEN",
    multiple=True,
    help='Remind of every dose and visit: "18:00 the day before", "08:00 on the day"; or, of those'
    ' with a clock time, "30 minutes before", "1 day before". May be given several times; "none"'
    " ends it.",
)
@click.option(
    "--reasons/--no-reasons",
    default=None,
    help="Put into the entries who decided a change and why, as it stands in the record. Whoever"
    " sees the calendar reads it.",
)
@click.option("--changes", metavar="FILE", help="Write the list of changes into a file too.")
@click.option("--by", metavar="WHO", required=True, help="Who hands it out.")
def issue(
    plan: str,
    output: str,
    label: str | None,
    remind: tuple[str, ...],
    reasons: bool | None,
    changes: str | None,
    by: str,
) -> None:
    """Hand out the calendar, and keep what was handed out.

    A calendar program that takes in the new file changes what has changed, and nothing else: what
    is unchanged stays as it was, to the last byte, and what is no longer planned is withdrawn.

    The label, the reminders and the choice of reasons are kept with the plan and hold until they
    are changed; changing them changes every entry. Without --remind no entry reminds of anything.
    """
    from regimen import planning
    from regimen.cli import files
    from regimen.cli.plan_store import change
    from regimen.export import export
    from regimen.export.editions import last_edition, manner_of
    from regimen.export.entries import counted as counted_beside

    if not output.lower().endswith(".ics"):
        raise WrongUse(f"{output!r} is not a calendar: its name must end in .ics.")
    wanted = _reminders(remind)
    found: tuple[Change, ...] = ()
    unchanged = 0

    def decide(protocol: Protocol, known: Plan) -> RecordEntry | None:
        nonlocal found, unchanged
        manner = _changed(manner_of(known.entries, None), label, wanted, reasons)
        checked = planning.check(protocol, known)
        issued, found, unchanged = planning.edition(checked, manner)
        return None if issued is None else Author(by, "", None).entry(known, issued)

    protocol, before, after = change(plan, decide)
    checked = planning.check(protocol, after)
    files.write(output, export(checked, "ics"), replacing=True)
    report(each for each in checked.findings if each.override is None)
    first = last_edition(before.entries) is None
    lines = [] if first else [*_listed(found)]
    for line in lines[:_SHOWN]:
        click.echo(f"  {line}", err=True)
    if len(lines) > _SHOWN:
        say(f"… and {len(lines) - _SHOWN} more; --changes FILE keeps them all", indent="  ")
    entries = counted(len(checked.administrations), "dose")
    if checked.entries:
        entries = f"{entries} and {counted_beside(checked.entries)}"
    if after is before:
        said = f"Nothing has changed; {output} is the edition that was handed out."
    else:
        from regimen.export.editions import in_words

        said = f"Wrote {output}, {entries}: {in_words(found, unchanged)}."
    say(said)
    if changes:
        text = "".join(f"{each}\n" for each in (said, *lines))
        files.write(changes, text.encode(), replacing=True)


def _reminders(texts: tuple[str, ...]) -> tuple[Reminder, ...] | None:
    """What --remind says; None where it is not there. Raises WrongUse."""
    from regimen.reminders import read_reminder

    if _NO_REMINDER in texts:
        if len(texts) > 1:
            raise WrongUse("--remind none leaves no other reminder; give it alone.")
        return ()
    return tuple(read_option(read_reminder, text) for text in texts) or None


def _changed(
    manner: Manner,
    label: str | None,
    remind: tuple[Reminder, ...] | None,
    reasons: bool | None,
) -> Manner:
    """The manner of the last edition, with what the options change of it."""
    from regimen.record import Manner

    return Manner(
        manner.label if label is None else label,
        manner.reasons if reasons is None else reasons,
        manner.remind if remind is None else remind,
    )


def _listed(found: tuple[Change, ...]) -> list[str]:
    """The changes one by one; what is only written otherwise is counted, not listed."""
    from regimen.export.editions import Kind

    return [str(each) for each in found if each.kind is not Kind.REWRITTEN]
