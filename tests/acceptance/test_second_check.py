"""The pharmacist's second check of the case report, done through the command line: another
calculation is held against ours, and whatever differs in it is named."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.acceptance.test_main_job import ANSWERS, CASE, regimen

Rows = list[dict[str, str]]
TENTH_OF_MARCH = "b12/every-other-day/1"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own calendar of the case report as a table."""
    path = tmp_path_factory.mktemp("ours") / "ours.csv"
    assert regimen("schedule", CASE, *ANSWERS, "-o", str(path)).returncode == 0
    return path


def compare(table: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return regimen("compare", CASE, str(table), *ANSWERS, *more)


def changed(ours: Path, folder: Path, change: Callable[[Rows], None]) -> Path:
    """A copy of our table in which somebody changed something."""
    rows = list(csv.DictReader(io.StringIO(ours.read_text("utf-8"), newline="")))
    names = list(rows[0])
    change(rows)
    path = folder / "theirs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def the_tenth_of_march(rows: Rows) -> dict[str, str]:
    (row,) = [row for row in rows if row["id"] == TENTH_OF_MARCH]
    assert (row["date"], row["dose"], row["unit"]) == ("2026-03-10", "100", "mcg")
    return row


def one_dose_higher(rows: Rows) -> None:
    the_tenth_of_march(rows)["dose"] = "1000"


def one_dose_moved(rows: Rows) -> None:
    row = the_tenth_of_march(rows)
    row["date"] = (date(2026, 3, 10) + timedelta(days=1)).isoformat()
    row["weekday"] = "Wednesday"


def one_dose_removed(rows: Rows) -> None:
    rows.remove(the_tenth_of_march(rows))


def one_dose_added(rows: Rows) -> None:
    rows.append({**rows[-1], "date": "2026-07-29", "weekday": "Wednesday"})


def test_our_table_against_our_plan_has_no_difference(ours: Path) -> None:
    done = compare(ours)
    assert done.returncode == 0, done.stderr
    said = lines(done)
    assert said[-1] == "No difference: all 30 doses agree."
    assert "vitamin B12: 18 doses, 1.8 mg; theirs the same" in said
    assert "synthetic ACTH: 12 doses, 300 units; theirs the same" in said


@pytest.mark.parametrize(
    ("change", "row", "summary"),
    [
        (
            one_dose_higher,
            "Tue 10 Mar 2026 vitamin B12 other dose 100 mcg 1 000 mcg 12",
            "29 of 30 doses agree; 1 other dose.",
        ),
        (
            one_dose_moved,
            "Tue 10 Mar 2026 vitamin B12 other day Tue 10 Mar 2026 Wed 11 Mar 2026 12",
            "29 of 30 doses agree; 1 other day.",
        ),
        (
            one_dose_removed,
            "Tue 10 Mar 2026 vitamin B12 missing in theirs 100 mcg nothing",
            "29 of 30 doses agree; 1 missing.",
        ),
        (
            one_dose_added,
            "Wed 29 Jul 2026 vitamin B12 extra in theirs nothing 100 mcg 32",
            "30 of 30 doses agree; 1 extra.",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_one_change_is_named(
    ours: Path, tmp_path: Path, change: Callable[[Rows], None], row: str, summary: str
) -> None:
    theirs = changed(ours, tmp_path, change)
    done = compare(theirs)
    assert done.returncode == 1
    said = lines(done)
    assert row in said
    assert said[-1] == summary
    assert len([line for line in said if "2026 vitamin B12 " in line]) == 1

    document = json.loads(compare(theirs, "--format", "json").stdout)
    (difference,) = document["differences"]
    assert document["counts"][difference["difference"]] == 1
    (record,) = csv.DictReader(io.StringIO(compare(theirs, "--format", "csv").stdout))
    assert record["difference"] == difference["difference"]
    assert (record["ours"], record["theirs"]) == (difference["we_say"], difference["they_say"])


def test_a_table_from_another_system(tmp_path: Path) -> None:
    """Other columns, other order, semicolons, another name of the drug: said once, then equal."""
    theirs = tmp_path / "export.csv"
    given = [date(2026, 3, 2) + timedelta(days=day) for day in (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14)]
    given += [date(2026, 3, day) for day in (19, 22, 26, 29)]
    given += [date(2026, 4, 29), date(2026, 5, 29), date(2026, 6, 29)]
    acth = [
        date(2026, 3, 2) + timedelta(days=7 * week + day) for week in range(6) for day in (0, 3)
    ]
    table = [f"{day};Cobalamin;0.1 mg" for day in given]
    table += [f"{day};synthetic ACTH;25 IU" for day in acth]
    theirs.write_text("Given on;Medicine;Amount\n" + "\n".join(table) + "\n", "utf-8")

    refused = compare(theirs)
    assert refused.returncode == 1
    assert f"{theirs}:1:1: error [no-column]" in refused.stderr
    assert "--column date=NAME" in refused.stderr
    asked = compare(theirs, "--column", "date=Given on")
    assert asked.returncode == 1
    assert "12 of 30 doses agree; 18 other drug name." in asked.stdout
    assert "If 'Cobalamin' is vitamin B12, say so: --drug" in asked.stdout
    done = compare(theirs, "--column", "date=Given on", "--drug", "Cobalamin=vitamin B12")
    assert done.returncode == 0, done.stdout
    assert "Taken for vitamin B12, as you said: Cobalamin." in lines(done)


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("03/04/2026,vitamin B12,100 mcg", "2:1", "write 2026-04-03 or 2026-03-04"),
        ('2026-03-02,vitamin B12,"0,1 mg"', "2:24", "write the decimal with a point (0.5)"),
        ("2026-03-02,vitamin B12,100", "2:24", "write it with its unit, as in 100 mcg"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, line: str, place: str, words: str
) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(f"date,drug,dose\n{line}\n", "utf-8")
    done = compare(theirs)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{theirs}:{place}: error [" in done.stderr
    assert words in done.stderr


def test_a_table_with_nothing_to_compare_fails(tmp_path: Path) -> None:
    for text in ("", "date,drug,dose\n", "\n\n"):
        theirs = tmp_path / "theirs.csv"
        theirs.write_text(text, "utf-8")
        done = compare(theirs)
        assert (done.returncode, done.stdout) == (1, "")
        assert "nothing would be compared" in done.stderr
    assert compare(tmp_path / "nowhere.csv").returncode == 2
