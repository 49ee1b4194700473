"""The command that shows a plan's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regimen.cli.terminal import WrongUse, clean, wrapped

if TYPE_CHECKING:
    from regimen.record import RecordEntry


@click.command()
@click.argument("plan")
def history(plan: str) -> None:
    """Show what was recorded and decided, entry by entry."""
    from regimen.library import opened
    from regimen.record import counted

    protocol, known = opened(plan)
    if known is None:
        raise WrongUse(f"{plan!r} is a protocol; name a plan file.")
    click.echo(f"{clean(protocol.title)}, plan {known.id}, from {known.start}")
    standing = {each.number for each in counted(known.entries)}
    for entry in known.entries:
        back = "" if entry.number in standing else " (does not count)"
        for line in wrapped(f"{entry.number}{back}  {_words(entry)}", "  ", hanging="      "):
            click.echo(line)
    if not known.entries:
        click.echo("  Nothing was recorded.")


def _words(entry: RecordEntry) -> str:
    from regimen.language.entry_texts import entry_in_words

    who = f"{entry.written:%Y-%m-%d %H:%M} UTC, {entry.by}"
    checked = f", checked by {entry.verified_by}" if entry.verified_by else ""
    why = f": {entry.why}" if entry.why else ""
    return f"{entry_in_words(entry)} ({who}{checked}){why}"
