"""How much: the dose, taper and caps of a phase from its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader
from regimen.language.nodes import Path
from regimen.language.taper_reading import read_taper
from regimen.protocol import (
    Cap,
    DoseExpression,
    OneOf,
    ParameterType,
    Ref,
    Rounding,
    Table,
    Taper,
)

if TYPE_CHECKING:
    from regimen.product import Product

P = ParameterType

DOSING = ("dose", "taper")


def dose(reader: PhaseReader, place: Place) -> DoseExpression | Taper | Ref | Table:
    found = reader.level(*DOSING)
    if found is None:
        reader.find(
            rules.NO_DOSE,
            f"{reader.title} has no dose",
            "write dose: 100 mcg (or another); or not stated, if the source is silent",
            place,
        )
        return Ref("")
    shape, path, key = found
    if key == "taper":
        assert shape.taper is not None
        return read_taper(reader, shape.taper, (*path, "taper"))
    assert shape.dose is not None
    return reader.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))


def products(reader: PhaseReader, drug: str) -> tuple[Product, ...] | OneOf:
    """The products that the phase's doses are made up of; none where it names none."""
    found = reader.level("product")
    if found is None:
        return ()
    written, place = found[0].product, reader.places["product"]
    assert written is not None
    bound = reader.bound(written, drug, place)
    if isinstance(bound, OneOf):
        reader.reference(bound.ref, (P.CHOICE,), place)
    return bound


def caps(reader: PhaseReader) -> tuple[Cap, ...] | Table:
    found = reader.level("max")
    if found is None:
        return ()
    shape, path, key = found
    assert shape.max is not None

    def scaled(caps: tuple[Cap, ...], where: Path) -> tuple[Cap, ...]:
        place = reader.document.place(where)
        reader.measured += [(cap.per, place) for cap in caps if cap.per is not None]
        return caps

    return reader.tabled(shape.max, key, path, scaled)


def rounding(reader: PhaseReader) -> Rounding | Table | None:
    found = reader.level("round")
    if found is None:
        return None
    shape, path, key = found
    assert shape.round is not None
    return reader.tabled(shape.round, key, path, lambda rounding, _: rounding)
