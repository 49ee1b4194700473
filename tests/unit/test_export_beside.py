"""What stands beside the doses in every export: decisions, windows, sites, and what is given as
needed."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import icalendar
import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from referencing import Registry, Resource

from regimen import planning
from regimen.cli import main
from regimen.export import FORMATS, ExportMismatch, export, export_totals, totals_table
from regimen.export.identity import uid_of
from regimen.figures import Per
from regimen.schedule import CheckedSchedule

PLAN = "0123456789abcdef0123456789abcdef"
TEXT = """
regimen: 1
id: beside
title: Beside the doses
status: local
sources: [{cite: made up}]
parameters:
  response:
    type: choice
    ask: Is the level low?
    choices: {low: below the range, normal: inside it}
    decided: 3 days after a.last
courses:
  a:
    drug: drug A
    route: intramuscular
    dose: 10 mg
    every: 2 weeks
    doses: 3
    sites: [left thigh, right thigh]
    window: {early: 3 days, late: 1 week}
    min_gap: 10 days
    late: {up to 4 weeks: shift, over 4 weeks: review}
  b: {drug: drug B, route: oral, dose: 1 mg, doses: 1, window: {late: 2 days}, when: {response: low}}
as_needed:
  fever:
    drug: paracetamol
    route: oral
    dose: 250 mg
    reason: fever
    min_gap: 6 hours
    for: 2 days
