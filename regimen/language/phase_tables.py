"""Tables in a phase: their rows read against the measure or choice they are by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from regimen import rules
from regimen.finding import Finding, Misread, Place, quoted
from regimen.language.bands import misfits, read_band
from regimen.language.nodes import Path
from regimen.language.texts import TableText
from regimen.protocol import (
    Band,
    DoseExpression,
    Parameter,
    ParameterType,
    Ref,
    Row,
    Table,
)
from regimen.protocol.measured import RAW_MEASURES
from regimen.quantity import Quantity

if TYPE_CHECKING:
    from regimen.language.levels import PhaseReader
    from regimen.protocol.measures import Derived

P = ParameterType


def read_table(
    reader: PhaseReader,
    found: TableText,
    key: str,
    where: Path,
    read: Callable[[Any, Path], object],
) -> Table:
    """The table that stands at `where`, its values read by `read`."""
    path = (*where, f"by {found.by}")
    place = reader.document.key_place(path)
    _refer(reader, found.by, place)
    parameter = reader.derived.get(found.by) or reader.parameters.get(found.by)
    outermost, before = not reader.reading_rows, reader.names()
    reader.reading_rows = True
    rows = []
    for text, value in found.rows:
        at = (*path, text)
        here = reader.document.key_place(at)
        rows.append(Row(_key(reader, parameter, text, here), read(value, at), here))
    table = Table(key, found.by, tuple(rows), place)
    if outermost:
        reader.reading_rows = False
        reader.in_rows += reader.names() - before
        reader.tables.append(table)
        reader.findings.extend(_mixed(table))
    if isinstance(parameter, Parameter) and parameter.type is P.CHOICE:
        reader.findings.extend(_not_the_choices(table, parameter))
    elif all(isinstance(row.key, Band) for row in rows):  # else a finding was made of it
        grid = parameter.grid if isinstance(parameter, Parameter) else None
        reader.findings.extend(misfits(rows, grid))
    return table


def _refer(reader: PhaseReader, name: str, place: Place) -> None:
    """Note that the measure or choice decides here."""
    if is_measure(name, reader.parameters, reader.derived):
        reader.measured.append((name, place))
    else:
        reader.reference(Ref(name), (P.CHOICE,), place)


def is_measure(
    name: str, parameters: Mapping[str, Parameter], derived: Mapping[str, Derived]
) -> bool:
    """Whether the name is that of a measure, declared or still to be declared."""
    parameter = parameters.get(name)
    if parameter is None:
        return name in derived or name in RAW_MEASURES
    return parameter.taken is not None


def has_bands(known: Parameter | Derived) -> bool:
    """Whether its values lie in bands; else they are choices."""
    return not isinstance(known, Parameter) or known.type in (P.MEASURE, P.AGE)


def _key(
    reader: PhaseReader, parameter: Parameter | Derived | None, text: str, place: Place
) -> Band | str:
    """The band of a measure's row; other rows are for the choice that is written."""
    if parameter is None or not has_bands(parameter):
        return text
    try:
        return read_band(text, parameter)
    except Misread as misread:
        reader.findings.append(misread.finding(place))
        return text


def _not_the_choices(table: Table, parameter: Parameter) -> Iterator[Finding]:
    """A finding for each row of no choice, and one for the choices without a row."""
    rows = [row.key for row in table.rows]
    for row in table.rows:
        if row.key not in parameter.choices:
            yield Finding(
                rules.UNKNOWN_WORD,
                f"{quoted(row.key)} is not a choice of {parameter.name}",
                f"use one of: {', '.join(parameter.choices)}",
                row.place,
            )
    missing = [quoted(choice) for choice in parameter.choices if choice not in rows]
    if missing:
        yield Finding(
            rules.TABLE_GAP,
            f"no row holds the choice {', '.join(missing)} of {parameter.name}",
            "write a row for every choice; where the source is silent, as not stated",
            table.place,
        )


def _mixed(table: Table) -> Iterator[Finding]:
    """A finding for each row whose amount is of another kind than the first row's."""
    amounts = list(_amounts(table))
    for amount, place in amounts[1:]:
        kind, first = amount.unit.dimension, amounts[0][0].unit.dimension
        if kind is not first:
            yield Finding(
                rules.DIMENSION,
                f"{amount} is {kind}, the first row is {first}",
                "write all rows in one kind of unit; no conversion is assumed",
                place,
            )


def _amounts(table: Table) -> Iterator[tuple[Quantity, Place]]:
    for row in table.rows:
        if isinstance(row.value, Table):
            yield from _amounts(row.value)
        elif isinstance(row.value, DoseExpression):
            yield row.value.amount, row.place
