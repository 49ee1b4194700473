"""The workbook as .xlsx: dates are dates and doses are numbers, in every locale.

Doses are written digit by digit: openpyxl prints numbers through a binary float, and a float must
not touch a dose. A spreadsheet keeps 15 significant digits (ECMA-376 stores doubles), so a dose
with more is written as text. No cell can be a formula.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

from regimen.export.entries import ENTRY_HEADER, entry_rows
from regimen.export.facts import TOTAL_HEADER, about, total_cells
from regimen.export.readback import Said, compare, entry_said
from regimen.export.refusals import ExportMismatch, MissingLibrary
from regimen.export.rows import Row, header_of, rows_of
from regimen.export.taken import (
    SUPPLY_AMOUNTS,
    SUPPLY_HEADER,
    cells_read,
    supply_cells,
    supply_read,
    supply_record,
)
from regimen.export.words import clean
from regimen.schedule import CheckedSchedule, Entry

try:
    import openpyxl
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties
    from openpyxl.worksheet.worksheet import Worksheet
    from openpyxl.xml.functions import tostring
except ImportError as missing:
    raise MissingLibrary(
        "the .xlsx format needs openpyxl, which is not installed:"
        ' pip install "regimen-scheduler[xlsx]", or choose .csv'
    ) from missing

SHEETS = ("Administrations", "Totals", "About")
VISITS, PRODUCTS = "Visits", "Products"
_MOST_DIGITS = 15
_BOLD = Font(bold=True)
_SHADE = PatternFill("solid", fgColor="E7ECEF")
_WRAP = Alignment(wrap_text=True, vertical="top")
_FORMATS = {dt.date: "yyyy-mm-dd", dt.time: "hh:mm", dt.datetime: "yyyy-mm-dd hh:mm"}
_EARLIEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """Three sheets, one for visits and decisions where there are any, and one for products where
    the protocol names them; `label` stands on the third."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    rows = rows_of(checked)
    header = header_of(rows)
    _fill(book.create_sheet(SHEETS[0]), header, (_cells(row, header) for row in rows))
    _fill(book.create_sheet(SHEETS[1]), TOTAL_HEADER, total_cells(checked))
    _fill(book.create_sheet(SHEETS[2]), ("what", "text"), about(checked, label))
    if checked.entries:
        pairs = zip(checked.entries, entry_rows(checked), strict=True)
        _fill(book.create_sheet(VISITS), ENTRY_HEADER, (_entry(*each) for each in pairs))
    if checked.schedule.names_products:
        _fill(book.create_sheet(PRODUCTS), SUPPLY_HEADER, _supplies(checked))
    made = checked.plan.made.astimezone(dt.UTC).replace(tzinfo=None)
    book.properties.title = clean(checked.protocol.title)
    book.properties.creator = "regimen"
    book.properties.created = made
    raw = io.BytesIO()
    book.save(raw)
    book.properties.modified = made
    return _timeless(raw.getvalue(), tostring(book.properties.to_tree()))


def _supplies(checked: CheckedSchedule) -> Iterator[Iterable[object]]:
    """A row for each product, its amounts as numbers."""
    for supply in checked.totals.by_product:
        pairs = zip(SUPPLY_HEADER, supply_cells(supply), strict=True)
        yield [Decimal(str(cell)) if name in SUPPLY_AMOUNTS else cell for name, cell in pairs]


def _cells(row: Row, header: Iterable[str]) -> Iterator[object]:
    for name in header:
        value = getattr(row, name)
        yield Decimal(value) if name == "dose" and value else value


def _entry(entry: Entry, row: Row) -> tuple[object, ...]:
    place = (row.date, row.weekday, row.time, row.zone)
    return (row.id, *place, str(entry.kind), row.course, row.phase, row.number, row.of, row.note)


