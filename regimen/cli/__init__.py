"""The command line.

`regimen --help` loads click and nothing heavier: each command imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
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
_QUOTE_IT = 'An answer that holds a space stands in quotation marks: --set weight="7.5 kg"'


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

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or the one that was surely meant."""
        name = arguments[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, _COMMANDS, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"There is no command {name!r}.{meant}", context)
        return super().resolve_command(context, arguments)

    def invoke(self, context: click.Context) -> object:
        from regimen.export.refusals import (
            ExportMismatch,
            MissingLibrary,
            NothingLeft,
            UnfitReminder,
        )
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
            said = str(error)
            raise WrongUse(said if said.endswith("?") else f"{said}.") from None
        except click.UsageError as error:
            takes = error.ctx.command.params if error.ctx else []
            if "unexpected extra argument" in error.message and _takes_answers(takes):
                raise click.UsageError(f"{error.message}\n{_QUOTE_IT}", error.ctx) from None
            raise
        except MissingLibrary as error:
            raise WrongUse(str(error)) from None
        except NothingLeft as error:
            raise WrongUse(
                f"{error}; a calendar that was handed out is taken back with regimen plan issue."
            ) from None
        except UnfitReminder as error:
            raise WrongUse(f"{error} (regimen plan issue --remind).") from None
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


def _takes_answers(parameters: Sequence[click.Parameter]) -> bool:
    return any(each.name == "answers" for each in parameters)


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"regimen {regimen.__version__}")
        context.exit()


@click.group(
    cls=_Regimen,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "regimen is not a medical device and no substitute for clinical judgement: check every"
        " drug, dose and date against the prescription. It ends with 0 when all is well, 1 when"
        " something is missing, wrong or different, and 2 when the command itself is wrong."
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
