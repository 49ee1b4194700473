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
    from regimen.schedule import CheckedSchedule

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
    from regimen.cli import files
    from regimen.cli.plan_store import change
    from regimen.export.editions import last_edition

    if not output.lower().endswith(".ics"):
        raise WrongUse(f"{output!r} is not a calendar: its name must end in .ics.")
    made = _Made(label, _reminders(remind), reasons, by)
    _, before, after = change(plan, made.decide)
    files.write(output, made.data, replacing=True)
    report(each for each in made.checked.findings if each.override is None)
    # What is all new is not listed one by one.
    lines = made.listed() if last_edition(before.entries) is not None else []
    for line in lines[:_SHOWN]:
        click.echo(f"  {line}", err=True)
    if len(lines) > _SHOWN:
        say(f"… and {len(lines) - _SHOWN} more; --changes FILE keeps them all", indent="  ")
    if after is before:
        said = f"Nothing has changed; {output} is the edition that was handed out."
    else:
        said = f"Wrote {output}, {made.in_words()}."
    say(said)
    if changes:
        text = "".join(f"{each}\n" for each in (said, *lines))
        files.write(changes, text.encode(), replacing=True)


class _Made:
    """A calendar on its way to be handed out: its bytes, and what is said of them."""

    checked: CheckedSchedule

    def __init__(
        self, label: str | None, remind: tuple[Reminder, ...] | None, reasons: bool | None, by: str
    ) -> None:
        self.label, self.remind, self.reasons, self.by = label, remind, reasons, by
        self.changes: tuple[Change, ...] = ()
        self.unchanged = 0
        self.data = b""

    def decide(self, protocol: Protocol, plan: Plan) -> RecordEntry | None:
        """The edition to be recorded, None where nothing has changed. What cannot be written is
        never recorded as handed out. Raises Refusal, UnfitReminder and ExportMismatch."""
        from regimen import planning
        from regimen.export import export

        self.checked = planning.check(protocol, plan)
        issued, self.changes, self.unchanged = planning.edition(self.checked, self.manner(plan))
        entry = None if issued is None else Author(self.by, "", None).entry(plan, issued)
        if entry is not None:
            self.checked = planning.check(protocol, planning.with_entry(plan, entry))
        self.data = export(self.checked, "ics")
        return entry

    def manner(self, plan: Plan) -> Manner:
        """That of the last edition, with what the options change of it."""
        from regimen.export.editions import manner_of
        from regimen.record import Manner

        last = manner_of(plan.entries, None)
        return Manner(
            last.label if self.label is None else self.label,
            last.reasons if self.reasons is None else self.reasons,
            last.remind if self.remind is None else self.remind,
        )

    def listed(self) -> list[str]:
        """The changes one by one; what is only written otherwise is counted, not listed."""
        from regimen.export.editions import Kind

        return [str(each) for each in self.changes if each.kind is not Kind.REWRITTEN]

    def in_words(self) -> str:
        """`29 doses and 1 visit: 1 removed, 29 unchanged`."""
        from regimen.export.editions import in_words
        from regimen.export.entries import counted as counted_beside

        entries = counted(len(self.checked.administrations), "dose")
        if self.checked.entries:
            entries = f"{entries} and {counted_beside(self.checked.entries)}"
        return f"{entries}: {in_words(self.changes, self.unchanged)}"


def _reminders(texts: tuple[str, ...]) -> tuple[Reminder, ...] | None:
    """What --remind says; None where it is not there. Raises WrongUse."""
    from regimen.reminders import read_reminder

    if _NO_REMINDER in texts:
        if len(texts) > 1:
            raise WrongUse("--remind none leaves no other reminder; give it alone.")
        return ()
    return tuple(read_option(read_reminder, text) for text in texts) or None
