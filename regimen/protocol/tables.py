"""Tables: a value that the patient decides, by a measure or a choice (rule D4)."""

from __future__ import annotations

from msgspec import Struct

from regimen.finding import Place
from regimen.quantity import Quantity, number_text


class Band(Struct, frozen=True):
    """The values from `low` to `high`, each edge in the band or not; None is no edge."""

    low: Quantity | None
    high: Quantity | None
    low_in: bool = True
    high_in: bool = False

    def holds(self, value: Quantity) -> bool:
        """Whether the value lies in the band, which must be of its dimension."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_in)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_in)

    def __str__(self) -> str:
        low, high = self.low, self.high
        if low is None:
            return f"{'up to' if self.high_in else 'under'} {high}"
        if high is None:
            return f"{'from' if self.low_in else 'over'} {low}"
        begins = "" if self.low_in else "over "
        if self.high_in and self.low_in:
            begins = "from "
        first = number_text(low.value) if low.unit is high.unit else str(low)
        return f"{begins}{first} {'up to' if self.high_in else 'to under'} {high}"


def holds(key: Band | str, value: object) -> bool:
    """Whether the value is the choice, or lies in the band."""
    if isinstance(key, str):
        return key == value
    return isinstance(value, Quantity) and key.holds(value)


class Row(Struct, frozen=True):
    """Whom the row is for, a band of the measure or a choice, and the value it gives them."""

    key: Band | str
    value: object
    place: Place

    def holds(self, value: object) -> bool:
        return holds(self.key, value)


class Table(Struct, frozen=True):
    """A value that stands in the row in which the patient's `by` lies: a measure or a choice. `key`
    is the key of the language at which the table stands."""

    key: str
    by: str
    rows: tuple[Row, ...]
    place: Place

    def row(self, value: object) -> Row | None:
        """The one row that holds the value, or None where no row does."""
        return next((row for row in self.rows if row.holds(value)), None)
