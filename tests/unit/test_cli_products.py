"""The commands for a protocol that names products, and one that also has a visit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.command_line import run, words
from tests.unit.test_export_products import GIVE, STRENGTHS

B12 = (
    "b12-ampoule-us-label", "--start", "2026-03-02", "--set", "b12.daily.for=7 days",
    "--set", "b12.every-3-to-4-days.every=3 days", "--set", "b12.every-3-to-4-days.for=2 weeks",
    "--set", "months=6", "--set", "shelf=ampoule",
)  # fmt: skip


def test_the_schedule_says_what_to_give_and_what_is_used_up() -> None:
    lines = [words(line) for line in run("schedule", *B12).stdout.splitlines()]
    assert "Day Drug Dose Give Route Number Phase" in lines
    assert "Mon 2 Mar 2026 vitamin B12 100 mcg 0.1 mL intramuscular 1 of 25 daily" in lines
    assert (
        "25 ampoules of 1 mL: 2.5 mL given in 25 doses, 22.5 mL left over (vitamin B12 22.5 mg)"
        in lines
    )


@pytest.mark.parametrize("per", [(), ("--per", "drug"), ("--per", "month", "--per", "drug")])
def test_the_totals_end_in_products(per: tuple[str, ...]) -> None:
    text = words(run("totals", *B12, *per).stdout)
    assert text.count("25 ampoules of 1 mL: 2.5 mL given in 25 doses") == 1


def test_show_reads_products_back() -> None:
    shown = words(run("show", "b12-ampoule-us-label").stdout)
    assert "Products ampoule: vitamin B12" in shown
    assert "the rest of an opened ampoule is discarded" in shown


def test_a_visit_has_nothing_to_give_and_what_is_not_known_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "products.yaml"
    path.write_text(STRENGTHS, encoding="utf-8")
    accepted = (
        "--override", "not-stated=d: the dose", "--by", "Dr A", "--because", "known later",
    )  # fmt: skip
    shown = words(run("schedule", str(path), "--start", "2026-03-02", *accepted).stdout)
    assert GIVE in shown
    assert "visit: EEG" in shown
    assert "2 doses are not known yet and not counted" in shown


def test_nothing_left_over_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "exact.yaml"
    text = STRENGTHS.split("courses:")[0].replace("size: 10 tablets", "size: 2 tablets")
    five, rest = text.index("  two:"), text.index("  rest:")
    courses = "courses: {a: {drug: drug A, dose: 10 mg, doses: 1, product: five}}\n"
    assert five < rest
    path.write_text(text[:five] + courses, encoding="utf-8")
    shown = words(run("schedule", str(path), "--start", "2026-03-02").stdout)
    assert "1 pack of 2 tablets: 2 tablets given in 1 dose, nothing left over" in shown