def _fill(sheet: Worksheet, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    widths = [len(name) for name in header]
    for number, row in enumerate([header, *rows], 1):
        for column, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(number, column)
            assert isinstance(cell, Cell)
            _put(cell, value)
            widths[column - 1] = min(max(widths[column - 1], len(str(value))), 90)
            if number == 1:
                cell.font, cell.fill = _BOLD, _SHADE
            elif isinstance(value, str):
                cell.alignment = _WRAP
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width + 2
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _put(cell: Cell, value: object) -> None:
    if isinstance(value, Decimal):
        digits = format(value, "f")
        cell.value = digits
        cell.data_type = "n" if _survives(value) else "s"
    elif isinstance(value, str):
        cell.value = clean(value)
        cell.data_type = "s"  # also what begins with = and would be taken for a formula
        cell.quotePrefix = True  # and stays a text when someone edits the cell
    else:
        assert isinstance(value, (int, dt.date, dt.time))
        cell.value = value
        cell.number_format = _FORMATS.get(type(value), "General")


def _survives(value: Decimal) -> bool:
    return len(value.normalize().as_tuple().digits) <= _MOST_DIGITS


def _timeless(data: bytes, properties: bytes) -> bytes:
    """The same package without the time at which it was saved."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = properties if name == "docProps/core.xml" else old.read(name)
            entry = zipfile.ZipInfo(name, _EARLIEST_IN_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()


# --- reading back


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says, or hold a formula.
    The doses are read as digits from the sheet's XML, because openpyxl would give floats."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    visits, products = bool(checked.entries), checked.schedule.names_products
    if tuple(book.sheetnames) != (*SHEETS, *[VISITS] * visits, *[PRODUCTS] * products):
        raise ExportMismatch(f"the sheets are {book.sheetnames}")
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            if any(cell.data_type == "f" for cell in cells):
                raise ExportMismatch(f"{sheet.title} holds a formula")
    titles, *records = book[SHEETS[0]].iter_rows(values_only=True)
    header = header_of(rows_of(checked))
    if titles != header:
        raise ExportMismatch(f"the header is {titles}")
    digits = _digits(data, get_column_letter(header.index("dose") + 1))
    said = [
        _said(dict(zip(header, record, strict=True)), digits.get(number))
        for number, record in enumerate(records, 2)
    ]
    if checked.entries:
        _, *entries = book[VISITS].iter_rows(values_only=True)
        said += [_said_visit(dict(zip(ENTRY_HEADER, each, strict=True))) for each in entries]
    compare(checked, said)
    if products:
        _, *supplies = book[PRODUCTS].iter_rows(values_only=True)
        found = [supply_read(dict(zip(SUPPLY_HEADER, each, strict=True))) for each in supplies]
        if found != [supply_read(each) for each in map(supply_record, checked.totals.by_product)]:
            raise ExportMismatch(f"the products are written as {found}")


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _digits(data: bytes, column: str) -> dict[int, str]:
    """The written text of a column of the first sheet, by row number."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        tree = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    found = {}
    for cell in tree.iter(f"{_MAIN}c"):
        reference, text = cell.get("r", ""), "".join(cell.itertext())
        if reference.rstrip("0123456789") == column and text:
            found[int(reference.removeprefix(column))] = text
    return found


def _said(record: dict[str, Any], digits: str | None) -> Said:
    return Said(
        key=record["id"],
        day=_day(record),
        time=record["time"],
        zone=record["zone"],
        drug=record["drug"],
        dose=Fraction(digits) if digits else None,
        unit=record["unit"],
        number=record["number"],
        of=record["of"],
        course_number=record["course_number"],
        course_of=record["course_of"],
        finish=record.get("finish"),
        taken=cells_read(record.get("product") or "", record.get("give") or ""),
    )


def _said_visit(record: dict[str, Any]) -> Said:
    place = (record["number"], record["of"])
    moment = (_day(record), record["time"], record["zone"])
    return entry_said(record["id"], *moment, place, record["what"])


def _day(record: dict[str, Any]) -> dt.date:
    moment = record["date"]
    if not isinstance(moment, dt.datetime):
        raise ExportMismatch(f"{record['id']}: {moment!r} is not a date")
    return moment.date()
