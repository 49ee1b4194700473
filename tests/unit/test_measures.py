"""Measures in the plan and in what is handed out."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.export import export
from regimen.planning import Given
from regimen.schedule import CheckedSchedule

PROTOCOL = """\
regimen: 1
id: growing
title: A growing child
status: local
sources: [{cite: none}]
measures:
  weight: {taken: each dose}
  age: {taken: each dose}
courses:
  a:
    drug: drug A
    route: intramuscular
    dose: {by age: {under 1 year: 15 mg/kg, from 1 year: 10 mg/kg}}
    round: nearest 1 mg, ties up
    every: 1 month
    doses: 3
"""
BORN = "2025-04-03"
ANSWERS = {
    "start": "2026-03-02",
    "weight": "7.1 kg on 2026-03-02, 7.4 kg on 2026-04-02",
    "age": f"born {BORN}",
}


@pytest.fixture(scope="module")
def checked() -> CheckedSchedule:
    protocol = planning.read_protocol(PROTOCOL, "growing.yaml")
    given = {name: Given(text) for name, text in ANSWERS.items()}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    return planning.check(protocol, plan)


def test_the_day_of_birth_stays_in_the_plan_file(checked: CheckedSchedule) -> None:
    assert f"born {BORN}" in planning.plan_text(checked.plan)


@pytest.mark.parametrize("format", ["ics", "csv", "json", "html"])
def test_no_export_tells_the_day_of_birth(checked: CheckedSchedule, format: str) -> None:
    text = export(checked, format).decode().replace("\r\n ", "")
    assert "111" in text
    assert_untold(text)


def test_no_workbook_tells_the_day_of_birth(checked: CheckedSchedule) -> None:
    with zipfile.ZipFile(io.BytesIO(export(checked, "xlsx"))) as book:
        texts = [book.read(name).decode() for name in book.namelist()]
    assert any("111" in text for text in texts)
    for text in texts:
        assert_untold(text)


def test_no_finding_tells_the_day_of_birth(checked: CheckedSchedule) -> None:
    assert checked.findings
    assert_untold("".join(str(each) for each in checked.findings))


def assert_untold(text: str) -> None:
    assert BORN not in text
    assert BORN.replace("-", "") not in text
    assert "3 Apr 2025" not in text
