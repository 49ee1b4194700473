"""A table's text to cells, each with its place: RFC 4180, strictly.

Read by code of our own, because a value that cannot be taken must be shown where it stands, and
the standard library's reader does not say where that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from regimen import rules
from regimen.finding import Place, Refusal, refuse
from regimen.language.nodes import decoded

MOST_BYTES = 4 * 1024 * 1024  # twenty thousand doses take two
MOST_LINES = 50_000
MOST_CELLS = 200  # of a line
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .xls begin
SEPARATORS = (",", ";", "\t")
_CELL = {
    separator: re.compile(
        rf'"([^"]*+(?:""[^"]*+)*+)"(?=[{separator}\r\n]|\Z)|([^{separator}"\r\n]*+)'
    )
    for separator in SEPARATORS
}
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Cell(Struct, frozen=True):
    """What stands between two separators, without its quotes and the blanks around it."""

    text: str
    place: Place


Row = list[Cell]


def text_of(data: bytes, file: str) -> str:
    """The file as text. Raises Refusal where it is none, is too large, or hides characters."""
    if data.startswith(_WORKBOOKS):
        raise refuse(
            rules.NOT_TEXT,
            "the file is a workbook, not a table of text",
            "open it, and save the sheet as CSV in UTF-8",
            Place(file, 1, 1),
        )
    return decoded(data, file, MOST_BYTES, "take out the lines of other treatments")


def rows_of(text: str, separator: str, file: str) -> Iterator[Row]:
    """The rows of cells one by one, without the lines that are empty. Raises Refusal."""
    return _Reader(text, separator, file).rows()


class _Reader:
    def __init__(self, text: str, separator: str, file: str) -> None:
        self.text, self.separator, self.file = text, separator, file
        self.at, self.line, self.line_start = 0, 1, 0

    def rows(self) -> Iterator[Row]:
        read = 0
        while self.at < len(self.text):
            read += 1
            if read > MOST_LINES:
                raise self.too_large(f"the table has more than {MOST_LINES} lines")
            row = self.row()
            if any(cell.text for cell in row):
                yield row

    def row(self) -> Row:
        cells = [self.cell()]
        while self.at < len(self.text) and self.text[self.at] == self.separator:
            if len(cells) == MOST_CELLS:
                raise self.too_large(f"the line has more than {MOST_CELLS} cells")
            self.at += 1
            cells.append(self.cell())
        self.newline()
        return cells

    def too_large(self, what: str) -> Refusal:
        place = Place(self.file, self.line, self.at - self.line_start + 1)
        return refuse(
            rules.TOO_LARGE,
            f"{what}, which no schedule has",
            "check that this is the file you meant",
            place,
        )

    def cell(self) -> Cell:
        place = Place(self.file, self.line, self.at - self.line_start + 1)
        match = _CELL[self.separator].match(self.text, self.at)
        assert match is not None  # an empty cell matches too
        self.at = match.end()
        if self.text[self.at : self.at + 1] == '"':
            raise refuse(
                rules.TORN_TABLE,
                "a quotation mark is not closed, or stands inside a cell",
                'close it; inside a quoted cell, write "" for each quotation mark',
                place,
            )
        self.lines_within(match.start(), match.end())
        quoted = match[1]
        return Cell((match[2] if quoted is None else quoted.replace('""', '"')).strip(), place)

    def newline(self) -> None:
        match = _NEWLINE.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            self.line, self.line_start = self.line + 1, self.at

    def lines_within(self, start: int, end: int) -> None:
        """Count the line breaks inside a quoted cell."""
        for match in _NEWLINE.finditer(self.text, start, end):
            self.line, self.line_start = self.line + 1, match.end()
