"""The small texts of the language: names, lines, and what may stand for a value.

Each reader takes the text that was typed and returns a value of the protocol, or raises Misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.protocol import (
    Ref,
)
from regimen.timing import (
    CalendarSpan,
    ElapsedSpan,
    Span,
    always_shorter,
    read_calendar_span,
    read_elapsed_span,
    read_span,
)

T = TypeVar("T")
SpanT = TypeVar("SpanT", CalendarSpan, ElapsedSpan, Span)

MOST_DOSES = 10_000
MOST_CHARACTERS = 200  # of a title or name
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class NotStated(Struct, frozen=True):
    """The words `not stated`."""


class Between(Struct, frozen=True):
    """A range that a plan must fix: `6 to 7 days`."""

    low: Span
    high: Span


class TableText(Struct, frozen=True):
    """A table as it was written: what it is by, and its rows, none of them read yet."""

    by: str
    rows: tuple[tuple[str, object], ...]


class KeyedText(Struct, frozen=True):
    """Doses on the times they are given, as they were written: no time is read yet."""

    rows: tuple[tuple[str, object], ...]


def read_name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise Misread(
            rules.BAD_NAME,
            f"{quoted(text)} is not a name",
            "use small letters, digits and _, beginning with a letter: twice_weekly_for",
        )
    return text


def read_line(text: str) -> str:
    """A title or name for people, on one line: what looks alike is the same. Raises Misread."""
    if " ".join(text.split()) != text or len(text) > MOST_CHARACTERS:
        raise Misread(
            rules.BAD_TEXT,
            f"{quoted(text)} is not one short line with single spaces between its words",
            f"write at most {MOST_CHARACTERS} characters on one line, without spaces at its ends or"
            " two in a row",
        )
    return text


def read_drug(text: str) -> str:
    """The name of a drug. Raises Misread."""
    if text == "not stated" or text.startswith("$"):
        raise Misread(
            rules.NO_DRUG,
            f"{quoted(text)} names no drug",
            "write the drug's name; where the plan chooses between drugs, write a course for each,"
            " with when",
        )
    return read_line(text)


def read_word(text: str, words: tuple[str, ...], *more: str) -> str:
    """One of the words; `more` is said of what else may stand there. Raises Misread."""
    if text not in words:
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} has no meaning here",
            f"use one of: {', '.join((*words, *more))}",
        )
    return text


def read_ref(text: str) -> Ref:
    return Ref(read_name(text.removeprefix("$")))


def or_ref(read: Callable[[str], T]) -> Callable[[str], T | Ref | NotStated]:
    """`read`, or `$name`, or `not stated`."""

    def reader(text: str) -> T | Ref | NotStated:
        if text == "not stated":
            return NotStated()
        return read_ref(text) if text.startswith("$") else read(text)

    return reader


_RANGE = re.compile(r"(?P<low>[0-9]+)(?: (?P<low_unit>[a-z]+))? to (?P<high>[0-9]+ +[a-z]+)")


def read_span_or_range(text: str) -> CalendarSpan | Between:
    """`1 week`, or a range as in `6 to 7 days`."""
    return _or_range(text, read_calendar_span)


def read_elapsed_or_range(text: str) -> ElapsedSpan | Between:
    """`46 hours`, or a range as in `30 to 60 minutes`."""
    return _or_range(text, read_elapsed_span)


def read_any_span_or_range(text: str) -> Span | Between:
    """A duration of either kind, or a range."""
    return _or_range(text, read_span)


def _or_range(text: str, read: Callable[[str], SpanT]) -> SpanT | Between:
    match = _RANGE.fullmatch(text)
    if match is None:
        return read(text)
    unit = match["high"].split()[-1]
    high, low = read(match["high"]), read(f"{match['low']} {match['low_unit'] or unit}")
    if (match["low_unit"] or unit).rstrip("s") != unit.rstrip("s") or not always_shorter(low, high):
        raise Misread(
            rules.BAD_DURATION,
            f"{quoted(text)} is not a range from less to more in one unit",
            "write the smaller number first: 6 to 7 days",
        )
    return Between(low, high)
