"""The pharmacist's totals as .csv: a line for each figure row, with the doses it is the sum of.

Written as the table of doses is: RFC 4180, UTF-8, exact plain decimals, and no cell that a
spreadsheet would run.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from regimen.export.facts import exact
from regimen.export.limits import LIMIT_HEADER, limit_cells
from regimen.export.readback import amount_read
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import concerned
from regimen.export.table import neutral, original
from regimen.export.words import clean, override_text, overrides, still_open
from regimen.figures import Figures, Part, Summary
from regimen.quantity import UNITS, Quantity, decimal_text
from regimen.schedule import AtMost, LimitCheck

if TYPE_CHECKING:
    from regimen.product import Supply

HEADER = (
    "per",
    "period",
    "from",
    "to",
    "drug",
    "course",
    "phase",
    "doses",
    "total",
    "unit",
    "highest_dose",
    "highest_dose_unit",
    "highest_day",
    "highest_day_unit",
    "highest_day_on",
    "cumulative",
    "cumulative_unit",
    "first",
    "last",
    "sum_of",
    "note",
)
# Columns of the products' rows, where the protocol names products.
PRODUCT_HEADER = ("product", "dispense", "given", "opened", "left_over", "product_unit")
_PRODUCT, _LIMIT, _AS_NEEDED = "product", "limit", "as needed"  # what such rows are per
_FACTORS = {unit.name: unit.factor for unit in UNITS}
_PLUS, _TIMES = " + ", " × "


def sum_text(parts: tuple[Part, ...]) -> str:
    """`7 × 40 mg + 7 × 35 mg`: the doses that a figure is the sum of."""
    return _PLUS.join(f"{part.count}{_TIMES}{part.words}" for part in parts)


def notes(summary: Summary, row: Figures) -> str:
    """The recorded overrides that concern the row's courses, and that the plan is not whole."""
    schedule = summary.checked
    courses = frozenset(each.course for each in schedule.administrations)
    recorded = (
        override_text(each)
        for each in overrides(schedule)
        if concerned(each, courses) & set(row.courses)
    )
    return "; ".join(filter(None, (still_open(schedule.schedule), *recorded)))


def write(summary: Summary) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    header = header_of(summary)
    writer.writerow(header)
    for cells in _rows(summary):
        writer.writerow([neutral(clean(cells.get(name, ""))) for name in header])
    return text.getvalue().encode()


def header_of(summary: Summary) -> tuple[str, ...]:
    """The columns, with those of limits and products where the plan has any."""
    limits = LIMIT_HEADER if summary.checked.limits else ()
    products = PRODUCT_HEADER if summary.checked.totals.by_product else ()
    return (*HEADER, *limits, *products)


def _rows(summary: Summary) -> Iterator[dict[str, str]]:
    """Every row by the names of its columns: figures, what may be given as needed, limits,
    products."""
    for row in summary.figures:
        yield dict(zip(HEADER, _cells(summary, row), strict=True))
    for item in summary.checked.as_needed:
        yield {"per": _AS_NEEDED, **dict(_at_most_cells(item))}
    for limit in summary.checked.limits:
        yield {"per": _LIMIT, **dict(limit_cells(limit, summary.checked))}
    for supply in summary.checked.totals.by_product:
        cells = {"per": _PRODUCT, "drug": supply.product.drug, "doses": str(supply.doses)}
        yield cells | dict(zip(PRODUCT_HEADER, _product_cells(supply), strict=True))


def _at_most_cells(item: AtMost) -> Iterator[tuple[str, str]]:
    """The most that may be given, which is in no other row."""
    yield from (("drug", item.phase.drug), ("course", item.written.key))
    yield "doses", str(item.doses)
    yield from zip(("total", "unit"), _amount(item.amount), strict=True)
    dose = item.dose.ordered
    yield from zip(("highest_dose", "highest_dose_unit"), _amount(dose), strict=True)
    in_a_day = _amount(dose.times(item.in_a_day))
    yield from zip(("highest_day", "highest_day_unit"), in_a_day, strict=True)
    yield "first", str(item.since)
    yield "sum_of", f"{item.doses}{_TIMES}{dose}"
    said = (f"as needed for {item.written.reason}", item.limits(), item.when)
    yield "note", f"at the most; {', '.join(filter(None, said))}"


def _product_cells(supply: Supply) -> Iterator[str]:
    yield from (supply.product.key, supply.dispensed)
    yield from (exact(each) for each in (supply.given, supply.opened, supply.waste))
    yield supply.given.unit.name


def _cells(summary: Summary, row: Figures) -> Iterator[str]:
    period = row.period
    yield str(row.per)
    yield from (period.name, str(period.first), str(period.last)) if period else ("", "", "")
    yield from (row.drug, row.course or "", row.phase or "", str(row.doses))
    yield from _amount(row.amount)
    yield from _amount(row.highest_dose)
    yield from _amount(row.highest_day)
    yield str(row.highest_on or "")
    yield from _amount(row.cumulative)
    yield from (str(row.first), str(row.last), sum_text(row.parts), notes(summary, row))


def _amount(amount: Quantity | None) -> tuple[str, str]:
    """The number and the unit; what is inside a product may be a fraction without an end."""
    if amount is None:
        return "", ""
    return decimal_text(amount.value) or str(amount.value), amount.unit.name


