"""The main job, done as its users do it: a program that is started, and files that are opened."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from icalendar import Calendar

ROOT = Path(__file__).parents[2]
CASE = "b12-acth-infantile-spasms"
START = "from regimen.cli import main; main(prog_name='regimen')"
ANSWERS = ("--start", "2026-03-02", "--set", "twice_weekly_for=2 weeks")

# Counted on a calendar from the report's sentence.
B12 = [
    *(date(2026, 3, day) for day in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 19, 22, 26, 29)),
    date(2026, 4, 29),
    date(2026, 5, 29),
    date(2026, 6, 29),
]


def regimen(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, with nobody at the keyboard."""
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    made = regimen("plan", "new", CASE, *ANSWERS, "--by", "Dr Example", "-o", str(path))
    assert made.returncode == 0, made.stderr
    assert made.stdout == ""
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def uids(path: Path) -> list[str]:
    return [str(event["UID"]) for event in Calendar.from_ical(path.read_bytes()).events]


def test_the_case_report_gives_its_thirty_doses() -> None:
    done = regimen("schedule", CASE, *ANSWERS, "--format", "csv", "-o", "-")
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert len(found) == 30
    b12 = [date.fromisoformat(row["date"]) for row in found if row["course"] == "b12"]
    acth = [date.fromisoformat(row["date"]) for row in found if row["course"] == "acth"]
    assert b12 == B12
    assert (len(acth), acth[-1]) == (12, date(2026, 4, 9))
    assert {row["weekday"] for row in found if row["date"] == "2026-03-02"} == {"Monday"}


def test_a_separate_script_counts_the_same(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.csv"
    assert regimen("schedule", CASE, *ANSWERS, "-o", str(calendar)).returncode == 0
    counted = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "recount.py"), str(calendar)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert counted.stdout.splitlines() == [
        "vitamin B12: 18 doses, 1800 mcg",
        "synthetic ACTH: 12 doses, 300 units",
    ]


def test_monthly_doses_from_the_last_of_january_are_not_chained_through_february() -> None:
    done = regimen(
        "schedule", CASE, "--start", "2027-01-04", "--set", "twice_weekly_for=2 weeks",
        "--format", "csv",
    )  # fmt: skip
    b12 = [row["date"] for row in rows(done.stdout) if row["course"] == "b12"]
    assert b12[-4:] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


def test_every_format_says_the_same_thirty_doses(plan: Path) -> None:
    for form in ("csv", "ics", "json", "html", "xlsx"):
        path = plan.with_name(f"calendar.{form}")
        done = regimen("schedule", str(plan), "-o", str(path))
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert f"Wrote {path}: 30 doses on 24 days, 2026-03-02 to 2026-06-29." in done.stderr
    days = Counter(row["date"] for row in rows(plan.with_name("calendar.csv").read_text("utf-8")))
    events = Calendar.from_ical(plan.with_name("calendar.ics").read_bytes()).events
    assert Counter(event.start.isoformat() for event in events) == days
    sheet = openpyxl.load_workbook(plan.with_name("calendar.xlsx")).worksheets[0]
    column = [cell.value for cell in sheet[1]].index("date")
    dates = [str(row[column])[:10] for row in sheet.iter_rows(2, values_only=True)]
    assert Counter(dates) == days
    document = json.loads(plan.with_name("calendar.json").read_text("utf-8"))
    assert len(document["administrations"]) == 30
    assert "18 of 18" in plan.with_name("calendar.html").read_text("utf-8")


def test_a_plan_gives_the_same_entries_every_time(plan: Path) -> None:
    first, second = plan.with_name("first.ics"), plan.with_name("second.ics")
    for path in (first, second):
        assert regimen("schedule", plan.name, "-o", str(path), cwd=plan.parent).returncode == 0
    assert len(set(uids(first))) == 30
    assert uids(first) == uids(second)


def test_without_a_plan_no_two_runs_share_an_entry(tmp_path: Path) -> None:
    first, second = tmp_path / "first.ics", tmp_path / "second.ics"
    said = [regimen("schedule", CASE, *ANSWERS, "-o", str(path)) for path in (first, second)]
    assert set(uids(first)) & set(uids(second)) == set()
    ids = [re.findall(r"new plan, ([0-9a-f]{32}), and it is not kept", run.stderr) for run in said]
    assert [len(found) for found in ids] == [1, 1]
    assert ids[0] != ids[1]


