"""Pieces of Markdown that read well in a table, on a forge and in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "&<>*_`[]|~$\\"}


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join(lines)


def words(text: str) -> str:
    """Plain words for a cell."""
    return text.translate(_ENTITIES).replace("\n", " ")


def code(text: str) -> str:
    """What is typed, for a cell: one line in backticks, several as a block."""
    if "\n" not in text and "`" not in text and "|" not in text:
        return f"`{text}`"
    return f"<pre>{text.translate(_ENTITIES).replace(chr(10), '<br>')}</pre>"


def fenced(text: str, info: str = "") -> str:
    return f"```{info}\n{text.rstrip()}\n```"
