"""How much: the dose, taper and caps of a phase from its texts."""

from __future__ import annotations

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader
from regimen.language.nodes import Path
from regimen.language.schema import PhaseKeys
from regimen.protocol import (
    Cap,
    DoseExpression,
    ParameterType,
    Ref,
    Taper,
)
from regimen.quantity import Quantity

P = ParameterType

DOSING = ("dose", "taper")


def dose(reader: PhaseReader, place: Place) -> DoseExpression | Taper | Ref:
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
        return _taper(reader, shape, path)
    assert shape.dose is not None
    dose = reader.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))
    if isinstance(dose, DoseExpression) and dose.per is not None:
        reader.measured.append((dose.per, reader.document.place((*path, key))))
    return dose


def _taper(reader: PhaseReader, shape: PhaseKeys, path: Path) -> Taper:
    taper = shape.taper
    assert taper is not None
    parts: dict[str, Quantity | Ref] = {}
    for key, found in (("from", taper.first), ("by", taper.by), ("to", taper.to)):
        gap = (P.QUANTITY, f"the {key!r} of the taper")
        parts[key] = reader.value(
            found, key, (*path, "taper"), (P.QUANTITY,), gap, may_be_nothing=key == "to"
        )
    gap = (P.DURATION, "how long each level")
    each = reader.value(taper.each, "each", (*path, "taper"), (P.DURATION,), gap, in_days=True)
    return Taper(parts["from"], parts["by"], parts["to"], each, taper.per)


def caps(reader: PhaseReader) -> tuple[Cap, ...]:
    found = reader.level("max")
    caps = found[0].max if found else None
    for cap in caps or ():
        if cap.per is not None:
            reader.measured.append((cap.per, reader.places["max"]))
    return caps or ()
