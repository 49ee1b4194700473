"""What is said to people, on standard error: standard output is for data."""

from __future__ import annotations

import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator

import click

from regimen.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_INDENT = "    "


def clean(text: str) -> str:
    """The text on one line, with nothing in it that could move a cursor or reorder what is seen."""
    from regimen.export.words import clean as cleaned

    return cleaned(text)


def say(text: str, **style: bool | str) -> None:
    """A line of our own, wrapped at a terminal."""
    lines = textwrap.wrap(clean(text), _width()) if sys.stderr.isatty() else [clean(text)]
    for line in lines:
        click.secho(line, err=True, **style)


def report(findings: Iterable[Finding]) -> None:
    """The findings as a compiler would print them; each once, and each reason once."""
    explained: set[str] = set()
    for finding in dict.fromkeys(findings):
        colour = _COLOURS[finding.rule.severity]
        for number, line in enumerate(_lines(finding, finding.code not in explained)):
            if number == 0 and sys.stderr.isatty():
                line = line.replace(
                    str(finding.rule.severity),
                    click.style(str(finding.rule.severity), fg=colour, bold=True),
                    1,
                )
            click.echo(line, err=True)
        explained.add(finding.code)


def one_line(finding: Finding) -> str:
    """A finding without its reasons, for the foot of a table."""
    return clean(f"{finding.rule.severity} [{finding.code}]: {finding.what}. {finding.mend}")


def _lines(finding: Finding, explained: bool) -> Iterator[str]:
    head = f"{finding.place}: " if finding.place else ""
    yield from _wrapped(f"{head}{finding.rule.severity} [{finding.code}] {finding.what}", "")
    for reading in finding.readings:
        yield from _wrapped(f"{reading.title}:", _INDENT)
        for line in reading.lines:
            yield from _wrapped(line, _INDENT + "  ")
    if explained:
        yield from _wrapped(f"why it matters: {finding.rule.why}", _INDENT)
    yield from _wrapped(f"mend: {finding.mend}", _INDENT)
    if finding.stands and finding.rule.may_override:
        # Never wrapped: it is there to be copied.
        option = shlex.quote(f"{finding.code}={clean(finding.about)}")
        yield f"{_INDENT}to record it: --override {option} --by 'WHO' --because 'WHY'"
    if finding.override:
        yield from _wrapped(str(finding.override), _INDENT)


def _wrapped(text: str, indent: str) -> list[str]:
    text = clean(text)
    if not sys.stderr.isatty():
        return [indent + text]
    return textwrap.wrap(
        text,
        _width(),
        initial_indent=indent,
        subsequent_indent=indent or _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _width() -> int:
    return max(40, shutil.get_terminal_size().columns)
