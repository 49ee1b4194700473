"""The command line: the table of doses, and what stands against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.command_line import (
    ACCEPTED,
    ANSWERS,
    CASE,
    EROL,
    MALBORA,
    run,
    words,
)

# --- the table


def test_the_table_has_a_row_for_every_dose_and_its_sums() -> None:
    result = run("schedule", CASE, *ANSWERS)
    lines = [words(line) for line in result.stdout.splitlines()]
    assert sum(" of 18 " in line or " of 12 " in line for line in lines) == 30
    assert "Mon 2 Mar 2026 vitamin B12 100 mcg intramuscular 1 of 18 daily" in lines
    assert "Thu 9 Apr 2026 synthetic ACTH 25 units intramuscular 12 of 12 twice a week" in lines
    assert "vitamin B12: 18 doses, 1.8 mg in all" in lines
    assert "synthetic ACTH: 12 doses, 300 units in all" in lines
    assert "twice_weekly_for: 2 weeks" in lines
    assert "usual range kept" in result.stdout
    assert "not a medical device" in result.stderr
    assert "medical device" not in result.stdout
    assert "it is not kept" in result.stderr


def test_weeks_stand_apart() -> None:
    lines = run("schedule", CASE, *ANSWERS).stdout.splitlines()
    sunday = next(at for at, line in enumerate(lines) if line.startswith("Sun  8 Mar 2026"))
    assert lines[sunday + 1].strip() == ""
    assert lines[sunday + 2].startswith("Mon  9 Mar 2026")


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_no_width_loses_a_word(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("schedule", CASE, *ANSWERS, "--closed", "sat,sun")
    assert max(map(len, result.stdout.splitlines())) <= columns
    assert "…" not in result.stdout
    assert result.stdout.count("on a closed day") == 5
    assert "5 doses on closed days (Saturday, Sunday)" in result.stdout
    dates = [line[:15] for line in result.stdout.splitlines() if line[:3] in ("Mon", "Thu")]
    assert "Mon  2 Mar 2026" in dates


def test_a_note_stands_under_its_row_where_there_is_no_room_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for columns, under in ((80, True), (120, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = run("schedule", CASE, *ANSWERS, "--closed", "sat").stdout.splitlines()
        row = next(at for at, line in enumerate(lines) if line.startswith("Sat  7 Mar 2026"))
        assert ("on a closed day" in lines[row + 1]) is under
        assert ("on a closed day" in lines[row]) is not under


def test_why_explains_every_row() -> None:
    result = run("schedule", CASE, *ANSWERS, "--why")
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert sum(line.startswith("day: ") for line in lines) == 30
    assert sum(line.startswith("dose: ") for line in lines) == 30
    assert "1 month after the last dose of twice weekly (2026-03-29)" in words(result.stdout)


def test_clock_times_and_their_zone() -> None:
    result = run("schedule", *MALBORA, "--set", "b12_dose=1 mg")
    assert "Mon  2 Mar 2026 08:00" in result.stdout
    assert "Clock times are those of Europe/Istanbul." in result.stdout


def test_a_label_heads_the_table() -> None:
    assert "Bed 4: Vitamin B12" in run("schedule", CASE, *ANSWERS, "--label", "Bed 4").stdout


def test_totals_show_what_they_are_the_sum_of() -> None:
    lines = [words(line) for line in run("totals", CASE, *ANSWERS).stdout.splitlines()]
    assert "vitamin B12 18 100 mcg 100 mcg 1.8 mg 2 Mar 2026 29 Jun 2026" in lines
    assert "every other day 4 100 mcg 100 mcg 400 mcg 10 Mar 2026 16 Mar 2026" in lines
    assert "synthetic ACTH 12 25 units 25 units 300 units 2 Mar 2026 9 Apr 2026" in lines


# --- what stands against a schedule


def test_while_an_error_stands_the_table_is_only_for_looking_at(tmp_path: Path) -> None:
    result = run("schedule", *EROL, "--save-plan", str(tmp_path / "plan.yaml"), code=1)
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    assert lines[0].startswith("NOT FOR USE")
    assert lines[-1].startswith("NOT FOR USE")
    assert sum(" of 13 " in line for line in lines) == 13
    assert "Totals" not in result.stdout
    assert "error [not-stated] the source does not state the route" in result.stderr
    for form in ("csv", "ics", "json", "html", "xlsx"):
        result = run("schedule", *EROL, "-o", str(tmp_path / f"c.{form}"), code=1)
        assert result.stdout == ""
    assert run("totals", *EROL, code=1).stdout == ""
    assert run("plan", "new", *EROL, "-o", str(tmp_path / "plan.yaml"), code=1).stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_finding_shows_the_option_to_copy() -> None:
    result = run("schedule", *EROL, code=1)
    option = f"--override '{ACCEPTED[1]}' --by 'WHO' --because 'WHY'"
    assert option in result.stderr
    accepted = run("schedule", *EROL, *ACCEPTED)
    assert "Dr Example" in words(accepted.stdout)
    assert "given before admission" in words(accepted.stdout)
    assert "NOT FOR USE" not in accepted.stdout


def test_a_copied_override_survives_a_lost_narrow_space() -> None:
    dose = ("--set", "b12_dose=2000 mg")
    refused = run("schedule", *MALBORA, *dose, code=1)
    assert "2\u202f000 mg" in refused.stderr
    about = "far-outside-range=b12: 2 000 mg intramuscular per dose"
    recorded = ("--override", about, "--by", "Dr Example", "--because", "as printed")
    result = run("schedule", *MALBORA, *dose, *recorded)
    out = words(result.stdout)
    assert "far-outside-range for b12: 2 000 mg intramuscular per dose: overridden by" in out


def test_an_override_that_meets_nothing_is_refused() -> None:
    result = run(
        "schedule", CASE, *ANSWERS, "--override", "not-stated=acth: the dose",
        "--by", "Dr Example", "--because", "so", code=1,
    )  # fmt: skip
    assert "[idle-override]" in result.stderr


def test_one_reason_is_given_once() -> None:
    result = run(
        "schedule", CASE, "--start", "2.3.2026", "--zone", "Mars", "--closed", "caturday", code=1
    )
    assert result.stderr.count("[bad-date]") == 1
    assert result.stderr.count("[bad-weekday]") == 1
