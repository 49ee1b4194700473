"""The command line.

`regimen --help` loads click and nothing heavier: each command imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import sys
from errno import EPIPE
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

import regimen
from regimen.cli.terminal import WrongUse, report, say

_COMMANDS = {
    "list": ("authoring", "list_"),
    "show": ("authoring", "show"),
    "schedule": ("scheduling", "schedule"),
    "totals": ("totalling", "totals"),
    "compare": ("comparing", "compare"),
    "check": ("authoring", "check"),
    "test": ("authoring", "test"),
    "plan": ("scheduling", "plan"),
}


class _Regimen(click.Group):
    """Turns the refusals of the layers below into words and exit codes: 1 for what stands against
    a schedule, 2 for wrong use."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """The program as it is installed: a process that lives for a tenth of a second. To look
        for garbage while libraries are loaded, and in all of them at the end, takes a seventh of
        that and finds none."""
        gc.disable()
        try:
            return super().__call__(*arguments, **settings)
        finally:
            gc.freeze()

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)  # in the order of a day's work, not of the alphabet

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command, from a module that is loaded only when it is asked for."""
        if name not in _COMMANDS:
            return None
        module, function = _COMMANDS[name]
        command: click.Command = getattr(import_module(f"regimen.cli.{module}"), function)
        return command

    def invoke(self, context: click.Context) -> object:
        from regimen.export.refusals import ExportMismatch, MissingLibrary
        from regimen.finding import Refusal
        from regimen.library import NotFound

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a terminal may lack the letters of a name
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except Refusal as refusal:
            report(refusal.findings)
            raise click.exceptions.Exit(1) from None
        except NotFound as error:
            raise WrongUse(f"{error}.") from None
        except MissingLibrary as error:
            raise WrongUse(str(error)) from None
        except ExportMismatch as error:
            say(
                "error: the file would not say what the schedule says, so none was written;"
                f" this is a fault of the program, please report it: {error}",
                fg="red",
            )
            raise click.exceptions.Exit(1) from None
        except OSError as error:
            if error.errno == EPIPE or error.filename is None:
                raise
            raise WrongUse(f"{error.filename!r}: {error.strerror}.") from None


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"regimen {regimen.__version__}")
        context.exit()


@click.group(
    cls=_Regimen,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "regimen is not a medical device and no substitute for clinical judgement: check every"
        " drug, dose and date against the prescription."
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Turns a treatment protocol and a start date into dated doses and totals, with the reason
    for each."""
