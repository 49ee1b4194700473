"""How much: the dose, taper and caps of a phase from its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_shape import PhaseKeys
from regimen.language.texts import KeyedText
from regimen.protocol import (
    Cap,
    CapBasis,
    Dealing,
    DividedDose,
    DoseExpression,
    DosesByTime,
    OneOf,
    Parameter,
    ParameterType,
    Ref,
    Rounding,
    Table,
    Taper,
)
from regimen.protocol.inputs import given_before

if TYPE_CHECKING:
    from regimen.product import Product

P = ParameterType

DOSING = ("dose", "taper")
TIMED = ("at", "on", "days", "offsets")  # where doses may stand on their times


def dose(
    reader: PhaseReader, place: Place
) -> DoseExpression | Taper | DosesByTime | DividedDose | Ref | Table:
    found = reader.level(*DOSING)
    on_times = _on_times(reader, found)
    if on_times is not None:
        return on_times
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
        from regimen.language.taper_reading import read_taper  # few protocols have any

        assert shape.taper is not None
        return read_taper(reader, shape.taper, (*path, "taper"))
    assert shape.dose is not None
    return reader.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))


def _on_times(
    reader: PhaseReader, dosing: tuple[PhaseKeys, Path, str] | None
) -> DosesByTime | DividedDose | None:
    """The doses that are written on the times they are given, if there are any."""
    shapes = [shape for shape, _ in reader.levels]
    if not any(isinstance(stated(shape, key), KeyedText) for shape in shapes for key in TIMED):
        return None
    from regimen.language.keyed_doses import keyed_dose  # few protocols have them

    return keyed_dose(reader, dosing)


def products(reader: PhaseReader, drug: str) -> tuple[Product, ...] | OneOf | Table:
    """The products that the phase's doses are made up of; none where it names none."""
    found = reader.level("product")
    if found is None:
        return ()
    shape, path, key = found
    assert shape.product is not None

    def bound(written: tuple[str | Ref, ...], where: Path) -> tuple[Product, ...] | OneOf:
        place = reader.document.place(where)
        products = reader.bound(written, drug, place)
        if isinstance(products, OneOf):
            reader.reference(products.ref, (P.CHOICE,), place)
        return products

    return reader.tabled(shape.product, key, path, bound)


def dealing(reader: PhaseReader, dose: object, rounding: Rounding | Table | None) -> Dealing | None:
    """How what is shared is dealt out, with a finding where there is nothing to deal out, or where
    nothing says in which steps."""
    found = reader.level("share")
    over_week = isinstance(rounding, Rounding) and rounding.over_week
    if found is None or found[0].share is Dealing.EQUAL:
        if over_week:
            reader.find(
                rules.MISSING_KEY,
                "the whole of a week is rounded, and nothing says how it is dealt out",
                "write share: spread, or share: largest first",
                reader.places["round"],
            )
        return Dealing.EQUAL if found else None
    shape, path, key = found
    if not over_week and not _may_be_shared(dose):
        reader.taken.discard((*path, key))
        if path == reader.levels.path:
            reader.find(
                rules.UNUSED_KEY,
                "share decides nothing here: the dose is an amount of each administration",
                "remove it; or write the amount per day, week, cycle or in all, or round it over"
                " the week",
                reader.document.key_place((*path, key)),
            )
        return None
    if rounding is None:
        reader.find(
            rules.MISSING_KEY,
            f"share: {shape.share} deals out whole steps, and nothing says how large they are",
            "write how to round: round: nearest 25 mg, ties up",
            reader.document.key_place((*path, key)),
        )
    return shape.share


def _may_be_shared(dose: object) -> bool:
    """Whether it is an amount that is shared, or may be when the plan has said it."""
    if isinstance(dose, (DoseExpression, Taper)):
        return dose.share is not None
    return isinstance(dose, (Ref, Table))


def caps(reader: PhaseReader) -> tuple[Cap, ...] | Table:
    found = reader.level("max")
    if found is None:
        return ()
    shape, path, key = found
    assert shape.max is not None

    def scaled(caps: tuple[Cap, ...], where: Path) -> tuple[Cap, ...]:
        for cap in caps:
            reader.scale(cap, reader.document.place(where))
            if cap.basis is CapBasis.LIFETIME:
                reader.implied.append(_past(reader, cap, reader.document.place(where)))
        return caps

    return reader.tabled(shape.max, key, path, scaled)


def _past(reader: PhaseReader, cap: Cap, place: Place) -> Parameter:
    """The question what was given before the plan, which a lifetime's limit asks."""
    drug = reader.nearest("drug", str) or reader.course
    scale = cap.per.sign if cap.per else ""
    return Parameter(
        given_before(drug),
        ParameterType.GIVEN_BEFORE,
        f"How much {drug} was given before this plan, in {cap.amount.unit.name}{scale}?"
        f" (0 {cap.amount.unit.name} if none)",
        place,
        unit=cap.amount.unit,
        course=reader.course,
        scale=scale,
    )


def rounding(reader: PhaseReader) -> Rounding | Table | None:
    found = reader.level("round")
    if found is None:
        return None
    shape, path, key = found
    assert shape.round is not None
    return reader.tabled(shape.round, key, path, lambda rounding, _: rounding)
