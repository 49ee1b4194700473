"""The commands for one patient's plan: schedule, plan new."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from regimen.cli.opening import Opened, checked_plan, open_plan, remarks
from regimen.cli.options import Wanted, plan_options
from regimen.cli.output import STDOUT, file_options, form_of, same_file, write
from regimen.cli.terminal import WrongUse, counted, report, say

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.schedule import CheckedSchedule

_FORMATS = ("csv", "xlsx", "ics", "json", "html")
_NO_LABEL = ("csv",)


@click.command()
@click.argument("protocol")
@file_options(_FORMATS)
@click.option("--label", metavar="TEXT", help='Your own words on every entry, as in "Bed 4".')
@click.option("--why", is_flag=True, help="Show the reason for every date and dose.")
@click.option("--save-plan", metavar="FILE", help="Keep the plan, to issue the same again.")
@plan_options
def schedule(
    protocol: str,
    wanted: Wanted,
    output: str | None,
    form: str | None,
    label: str | None,
    why: bool,
    save_plan: str | None,
) -> None:
    """Date every dose, as a table or a file.

    PROTOCOL is an id of the library, a protocol file or a plan file; a plan file says its start
    and answers itself. What is missing is asked for.

    \b
    regimen schedule b12-acth-infantile-spasms --start 2026-03-02 \\
        --set twice_weekly_for="2 weeks" -o calendar.ics
    """
    form = form_of(output, form, _FORMATS)
    if why and form:
        raise click.UsageError("--why belongs to the table; leave out -o and --format.")
    if label and form in _NO_LABEL:
        raise click.UsageError(f"{form} has no place for a --label.")
    output = output or STDOUT
    if form == "xlsx" and output == STDOUT and sys.stdout.isatty():
        raise click.UsageError("xlsx is not for a terminal; name a file with -o.")
    if output != STDOUT and same_file(output, protocol):
        raise WrongUse(f"-o would overwrite {protocol}.")
    if save_plan:
        if os.path.realpath(save_plan) == os.path.realpath(output):
            raise WrongUse("-o and --save-plan name the same file.")
        _refuse_loss(save_plan, protocol)
    opened = open_plan(protocol, wanted, kept=save_plan is not None)
    if form is None:
        _draw(opened, label, why=why)
        if save_plan:
            _keep(opened, save_plan, protocol)
    else:
        from regimen.export import export

        checked = checked_plan(opened)
        if form == "ics" and opened.plan.entries:
            label = _as_issued(checked, label)
        data = export(checked, form, label=label)
        report(remarks(checked))
        if save_plan:  # before the calendar, which would be orphaned without it
            _keep(opened, save_plan, protocol)
        _write(checked, data, output)
    if opened.fresh and not save_plan:
        _say_not_kept(opened.plan)


def _as_issued(checked: CheckedSchedule, label: str | None) -> str | None:
    """The label of the edition that was handed out last. Raises WrongUse where the calendar would
    contradict it."""
    from regimen import planning
    from regimen.export.editions import last_edition

    issued = last_edition(checked.plan.entries)
    if issued is None:
        return label
    if label not in (None, issued.manner.label) or planning.edition(checked)[0] is not None:
        raise WrongUse(
            "this plan's calendar was handed out, and has changed since: regimen plan issue hands"
            " out the changes."
        )
    return None


_PLAN_COMMANDS = {
    "record": "recording",
    "missed": "recording",
    "hold": "deciding",
    "move": "deciding",
    "measure": "deciding",
    "answer": "deciding",
    "reduce": "deciding",
    "stop": "deciding",
    "accept": "deciding",
    "take-back": "deciding",
    "clinic": "clinic",
    "issue": "issuing",
    "show": "showing",
}


class _PlanCommands(click.Group):
    """Loads a command's module when the command is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return ["new", *_PLAN_COMMANDS]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _PLAN_COMMANDS:
            return super().get_command(context, name)
        module = import_module(f"regimen.cli.{_PLAN_COMMANDS[name]}")
        command: click.Command = getattr(module, name.replace("-", "_"))
        return command


@click.group(cls=_PlanCommands)
def plan() -> None:
    """Keep one patient's plan in a file, and record what happens."""


@plan.command()
@click.argument("protocol")
@plan_options
@click.option("-o", "--output", metavar="FILE", required=True, help="The plan file to write.")
def new(protocol: str, wanted: Wanted, output: str) -> None:
    """Make a plan with a new random id, and keep it in a file.

    The file then stands wherever a PROTOCOL does, and always gives the same calendar entries.
    """
    _refuse_loss(output, None)
    opened = open_plan(protocol, wanted, kept=True)
    if not opened.fresh:
        raise WrongUse(f"{protocol} is a plan already; name the protocol.")
    report(remarks(checked_plan(opened)))
    _keep(opened, output, protocol)


# --- the schedule, drawn or written


def _draw(opened: Opened, label: str | None, *, why: bool) -> None:
    """The table; while an error stands one to look at, and the program ends with its findings."""
    from regimen import planning
    from regimen.cli.drawing import draw_schedule
    from regimen.export.words import DISCLAIMER
    from regimen.finding import Refusal

    try:
        checked = checked_plan(opened)
    except Refusal:
        schedule = planning.examine(opened.protocol, opened.plan, ranges=opened.ranges)
        draw_schedule(schedule, None, label, why=why)
        sys.stdout.flush()
        click.echo(err=True)
        report(schedule.findings)
        raise click.exceptions.Exit(1) from None
    draw_schedule(checked.schedule, checked, label, why=why)
    sys.stdout.flush()
    click.echo(err=True)
    say(DISCLAIMER, dim=True)


def _write(checked: CheckedSchedule, data: bytes, output: str) -> None:
    """Write the data, and say of a file what is in it."""
    done = write(data, output)
    if done is None:
        return
    given, days = checked.administrations, checked.visit_days
    say(
        f"{done}: {counted(len(given), 'dose')} on {counted(days, 'day')},"
        f" {given[0].day.isoformat()} to {given[-1].day.isoformat()}."
    )


# --- plan files


def _refuse_loss(name: str, source: str | None) -> None:
    """Raises WrongUse where a plan would be written over another file than its own."""
    if os.path.exists(name) and not (source and same_file(name, source)):
        from regimen.cli import files

        raise files.exists(name)


def _keep(opened: Opened, name: str, source: str) -> None:
    """Write the plan's file, once its text is known to be read back as the same plan."""
    from hashlib import sha256
    from pathlib import Path

    from regimen import planning
    from regimen.cli import files
    from regimen.finding import Refusal
    from regimen.library import protocol_of

    plan, protocol = opened.plan, opened.protocol
    text = planning.plan_text(plan)
    plan_file = planning.read_plan_file(text, name)
    if planning.plan_of(plan_file, protocol) != plan:
        raise WrongUse("the plan would not be read back as it is; nothing was written.")
    files.write(name, text.encode(), replacing=not opened.fresh and same_file(name, source))
    say(f"Kept the plan {plan.id} in {name}; use it from now on: regimen schedule {name}")
    try:
        beside, _ = protocol_of(plan_file, Path(name).parent)
    except Refusal:
        beside = b""
    if sha256(beside).hexdigest() != protocol.content_hash:
        say(f"Put the protocol's file as {protocol.id}.yaml beside it: it is read with that text.")


def _say_not_kept(plan: Plan) -> None:
    say(
        f"This is a new plan, {plan.id}, and it is not kept: another run makes other calendar"
        " entries. To issue the same ones again, add --save-plan FILE."
    )
