"""How much: the dose, taper and caps of a phase from its texts."""

from __future__ import annotations

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader
from regimen.language.taper_reading import read_taper
from regimen.protocol import (
    Cap,
    DoseExpression,
    ParameterType,
    Ref,
    Taper,
)

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
        assert shape.taper is not None
        return read_taper(reader, shape.taper, (*path, "taper"))
    assert shape.dose is not None
    dose = reader.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))
    if isinstance(dose, DoseExpression) and dose.per is not None:
        reader.measured.append((dose.per, reader.document.place((*path, key))))
    return dose


def caps(reader: PhaseReader) -> tuple[Cap, ...]:
    found = reader.level("max")
    caps = found[0].max if found else None
    for cap in caps or ():
        if cap.per is not None:
            reader.measured.append((cap.per, reader.places["max"]))
    return caps or ()
