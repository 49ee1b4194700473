"""The sheet's room: names and amounts that are long, days on a phone, and what is given already."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from click.testing import CliRunner

from regimen import library, planning
from regimen.cli import main
from regimen.export import export
from regimen.planning import Given
from regimen.record import Given as GivenDose
from regimen.record import RecordEntry
from regimen.schedule import CheckedSchedule
from regimen.timing import Moment

MADE = datetime(2026, 3, 1, tzinfo=UTC)
R_CHOP = {
    "number_of_cycles": "6",
    "start": "2026-03-02",
    "weight": "68.45 kg",
    "height": "180 cm",
    "age": "60 years",
}


def sheet(checked: CheckedSchedule) -> BeautifulSoup:
    return BeautifulSoup(export(checked, "html").decode(), "html.parser")


def element(found: object) -> Tag:
    assert isinstance(found, Tag)
    return found


@pytest.fixture(scope="module")
def r_chop() -> BeautifulSoup:
    protocol = planning.read_protocol(*library.protocol_text("r-chop-21"))
    given = {name: Given(text) for name, text in R_CHOP.items()}
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=MADE)
    return sheet(planning.check(protocol, plan))


@pytest.mark.parametrize(
    ("course", "tight"),
    [
        ("cyclophosphamide", {"long-drug", "long-dose"}),
        ("rituximab", set()),
        ("vincristine", set()),
    ],
)
def test_what_is_long_is_made_smaller_and_not_torn(
    course: str, tight: set[str], r_chop: BeautifulSoup
) -> None:
    for kind in ("div", "tr"):
        found = element(r_chop.find(kind, attrs={"data-id": f"{course}/phase-1/1"}))
        classes = set(found.get("class") or ())
        assert classes & {"long-drug", "longer-drug", "long-dose"} == tight


def test_a_phone_shows_the_names_of_days(r_chop: BeautifulSoup) -> None:
    busy = r_chop.select("td.busy")
    assert len(busy) == 30
    assert busy[0]["data-name"] == "Mon 2 Mar 2026"
    assert all("data-name" not in day.attrs for day in r_chop.select("td.day:not(.busy)"))


def test_figures_carry_their_titles(r_chop: BeautifulSoup) -> None:
    titles = [cell["data-title"] for cell in r_chop.select(".totals tr")[1].select("[data-title]")]
    assert titles == ["doses", "total", "highest single dose", "first", "last"]


def test_what_is_given_stands_in_the_record_and_in_the_month() -> None:
    protocol = planning.read_protocol(*library.protocol_text("b12-acth-infantile-spasms"))
    given = {"start": Given("2026-03-02"), "twice_weekly_for": Given("2 weeks")}
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=MADE)
    planned = planning.examine(protocol, plan)
    first, second = planned.administrations[:2]
    assert first.dose is not None
    what = GivenDose(first.id, Moment(first.day), first.dose.ordered)
    entry = RecordEntry(1, what, MADE, "N Example")
    found = sheet(planning.check(protocol, planning.with_entry(plan, entry)))
    row = element(found.find("tr", attrs={"data-id": first.id}))
    assert [cell.get_text() for cell in row.select("td.box")] == ["2 Mar", "", "", "", ""]
    chip = element(found.find("div", attrs={"data-id": first.id}))
    assert element(chip.select_one(".done")).get_text() == "given"
    other = element(found.find("tr", attrs={"data-id": second.id}))
    assert [cell.get_text() for cell in other.select("td.box")] == [""] * 5


def test_a_reason_that_moves_many_doses_is_told_once(tmp_path: Path) -> None:
    path = str(tmp_path / "plan.yaml")
    who = ("--by", "Dr Example")
    for words in (
        ("new", "b12-acth-infantile-spasms", "--start", "2026-03-02", *who,
         "--set", "twice_weekly_for=2 weeks", "-o", path),
        ("hold", path, "--from", "2026-03-06", "--until", "2026-03-11", "--then", "shift",
         *who, "--why", "fever"),
        ("reduce", path, "acth", "--to", "80 %", "--from", "2026-03-20", *who, "--why", "pressure"),
    ):  # fmt: skip
        done = CliRunner().invoke(main, ["plan", *words])
        assert done.exit_code == 0, done.output
    table = CliRunner().invoke(main, ["schedule", path], env={"COLUMNS": "200"}).output
    protocol, known = library.opened(path)
    assert known is not None
    notes = [note.get_text() for note in sheet(planning.check(protocol, known)).select(".note")]
    for text in (table, "\n".join(notes)):
        assert text.count("(entry 1, Dr Example: fever)") == 1
        assert text.count("moved by +5 days (entry 1)") > 20
        assert text.count("(entry 2, Dr Example: pressure)") == 1
        assert "reduced: 80 % of 25 units (entry 2); moved by +5 days (entry 1)" in text
