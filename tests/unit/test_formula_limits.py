"""For whom a formula was made: the edge belongs to it, and whoever lies beyond is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning

HEAD = """\
regimen: 1
id: limits
title: Limits
status: local
sources: [{cite: "Ward protocol of the day clinic, 2026"}]
measures:
  weight: {taken: once, at_least: 0.1 kg, at_most: 500 kg}
"""
HEIGHT = "  height: {taken: once, at_least: 10 cm, at_most: 300 cm}\n"
BY_SURFACE = "courses: {a: {drug: drug A, route: oral, dose: 10 mg/m2, doses: 1}}\n"
SEX = "  sex: {taken: once}\n"
PROTOCOLS = {
    name: f"{HEAD}{HEIGHT}  bsa: {{formula: {name}, round: 'nearest 0.01 m2, ties up'}}\n{BY_SURFACE}"
    for name in ("mosteller", "haycock", "dubois")
} | {
    "devine": (
        f"{HEAD}{HEIGHT}{SEX}"
        "  ideal_weight: {formula: devine, round: 'nearest 0.1 kg, ties up'}\n"
        "courses: {a: {drug: drug A, route: oral, dose: 1 mg/kg by ideal_weight, doses: 1},"
        " b: {drug: drug B, route: oral, dose: 1 mg/kg, doses: 1}}\n"
    ),
    "cockcroft-gault": (
        f"{HEAD}{SEX}"
        "  creatinine: {taken: once, unit: mg/dL, at_least: 0.1 mg/dL, at_most: 20 mg/dL}\n"
        "  gfr: {formula: cockcroft-gault}\n"
        "courses: {a: {drug: drug A, route: oral, doses: 1,"
        " dose: {by gfr: {under 50 mL/min: 5 mg, from 50 mL/min: 10 mg}}}}\n"
    ),
    "calvert": (
        f"{HEAD}"
        "  gfr: {taken: once, ask: Which rate?, unit: mL/min, at_least: 1 mL/min, at_most: 300 mL/min}\n"
        "  clearance: {formula: calvert, with: {clearance: gfr}}\n"
        "courses: {a: {drug: carboplatin, route: intravenous, dose: AUC 5 by clearance, doses: 1},"
        " b: {drug: drug B, route: oral, dose: 1 mg/kg, doses: 1}}\n"
    ),
}
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def refused(formula: str, **given: str) -> list[str]:
    protocol = planning.read_protocol(PROTOCOLS[formula], "limits.yaml")
    answers = {"start": "2026-03-02", "age": "40 years", "weight": "70 kg"} | given
    texts = {name: planning.Given(text) for name, text in answers.items()}
    plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
    found = planning.examine(protocol, plan).findings
    return [finding.what for finding in found if finding.code == "outside-formula"]


@pytest.mark.parametrize(
    ("formula", "measure", "edge", "beyond", "others"),
    [
        ("mosteller", "weight", "0.3 kg", "0.2 kg", {"height": "50 cm"}),
        ("mosteller", "weight", "400 kg", "400.1 kg", {"height": "170 cm"}),
        ("mosteller", "height", "20 cm", "19.9 cm", {}),
        ("mosteller", "height", "260 cm", "260.1 cm", {}),
        ("haycock", "height", "260 cm", "260.1 cm", {}),
        ("dubois", "weight", "10 kg", "9.9 kg", {"height": "80 cm"}),
        ("dubois", "weight", "400 kg", "400.1 kg", {"height": "170 cm"}),
        ("devine", "height", "152.4 cm", "152.3 cm", {"sex": "female"}),
        ("devine", "height", "260 cm", "260.1 cm", {"sex": "female"}),
        (
            "cockcroft-gault",
            "age",
            "18 years",
            "17 years",
            {"sex": "female", "creatinine": "1 mg/dL"},
        ),
        (
            "cockcroft-gault",
            "age",
            "92 years",
            "93 years",
            {"sex": "female", "creatinine": "1 mg/dL"},
        ),
        ("calvert", "gfr", "33 mL/min", "32.9 mL/min", {}),
        ("calvert", "gfr", "135 mL/min", "135.1 mL/min", {}),
    ],
)
def test_the_edge_of_what_a_formula_is_for(
    formula: str, measure: str, edge: str, beyond: str, others: dict[str, str]
) -> None:
    assert refused(formula, **others, **{measure: edge}) == []
    (what,) = refused(formula, **others, **{measure: beyond})
    assert formula in what
    assert "what the formula is for" in what
