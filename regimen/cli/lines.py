"""Text in lines: none ends inside a number, or between a number and what it counts."""

from __future__ import annotations

import re
import textwrap

_TIED = "\N{NO-BREAK SPACE}"  # wrapping breaks lines at plain blanks only
_COUNTED = r"(?<=[0-9]) (?=[^\W\d]|[×%])|(?<=×) "  # 100 mcg, 75 %, 7 × 40 mg
_NAMED = (
    r"|(?<=\b[A-Z][a-z][a-z]) (?=[0-9])"  # 2 Mar 2026
    r"|(?:(?<=\bof)|(?<=\bday)|(?<=\bdose)|(?<=\bcycle)|(?<=\bround)) (?=[0-9])"  # dose 1 of 2
)
_TIES = re.compile(_COUNTED + _NAMED), re.compile(_COUNTED)


def tied(text: str, room: int | None = None) -> str:
    """The text with what belongs on one line held together, as far as a line has `room` for it."""
    found = _TIES[0].sub(_TIED, text)
    if room is None:
        return found
    return " ".join(_fitting(together, room) for together in found.split(" "))


def _fitting(together: str, room: int) -> str:
    if len(together) <= room:
        return together
    plain = together.replace(_TIED, " ")
    counted = _TIES[1].sub(_TIED, plain)
    return counted if max(map(len, counted.split(" "))) <= room else plain


def in_lines(
    text: str, width: int, indent: str = "", hanging: str = "", *, tear: bool = False
) -> list[str]:
    """The text in lines of this width; a word that is longer has a line of its own, or is torn."""
    lines = textwrap.wrap(
        tied(text, width - len(hanging)),
        width,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=tear,
        break_on_hyphens=False,
    )
    return [line.replace(_TIED, " ") for line in lines]
