"""Visits in every export: there, with an identity, and never among the doses."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import icalendar
import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from regimen import planning
from regimen.cli import main
from regimen.export import FORMATS, ExportMismatch, export, sheet, workbook
from regimen.export.identity import uid_of
from regimen.schedule import CheckedSchedule, Entry

PLAN = "0123456789abcdef0123456789abcdef"
TEXT = """
regimen: 1
id: visits
title: Visits
status: local
sources: [{cite: made up}]
route: oral
courses:
  a: {drug: drug A, dose: 10 mg, every: 1 day, for: 3 days, at: 08:00}
visits:
  eeg: {what: EEG, begins: 2 months after start}
  level: {what: serum level, begins: 2 hours after a.last}
  weighing: {every: 1 week, times: 2}
"""


@pytest.fixture(scope="module")
def checked() -> CheckedSchedule:
    protocol = planning.read_protocol(TEXT, "visits.yaml")
    texts = {"start": "2025-12-31", "zone": "Europe/Rome", "closed": "sat"}
    given = {name: planning.Given(text) for name, text in texts.items()}
    made = datetime(2025, 12, 1, tzinfo=UTC)
    return planning.check(protocol, planning.make_plan(protocol, given, plan_id=PLAN, made=made))


DAYS = {
    "weighing/1": date(2025, 12, 31),
    "level/1": date(2026, 1, 2),
    "weighing/2": date(2026, 1, 7),
    "eeg/1": date(2026, 2, 28),
}


def test_they_are_what_they_should_be(checked: CheckedSchedule) -> None:
    assert {each.id: each.day for each in checked.entries} == DAYS
    eeg = checked.entries[-1]
    assert checked.notes_of(eeg) == "month has no day 31: moved to 2026-02-28; on a closed day"
    assert "visit 1 of 1 once" in eeg.why_this_day()


def test_csv_lists_them_in_order_without_a_drug(checked: CheckedSchedule) -> None:
    rows = list(csv.DictReader(io.StringIO(export(checked, "csv").decode())))
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    visits = {row["id"]: row for row in rows if not row["drug"]}
    assert {name: row["date"] for name, row in visits.items()} == {
        name: day.isoformat() for name, day in DAYS.items()
    }
    level = visits["level/1"]
    assert (level["phase"], level["time"], level["zone"]) == ("serum level", "10:00", "Europe/Rome")
    assert {row["dose"] for row in visits.values()} == {""}
    assert len(rows) - len(visits) == 3


def test_ics_has_an_entry_with_an_opaque_lasting_identity(checked: CheckedSchedule) -> None:
    read: Any = icalendar.Calendar.from_ical(export(checked, "ics", label="Bed 4"))
    events = {str(each["UID"]): each for each in read.walk("VEVENT")}
    assert len(events) == 7
    eeg = events[uid_of(PLAN, "eeg/1")]
    assert eeg["SUMMARY"] == "Bed 4: EEG · visit 1 of 1"
    assert eeg["DTSTART"].dt == date(2026, 2, 28)
    assert "Why this day: eeg begins 2 months after the start" in eeg["DESCRIPTION"]
    level = events[uid_of(PLAN, "level/1")]
    assert level["DTSTART"].dt.isoformat() == "2026-01-02T10:00:00+01:00"


def test_json_lists_them_under_visits_and_obeys_the_schema(checked: CheckedSchedule) -> None:
    found: dict[str, Any] = json.loads(export(checked, "json"))
    schema = json.loads(files("regimen.export").joinpath("schedule.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["visits"]["days"] == 3
    entries = {each["id"]: each["date"] for each in found["visits"]["entries"]}
    assert entries == {name: day.isoformat() for name, day in DAYS.items()}
    assert len(found["administrations"]) == 3
    assert [total["doses"] for total in found["totals"]["by_drug"]] == [3]


def test_xlsx_has_a_sheet_of_its_own(checked: CheckedSchedule) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(export(checked, "xlsx")))
    assert book.sheetnames == ["Administrations", "Totals", "About", "Visits"]
    rows = list(book["Visits"].iter_rows(min_row=2, values_only=True))
    assert {row[0]: row[1].date() for row in rows} == DAYS
    assert book["Administrations"].max_row == 4


def test_html_shows_them_in_the_months_and_in_a_list(checked: CheckedSchedule) -> None:
    text = export(checked, "html").decode()
    assert text.count('data-id="eeg/1"') == 2
    assert "4 visits without a drug." in text
    assert "February 2026" in text


@pytest.mark.parametrize("format", FORMATS)
def test_a_visit_that_is_left_out_is_seen(format: str, checked: CheckedSchedule) -> None:
    fewer = replace(checked, schedule=replace(checked.schedule, entries=checked.entries[1:]))
    written = _module(format).write(fewer, None)
    with pytest.raises(ExportMismatch):
        _module(format).check(written, checked, None)
    with pytest.raises(ExportMismatch):
        _module(format).check(_module(format).write(checked, None), fewer, None)


@pytest.mark.parametrize("format", FORMATS)
def test_a_visit_on_another_day_is_seen(format: str, checked: CheckedSchedule) -> None:
    first, *others = checked.entries
    moved = _with(checked, (replace(first, day=date(2026, 1, 1)), *others))
    with pytest.raises(ExportMismatch):
        _module(format).check(_module(format).write(moved, None), checked, None)


def test_a_row_that_is_no_date_is_seen(checked: CheckedSchedule) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.write(checked, None)))
    book["Visits"]["B2"].value = "31 December"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ExportMismatch, match="is not a date"):
        workbook.check(out.getvalue(), checked, None)


def test_months_without_anything_take_one_line(checked: CheckedSchedule) -> None:
    *_, eeg = checked.entries
    later = _with(checked, (replace(eeg, day=date(2026, 5, 4), clamped_from=None),))
    assert "February 2026 to April 2026: nothing is given." in sheet.write(later, None).decode()


def test_the_command_line_draws_and_reads_them_back(tmp_path: Path) -> None:
    path = tmp_path / "visits.yaml"
    path.write_text(TEXT, encoding="utf-8")
    options = ("--start", "2025-12-31", "--zone", "Europe/Rome", "--why")
    drawn = CliRunner().invoke(main, ["schedule", str(path), *options]).output
    assert "3 doses on 3 days, Wed 31 Dec 2025 to Fri 2 Jan 2026" in drawn
    assert "Without a drug: 4 visits" in drawn
    assert "Fri  2 Jan 2026 10:00  visit: serum level" in drawn
    assert drawn.index("visit: serum level") < drawn.index("visit: EEG")
    assert "dose: " in drawn
    shown = CliRunner().invoke(main, ["show", str(path)]).output
    assert "level: serum level, one visit. Begins 2 hours after the last dose of a." in shown


def _with(checked: CheckedSchedule, entries: tuple[Entry, ...]) -> CheckedSchedule:
    return replace(checked, schedule=replace(checked.schedule, entries=entries))


def _module(format: str) -> Any:
    from importlib import import_module

    return import_module(FORMATS[format])


def test_an_entry_takes_the_room_of_the_whole_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "visits.yaml"
    path.write_text(TEXT.replace("what: EEG", "what: EEG asleep and awake with video"), "utf-8")
    monkeypatch.setenv("COLUMNS", "70")
    options = ("--start", "2025-12-31", "--zone", "Europe/Rome", "--closed", "sat")
    lines = CliRunner().invoke(main, ["schedule", str(path), *options]).output.splitlines()
    (eeg,) = [line for line in lines if "visit: EEG asleep" in line]
    assert "visit: EEG asleep and awake with video" in eeg
