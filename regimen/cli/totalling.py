"""The command totals: what a plan's doses add up to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from regimen.cli.opening import checked_plan, open_plan, remarks
from regimen.cli.options import Wanted, plan_options
from regimen.cli.output import STDOUT, file_options, form_of, same_file, write
from regimen.cli.terminal import WrongUse, counted, report, say

if TYPE_CHECKING:
    from regimen.schedule import CheckedSchedule

_FORMATS = ("csv", "json")
_PER = ("drug", "course", "phase", "treatment-week", "calendar-week", "month", "ingredient")
_USUAL = ("drug", "course", "phase")


class _Per(click.Choice[str]):
    """What the totals are per. There are two kinds of week, and neither stands for the other."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value == "week":
            self.fail(
                "a week may mean two things: treatment-week is 7 days counted from the start of"
                " the plan, calendar-week is Monday to Sunday. Say which.",
                param,
                ctx,
            )
        return str(super().convert(value, param, ctx))


@click.command()
@click.argument("protocol")
@click.option(
    "--per",
    "wanted_per",
    type=_Per(_PER),
    multiple=True,
    help="Add up per drug, course, phase, week, month or ingredient; may be given several times.",
)
@file_options(_FORMATS)
@click.option("--why", is_flag=True, help="Show which doses every figure is the sum of.")
@plan_options
def totals(
    protocol: str,
    wanted: Wanted,
    wanted_per: tuple[str, ...],
    output: str | None,
    form: str | None,
    why: bool,
) -> None:
    """Add up the doses, and recount them.

    PROTOCOL is an id of the library, a protocol file or a plan file; a plan file says its start
    and answers itself. What is missing is asked for.

    \b
    regimen totals plan.yaml --why
    regimen totals plan.yaml --per month --per drug -o totals.csv
    """
    form = form_of(output, form, _FORMATS)
    if why and form:
        raise click.UsageError("--why belongs to the table; every file says it anyway.")
    output = output or STDOUT
    if output != STDOUT and same_file(output, protocol):
        raise WrongUse(f"-o would overwrite {protocol}.")
    checked = checked_plan(open_plan(protocol, wanted, kept=False))
    from regimen import planning
    from regimen.figures import Per

    usual = (*_USUAL, "ingredient") if _combined(checked) else _USUAL
    summary = planning.totals(checked, [Per(each) for each in wanted_per or usual])
    if form is None:
        from regimen.cli.drawing_totals import draw_each, draw_nested

        (draw_each if wanted_per else draw_nested)(summary, why=why)
        sys.stdout.flush()
        report(remarks(checked))
        return
    from regimen.export import export_totals

    data = export_totals(summary, form)
    report(remarks(checked))
    if done := write(data, output):
        say(f"{done}: {counted(len(summary.figures), 'row')}.")


def _combined(checked: CheckedSchedule) -> bool:
    """Whether a product holds several drugs, so that a sum by the product's name says little."""
    products = (product for phase in checked.schedule.phases for product in phase.products)
    return any(len(product.contents) > 1 for product in products)
