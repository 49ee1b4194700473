"""The .csv: the published header, RFC 4180, nothing that a spreadsheet runs, and a reading that
sees every difference."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from regimen.export import ExportMismatch, export
from regimen.export.table import check, neutral, original
from regimen.finding import Override
from tests import samples

HEADER = (
    "id,date,weekday,time,zone,course,phase,number,of,course_number,course_of,drug,route,dose,"
    "unit,ucum,note"
)


def lines(data: bytes) -> list[str]:
    return data.decode().split("\r\n")


def test_header_and_first_lines() -> None:
    found = lines(export(samples.case_report(), "csv"))
    assert found[0] == HEADER
    assert found[1] == (
        "acth/acth/1,2026-03-02,Monday,,,acth,twice a week,1,12,1,12,synthetic ACTH,intramuscular,"
        "25,units,[iU],"
    )
    assert found[2] == (
        "b12/daily/1,2026-03-02,Monday,,,b12,daily,1,7,1,18,vitamin B12,intramuscular,100,mcg,ug,"
    )
    assert len(found) == 32
    assert found[-1] == ""


def test_a_timed_dose_has_its_zone_and_an_exact_decimal() -> None:
    found = lines(export(samples.twice_a_day(), "csv"))
    assert ",Friday,20:00,Europe/Rome,phenobarbital,daily,2,10,2,10," in found[2]
    assert ",oral,22.5,mg,mg," in found[2]


def test_an_unstated_dose_is_blank_and_says_so() -> None:
    record = next(csv.DictReader(io.StringIO(export(samples.overridden(), "csv").decode())))
    assert (record["dose"], record["unit"], record["ucum"], record["route"]) == ("", "", "", "")
    assert record["note"].startswith("on a closed day; dose not stated; recorded override")


def test_an_override_stands_in_the_rows_it_concerns_and_no_others() -> None:
    reader = csv.DictReader(io.StringIO(export(samples.overridden(), "csv").decode()))
    for record in reader:
        b12 = record["course"] == "b12"
        assert ("as printed; the author was asked" in record["note"]) == b12
        assert ("decided at the bedside" in record["note"]) == (not b12)
    assert reader.line_num == 5


def test_an_override_that_names_no_course_stands_in_every_row() -> None:
    one = samples.case_report()
    about = Override(
        "too-close", "12 mg in all, acthib and b12x", "Dr Example", "2026-03-01", "why not"
    )
    plan = replace(
        one.plan, overrides=(about, replace(about, about="dose of acth", why="only acth"))
    )
    checked = replace(one, schedule=replace(one.schedule, plan=plan))
    records = list(csv.DictReader(io.StringIO(export(checked, "csv").decode())))
    assert sum("why not" in record["note"] for record in records) == 30
    assert [record["course"] for record in records if "only acth" in record["note"]] == [
        "acth"
    ] * 12


def test_a_day_alone_lies_in_no_zone() -> None:
    one = samples.case_report()
    plan = replace(one.plan, zone="Europe/Rome")
    checked = replace(one, schedule=replace(one.schedule, plan=plan))
    assert export(checked, "csv") == export(one, "csv")
    assert export(checked, "ics") == export(one, "ics")


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    cells = 0
    for row in csv.reader(io.StringIO(export(samples.hostile(), "csv").decode(), newline="")):
        for cell in row:
            cells += 1
            for part in cell.split(";"):
                assert not re.match(r"[ \t]*[=+\-@＝＋－＠\t\r\n]", part), cell  # noqa: RUF001
    assert cells == 19 * 17


@given(st.text(alphabet="=+-@'; \t\r\n\uff1d\uff20a0,\"", max_size=8))
@example("'=1")
@example("''")
@example(" ;' =")
@example("\t\t=")
def test_neutral_is_undone_exactly(cell: str) -> None:
    assert original(neutral(cell)) == cell


@given(st.text(alphabet="=+-@'; \uff1da0", max_size=8))
def test_neutral_leaves_nothing_to_run(cell: str) -> None:
    for part in neutral(cell).split(";"):
        assert not re.match(r" *[=+\-@\uff1d]", part)


def test_ordinary_cells_are_left_alone() -> None:
    for cell in ("vitamin B12", "b12/daily/3", "on a closed day; moved", "0.5", "", "a'b", "2-3"):
        assert neutral(cell) == cell


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-03-19,Thursday", "2026-03-20,Friday"),
        ("2026-03-19,Thursday", "2026-03-19,Friday"),
        (",100,mcg,ug,", ",1000,mcg,ug,"),
        (",100,mcg,ug,", ",100,mg,mg,"),
        (",100,mcg,ug,", ",100,mcg,mg,"),
        (",100,mcg,ug,", ",,,,"),
        (",7,18,vitamin", ",8,18,vitamin"),
        (",3,7,3,18,", ",2,7,3,18,"),
        ("vitamin B12", "vitamin B1"),
        ("b12/daily/3,", "b12/daily/4,"),
        ("b12/daily/3,", "b12/daily/99,"),
        ("dose,unit", "unit,dose"),
        ("Monday,,,", "Monday,08:00,,"),
        ("Monday,,,", "Monday,,Europe/Rome,"),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    checked = samples.case_report()
    data = export(checked, "csv")
    assert old.encode() in data
    with pytest.raises(ExportMismatch):
        check(data.replace(old.encode(), new.encode(), 1), checked, None)


def test_a_missing_line_is_seen() -> None:
    checked = samples.case_report()
    found = lines(export(checked, "csv"))
    with pytest.raises(ExportMismatch, match="1 administrations are missing"):
        check("\r\n".join(found[:5] + found[6:]).encode(), checked, None)
