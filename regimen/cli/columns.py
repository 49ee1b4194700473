"""Rows in columns, printed one by one, so that remarks can stand between them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

_WIDE, _NARROW = 2, 1  # the gap between columns
_LEAST = 8  # a column is not made narrower than this


class Column(Struct, frozen=True):
    """`right` aligns numbers; one that `gives` is narrowed, and its texts wrapped, for space."""

    name: str
    right: bool = False
    gives: bool = False
    style: str = ""


class Columns:
    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        self.columns = columns
        texts = [[column.name for column in columns], *rows]
        self.widths = [max(cell_len(row[at]) for row in texts) for at in range(len(columns))]
        self.longest = [
            max((cell_len(word) for row in texts for word in row[at].split()), default=0)
            for at in range(len(columns))
        ]
        self.gap = _WIDE

    @property
    def width(self) -> int:
        return sum(self.widths) + self.gap * (len(self.widths) - 1)

    def fit(self, available: int) -> bool:
        """Whether all fits without wrapping, if need be with narrow gaps, which are then taken."""
        if self.width > available:
            self.gap = _NARROW
        return self.width <= available

    def squeeze(self, available: int) -> None:
        """Narrow the columns that give until all fits: the widest first, and only between words as
        long as that is enough."""
        for least in (self.longest, [_LEAST] * len(self.columns)):
            while not self.fit(available):
                may = [
                    at
                    for at, column in enumerate(self.columns)
                    if column.gives and self.widths[at] > least[at]
                ]
                if not may:
                    break
                self.widths[max(may, key=lambda at: self.widths[at])] -= 1

    def head(self) -> Table:
        return self.row([column.name for column in self.columns], "bold")

    def line(self, first: str, text: str) -> Table:
        """A row of the first column and one text in the room of all others."""
        grid = Table.grid(padding=(0, self.gap, 0, 0))
        grid.add_column(width=self.widths[0])
        grid.add_column(overflow="fold")
        grid.add_row(Text(first), Text(text))
        return grid

    def row(self, cells: Sequence[str], style: str = "") -> Table:
        grid = Table.grid(padding=(0, self.gap, 0, 0))
        for column, width in zip(self.columns, self.widths, strict=True):
            justify: JustifyMethod = "right" if column.right else "left"
            grid.add_column(width=width, justify=justify, overflow="fold")  # no letter is lost
        styles = [style or column.style for column in self.columns]
        grid.add_row(*map(Text, cells, styles))
        return grid
