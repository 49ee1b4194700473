"""What no schedule should hold, and still must not be written as something else."""

from __future__ import annotations

import io
import json
from datetime import date
from fractions import Fraction

import openpyxl
import pytest
from msgspec.structs import replace

from regimen.export import FORMATS, ExportMismatch, export
from regimen.export.facts import exact
from regimen.export.words import decision_text
from regimen.export.workbook import check
from regimen.plan import Answer
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import CheckedSchedule, Dose, DoseStage, DoseStep
from tests import samples

THIRD = Quantity(Fraction(1, 3), BY_UCUM["mg"])


def with_dose(dose: Dose) -> CheckedSchedule:
    checked = samples.case_report()
    given = [replace(each, dose=dose) for each in checked.administrations]
    return replace(checked, schedule=replace(checked.schedule, administrations=tuple(given)))


@pytest.mark.parametrize("format", FORMATS)
def test_a_dose_without_an_end_in_decimals_is_never_cut(format: str) -> None:
    with pytest.raises(ExportMismatch):
        export(with_dose(Dose(THIRD, ())), format)


def test_a_step_without_an_end_in_decimals_stays_a_fraction() -> None:
    ordered = Quantity(Fraction("0.3"), BY_UCUM["mg"])
    steps = (
        DoseStep(DoseStage.CALCULATED, THIRD, "1 mg / 3"),
        DoseStep(DoseStage.ROUNDED, ordered, "nearest 0.1 mg"),
    )
    loaded = json.loads(export(with_dose(Dose(ordered, steps)), "json"))
    values = [step["value"] for step in loaded["administrations"][0]["why_dose"]]
    assert values == ["1/3", "0.3"]


def test_a_total_without_an_end_in_decimals_is_refused() -> None:
    with pytest.raises(ExportMismatch, match="no exact decimal"):
        exact(THIRD)


@pytest.mark.parametrize("format", FORMATS)
def test_two_doses_of_one_identity_are_refused(format: str) -> None:
    checked = samples.case_report()
    first = checked.administrations[0]
    doubled = replace(
        checked,
        schedule=replace(checked.schedule, administrations=(first, *checked.administrations)),
    )
    with pytest.raises(ExportMismatch, match="same identity"):
        export(doubled, format)


def test_a_workbook_without_its_sheets_is_seen() -> None:
    checked = samples.case_report()
    book = openpyxl.load_workbook(io.BytesIO(export(checked, "xlsx")))
    del book["About"]
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(ExportMismatch, match="the sheets are"):
        check(data.getvalue(), checked, None)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer(1, "1"), ""),
        (Answer(1, "1", by="A"), " (decided by A)"),
        (Answer(1, "1", on=date(2026, 3, 1)), " (decided on 2026-03-01)"),
        (Answer(1, "1", why="w"), " (decided: w)"),
        (Answer(1, "1", "A", date(2026, 3, 1), "w"), " (decided by A on 2026-03-01: w)"),
    ],
)
def test_a_decision_is_told_as_far_as_it_is_recorded(answer: Answer[object], text: str) -> None:
    assert decision_text(answer) == text


def test_a_drug_injected_and_swallowed_counts_injection_days_once() -> None:
    loaded = json.loads(export(samples.twice_a_day(), "json"))
    assert loaded["visits"] == {"days": 5, "injection_days": 0}
