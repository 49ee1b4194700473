"""Limits in all and in a lifetime that a protocol states, beside the totals in every form."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from regimen import planning
from regimen.checks import recount_figures
from regimen.export import export, export_totals
from regimen.figures import Per
from regimen.finding import Override
from regimen.planning import Given
from regimen.schedule import CheckedSchedule
from tests.unit.command_line import run, words
from tests.unit.test_totals import validator

PROTOCOL = b"""\
regimen: 1
id: limits
title: Limits of a protocol
status: local
sources: [{cite: the ward}]
measures: {bsa: {taken: each dose, at_least: 0.6 m2, at_most: 4.2 m2}}
route: intravenous
courses:
  a: {drug: drug A, dose: 50 mg/m2, max: 450 mg/m2 lifetime, every: 3 weeks, doses: 3}
  b: {drug: drug B, dose: not stated, max: 300 mg in all, every: 1 week, doses: 2}
  c: {drug: drug C, dose: 1 mg, every: 1 week, doses: 2}
"""
ANSWERS = {
    "start": "2026-03-02",
    "bsa": "1.6 m2 on 2026-03-02, 2 m2 on 2026-03-23",
    "drug_a.given_before": "100 mg/m2",
}
RECORDED = (
    "--override", "not-stated=b: the dose", "--by", "Dr Example", "--because", "as agreed",
)  # fmt: skip
LINES = (
    "drug A: 200 mg/m² of 450 mg/m² in a lifetime (stated in the protocol), 250 mg/m² left; 180 mg"
    " in this plan, 100 mg/m² given before, each dose by the surface of its day; 1 open dose is"
    " not counted",
    "drug B: 0 mg of 300 mg in all (stated in the protocol, course b), 300 mg left; 2 open"
    " doses are not counted",
)


def checked_with(text: bytes, code: str, about: str) -> CheckedSchedule:
    """The plan, with one decision on record."""
    protocol = planning.read_protocol(text, "limits.yaml")
    given = {name: Given(text) for name, text in ANSWERS.items()}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    override = Override(code, about, "Dr Example", "2026-03-01", "as agreed")
    return planning.check(protocol, replace(plan, overrides=(override,)))


@pytest.fixture
def checked() -> CheckedSchedule:
    return checked_with(PROTOCOL, "not-stated", "b: the dose")


def test_the_table_shows_them_with_their_reasons(tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    path.write_bytes(PROTOCOL)
    given = [
        part
        for name, text in ANSWERS.items()
        if name != "start"
        for part in ("--set", f"{name}={text}")
    ]
    arguments = ("totals", str(path), "--start", "2026-03-02", *given, *RECORDED, "--why")
    out = words(run(*arguments).stdout)
    assert LINES[0] in out
    assert "180 mg = 1 × 80 mg + 1 × 100 mg, Mon 2 Mar 2026 to Mon 23 Mar 2026" in out
    assert "the protocol, max" in out
    assert LINES[1] in out
    assert "No limit in the table of usual doses: drug C." in out


def test_the_csv_has_a_line_for_each(checked: CheckedSchedule) -> None:
    text = export_totals(planning.totals(checked, [Per.DRUG]), "csv").decode()
    lines = [line for line in csv.DictReader(io.StringIO(text)) if line["per"] == "limit"]
    told = ("drug", "doses", "total", "limit", "limit_reached", "limit_left", "given_before")
    assert [tuple(line[name] for name in told) for line in lines] == [
        ("drug A", "2", "180", "450", "200", "250", "100"),
        ("drug B", "0", "0", "300", "0", "300", ""),
    ]
    assert [line["limit_per"] for line in lines] == ["m²/lifetime", "in all"]
    assert lines[0]["note"] == "1 open dose is not counted"
    assert (lines[1]["first"], lines[1]["sum_of"]) == ("", "")


def test_the_document_has_them(checked: CheckedSchedule) -> None:
    document = json.loads(export_totals(planning.totals(checked, [Per.DRUG]), "json"))
    validator().validate(document)
    first, second = document["limits"]
    assert (first["course"], first["left"]["value"], first["given_before"]["value"]) == (
        None,
        "250",
        "100",
    )
    assert (second["course"], second["administrations"]) == ("b", [])
    assert second["not_counted"] == "2 open doses are not counted"


def test_the_sheet_has_them(checked: CheckedSchedule) -> None:
    text = export(checked, "html").decode()
    assert all(line in text for line in LINES)


def test_a_limit_that_is_passed_has_nothing_left() -> None:
    text = PROTOCOL.replace(b"dose: not stated", b"dose: 200 mg")
    checked = checked_with(text, "over-limit", "b: 400 mg in all")
    summary = planning.totals(checked, [Per.DRUG])
    document = json.loads(export_totals(summary, "json"))
    validator().validate(document)
    assert document["limits"][1]["left"] is None
    lines = export_totals(summary, "csv").decode().splitlines()
    assert any("over the limit" in line and ",300,400,,mg,in all" in line for line in lines)


def test_a_dose_that_is_left_out_is_seen(checked: CheckedSchedule) -> None:
    limit = checked.limits[0]
    assert list(recount_figures.limits_differ(checked.schedule, checked.limits)) == []
    for wrong in (
        replace(limit, total=limit.total.times(Fraction(1, 2))),
        replace(limit, before=None),
        replace(limit, given=limit.given[:1]),
    ):
        assert len(list(recount_figures.limits_differ(checked.schedule, (wrong,)))) == 1


TABLETS = b"""\
regimen: 1
id: tablets
title: Tablets of a drug with a limit
status: local
sources: [{cite: the ward}]
products: {tablet: {drug: methotrexate, form: tablet, strength: 2.5 mg}}
courses:
  a: {drug: methotrexate, route: oral, dose: 6 tablets, product: tablet, every: 1 week, doses: 4}
"""


def test_a_limit_of_what_is_in_tablets_goes_into_files() -> None:
    protocol = planning.read_protocol(TABLETS, "tablets.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    summary = planning.totals(planning.check(protocol, plan), [Per.DRUG])
    text = export_totals(summary, "csv").decode()
    (line,) = [line for line in csv.DictReader(io.StringIO(text)) if line["per"] == "limit"]
    assert (line["total"], line["unit"], line["sum_of"]) == ("15", "mg", "1 \u00d7 15 mg")
    document = json.loads(export_totals(summary, "json"))
    validator().validate(document)
    assert document["limits"][0]["total"]["value"] == "15"
    (limit,) = summary.checked.limits
    wrong = replace(limit, given=(replace(limit.given[0], amount=limit.limit),))
    assert len(list(recount_figures.limits_differ(summary.checked.schedule, (wrong,)))) == 1
