"""The reference against the tables of the specification, whose rows were worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.properties import reference
from tests.properties.reference.units import canonical
from tests.spec.tables import LOADER, Row, tables

# Tables that the reference does not read, and why.
UNREAD = {
    "r1-record": "what was given, held or moved is replanning, which has properties of its own",
    "r2-clinic-days": "days on which a clinic is open belong to a plan that lives",
}
READ = ("dates", "administrations", "total", "visits", "infusions")
ROWS = [
    row
    for table in tables()
    for row in table.rows
    if table.name not in UNREAD and row.expects in READ and row.kind != "amount"
]


def test_there_are_rows() -> None:
    assert len(ROWS) > 500
    assert {table.name for table in tables()} >= UNREAD.keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row(row: Row) -> None:
    answers = dict(row.given)
    protocol = yaml.load(row.protocol_text, Loader=LOADER)
    reader = reference.Reader(protocol, answers, answers.pop("start"))
    schedule = {**reader.schedule(), **reader.visit_days()}
    expected: Any = row.expected
    parts = row.expects == "total" and {"doses", "amount", "first", "last"}
    if not isinstance(expected, dict) or (parts and expected.keys() <= parts):
        expected = {next(iter(schedule)): expected}
    assert expected
    for course, told in expected.items():
        assert as_told(row, schedule[course], told) == told


def as_told(row: Row, found: list[reference.Given], told: Any) -> Any:
    """What was found, in the row's words where they mean the same."""
    if row.expects == "dates":
        return [str(each.day) for each in found]
    if row.expects == "visits":
        return [shown(each) for each in found]
    if row.expects == "infusions":
        return [f"{shown(each)} {each.finish}" for each in found]
    if row.expects == "administrations":
        return [_line(each, text) for each, text in zip(found, told, strict=False)] + [
            shown(each) for each in found[len(told) :]
        ]
    summed = {
        "doses": str(len(found)),
        "amount": _total(found, told.get("amount", "")),
        "first": shown(found[0]),
        "last": shown(found[-1]),
    }
    return {key: summed[key] for key in told}


def shown(each: reference.Given) -> str:
    return f"{each.day}" + (f" {each.clock:%H:%M}" if each.clock else "")


def _line(each: reference.Given, text: str) -> str:
    """A dose in another unit is the same dose, and so is the other spelling of its unit."""
    dose = text.removeprefix(shown(each)).strip()
    if each.amount is None or each.unit is None:
        told = dose in ("dose not stated", "weigh first") or dose.startswith("first measure ")
        open_ = dose if told else "no dose"
        return f"{shown(each)} {open_}"
    same = _same(dose, {canonical(each.amount, each.unit)})
    return f"{shown(each)} {dose if same else f'{each.amount} {each.unit}'}"


def _total(found: list[reference.Given], text: str) -> str:
    if any(each.amount is None for each in found):
        return "not stated"
    sums = {(amount, dimension) for dimension, amount in reference.total(found).items()}
    return text if _same(text, sums) else str(sums)


def _same(text: str, amounts: set[tuple[Any, str]]) -> bool:
    if not text[:1].isdigit():
        return False
    return {canonical(*reference.read_amount(text.replace("\u202f", "")))} == amounts
