"""The table of usual doses: its rows, and a site's file on the ways in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import regimen
from regimen.checks import ranges
from regimen.cli import main
from regimen.finding import Misread, Refusal
from regimen.library import NotFound
from regimen.timing import CalendarSpan, SpanUnit

PROTOCOL = """\
regimen: 1
id: b12
title: Vitamin B12
status: local
sources: [{cite: none}]
courses:
  b12: {drug: vitamin B12, route: intramuscular, dose: 4 mg, every: 1 day, doses: 2}
"""
SITE = """\
rows:
  - drug: vitamin B12
    route: intramuscular
    population: adults here
    per: dose
    low: 1 mg
    high: 5 mg
    source: Formulary of the house, 2026.
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "b12.yaml").write_text(PROTOCOL, encoding="utf-8")
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    return str(tmp_path / "b12.yaml"), str(tmp_path / "site.yaml")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments])
    return result.exit_code, result.output


def test_a_site_may_allow_what_the_table_stops(files: tuple[str, str]) -> None:
    protocol, site = files
    start = ("--start", "2026-03-02", "--format", "csv")
    assert run("schedule", protocol, *start)[0] == 1
    code, output = run("schedule", protocol, *start, "--ranges", site)
    assert code == 0
    assert "vitamin B12,intramuscular,4,mg" in output


def test_what_was_checked_names_the_site(files: tuple[str, str]) -> None:
    protocol, site = files
    checked = regimen.schedule(protocol, start="2026-03-02", ranges=site)
    (result,) = checked.ranges
    assert result.result == "usual range kept: 1 mg to 5 mg per dose, adults here"
    assert result.source == "Formulary of the house, 2026."
    with pytest.raises(Refusal) as refused:
        regimen.schedule(protocol, start="2026-03-02")
    assert [each.code for each in refused.value.findings] == ["far-outside-range"]


def test_an_override_is_found_with_the_site_s_ranges(
    files: tuple[str, str], tmp_path: Path
) -> None:
    protocol, site = files
    Path(site).write_text(SITE.replace("5 mg", "1.1 mg"), encoding="utf-8")
    plan = str(tmp_path / "plan.yaml")
    decided = ("--by", "Dr A", "--because", "meant")
    about = "far-outside-range=b12: 4 mg intramuscular per dose"
    code, output = run(
        *("plan", "new", protocol, "--start", "2026-03-02", "--ranges", site),
        *("--override", about, *decided, "-o", plan),
    )
    assert code == 0, output
    assert run("schedule", plan, "--ranges", site)[0] == 0


@pytest.mark.parametrize(("name", "words"), [("none.yaml", "is not a file"), ("", "is a folder")])
def test_a_site_s_file_that_cannot_be_read(
    files: tuple[str, str], tmp_path: Path, name: str, words: str
) -> None:
    protocol, _ = files
    code, output = run(
        "schedule", protocol, "--start", "2026-03-02", "--ranges", str(tmp_path / name)
    )
    assert code == 2
    assert words in output
    with pytest.raises(NotFound):
        regimen.schedule(protocol, start="2026-03-02", ranges=tmp_path / name)


def test_a_site_s_file_is_refused_at_its_place(files: tuple[str, str]) -> None:
    protocol, site = files
    Path(site).write_text(SITE.replace("high:", "hihg:"), encoding="utf-8")
    code, output = run("schedule", protocol, "--start", "2026-03-02", "--ranges", site)
    assert code == 1
    assert "site.yaml:7:5" in output
    assert "did you mean 'high'?" in output


def test_the_rows_about_a_drug_are_those_of_the_whole_table() -> None:
    table = ranges.usual_doses()
    assert len(table) > 25
    for row in table:
        for name in row.names:
            expected = [each.words() for each in table if name in each.names]
            assert [each.words() for each in ranges.NO_SITE.about([name])] == expected
    assert ranges.NO_SITE.about(["drug A"]) == ()


def test_every_row_names_its_source() -> None:
    for row in ranges.usual_doses():
        assert len(row.source) > 20, row.drug


def test_ages_are_read_in_words() -> None:
    month, years = CalendarSpan(1, SpanUnit.MONTH), CalendarSpan(12, SpanUnit.YEAR)
    assert ranges.read_ages("1 month to under 12 years") == ranges.Ages(month, years)
    assert ranges.read_ages("from 1 month to under 12 years") == ranges.Ages(month, years)
    assert ranges.read_ages("from 1 month") == ranges.Ages(month, None)
    assert ranges.read_ages("under 12 years") == ranges.Ages(None, years)
    with pytest.raises(Misread, match="for which ages"):
        ranges.read_ages("adults")


def test_a_row_may_wait_for_what_is_not_known() -> None:
    with pytest.raises(Misread, match="not a measure"):
        ranges.read_measure("shoe size")
