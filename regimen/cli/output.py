"""Where the data of a command goes: standard output, or a file whose extension says the format."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

STDOUT = "-"
_FILE_OR_STREAM = "Write a file; its extension chooses the format. - is standard output."
Command = TypeVar("Command", bound=Callable[..., Any])


def form_of(output: str | None, form: str | None, formats: Sequence[str]) -> str | None:
    """The format to write; None for the table. Raises UsageError where it is not clear."""
    listed = ", ".join(formats)
    if output is None:
        return form
    if output == STDOUT:
        if form is None:
            raise click.UsageError(f"-o - needs --format, one of: {listed}.")
        return form
    extension = os.path.splitext(output)[1].lower().removeprefix(".")
    if form is None and extension not in formats:
        raise click.UsageError(
            f"{output!r} has no extension that says the format; use one of: {listed};"
            " or add --format."
        )
    if form and extension in formats and extension != form:
        raise click.UsageError(f"{output!r} and --format {form} contradict each other.")
    return form or extension


def same_file(name: str, source: str) -> bool:
    return os.path.exists(name) and os.path.exists(source) and os.path.samefile(name, source)


def write(data: bytes, output: str) -> str | None:
    """Write the data; of a file, say what was done to it: `Wrote …` or `Replaced …`."""
    if output == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return None
    from regimen.cli import files

    existed = os.path.exists(output)
    files.write(output, data, replacing=True)
    return f"{'Replaced' if existed else 'Wrote'} {output}"


def file_options(
    formats: Sequence[str], help: str = _FILE_OR_STREAM
) -> Callable[[Command], Command]:
    """Give a command the options for what it writes: `output` and `form`."""

    def added(command: Command) -> Command:
        form = click.option(
            "--format", "form", type=click.Choice(formats), help="The format to write."
        )
        output = click.option("-o", "--output", metavar="FILE", help=help)
        return output(form(command))

    return added