# --- reading back


def check(data: bytes, summary: Summary) -> None:
    """Raises ExportMismatch where the bytes do not say what the figures say."""
    reader = csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)
    if tuple(reader.fieldnames or ()) != header_of(summary):
        raise ExportMismatch(f"the header is {reader.fieldnames}")
    records = [{name: original(cell) for name, cell in record.items()} for record in reader]
    kinds: dict[str, list[dict[str, str]]] = {_PRODUCT: [], _LIMIT: [], _AS_NEEDED: []}
    figures: list[dict[str, str]] = []
    for record in records:
        kinds.get(record["per"], figures).append(record)
    _check_products(kinds[_PRODUCT], summary.checked.totals.by_product)
    _check_limits(kinds[_LIMIT], summary.checked.limits)
    _check_as_needed(kinds[_AS_NEEDED], summary.checked.as_needed)
    for record, row in zip(figures, summary.figures, strict=True):
        said, expected = _said(record), _expected(row)
        if said != expected:
            raise ExportMismatch(f"{record} was written for {expected}")
        added = _added(record["sum_of"])
        if added != (row.doses, row.amount.base if row.amount else None):
            raise ExportMismatch(f"{record['sum_of']} is not the sum of its row: {record}")


def _check_products(records: list[dict[str, str]], supplies: tuple[Supply, ...]) -> None:
    for record, supply in zip(records, supplies, strict=True):
        said = [Fraction(record[name]) for name in ("given", "opened", "left_over")]
        names = [record["product"], int(record["doses"]), record["product_unit"]]
        amounts = [each.value for each in (supply.given, supply.opened, supply.waste)]
        expected = [supply.product.key, supply.doses, supply.given.unit.name, *amounts]
        if [*names, *said] != expected:
            raise ExportMismatch(f"{record} was written for {expected}")


def _check_limits(records: list[dict[str, str]], limits: tuple[LimitCheck, ...]) -> None:
    for record, limit in zip(records, limits, strict=True):
        total = _in_base(record["total"], record["unit"])
        unit = record["limit_unit"]
        named = ("limit", "limit_reached", "limit_left")
        on_basis = (_in_base(record[name], unit) for name in named)
        said = (record["drug"], total, *on_basis, _in_base(record["given_before"], unit))
        before = limit.before.base if limit.before is not None else None
        stated = (limit.limit.base, limit.reached.base, limit.left.base if limit.left else None)
        if said != (clean(limit.drug), limit.total.base, *stated, before):
            raise ExportMismatch(f"{record} was written for the limit of {limit.drug}")
        added = _added(record["sum_of"]) if limit.given else (0, Fraction(0))
        if added != (int(record["doses"]), total):
            raise ExportMismatch(f"{record['sum_of']} is not the sum of its row: {record}")


def _check_as_needed(records: list[dict[str, str]], items: tuple[AtMost, ...]) -> None:
    for record, item in zip(records, items, strict=True):
        total = _in_base(record["total"], record["unit"])
        said = (record["drug"], record["course"], int(record["doses"]), total, record["first"])
        expected = (clean(item.phase.drug), clean(item.written.key), item.doses)
        if said != (*expected, item.amount.base, str(item.since)):
            raise ExportMismatch(f"{record} was written for {item}")
        if _added(record["sum_of"]) != (item.doses, total):
            raise ExportMismatch(f"{record['sum_of']} is not the sum of its row: {record}")


def _said(record: dict[str, str]) -> tuple[object, ...]:
    amounts = (
        ("total", "unit"),
        *((name, f"{name}_unit") for name in ("highest_dose", "highest_day", "cumulative")),
    )
    names = ("per", "drug", "course", "phase", "period", "from", "to", "highest_day_on", "first")
    return (
        *(record[name] or None for name in (*names, "last")),
        int(record["doses"]),
        *(_in_base(record[number], record[unit]) for number, unit in amounts),
    )


def _in_base(number: str, unit: str) -> Fraction | None:
    return Fraction(number) * _FACTORS[unit] if number else None


def _expected(row: Figures) -> tuple[object, ...]:
    period, day = row.period, row.highest_on
    words = (row.drug, row.course, row.phase, period.name if period else None)
    days = (period.first, period.last) if period else (None, None)
    amounts = (row.amount, row.highest_dose, row.highest_day, row.cumulative)
    return (
        str(row.per),
        *(clean(text) if text else None for text in words),
        *(str(each) if each else None for each in (*days, day, row.first, row.last)),
        row.doses,
        *(amount.base if amount else None for amount in amounts),
    )


def _added(text: str) -> tuple[int, Fraction | None]:
    """How many doses a `sum_of` names, and what they add up to."""
    doses, amount, stated = 0, Fraction(0), False
    for part in text.split(_PLUS):
        count, _, dose = part.partition(_TIMES)
        number, unit = _dose(dose)
        doses += int(count)
        if number is not None and unit is not None:
            amount, stated = amount + int(count) * number * _FACTORS[unit], True
    return doses, amount if stated else None


def _dose(text: str) -> tuple[Fraction | None, str | None]:
    """A dose as it is printed; what is inside a product may be a fraction: `5/3 mg`."""
    number, _, unit = text.partition(" ")
    if "/" in number:
        return Fraction(number), unit
    return amount_read(text)