def test_save_plan_keeps_what_was_made(tmp_path: Path) -> None:
    plan, first, second = (tmp_path / name for name in ("p.yaml", "1.ics", "2.ics"))
    done = regimen("schedule", CASE, *ANSWERS, "-o", str(first), "--save-plan", str(plan))
    assert done.returncode == 0, done.stderr
    assert "not kept" not in done.stderr
    assert regimen("schedule", str(plan), "-o", str(second)).returncode == 0
    assert uids(first) == uids(second)


def test_the_missing_duration_never_yields_a_schedule(tmp_path: Path) -> None:
    for extra in ((), ("-o", str(tmp_path / "c.ics")), ("--format", "csv"), ("--why",)):
        done = regimen("schedule", CASE, "--start", "2026-03-02", *extra)
        assert (done.returncode, done.stdout) == (1, "")
        assert "How long is vitamin B12 given twice a week?" in done.stderr
    assert list(tmp_path.iterdir()) == []


MALBORA = (
    "schedule", "b12-acth-phenobarbital-malbora", "--start", "2026-03-02",
    "--zone", "Europe/Istanbul", "--set", "weight=7.5 kg", "--set", "b12_dose=100 mg",
    "--set", "acth_reading=each injection", "--set", "phenobarbital.at=08:00, 20:00",
)  # fmt: skip


def test_the_printed_100_mg_needs_an_override_that_every_export_shows(tmp_path: Path) -> None:
    refused = [
        regimen(*MALBORA, *extra)
        for extra in (("-o", str(tmp_path / "c.csv")), ("--format", "json"), ("--format", "ics"))
    ]
    for done in refused:
        assert (done.returncode, done.stdout) == (1, "")
        assert "[far-outside-range] cyanocobalamin 100 mg" in done.stderr
    assert list(tmp_path.iterdir()) == []

    # The option is copied out of the finding, as its reader would.
    options = re.search(r"--override '([^']+)' --by", refused[0].stderr)
    assert options is not None
    recorded = (
        "--override", options[1], "--by", "Dr Example", "--because", "as the report prints it"
    )  # fmt: skip
    for form in ("csv", "ics", "json", "html"):
        path = tmp_path / f"c.{form}"
        done = regimen(*MALBORA, *recorded, "-o", str(path))
        assert done.returncode == 0, done.stderr
        text = path.read_bytes().replace(b"\r\n ", b"").decode()
        if form == "ics":  # the decision without who took it and why, which are in the plan
            assert "recorded override of far-outside-range" in text
            assert "Dr Example" not in text
        else:
            assert "as the report prints it" in text, form
    path = tmp_path / "c.xlsx"
    assert regimen(*MALBORA, *recorded, "-o", str(path)).returncode == 0
    for sheet in ("Administrations", "About"):
        rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
        assert "as the report prints it" in str(list(rows)), sheet
    table = regimen(*MALBORA, *recorded)
    assert "as the report prints it" in " ".join(table.stdout.split())


def test_help_loads_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys\n"
        "from regimen.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'pydantic', 'pydantic_core', 'icalendar', 'rich', 'yaml', 'dateutil'}\n"
        "print('loaded:', *sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert "not a medical device" in done.stdout
    assert done.stderr.strip() == "loaded:"


def test_the_csv_path_loads_neither_rich_nor_icalendar() -> None:
    script = (
        "import sys\n"
        "from regimen.cli import main\n"
        f"main(['schedule', {CASE!r}, *{ANSWERS!r}, '--format', 'csv'], standalone_mode=False)\n"
        "print('loaded:', *sorted({'rich', 'icalendar'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith("id,date,weekday,")
    assert done.stderr.splitlines()[-1].strip() == "loaded:"


def test_a_closed_pipe_is_no_traceback() -> None:
    script = f"{sys.executable} -c 'from regimen.cli import main; main()'"
    command = f"{script} schedule {CASE} --start 2026-03-02 --set 'twice_weekly_for=2 weeks'"
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
