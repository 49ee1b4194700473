"""What is said to people, on standard error: standard output is for data."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TextIO

import click

from regimen.cli.lines import in_lines
from regimen.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_INDENT, _DEEPER = "    ", "      "


class WrongUse(click.ClickException):
    """Something was asked for that cannot be done; the options themselves were well formed."""

    exit_code = 2

    def show(self, file: IO[str] | None = None) -> None:
        say(f"error: {self.message}", fg="red")


def clean(text: str) -> str:
    """The text on one line, with nothing in it that could move a cursor or reorder what is seen."""
    from regimen.export.words import clean as cleaned

    return cleaned(text)


def say(
    text: str,
    *,
    indent: str = "",
    fg: str | None = None,
    bold: bool | None = None,
    dim: bool | None = None,
) -> None:
    """A line of our own, wrapped at a terminal."""
    for line in _wrapped(text, indent, indent + indent):
        click.secho(line, err=True, fg=fg, bold=bold, dim=dim)


def report(findings: Iterable[Finding]) -> None:
    """The findings as a compiler would print them; each once, and each reason once."""
    explained: set[str] = set()
    for finding in dict.fromkeys(findings):
        head, *rest = _lines(finding, finding.code not in explained)
        word = _word(finding)
        colour = _COLOURS[finding.rule.severity]
        click.echo(head.replace(word, click.style(word, fg=colour), 1), err=True)
        for line in rest:
            click.echo(line, err=True)
        explained.add(finding.code)


def one_line(finding: Finding) -> str:
    """A finding without its reasons, for the foot of a table."""
    return clean(f"{_word(finding)} {finding.what}; {finding.mend}")


def _word(finding: Finding) -> str:
    severity = "overridden" if finding.override else finding.rule.severity
    return f"{severity} [{finding.code}]"


def counted(count: int, word: str) -> str:
    """`1 dose`, `30 doses`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _lines(finding: Finding, explained: bool) -> Iterator[str]:
    head = f"{finding.place}: " if finding.place else ""
    yield from _wrapped(f"{head}{_word(finding)} {finding.what}", "", _INDENT)
    for reading in finding.readings:
        yield from _wrapped(f"{reading.title}:", _INDENT, _DEEPER)
        for line in reading.lines:
            yield from _wrapped(line, _DEEPER, _DEEPER)
    if explained:
        yield from _wrapped(f"why it matters: {finding.rule.why}", _INDENT, _DEEPER)
    yield from _wrapped(f"mend: {finding.mend}", _INDENT, _DEEPER)
    if finding.stands and finding.rule.may_override:
        # Never wrapped: it is there to be copied.
        option = shlex.quote(f"{finding.code}={clean(finding.about)}")
        yield f"{_INDENT}to record it: --override {option} --by 'WHO' --because 'WHY'"
    if finding.override:
        yield from _wrapped(str(finding.override), _INDENT, _DEEPER)


def wrapped(text: str, indent: str, *, hanging: str = "") -> list[str]:
    """The text for standard output, in lines where that is a terminal."""
    return _wrapped(text, indent, hanging or indent, sys.stdout)


def _wrapped(text: str, indent: str, hanging: str, stream: TextIO | None = None) -> list[str]:
    text = clean(text)
    if not (stream or sys.stderr).isatty():
        return [indent + text]
    return in_lines(text, _width(), indent, hanging)


def _width() -> int:
    return max(40, shutil.get_terminal_size().columns)
