"""The shape of a measure. What its texts mean is read in `measure_texts`, which is imported only
where a protocol has measures."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from regimen.language.shapes import Kind, Shape, key, named, not_empty, reads
from regimen.language.texts import read_name
from regimen.protocol import Rounding, Taken
from regimen.quantity import Quantity, Unit, read_unit

if TYPE_CHECKING:
    from regimen.protocol.measures import Formula


def _written(text: str) -> str:
    return text


def _later(name: str) -> Kind:
    """A text that this reader of `measure_texts` takes."""

    def read(text: str) -> object:
        from regimen.language import measure_texts

        return getattr(measure_texts, name)(text)

    return reads(read)


_TEXT = reads(_written)


class MeasureShape(Shape):
    """A measure."""

    taken: Taken | None = key(
        _later("read_taken"), "when it is measured, and when again", absent=None
    )
    at_least: str | None = key(
        _TEXT,
        "the least value that is accepted; of a derived measure, what it is raised to",
        absent=None,
    )
    at_most: str | None = key(
        _TEXT,
        "the greatest value that is accepted; of a derived measure, what it is capped at",
        absent=None,
    )
    unit: Unit | None = key(
        reads(read_unit), "of a laboratory value: the unit in which it is asked for", absent=None
    )
    ask: str | None = key(_TEXT, "of a laboratory value: the question, in words", absent=None)
    grid: Quantity | None = key(
        _later("read_size"),
        "of what its values are multiples, as they are written down",
        absent=None,
    )
    formula: Formula | None = key(
        _later("read_formula"), "of a derived measure: how it is worked out", absent=None
    )
    from_: str | None = key(
        reads(read_name),
        "of a derived measure without a formula: the measure that it is, but for its limits",
        name="from",
        absent=None,
    )
    with_: Mapping[str, str] | None = key(
        not_empty(named(reads(read_name))),
        "which measures a formula takes in the place of those it means by themselves",
        name="with",
        absent=None,
    )
    factor: Fraction | None = key(
        _later("read_part"),
        "of an adjusted weight: how much of what lies over the ideal weight is counted",
        absent=None,
    )
    above: Fraction | None = key(
        _later("read_part"),
        "of an adjusted weight: from how much of the ideal weight on it is adjusted",
        absent=None,
    )
    round: Rounding | None = key(
        _later("read_measure_rounding"), "of a derived measure: how it is rounded", absent=None
    )
