"""The rows that a plan's answers take in the tables of a phase (rule D4)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Refusal, quoted, refuse
from regimen.plan import Answer
from regimen.protocol import (
    AgeOn,
    Band,
    Cap,
    DoseExpression,
    OneOf,
    Phase,
    Ref,
    Row,
    Table,
    Timed,
    tables_in,
)
from regimen.quantity import Quantity
from regimen.timing import CalendarSpan, shifted

PhaseT = TypeVar("PhaseT", bound=Timed)
Answers = Mapping[str, Answer[object]]
MOST_VARIANTS = 1000
_READ_ELSEWHERE = ("tables", "when", "needs", "place", "places")  # the parts without a value


def settled(phase: PhaseT, answers: Answers) -> PhaseT:
    """The phase with the row that is taken in the place of each table. Raises Refusal where a value
    stands in no row. Where the measure is still to be taken for each dose, nothing stands there."""

    def chosen(table: Table) -> object:
        if table.by in answers:
            return _taken(table, answers).value
        return () if table.key == "max" else None

    replaced: PhaseT = _replaced(phase, chosen)
    return replaced


def takes_rows(phase: Timed, answers: Answers) -> bool:
    """Whether it is known which rows are taken: a decision may still be open. What is measured anew
    for each dose is known for each."""
    return all(_known(table, answers) for table in phase.tables)


def _known(value: object, answers: Answers) -> bool:
    if not isinstance(value, Table):
        return True
    given = answers.get(value.by)
    if given is None:
        return isinstance(value.rows[0].key, Band)
    row = value.row(given.value)
    return row is None or _known(row.value, answers)


def _replaced(value: Any, chosen: Callable[[Table], object]) -> Any:
    """The value, and every table anywhere in it replaced."""
    if isinstance(value, Table):
        return _replaced(chosen(value), chosen)
    if isinstance(value, tuple):
        return tuple(_replaced(each, chosen) for each in value)
    if not isinstance(value, Struct):
        return value
    parts = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, Timed):
        parts = {name: part for name, part in parts.items() if name not in _READ_ELSEWHERE}
    new = {name: _replaced(part, chosen) for name, part in parts.items()}
    changed = {name: part for name, part in new.items() if part is not parts[name]}
    return replace(value, **changed) if changed else value


def variants(phase: Phase) -> Iterator[Phase]:
    """The phase with every combination of rows that some patient takes, up to `MOST_VARIANTS`: a
    plan's own rows are held against the same rules again."""
    keys: dict[str, list[Band | str]] = {}
    for table in tables_in(phase.tables):
        keys.setdefault(table.by, []).extend(row.key for row in table.rows)
    patients = product(*(_examples(of) for of in keys.values()))
    for patient in islice(patients, MOST_VARIANTS):
        answers = {by: Answer(value, str(value)) for by, value in zip(keys, patient, strict=True)}
        with suppress(Refusal):  # in no row
            yield settled(phase, answers)


def _examples(keys: list[Band | str]) -> list[object]:
    """A value for each key, and for each combination of bands of different tables."""
    choices = [key for key in keys if isinstance(key, str)]
    bands = [key for key in keys if isinstance(key, Band)]
    edges = [edge for band in bands for edge in (band.low, band.high) if edge is not None]
    sizes = sorted({edge for edge in edges if isinstance(edge, Quantity)})
    ages = [edge for edge in edges if isinstance(edge, CalendarSpan)]
    return [*dict.fromkeys(choices), *_sizes(sizes), *_ages(ages)]


def _sizes(edges: list[Quantity]) -> Iterator[Quantity]:
    """Every edge, a value between each two, one below all and one above."""
    if edges:
        yield edges[0].times(Fraction(1, 2))
        yield from edges
        yield from ((low + high).times(Fraction(1, 2)) for low, high in pairwise(edges))
        yield edges[-1].times(2)


def _ages(edges: list[CalendarSpan]) -> Iterator[AgeOn]:
    """The day on which each age is reached, and the one before."""
    born = date(2000, 1, 1)  # any day
    for edge in edges:
        reached = shifted(born, edge)
        yield from (AgeOn(born, reached - timedelta(days=1)), AgeOn(born, reached))


def _taken(table: Table, answers: Answers) -> Row:
    given = answers[table.by]
    row = table.row(given.value)
    if row is None:
        rows = ", ".join(quoted(row.key) for row in table.rows)
        raise refuse(
            rules.NO_ROW,
            f"{table.by} {given.text} is in no row of the table for {table.key}: {rows}",
            "check the value; if it is right, the source does not say what this patient gets",
            table.place,
        )
    return row


def asks(phase: Timed, answers: Answers, again: Container[str] = ()) -> Iterator[str]:
    """The parameters and measures that the rows ask for, as far as it is known which are taken. Of
    a table by what is taken `again`, any row may be, in time."""
    for table in phase.tables:
        yield from _asked(table, answers, again)


def _asked(value: object, answers: Answers, again: Container[str] = ()) -> Iterator[str]:
    if isinstance(value, Ref):
        yield value.name
    elif isinstance(value, OneOf):
        yield value.ref.name
    elif isinstance(value, Table):
        yield value.by
        given = answers.get(value.by)
        rows = () if given is None else (value.row(given.value),)
        for row in value.rows if value.by in again else rows:
            yield from () if row is None else _asked(row.value, answers, again)
    elif isinstance(value, tuple):
        for each in value:
            yield from _asked(each, answers, again)
    elif isinstance(value, (DoseExpression, Cap)) and value.per is not None:
        assert value.measure is not None
        yield value.measure


def names_in(phase: Timed) -> Iterator[str]:
    """The parameters and measures that any of the rows asks for."""
    for table in tables_in(phase.tables):
        yield table.by
        for row in table.rows:
            if not isinstance(row.value, Table):
                yield from _asked(row.value, {})


def rows_taken(phase: Timed, answers: Answers, *keys: str) -> str:
    """From which rows the values at these keys come: `, for weight 15 to under 25 kg (18 kg)`, or
    nothing where they come from no table."""
    tables = [table for table in phase.tables if table.key in keys]
    return "".join(f", for {words}" for table in tables for words in _words(table, answers))


def _words(value: object, answers: Answers) -> Iterator[str]:
    if isinstance(value, Table):
        row = _taken(value, answers)
        given = "" if isinstance(row.key, str) else f" ({answers[value.by].text})"
        yield f"{value.by} {row.key}{given}"
        yield from _words(row.value, answers)
