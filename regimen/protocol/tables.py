"""Tables: a value that the patient decides, by a measure or a choice (rule D4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import final

from msgspec import Struct

from regimen.finding import Place
from regimen.protocol.measured import AgeOn
from regimen.quantity import Quantity
from regimen.timing import CalendarSpan

Edge = Quantity | CalendarSpan  # of an age, a span


class Band(Struct, frozen=True):
    """The values from `low` to `high`, each edge in the band or not; None is no edge. The edges of
    a band of ages are spans: an age begins on the day on which it is reached."""

    low: Edge | None
    high: Edge | None
    low_in: bool = True
    high_in: bool = False

    def holds(self, value: object) -> bool:
        """Whether the value lies in the band."""
        if isinstance(value, AgeOn):
            low, high = self.low, self.high
            assert not isinstance(low, Quantity)
            assert not isinstance(high, Quantity)
            return (low is None or value.reached(low)) and not (high and value.reached(high))
        return isinstance(value, Quantity) and self._spans(value)

    def _spans(self, value: Quantity) -> bool:
        low, high = self.low, self.high
        assert not isinstance(low, CalendarSpan)
        assert not isinstance(high, CalendarSpan)
        if low is not None and (value < low or (value == low and not self.low_in)):
            return False
        return high is None or value < high or (value == high and self.high_in)

    def __str__(self) -> str:
        low, high = self.low, self.high
        if low is None:
            return f"{'up to' if self.high_in else 'under'} {high}"
        if high is None:
            return f"{'from' if self.low_in else 'over'} {low}"
        begins = "" if self.low_in else "over "
        if self.high_in and self.low_in:
            begins = "from "
        first = str(low).partition(" ")[0] if low.unit is high.unit else str(low)
        return f"{begins}{first} {'up to' if self.high_in else 'to under'} {high}"


def holds(key: Band | str, value: object) -> bool:
    """Whether the value is the choice, or lies in the band."""
    return key == value if isinstance(key, str) else key.holds(value)


class Row(Struct, frozen=True):
    """Whom the row is for, a band of the measure or a choice, and the value it gives them."""

    key: Band | str
    value: object
    place: Place

    def holds(self, value: object) -> bool:
        return holds(self.key, value)


@final
class Table(Struct, frozen=True):
    """A value that stands in the row in which the patient's `by` lies: a measure or a choice. `key`
    is the key of the language at which the table stands."""

    key: str
    by: str
    rows: tuple[Row, ...]
    place: Place

    def row(self, value: object) -> Row | None:
        """The one row that holds the value, or None where no row does."""
        rows = self.rows
        if isinstance(value, Quantity) and len(rows) > _FEW:
            at = bisect_right(rows, value, lo=1, key=_low)  # only the first may have none
            rows = rows[max(0, at - 2) : at]
        return next((row for row in rows if row.holds(value)), None)


_FEW = 8  # rows, among which nothing need be looked for


def _low(row: Row) -> Quantity:
    assert isinstance(row.key, Band)
    assert isinstance(row.key.low, Quantity)
    return row.key.low


def tables_in(values: Iterable[object]) -> Iterator[Table]:
    """The tables among these, and those in their rows."""
    for value in values:
        if isinstance(value, Table):
            yield value
            yield from tables_in(row.value for row in value.rows)
