"""The table as .csv: UTF-8, comma-separated, lines ended by CRLF, as RFC 4180 has it.

A cell that a spreadsheet would run as a formula gets an apostrophe in front. Which cells those are
follows OWASP's page on CSV injection: a first character = + - @, also behind blanks or in its
full-width form, and also behind a semicolon or tab, where a spreadsheet set to another separator
begins a new cell. Every such place gets exactly one apostrophe more than it had, so that the
original can be had back exactly.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from fractions import Fraction

from regimen.export.entries import calendar_rows
from regimen.export.readback import Said, compare
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import header_of, texts_of
from regimen.quantity import BY_UCUM
from regimen.schedule import CheckedSchedule

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RUN = "=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n"
_BEFORE = re.compile(rf"((?:^|[;\t\r\n])[^\S\t\r\n]*)(?='*[{_RUN}])|^(?=')")
_AFTER = re.compile(rf"((?:^|[;\t\r\n])[^\S\t\r\n]*)'(?='*[{_RUN}])|^'")


def neutral(cell: str) -> str:
    """The cell as no spreadsheet runs it."""
    return _BEFORE.sub(r"\g<1>'", cell)


def original(cell: str) -> str:
    """What `neutral` was given."""
    return _AFTER.sub(lambda match: match[1] or "", cell)


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """One line per administration, and per visit, whose drug is blank, under the published header;
    `label` has no place in it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    rows = calendar_rows(checked)
    header = header_of(rows)
    writer.writerow(header)
    writer.writerows([neutral(cell) for cell in texts_of(row, header)] for row in rows)
    return text.getvalue().encode()


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says."""
    reader = csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)
    if tuple(reader.fieldnames or ()) != header_of(calendar_rows(checked)):
        raise ExportMismatch(f"the header is {reader.fieldnames}")
    compare(checked, [_said(record) for record in reader])


def _said(record: dict[str, str]) -> Said:
    cells = {name: original(cell) for name, cell in record.items()}
    day = dt.date.fromisoformat(cells["date"])
    if _WEEKDAYS[day.weekday()] != cells["weekday"]:
        raise ExportMismatch(f"{cells['id']}: {cells['date']} is not a {cells['weekday']}")
    if bool(cells["ucum"]) != bool(cells["dose"]) or (
        cells["ucum"] and BY_UCUM[cells["ucum"]].name != cells["unit"]
    ):
        raise ExportMismatch(f"{cells['id']}: unit and UCUM code differ")
    return Said(
        key=cells["id"],
        day=day,
        time=dt.time.fromisoformat(cells["time"]) if cells["time"] else None,
        zone=cells["zone"] or None,
        drug=cells["drug"],
        dose=Fraction(cells["dose"]) if cells["dose"] else None,
        unit=cells["unit"] or None,
        number=int(cells["number"]),
        of=int(cells["of"]),
        course_number=int(cells["course_number"]),
        course_of=int(cells["course_of"]),
        finish=dt.datetime.fromisoformat(cells["finish"]) if cells.get("finish") else None,
        what=None if cells["drug"] else cells["phase"],
        taken=_taken(cells) if "product" in cells else (),
    )


def _taken(cells: dict[str, str]) -> tuple[tuple[str, Fraction, str], ...]:
    from regimen.export.taken import cells_read

    return cells_read(cells["product"], cells["give"])
