"""Rows in columns, printed one by one, so that remarks can stand between them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from regimen.cli.lines import in_lines, tied

_WIDE, _NARROW = 2, 1  # the gap between columns
_LEAST = 8  # a column is not made narrower than this
_READABLE = 12  # nor than this, while another may still stand below its row


class Column(Struct, frozen=True):
    """`right` aligns numbers; one that `gives` is narrowed, and its texts wrapped, for space. Where
    that is not enough, columns with a number in `below` stand below their row, the lowest number
    first, and are called `label` there."""

    name: str
    right: bool = False
    gives: bool = False
    style: str = ""
    below: int = 0
    label: str = ""


class Columns:
    """Cells in columns. `hidden` are those whose cells stand below their row."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        self.columns = columns
        self.hidden: frozenset[int] = frozenset()
        texts = [[column.name for column in columns], *rows]
        self.widths = [max(cell_len(row[at]) for row in texts) for at in range(len(columns))]
        self.longest = [
            max((cell_len(word) for row in texts for word in tied(row[at]).split(" ")), default=0)
            for at in range(len(columns))
        ]
        self.gap = _WIDE
        self.room = self.width

    @property
    def shown(self) -> list[int]:
        return [at for at in range(len(self.columns)) if at not in self.hidden]

    @property
    def width(self) -> int:
        widths = [self.widths[at] for at in self.shown]
        return sum(widths) + self.gap * (len(widths) - 1)

    def lay_out(self, available: int) -> None:
        """Choose what stands below its row, and how wide the rest is: first the remarks go, to keep
        every line whole, then texts are wrapped between words, then more goes below."""
        self.room = available
        ranks = sorted({column.below for column in self.columns if column.below})
        for rank in (0, 1):
            self._hide_up_to(rank)
            if self.fit(available):
                return
        for rank in (1, *ranks):
            self._hide_up_to(rank)
            if self._keeps_words(available):
                break
        self.squeeze(available)

    def _hide_up_to(self, rank: int) -> None:
        self.hidden = frozenset(
            at for at, column in enumerate(self.columns) if 0 < column.below <= rank
        )

    def _keeps_words(self, available: int) -> bool:
        """Whether it fits without a word being torn, or a column of text too narrow to read."""
        least = [
            max(self.longest[at], min(self.widths[at], _READABLE))
            if self.columns[at].gives
            else self.widths[at]
            for at in self.shown
        ]
        return sum(least) + _NARROW * (len(least) - 1) <= available

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
                    for at in self.shown
                    if self.columns[at].gives and self.widths[at] > least[at]
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
        rest = max(self.room, self.width) - self.widths[0] - self.gap
        grid.add_row(Text(first), Text(_folded(text, rest)))
        return grid

    def row(self, cells: Sequence[str], style: str = "") -> Table:
        grid = Table.grid(padding=(0, self.gap, 0, 0))
        for at in self.shown:
            justify: JustifyMethod = "right" if self.columns[at].right else "left"
            # no letter is lost
            grid.add_column(width=self.widths[at], justify=justify, overflow="fold")
        grid.add_row(
            *(
                Text(_folded(cells[at], self.widths[at]), style or self.columns[at].style)
                for at in self.shown
            )
        )
        return grid

    def below(self, cells: Sequence[str]) -> list[tuple[str, str]]:
        """What stands below the row, each line with its style: remarks on a line of their own."""
        lines: dict[str, list[str]] = {}
        for at in sorted(self.hidden):
            if cells[at]:
                column = self.columns[at]
                text = f"{column.label} {cells[at].strip()}".strip()
                lines.setdefault(column.style, []).append(text)
        return [(", ".join(texts), style) for style, texts in lines.items()]


def _folded(text: str, width: int) -> str:
    """The cell in lines of its column, all with the blanks that it begins with."""
    if cell_len(text) <= width:
        return text
    blanks = " " * (len(text) - len(text.lstrip()))
    return "\n".join(in_lines(text.lstrip(), width, blanks, blanks, tear=True))
