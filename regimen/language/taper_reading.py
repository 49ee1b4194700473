"""A taper from its keys: where it begins, its steps, and what ends it."""

from __future__ import annotations

from typing import Any

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader
from regimen.language.nodes import Path
from regimen.language.phase_shape import TaperShape
from regimen.language.texts import NotStated
from regimen.protocol import DoseExpression, ParameterType, Portion, Ref, Table, Taper, TaperStep

P = ParameterType
_INSTEAD_OF_STEPS = ("by", "to", "stop_under")


def read_taper(reader: PhaseReader, shape: TaperShape, path: Path) -> Taper:
    first = _level(reader, shape, path, "from")
    if first is None:
        reader.find(
            rules.MISSING_KEY,
            "the taper does not say from where it goes",
            "write from: 40 mg; or times_per_day: [4, 3, 2, 1], beside a dose",
            reader.document.place(path),
        )
        first = Ref("")
    steps = _steps(reader, shape, path) if shape.steps else (_step(reader, shape, path),)
    gap = (P.DURATION, "how long each level")
    each = reader.value(shape.each, "each", path, (P.DURATION,), gap, in_days=True)
    if shape.at_least is not None and not any(
        isinstance(step.by, (Portion, Table)) for step in steps
    ):
        reader.find(
            rules.UNUSED_KEY,
            "at_least decides nothing here: no step is a percentage",
            "remove it, or write the step as in 10 % of current",
            reader.document.key_place((*path, "at_least")),
        )
    return Taper(
        first=first,
        steps=steps,
        each=each,
        share=shape.per,
        least_step=_level(reader, shape, path, "at_least"),
        stop_under=_level(reader, shape, path, "stop_under"),
        starting_at=_level(reader, shape, path, "starting_at"),
    )


def _steps(reader: PhaseReader, shape: TaperShape, path: Path) -> tuple[TaperStep, ...]:
    """The steps of a taper that lists them."""
    for key in _INSTEAD_OF_STEPS:
        if getattr(shape, key) is not None:
            reader.find(
                rules.TWO_WAYS,
                f"steps and {key} both say how the levels follow each other",
                "keep one of them; a list of steps says by itself where each leads",
                reader.document.key_place((*path, key)),
            )
    assert shape.steps is not None
    for at, step in enumerate(shape.steps):
        place = reader.document.place((*path, "steps", at))
        for value, ends in ((step.by, False), (step.to, True)):
            if isinstance(value, Ref):
                reader.reference(value, (P.QUANTITY,), place, may_be_nothing=ends)
            _note(reader, value, place)
    return shape.steps


def _step(reader: PhaseReader, shape: TaperShape, path: Path) -> TaperStep:
    """The one step of a taper, from `by` and from what ends it."""
    place = reader.document.place(path)
    if shape.by is None:
        reader.find(
            rules.MISSING_KEY,
            "the taper does not say how much less (or more) each level is",
            "write by: 5 mg, by: 10 % of current, or a list of steps",
            place,
        )
    if shape.to is None and shape.stop_under is None:
        reader.find(
            rules.MISSING_KEY,
            "the taper does not say where it ends",
            "write to: 0 mg, or stop_under: 2 mg",
            place,
        )
    if shape.to is not None and shape.stop_under is not None:
        reader.find(
            rules.TWO_WAYS,
            "to and stop_under both say where the taper ends",
            "keep one of them",
            reader.document.key_place((*path, "stop_under")),
        )
    return TaperStep(_by(reader, shape, path), _level(reader, shape, path, "to"))


def _by(
    reader: PhaseReader, shape: TaperShape, path: Path
) -> DoseExpression | Portion | Ref | Table:
    gap = (P.QUANTITY, "the 'by' of the taper")

    def one(found: DoseExpression | Portion | Ref | NotStated, where: Path) -> Any:
        if isinstance(found, NotStated):
            return reader.gap(where, *gap)
        if isinstance(found, Ref):
            return reader.reference(found, (P.QUANTITY,), reader.document.place(where))
        _note(reader, found, reader.document.place(where))
        return found

    return Ref("") if shape.by is None else reader.tabled(shape.by, "by", path, one)


def _level(
    reader: PhaseReader, shape: TaperShape, path: Path, key: str
) -> DoseExpression | Ref | Table | None:
    """The amount at this key, or what stands for it; None where the key is not written."""
    found = getattr(shape, "first" if key == "from" else key)
    if found is None:
        return None
    gap = (P.QUANTITY, f"the {key!r} of the taper")
    value: DoseExpression | Ref | Table = reader.value(
        found, key, path, (P.QUANTITY,), gap, may_be_nothing=key == "to"
    )
    return value


def _note(reader: PhaseReader, value: object, place: Place) -> None:
    """Notes what a step refers to, and the measure that an amount scales by."""
    reader.scale(value, place)
    if isinstance(value, Portion):
        if isinstance(value.part, Ref):
            reader.reference(value.part, (P.QUANTITY,), place, percent=True)
        if isinstance(value.of, Ref):
            reader.reference(value.of, (P.QUANTITY,), place)
        _note(reader, value.of, place)