"""
TOLERANCE = (
    "May be given up to 3 days early and up to 1 week late. At least 10 days after the dose before."
    " If late, counted from the last dose given: up to 4 weeks, give it and shift the later dates by"
    " as much; over 4 weeks, give nothing before the prescriber has decided."
)
AS_NEEDED = (
    "paracetamol 250 mg oral, as needed for fever, at least 6 hours apart, 2026-03-02 to 2026-03-03:"
    " at most 8 doses, 2 g, in all"
)


def made(**given: str) -> CheckedSchedule:
    protocol = planning.read_protocol(TEXT, "beside.yaml")
    answers = {
        name: planning.Given(text) for name, text in {"start": "2026-03-02", **given}.items()
    }
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    return planning.check(
        protocol, planning.make_plan(protocol, answers, plan_id=PLAN, made=moment)
    )


@pytest.fixture(scope="module")
def checked() -> CheckedSchedule:
    return made()


def schema(name: str) -> Any:
    return json.loads(files("regimen.export").joinpath(name).read_text("utf-8"))


def test_csv_has_the_decision_as_a_row_and_window_and_site_as_notes(
    checked: CheckedSchedule,
) -> None:
    rows = list(csv.DictReader(io.StringIO(export(checked, "csv").decode())))
    assert [row["id"] for row in rows if not row["drug"]] == ["decisions/response"]
    assert rows[-1]["date"] == "2026-04-02"
    assert rows[-1]["phase"] == "Is the level low? To be decided"
    assert [row["note"] for row in rows if row["drug"]] == [
        "site: left thigh; window 2026-02-27 to 2026-03-09",
        "site: right thigh; window 2026-03-13 to 2026-03-23",
        "site: left thigh; window 2026-03-27 to 2026-04-06",
    ]


def test_ics_keeps_the_decisions_identity_when_it_is_made(checked: CheckedSchedule) -> None:
    summaries = []
    for each in (checked, made(response="low")):
        read: Any = icalendar.Calendar.from_ical(export(each, "ics"))
        events = {str(event["UID"]): event for event in read.walk("VEVENT")}
        summaries.append(str(events[uid_of(PLAN, "decisions/response")]["SUMMARY"]))
        doses = [event for event in events.values() if "drug A" in event["SUMMARY"]]
        assert len(doses) == 3
        for dose in doses:
            assert f"Early or late: {TOLERANCE}" in dose["DESCRIPTION"]
        assert "paracetamol" not in str(read.to_ical())
    assert summaries == [
        "Is the level low? To be decided · decision",
        "Is the level low? Decided: low · decision",
    ]


def test_json_says_all_of_it_and_obeys_the_schema(checked: CheckedSchedule) -> None:
    found: dict[str, Any] = json.loads(export(checked, "json"))
    jsonschema.Draft202012Validator(schema("schedule.schema.json")).validate(found)
    first = found["administrations"][0]
    assert first["site"] == "left thigh"
    assert first["window"] == {
        "from": {"date": "2026-02-27", "time": None},
        "to": {"date": "2026-03-09", "time": None},
    }
    assert found["tolerance"] == [
        {"course": "a", "phase": "every 2 weeks", "text": TOLERANCE},
    ]
    (fever,) = found["as_needed"]
    assert (fever["most_doses"], fever["most"]["value"], fever["most"]["unit"]) == (8, "2", "g")
    assert fever["until"] == {"date": "2026-03-04", "time": None}
    (decision,) = found["visits"]["entries"]
    assert (decision["kind"], decision["name"]) == ("decision", "response")
    assert [total["drug"] for total in found["totals"]["by_drug"]] == ["drug A"]


def test_a_side_without_words_is_null_in_json() -> None:
    found = json.loads(export(made(response="low"), "json"))
    (only,) = [each for each in found["administrations"] if each["course"] == "b"]
    assert only["window"] == {"from": None, "to": {"date": "2026-03-04", "time": None}}


def test_xlsx_says_it_on_its_last_sheets(checked: CheckedSchedule) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(export(checked, "xlsx")))
    about = {(row[0], row[1]) for row in book["About"].iter_rows(values_only=True)}
    assert ("as needed", AS_NEEDED) in about
    assert ("early or late", f"a, every 2 weeks: {TOLERANCE}") in about
    header, row = book["Visits"].iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["kind"] == "decision"


def test_html_shows_it(checked: CheckedSchedule) -> None:
    text = export(checked, "html").decode()
    assert AS_NEEDED in text
    assert TOLERANCE in text
    assert "1 decision without a drug." in text
    assert "site: left thigh; window 2026-02-27 to 2026-03-09" in text


@pytest.mark.parametrize("format", FORMATS)
def test_a_decision_that_is_left_out_is_seen(format: str, checked: CheckedSchedule) -> None:
    module: Any = import_module(FORMATS[format])
    without = replace(checked, schedule=replace(checked.schedule, entries=()))
    with pytest.raises(ExportMismatch):
        module.check(module.write(without, None), checked, None)


def test_the_command_line_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "beside.yaml"
    path.write_text(TEXT, encoding="utf-8")

    def run(*arguments: str) -> str:
        words = CliRunner(env={"COLUMNS": "500"}).invoke(main, arguments).output
        return " ".join(words.split())

    drawn = run("schedule", str(path), "--start", "2026-03-02")
    assert AS_NEEDED in drawn
    assert f"a, every 2 weeks: {TOLERANCE}" in drawn
    assert "decision: Is the level low? To be decided" in drawn
    assert "open-decision" in drawn
    for per in ((), ("--per", "month")):
        totals = run("totals", str(path), "--start", "2026-03-02", *per)
        assert AS_NEEDED in totals
        assert "500 mg in all" not in totals
    shown = run("show", str(path))
    assert "response (to be decided 3 days after the last dose of a)" in shown
    assert "fever: paracetamol 250 mg oral, as needed for fever, at least 6 hours apart" in shown


def test_totals_in_json_have_it_beside_the_figures(tmp_path: Path) -> None:
    path = tmp_path / "beside.yaml"
    path.write_text(TEXT, encoding="utf-8")
    out = tmp_path / "totals.json"
    arguments = ["totals", str(path), "--start", "2026-03-02", "-o", str(out)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    resources = [Resource.from_contents(schema("schedule.schema.json"))]
    registry: Any = resources @ Registry()
    validator = jsonschema.Draft202012Validator(schema("totals.schema.json"), registry=registry)
    validator.validate(found)
    assert found["as_needed"][0]["most_doses"] == 8
    assert {each["drug"] for each in found["figures"]} == {"drug A"}


def _totals_csv(checked: CheckedSchedule) -> bytes:
    return export_totals(planning.totals(checked, [Per.DRUG]), "csv")


def test_the_table_of_totals_has_the_most_that_may_be_given(checked: CheckedSchedule) -> None:
    rows = list(csv.DictReader(io.StringIO(_totals_csv(checked).decode())))
    (row,) = [row for row in rows if row["per"] == "as needed"]
    assert {key: value for key, value in row.items() if value} == {
        "per": "as needed",
        "drug": "paracetamol",
        "course": "fever",
        "doses": "8",
        "total": "2",
        "unit": "g",
        "highest_dose": "250",
        "highest_dose_unit": "mg",
        "highest_day": "1000",
        "highest_day_unit": "mg",
        "first": "2026-03-02",
        "sum_of": "8 × 250 mg",
        "note": "at the most; as needed for fever, at least 6 hours apart, 2026-03-02 to 2026-03-03",
    }
    assert [row["drug"] for row in rows if row["per"] == "drug"] == ["drug A"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("fever,,8,2,g", "fever,,8,3,g"), ("8 × 250 mg", "9 × 250 mg"), ("8 × 250 mg", "8 × 200 mg"),
     ("fever,,8,2,g", "fevers,,8,2,g"), ("fever,,8,2,g", "fever,,7,2,g")],
)  # fmt: skip
def test_another_maximum_stops_the_table_of_totals(
    checked: CheckedSchedule, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = _totals_csv(checked)
    assert old.encode() in right
    wrong = right.replace(old.encode(), new.encode())
    monkeypatch.setattr(totals_table, "write", lambda _: wrong)
    with pytest.raises(ExportMismatch):
        _totals_csv(checked)
