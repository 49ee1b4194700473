"""The command compare: another schedule held against ours, for the second check."""

from __future__ import annotations

import sys

import click

from regimen.cli.opening import checked_plan, open_plan, remarks
from regimen.cli.options import Wanted, once, pairs, plan_options
from regimen.cli.output import STDOUT, file_options, form_of, same_file, write
from regimen.cli.terminal import WrongUse, report, say

_FORMATS = ("csv", "json")
_MEANINGS = ("date", "weekday", "time", "zone", "drug", "dose", "unit", "ucum", "route", "over")


@click.command()
@click.argument("protocol")
@click.argument("table", metavar="FILE.csv")
@click.option(
    "--drug",
    "drugs",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=pairs,
    help='A drug that the file calls otherwise, as in "cobalamin=vitamin B12".',
)
@click.option(
    "--column",
    "columns",
    metavar="MEANING=NAME",
    multiple=True,
    callback=pairs,
    help="Which column says the date, time, zone, drug, dose, unit or route, as in"
    ' date="Given on"; nothing after the = leaves it out.',
)
@file_options(_FORMATS, "Write the differences to a file; its extension chooses the format.")
@plan_options
def compare(
    protocol: str,
    table: str,
    wanted: Wanted,
    drugs: tuple[tuple[str, str], ...],
    columns: tuple[tuple[str, str], ...],
    output: str | None,
    form: str | None,
) -> None:
    """Hold another schedule against ours, dose by dose.

    PROTOCOL is an id of the library, a protocol file or a plan file; a plan file says its start
    and answers itself. FILE.csv is an independent calculation, or what another system says: a line
    for each dose, with columns for the date, the drug and the dose with its unit, and for time and
    route if wanted.

    Ends with 0 where nothing differs, and with 1 where something does.

    \b
    regimen compare plan.yaml theirs.csv --drug "cobalamin=vitamin B12"
    """
    if protocol.lower().endswith(".csv"):
        raise WrongUse(f"the plan stands first, and then the table: {table} {protocol}.")
    form = form_of(output, form, _FORMATS)
    output = output or STDOUT
    for name in (protocol, table):
        if output != STDOUT and same_file(output, name):
            raise WrongUse(f"-o would overwrite {name}.")
    named, meant = once(drugs), once(columns)
    for meaning in meant:
        if meaning not in _MEANINGS:
            raise WrongUse(f"--column: {meaning!r} is none of {', '.join(_MEANINGS)}.")
    checked = checked_plan(open_plan(protocol, wanted, kept=False))
    from regimen import planning
    from regimen.comparing import WrongMapping
    from regimen.export.comparison_words import summary_of
    from regimen.library import read_table

    data, name = read_table(table)
    try:
        comparison = planning.compare(checked, data, name, drugs=named, columns=meant)
    except WrongMapping as error:
        raise WrongUse(f"--drug: {error}.") from None
    if form is None:
        from regimen.cli.drawing_comparison import draw_comparison

        draw_comparison(comparison)
        sys.stdout.flush()
        report(remarks(checked))
    else:
        from regimen.export import export_comparison

        data = export_comparison(comparison, form)
        report(remarks(checked))
        done = write(data, output)
        say(f"{f'{done}: ' if done else ''}{summary_of(comparison)}")
    if comparison.differences:
        raise click.exceptions.Exit(1)
