"""Tables and texts in narrow terminals: nothing is torn, and nothing is lost."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from regimen.cli.columns import Column, Columns
from regimen.cli.lines import in_lines
from tests.unit.command_line import ANSWERS, CASE, MALBORA, run, words

AMPOULE = (
    "b12-ampoule-us-label", "--start", "2026-03-02",
    "--set", "b12.daily.for=7 days", "--set", "b12.every-3-to-4-days.every=3 days",
    "--set", "b12.every-3-to-4-days.for=2 weeks", "--set", "months=6", "--set", "shelf=ampoule",
)  # fmt: skip
FOUR = (*MALBORA, "--set", "b12_dose=1 mg")
MALARIA = (
    "artemether-lumefantrine", "--start", "2025-01-06 14:00", "--zone", "Africa/Nairobi",
    "--set", "weight=20 kg", "--set", "age=5 years",
)  # fmt: skip
PLANS = {"ampoule": AMPOULE, "four drugs": FOUR, "malaria": MALARIA}
WIDE = 600
# What stands before a column that has gone below its row.
LABELS = {"dose", "give", "from", "to", "each", "most", "a", "day", "line"}
BARE_NUMBER = re.compile(r"(?<!\S)[0-9][0-9.]*$")
PLAN_ID = re.compile(r"plan [0-9a-f]{8}")


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, *arguments: str) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    return PLAN_ID.sub("", run(*arguments).stdout)


def cut(text: str) -> set[str]:
    """Its words; a thin space within a number is none between two."""
    return {word.strip(",;") for word in text.replace("\N{NARROW NO-BREAK SPACE}", "_").split()}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("command", ["schedule", "totals", "phase", "treatment-week", "month"])
def test_no_word_and_no_number_is_torn(
    command: str, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    per = () if command in ("schedule", "totals") else ("totals", "--per", command)
    arguments = (*(per[:1] or (command,)), *PLANS[plan], *per[1:])
    whole = drawn(monkeypatch, WIDE, *arguments)
    for width in (80, 100, 120):
        text = drawn(monkeypatch, width, *arguments)
        assert cut(text) - LABELS <= cut(whole)
        assert cut(whole) - cut(text) <= {"Route", "Number", "Phase", "Give", "Each"} | {
            "First", "Last", "Most", "Note", "a", "day",
        }  # fmt: skip
        assert max(map(len, text.splitlines())) <= width


def test_no_line_ends_between_a_number_and_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    for width in range(40, 100, 3):
        lines = drawn(monkeypatch, width, "totals", *AMPOULE, "--why").splitlines()
        texts = [line.rstrip() for line in lines if line.startswith("      ")]
        assert len(texts) > 10
        assert [line for line in texts if BARE_NUMBER.search(line.removesuffix("2026"))] == []


def test_where_there_is_no_room_columns_stand_below_their_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Phase and number go below the row, then the route, then what to give."""
    for columns, below in (
        (100, ""),
        (76, "dose 1 of 14, daily"),
        (56, "intramuscular, dose 1 of 14, daily"),
    ):
        lines = drawn(monkeypatch, columns, "schedule", *FOUR).splitlines()
        row = next(at for at, line in enumerate(lines) if "cyanocobalamin" in line)
        assert lines[row + 1].strip().startswith(below) if below else lines[row + 1][0] != " "
        assert max(map(len, lines)) <= columns
    assert "from 2 Mar 2026, to 5 Jul 2026" in drawn(monkeypatch, 56, "totals", *FOUR)


def test_a_comparison_tears_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # so that the folder's long name is not among the words
    Path("theirs.csv").write_text(
        "date,drug,dose,route\n2026-03-02,vitamin B12,1000 mcg,intramuscular\n"
        "2026-03-02,synthetic ACTH,25 units,subcutaneous\n"
    )
    arguments = ("compare", CASE, "theirs.csv", *ANSWERS)
    monkeypatch.setenv("COLUMNS", str(WIDE))
    whole = run(*arguments, code=1).stdout
    assert "1\N{NARROW NO-BREAK SPACE}000 mcg" in whole
    for width in (80, 100, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        text = run(*arguments, code=1).stdout
        ids = {word for word in cut(text) | cut(whole) if re.fullmatch("[0-9a-f]{8}", word)}
        assert cut(text) - LABELS - ids <= cut(whole)


def test_what_belongs_together_stays_on_one_line() -> None:
    text = "7 × 40 mg from Mon 2 Mar 2026, dose 1 of 2 on day 1, 75 % of it"
    lines = in_lines(text, 12)
    assert lines == [
        "7 × 40 mg",
        "from Mon",
        "2 Mar 2026,",
        "dose 1 of",
        "2 on day 1,",
        "75 % of it",
    ]
    assert words(" ".join(lines)) == text


def test_a_word_without_room_loses_no_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = tmp_path / f"{'their-calculation-' * 8}.csv"
    theirs.write_text("date,drug,dose\n2026-03-02,vitamin B12,100 mcg\n")
    monkeypatch.setenv("COLUMNS", "60")
    text = run("compare", CASE, str(theirs), *ANSWERS, code=1).stdout
    assert theirs.name in text.replace("\n", "")


def test_a_phase_below_its_drug_stays_indented() -> None:
    row = ["  every other day", "4"]
    columns = Columns((Column("Drug", gives=True), Column("Doses", right=True)), [row])
    columns.lay_out(19)
    out = Console(width=19, file=StringIO())
    out.print(columns.row(row))
    assert isinstance(out.file, StringIO)
    lines = out.file.getvalue().splitlines()
    assert [line[:13].rstrip() for line in lines] == ["  every other", "  day"]
