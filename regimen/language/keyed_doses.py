"""Doses written on the time they are given: `at: {08:00: 2 mg, 20:00: 1 mg}` (rule D4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import time
from fractions import Fraction
from typing import Any

from regimen import rules
from regimen.finding import Misread
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_days import DAYS, TIMES
from regimen.language.phase_shape import PhaseKeys
from regimen.language.texts import KeyedText, read_ref
from regimen.language.time_texts import read_days
from regimen.protocol import (
    DividedDose,
    DoseAt,
    DoseExpression,
    DosesByTime,
    ParameterType,
    Ref,
    Table,
    TimeKey,
    at_time,
)
from regimen.quantity import Quantity
from regimen.timing import Weekday, read_clock, read_offset, read_weekday

P = ParameterType
OTHER_DAYS = "other days"
Found = tuple[PhaseKeys, Path, str]  # what PhaseReader.level finds


def _alone(read: Callable[[str], TimeKey]) -> Callable[[str], tuple[TimeKey, ...]]:
    return lambda text: (read(text),)


def _read_clock(text: str) -> time | Ref:
    """A clock time, or the name of one."""
    return read_ref(text) if text.startswith("$") else read_clock(text)


_READ: dict[str, Callable[[str], Sequence[TimeKey]]] = {
    "at": _alone(_read_clock),
    "on": _alone(read_weekday),
    "days": read_days,
    "offsets": _alone(read_offset),
}


def times_of(reader: PhaseReader, found: KeyedText, where: Path) -> tuple[Any, ...]:
    """The times that the rows of the block at `where` name, in their order."""
    if reader.is_visit:
        reader.find(
            rules.WRONG_SHAPE,
            f"{reader.title} has doses, and a visit has none",
            "list the times, as in at: [08:00, 20:00]",
            reader.document.place(where),
        )
    named = [each for times in _rows(reader, found, where) for each in times]
    for each in named:
        if isinstance(each, Ref):
            reader.reference(each, (P.TIME,), reader.document.place(where))
    return tuple(named)


def _rows(reader: PhaseReader, found: KeyedText, where: Path) -> list[tuple[TimeKey, ...]]:
    """The times of each row, none of them in two."""
    rows: list[tuple[TimeKey, ...]] = []
    seen: set[TimeKey] = set()
    for text, _ in found.rows:
        place = reader.document.key_place((*where, text))
        try:
            times = _times(str(where[-1]), text, seen)
        except Misread as misread:
            reader.findings.append(misread.finding(place))
            times = ()
        for each in times:
            if each in seen:
                reader.find(
                    rules.TABLE_OVERLAP,
                    f"{at_time(each)} stands in two rows",
                    "keep it in one of them",
                    place,
                )
        seen.update(times)
        rows.append(times)
    return rows


def _times(key: str, text: str, seen: set[TimeKey]) -> tuple[TimeKey, ...]:
    """The times that one row names. Raises Misread."""
    if key == "on" and text == OTHER_DAYS:
        others = tuple(day for day in Weekday if day not in seen)
        if not others:
            raise Misread(
                rules.UNUSED_KEY, "there are no other days: every weekday is named", "remove it"
            )
        return others
    return tuple(time for part in text.split("/") for time in _READ[key](part))


# --- the doses


def keyed_dose(reader: PhaseReader, dosing: Found | None) -> DosesByTime | DividedDose | None:
    """The doses that stand on the times that decide here, if any do; `dosing` is where a dose or a
    taper stands. Findings where both say how much."""
    block = _block(reader)
    if block is None:
        return None
    found, path, key = block
    where = (*path, key)
    reader.places.setdefault("dose", reader.document.place(where))
    rows = list(zip(_rows(reader, found, where), found.rows, strict=True))
    if any(isinstance(value, Fraction) for _, value in found.rows):
        return _divided(reader, rows, where, dosing)
    if dosing is not None and len(dosing[1]) >= len(path):
        reader.find(
            rules.TWO_WAYS,
            f"{key} and {dosing[2]} both say how much",
            f"keep one of them; or write parts of the dose in {key}, as in 2/3 and 1/3",
            reader.document.key_place((*dosing[1], dosing[2])),
        )
    elif dosing is not None:  # farther away: the times replace it
        reader.taken.discard((*dosing[1], dosing[2]))
    doses = []
    for times, (text, value) in rows:
        words = f"the dose {' and '.join(at_time(time) for time in times)}"
        dose: Any = reader.value(value, text, where, (P.QUANTITY,), (P.DOSE, words))
        doses += [DoseAt(time, dose, text) for time in times]
    _refuse_mixed(reader, doses, where)
    return DosesByTime(key, tuple(doses))


def _divided(
    reader: PhaseReader,
    rows: list[tuple[tuple[TimeKey, ...], tuple[str, object]]],
    where: Path,
    dosing: Found | None,
) -> DividedDose | None:
    """Parts of the dose that `dosing` states; None where they are not, with a finding."""
    place = reader.document.key_place(where)
    parts = [(time, part) for times, (_, part) in rows for time in times]
    plain = tuple((time, part) for time, part in parts if isinstance(part, Fraction))
    if len(plain) < len(parts):
        reader.find(
            rules.TWO_WAYS,
            f"{where[-1]} holds parts of a dose and amounts",
            "write all of them as parts of the dose, or all of them as amounts",
            place,
        )
        return DividedDose(str(where[-1]), plain, Ref(""))
    if dosing is None:
        return None
    shape, path, key = dosing
    if key == "taper":
        reader.find(
            rules.TWO_WAYS,
            f"{where[-1]} holds parts of a taper's levels, which are not divided",
            "write the phases of the taper one by one, each with its doses on the times",
            place,
        )
        return DividedDose(str(where[-1]), plain, Ref(""))
    whole = sum((part for _, part in plain), Fraction(0))
    if whole != 1:
        reader.find(
            rules.NOT_WHOLE,
            f"the parts in {where[-1]} add up to {whole} of the dose",
            "write parts that add up to 1, each on its own time",
            place,
        )
    assert shape.dose is not None
    dose = reader.value(shape.dose, key, path, (P.QUANTITY,), (P.DOSE, "the dose"))
    return DividedDose(str(where[-1]), plain, dose)


def _refuse_mixed(reader: PhaseReader, doses: list[DoseAt], where: Path) -> None:
    """A finding for each amount of another kind than the first."""
    amounts = [(amount, each.row) for each in doses for amount in _amounts(each.dose)]
    for amount, row in amounts[1:]:
        kind, first = amount.unit.dimension, amounts[0][0].unit.dimension
        if kind is not first:
            reader.find(
                rules.DIMENSION,
                f"{amount} is {kind}, the first is {first}",
                "write all of them in one kind of unit; no conversion is assumed",
                reader.document.place((*where, row)),
            )


def _amounts(value: object) -> Iterator[Quantity]:
    if isinstance(value, DoseExpression):
        yield value.amount
    elif isinstance(value, Table):
        for row in value.rows:
            yield from _amounts(row.value)


def _block(reader: PhaseReader) -> tuple[KeyedText, Path, str] | None:
    """The block of doses on times that is nearest, for clock times or for days."""
    blocks = []
    for keys in (TIMES, DAYS):
        found = reader.level(*keys)
        value = None if found is None else stated(found[0], found[2])
        if found is not None and isinstance(value, KeyedText):
            blocks.append((value, found[1], found[2]))
    if len(blocks) == 2:
        (_, _, one), (_, path, other) = blocks
        reader.find(
            rules.TWO_WAYS,
            f"{one} and {other} both say how much",
            f"write the doses on one of them, and list the {other} alone",
            reader.document.key_place((*path, other)),
        )
    return blocks[0] if blocks else None
