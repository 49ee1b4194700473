"""What the record has taken out stands in the table, on the sheet and in the file, with its reason;
and beside the totals stands how far the plan has come."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner

from regimen import library, planning
from regimen.cli import main
from regimen.export import export
from regimen.schedule import CheckedSchedule

MISSED = (
    "Tue 3 Mar 2026: vitamin B12 100 mcg, dose 2 of 18 (b12/daily/2): missed (entry 2, N Example:"
    " not brought)"
)
SO_FAR = (
    "vitamin B12: planned 18 doses, 1.8 mg; given 1 dose, 90 mcg; not given 1 dose, 100 mcg;"
    " to come 16 doses, 1.6 mg"
)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    for words in (
        ("new", "b12-acth-infantile-spasms", "--start", "2026-03-02", "--set",
         "twice_weekly_for=2 weeks", "-o", str(path)),
        ("record", str(path), "b12/daily/1", "--at", "2026-03-02", "--amount", "90 mcg"),
        ("missed", str(path), "b12/daily/2", "--then", "skip", "--why", "not brought"),
    ):  # fmt: skip
        done = CliRunner().invoke(main, ["plan", *words, "--by", "N Example"])
        assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def checked(plan: Path) -> CheckedSchedule:
    protocol, known = library.opened(str(plan))
    assert known is not None
    return planning.check(protocol, known)


def test_the_table_says_what_is_not_given_and_why(plan: Path) -> None:
    said = CliRunner().invoke(main, ["schedule", str(plan)], env={"COLUMNS": "200"}).output
    after = said.partition("Not given")[2]
    assert MISSED in after
    assert SO_FAR in after.partition("So far")[2]


def test_doses_that_are_alike_are_told_in_one(plan: Path) -> None:
    words = ["plan", "stop", str(plan), "--course", "acth", "--from", "2026-03-16", "--by", "N"]
    CliRunner().invoke(main, [*words, "--why", "free of spasms"])
    said = CliRunner().invoke(main, ["schedule", str(plan)], env={"COLUMNS": "300"}).output
    after = said.partition("Not given")[2].partition("Totals")[0]
    assert (
        "Mon 16 Mar 2026 to Thu 9 Apr 2026: synthetic ACTH 25 units, doses 5 to 12 of 12"
        " (acth/phase-1/5 to acth/phase-1/12): stopped (entry 3, N: free of spasms)"
    ) in after
    assert len([line for line in after.splitlines() if line.strip()]) == 2


WEEKLY = """\
regimen: 1
id: weekly
title: Drug A once a week
status: local
sources: [{cite: "Ward protocol of the day clinic, 2026"}]
courses:
  a:
    drug: drug A
    route: intramuscular
    dose: 10 mg
    every: 1 week
    doses: 4
    min_gap: 5 days
"""


def test_a_table_for_looking_at_says_it_too(tmp_path: Path) -> None:
    protocol, path = tmp_path / "weekly.yaml", tmp_path / "plan.yaml"
    protocol.write_text(WEEKLY, encoding="utf-8")
    for words in (
        ("new", str(protocol), "--start", "2026-03-02", "-o", str(path)),
        ("missed", str(path), "a/phase-1/2", "--then", "skip", "--why", "not brought"),
        ("record", str(path), "a/phase-1/3", "--at", "2026-03-19"),  # too close to the next one
    ):
        done = CliRunner().invoke(main, ["plan", *words, "--by", "N Example"])
        assert done.exit_code == 0, done.output
    said = CliRunner().invoke(main, ["schedule", str(path)]).output
    assert "NOT FOR USE" in said
    assert "missed (entry 1, N Example: not brought)" in said.partition("Not given")[2]


def test_the_sheet_says_it_before_its_calendar(checked: CheckedSchedule) -> None:
    page = export(checked, "html").decode()
    before, _, after = page.partition("Dose record")
    assert MISSED in before
    assert SO_FAR in after
    assert 'data-id="b12/daily/2"' not in page


def test_the_file_says_it_apart_from_the_doses(checked: CheckedSchedule) -> None:
    document = json.loads(export(checked, "json"))
    schema = json.loads(files("regimen.export").joinpath("schedule.schema.json").read_text("utf-8"))
    jsonschema.validate(document, schema)
    assert document["not_given"] == [
        {
            "id": "b12/daily/2",
            "date": "2026-03-03",
            "time": None,
            "drug": "vitamin B12",
            "dose": {"value": "100", "unit": "mcg", "ucum": "ug"},
            "status": "missed",
            "because": ["missed (entry 2, N Example: not brought)"],
        }
    ]
    assert "b12/daily/2" not in [each["id"] for each in document["administrations"]]


def test_the_workbook_says_it(checked: CheckedSchedule) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(checked, "xlsx")))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert MISSED in cells
    assert SO_FAR in cells


def test_a_plan_without_a_record_says_nothing_of_it(tmp_path: Path) -> None:
    words = ["schedule", "b12-acth-infantile-spasms", "--start", "2026-03-02"]
    done = CliRunner().invoke(main, [*words, "--set", "twice_weekly_for=2 weeks"])
    assert "Totals" in done.output
    assert "Not given" not in done.output
    assert "to come" not in done.output


def test_doses_that_wait_for_a_weight_are_told_as_such(tmp_path: Path) -> None:
    by_weight = WEEKLY.replace("10 mg", "15 mg/kg").replace(
        "courses:",
        "measures: {weight: {taken: each dose, at_least: 2 kg, at_most: 20 kg}}\ncourses:",
    )
    protocol, path = tmp_path / "weekly.yaml", tmp_path / "plan.yaml"
    protocol.write_text(by_weight, encoding="utf-8")
    weight = ("--set", "weight=4 kg on 2026-03-02", "--set", "age=2 months")
    for words in (
        ("new", str(protocol), "--start", "2026-03-02", *weight, "-o", str(path)),
        ("missed", str(path), "a/phase-1/2", "--then", "skip", "--why", "not brought"),
    ):
        done = CliRunner().invoke(main, ["plan", *words, "--by", "N Example"])
        assert done.exit_code == 0, done.output
    said = CliRunner().invoke(main, ["schedule", str(path)], env={"COLUMNS": "200"}).output
    assert "Mon 9 Mar 2026: drug A weigh first, dose 2 of 4 (a/phase-1/2): missed" in said
    assert "drug A: planned 4 doses, 60 mg, some of them not stated; given 0 doses;" in said
    record = ["plan", "record", str(path), "a/phase-1/3", "--at", "2026-03-16", "--by", "N Example"]
    done = CliRunner().invoke(main, record)
    assert done.exit_code == 2
    assert "does not say how much a/phase-1/3 is; say with --amount what was given" in done.output
    assert CliRunner().invoke(main, [*record, "--amount", "62 mg"]).exit_code == 0
