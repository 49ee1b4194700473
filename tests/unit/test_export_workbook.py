"""The .xlsx: real dates, exact numbers, no formula, and a reading that sees every difference."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from fractions import Fraction

import openpyxl
import pytest

from regimen.export import ExportMismatch, export
from regimen.export.workbook import check
from regimen.protocol import TimesPerWeek
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import CheckedSchedule, Dose
from tests import samples

SHEET = "xl/worksheets/sheet1.xml"


def book(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def xml(data: bytes, name: str = SHEET) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name).decode()


def changed(data: bytes, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == SHEET:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            target.writestr(name, content)
    return out.getvalue()


def with_dose(text: str) -> CheckedSchedule:
    amount = Quantity(Fraction(text), BY_UCUM["mg"])
    of = samples.phase("a", "a", "a", None, TimesPerWeek(1), [date(2026, 3, 2)], 1, 1)
    given = samples.untimed(of, [date(2026, 3, 2)], Dose(amount, ()))
    return samples.checked(samples.protocol("p", "p"), given)


def test_dates_times_and_numbers_are_what_they_are() -> None:
    sheet = book(export(samples.twice_a_day(), "xlsx"))["Administrations"]
    values = dict(
        zip(*(tuple(row) for row in sheet.iter_rows(max_row=2, values_only=True)), strict=True)
    )
    assert values["date"] == datetime(2026, 3, 27)
    assert values["time"] == time(8)
    assert values["dose"] == 22.5
    assert (values["number"], values["unit"], values["weekday"]) == (1, "mg", "Friday")
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert sheet.max_row == 11


@pytest.mark.parametrize(
    "text",
    [
        "0.1",
        "0.3",
        "22.5",
        "1200",
        "0.000000001",
        "123456789012345",
        "0.123456789012345",
        "8.999999",
    ],
)
def test_every_digit_of_a_dose_is_written_as_a_number(text: str) -> None:
    data = export(with_dose(text), "xlsx")
    assert f'<c r="N2" t="n"><v>{text}</v></c>' in xml(data)


def test_more_digits_than_a_spreadsheet_keeps_are_a_text() -> None:
    data = export(with_dose("1.234567890123456"), "xlsx")
    assert '<c r="N2" t="inlineStr"><is><t>1.234567890123456</t></is></c>' in xml(data)


def test_no_cell_is_a_formula() -> None:
    data = export(samples.hostile(), "xlsx")
    assert not any("<f" in xml(data, f"xl/worksheets/sheet{n}.xml") for n in (1, 2, 3))
    drugs = [row[11] for row in book(data)["Administrations"].iter_rows(2, values_only=True)]
    assert '=HYPERLINK("http://x")' in drugs
    assert len(drugs) == len(samples.HOSTILE)
    assert all(cell.quotePrefix for cell in book(data)["Administrations"]["L"])


def test_totals_stand_on_their_own_sheet() -> None:
    rows = list(book(export(samples.case_report(), "xlsx"))["Totals"].iter_rows(values_only=True))
    assert rows[0][:7] == ("by", "drug", "course", "phase", "doses", "total", "unit")
    by_drug = [row for row in rows if row[0] == "drug"]
    assert [(row[1], row[4], row[5], row[6]) for row in by_drug] == [
        ("synthetic ACTH", 12, 300, "units"),
        ("vitamin B12", 18, 1.8, "mg"),
    ]
    assert by_drug[1][-1] == datetime(2026, 6, 29)
    assert [row[4] for row in rows if row[0] == "phase"] == [12, 7, 4, 4, 3]


def test_the_last_sheet_says_where_it_comes_from() -> None:
    data = export(samples.overridden(), "xlsx", label="Bed 4")
    texts = [f"{row[0]}: {row[1]}" for row in book(data)["About"].iter_rows(values_only=True)]
    assert "label: Bed 4" in texts
    assert f"content hash: SHA-256 {samples.overridden().protocol.content_hash}" in texts
    assert sum(text.startswith("override: recorded override of ") for text in texts) == 2
    assert any("4 doses are on closed days" in text for text in texts)
    assert not any("a remark for the author" in text for text in texts)
    assert "not a medical device" in texts[-1]


def test_the_file_holds_no_time_of_its_own() -> None:
    data = export(samples.case_report(), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-03-01T09:30:00Z' in xml(
        data, "docProps/core.xml"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<v>100</v>", "<v>1000</v>"),
        ("<v>100</v>", "<v>100.0000000000001</v>"),
        ("<v>100</v>", "<f>50+50</f><v>100</v>"),
        ("vitamin B12", "vitamin B1"),
        ("<t>mcg</t>", "<t>mg</t>"),
        ("b12/daily/3", "b12/daily/4"),
        ("<t>unit</t>", "<t>units</t>"),
        ('<c r="B2" s="3" t="n"><v>46083</v></c>', '<c r="B2" s="3" t="n"><v>46084</v></c>'),
        ('<c r="B2" s="3" t="n"><v>46083</v></c>', ""),
        ('<c r="H3" t="n"><v>1</v></c>', '<c r="H3" t="n"><v>2</v></c>'),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    checked = samples.case_report()
    data = export(checked, "xlsx")
    with pytest.raises(ExportMismatch):
        check(changed(data, old, new), checked, None)
