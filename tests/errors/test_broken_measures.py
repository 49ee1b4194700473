"""Measures and formulas that are broken in one way each: the finding, its place, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Finding, Refusal
from regimen.planning import Given

HEAD = """\
regimen: 1
id: measures
title: Measures
status: local
sources: [{cite: none}]
route: oral
round: nearest 1 mg, ties up
"""
MADE = datetime(2026, 3, 1, tzinfo=UTC)
GIVEN = {
    "start": "2026-03-02",
    "weight": "98 kg",
    "height": "165 cm",
    "sex": "female",
    "age": "50 years",
    "creatinine": "0.9 mg/dL",
    "gfr": "90 mL/min",
}

# --- measures: the block, the dose, the answers that differ, the code, what stands at the place (or
# None, where the finding is about an answer), and words that it says.

WEIGHT = "weight: {taken: once, at_least: 35 kg, at_most: 300 kg}"
GFR = "gfr: {taken: once, unit: mL/min, ask: What is it, at_least: 10 mL/min, at_most: 200 mL/min}"
MEASURES = [
    ("weight: {at_least: 35 kg}", "5 mg/kg", {}, "missing-key", "weight", ["has no taken"]),
    (
        "weight: {taken: weekly}",
        "5 mg/kg",
        {},
        "unknown-word",
        "weekly",
        ["does not say when the measure is taken", "each cycle"],
    ),
    (
        "weight: {taken: if changed by 0 %}",
        "5 mg/kg",
        {},
        "bad-number",
        "if changed",
        ["is nothing"],
    ),
    ("wieght: {taken: once}", "5 mg/kg", {}, "unknown-word", "wieght", ["did you mean 'weight'?"]),
    (
        "weight: {taken: once, unit: kg}",
        "5 mg/kg",
        {},
        "unknown-key",
        "unit",
        ["unit has no meaning for the measure weight"],
    ),
    (
        "weight: {taken: once, at_least: 5 cm, at_most: 20 cm}",
        "5 mg/kg",
        {},
        "dimension",
        "weight",
        ["is length, not mass"],
    ),
    (
        "weight: {taken: once, at_least: 35 kg, at_most: 3 kg}",
        "5 mg/kg",
        {},
        "two-ways",
        "weight",
        ["at least 35 kg and at most 3 kg"],
    ),
    (
        "weight: {taken: once, grid: 1 cm}",
        "5 mg/kg",
        {},
        "dimension",
        "grid",
        ["its grid 1 cm", "write it in kg"],
    ),
    (
        "gfr: {taken: once, unit: mL/min, ask: What is it, at_least: 10 mL/min}",
        "AUC 5 by gfr",
        {},
        "missing-key",
        "gfr",
        ["gfr has no at_most", "within which limits it is believed"],
    ),
    (
        "gfr: {taken: once, unit: mL/min, at_least: 10 mL/min, at_most: 200 mL/min}",
        "AUC 5 by gfr",
        {},
        "missing-key",
        "gfr",
        ["gfr has no ask"],
    ),
    (
        "creatinine: {taken: once, at_least: 1 mg/dL, at_most: 2 mg/dL}",
        "5 mg",
        {},
        "unknown-word",
        "creatinine",
        ["for a laboratory value write its unit"],
    ),
    (f"{WEIGHT}\n  age: {{at_least: 18 years}}", "5 mg/kg", {}, "missing-key", "age", ["no taken"]),
    (
        f"{WEIGHT}\n  age: {{taken: each cycle}}",
        "5 mg/kg",
        {},
        "unknown-word",
        "taken: each cycle",
        ["that at the start, or that on the day of each dose"],
    ),
    (
        f"{WEIGHT}\n  age: {{taken: once, at_least: 18 kg}}",
        "5 mg/kg",
        {},
        "bad-duration",
        "18 kg",
        ["is not a duration"],
    ),
    (
        f"{WEIGHT}\n  sex: {{taken: each dose}}",
        "5 mg/kg",
        {},
        "missing-key",
        "sex",
        ["sex is taken once"],
    ),
    (WEIGHT, "5 mg/m2", {}, "no-measure", "5 mg/m2", ["scales by bsa", "{bsa: {taken: once}}"]),
    (
        WEIGHT,
        "5 mg/kg by dosing_weight",
        {},
        "no-measure",
        "5 mg/kg by",
        ["scales by dosing_weight", "declare dosing_weight under measures, with its formula"],
    ),
    (GFR, "5 mg/kg by gfr", {}, "dimension", "5 mg/kg by", ["gfr is volume per time"]),
    (
        f"{WEIGHT}\n  {GFR}",
        "5 mg/kg",
        {},
        "unused-measure",
        "gfr",
        ["gfr decides nothing: no dose scales by it"],
    ),
    (
        "weight: {taken: each cycle, at_least: 35 kg, at_most: 300 kg}",
        "5 mg/kg",
        {"weight": "not yet"},
        "cannot-retake",
        "5 mg/kg",
        ["taken each cycle, and this phase has no cycles"],
    ),
    (
        "weight: {taken: each dose, at_least: 35 kg, at_most: 300 kg}",
        "5 mg/kg",
        {"weight": "98 kg"},
        "bad-date",
        None,
        ["'98 kg' does not say when it was measured", "4.2 kg on 2025-11-03; or not yet"],
    ),
    (
        "weight: {taken: each dose, at_least: 35 kg, at_most: 300 kg}",
        "5 mg/kg",
        {"weight": ""},
        "missing-input",
        "weight",
        ["each value with its day"],
    ),
    ("Weight: {taken: once}", "5 mg/kg", {}, "bad-name", "Weight", ["'Weight' is not a name"]),
    (WEIGHT, "5 mg/kg", {"weight": "98"}, "bad-quantity", None, ["weight: '98' is not a number"]),
    (WEIGHT, "5 mg/kg", {"weight": "0 kg"}, "bad-quantity", None, ["measures nothing"]),
    (WEIGHT, "5 mg/kg", {"weight": "98 cm"}, "dimension", None, ["is length, not mass"]),
    (WEIGHT, "5 mg/kg", {"weight": "9,8 kg"}, "decimal-comma", None, ["weight: '9,8'"]),
    (WEIGHT, "5 mg/kg", {"weight": "98 kg on 3 May"}, "bad-date", None, ["'3 May'"]),
    (
        WEIGHT,
        "5 mg/kg",
        {"weight": "98 kg on 2026-03-01, 99 kg on 2026-03-01"},
        "two-answers",
        None,
        ["two values are given for 2026-03-01"],
    ),
    (
        "weight: {taken: once, at_least: 35 kg, at_most: 300 kg, grid: 0.5 kg}",
        "5 mg/kg",
        {"weight": "98.2 kg"},
        "outside-limits",
        None,
        ["is no multiple of 0.5 kg"],
    ),
    (
        "weight: {taken: once}",
        "5 mg/kg",
        {"age": "fifty"},
        "bad-duration",
        None,
        ["age: 'fifty' is not a duration"],
    ),
    (
        "weight: {taken: once}",
        "5 mg/kg",
        {"age": "born 1976-13-01"},
        "bad-date",
        None,
        ["there is no day 1976-13-01"],
    ),
]

# --- formulas: as above; the dose scales by what is derived.

ROOT = "bsa: {formula: mosteller, taken: once}"
IDEAL = "ideal_weight: {formula: devine, taken: once}"
FORMULAS = [
    ("bsa: {formula: boyd, taken: once}", "5 mg/m2", {}, "unknown-word", "boyd", ["no formula"]),
    ("bsa: {formula: mosteller}", "5 mg/m2", {}, "missing-key", "bsa", ["weight and height are"]),
    (
        "bsa: {formula: mosteller, taken: once, with: {length: height}}",
        "5 mg/m2",
        {},
        "unknown-word",
        "length",
        ["mosteller does not take 'length'", "use one of: weight, height"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, with: {height: length}}",
        "5 mg/m2",
        {},
        "no-measure",
        "bsa",
        ["worked out from length, which is no measure"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, with: {height: weight}}",
        "5 mg/m2",
        {},
        "dimension",
        "bsa",
        ["for bsa, weight must be length"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, at_most: 2 kg}",
        "5 mg/m2",
        {},
        "dimension",
        "bsa",
        ["for bsa, 2 kg must be area"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, at_most: most}",
        "5 mg/m2",
        {},
        "no-measure",
        "most",
        ["bsa is held to most, which is no measure"],
    ),
    (
        'bsa: {formula: mosteller, taken: once, at_most: "2,5 m2"}',
        "5 mg/m2",
        {},
        "decimal-comma",
        '"2,5',
        ["'2,5'"],
    ),
    (
        "gfr: {formula: cockcroft-gault, taken: once, with: {age: weight, creatinine: scr}}\n"
        "  scr: {taken: once, unit: mg/dL, ask: What, at_least: 0.2 mg/dL, at_most: 15 mg/dL}",
        "AUC 5 by gfr",
        {},
        "dimension",
        "gfr",
        ["for gfr, weight must be the age"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, round: nearest 0.01 m2}",
        "5 mg/m2",
        {},
        "bad-rounding",
        "nearest",
        ["does not say how to round"],
    ),
    (
        'bsa: {formula: mosteller, taken: once, round: "nearest piece, ties up"}',
        "5 mg/m2",
        {},
        "bad-rounding",
        '"nearest piece',
        ["rounds to pieces of a product"],
    ),
    (
        'bsa: {formula: mosteller, taken: once, round: "nearest 0.01 kg, ties up"}',
        "5 mg/m2",
        {},
        "dimension",
        "bsa",
        ["for bsa, 0.01 kg must be area"],
    ),
    (
        'bsa: {formula: mosteller, taken: once, round: "nearest 5 m2, ties up"}',
        "5 mg/m2",
        {},
        "rounds-far",
        "bsa",
        ["bsa 2.119355… m² rounded nearest 5 m², ties up is 0 m²"],
    ),
    (
        "bsa: {formula: mosteller, from: weight, taken: once}",
        "5 mg/m2",
        {},
        "two-ways",
        "from",
        ["has a formula and is another measure besides"],
    ),
    (
        "bsa: {formula: mosteller, taken: once, unit: m2}",
        "5 mg/m2",
        {},
        "unknown-key",
        "unit",
        ["unit has no meaning for what is worked out this way"],
    ),
    (
        f"{WEIGHT}\n  height: {{taken: once}}\n  {ROOT}",
        "5 mg/m2",
        {},
        "unused-key",
        "taken: once}",
        ["taken decides nothing here"],
    ),
    (
        f"{IDEAL}\n  dosing_weight: {{formula: adjusted, factor: 0.4, taken: once}}",
        "5 mg/kg by dosing_weight",
        {},
        "missing-key",
        "dosing_weight",
        ["dosing_weight has no above", "factor: 0.4"],
    ),
    (
        f"{IDEAL}\n  dosing_weight: {{formula: adjusted, factor: 0, above: 120 %, taken: once}}",
        "5 mg/kg by dosing_weight",
        {},
        "bad-number",
        "0,",
        ["'0' is nothing"],
    ),
    (
        "ideal_weight: {formula: devine, taken: once, factor: 0.4}",
        "5 mg/kg by ideal_weight",
        {},
        "unknown-key",
        "factor",
        ["factor has no meaning"],
    ),
    (
        "dosing_weight: {formula: adjusted, factor: 0.4, above: 120 %, taken: once}",
        "5 mg/kg by dosing_weight",
        {},
        "no-measure",
        "dosing_weight",
        ["worked out from ideal_weight, which is no measure"],
    ),
    (
        "gfr: {formula: cockcroft-gault, taken: once}",
        "AUC 5 by gfr",
        {},
        "no-measure",
        "gfr",
        ["worked out from creatinine", "declare creatinine under measures"],
    ),
    (
        f"{GFR}\n  a_clearance: {{formula: calvert, with: {{clearance: a_clearance}}}}",
        "AUC 5 by a_clearance",
        {},
        "circle",
        "a_clearance",
        ["a_clearance is worked out from itself"],
    ),
    (
        "one: {from: other, taken: once}\n  other: {from: one, taken: once}",
        "5 mg/kg by one",
        {},
        "circle",
        "one",
        ["one is worked out from itself"],
    ),
    (
        "bsa: {formula: mosteller, taken: once}\n  ideal_weight: {formula: devine, taken: each dose}",
        "5 mg/m2",
        {},
        "two-ways",
        "ideal_weight",
        ["bsa and ideal_weight say differently when height is taken"],
    ),
    (
        f"{IDEAL}\n  old: {{from: age, taken: once}}",
        "5 mg/kg by old",
        {},
        "dimension",
        "5 mg/kg by",
        ["old is part, and the dose is per kg"],
    ),
    (IDEAL, "AUC 5 by ideal_weight", {}, "dimension", "AUC 5", ["ideal_weight is mass"]),
    (
        IDEAL,
        "5 mg/kg by ideal_weight",
        {"height": "70 cm", "age": "1 year"},
        "no-result",
        "ideal_weight",
        ["so small a height has no ideal weight (devine of 70 cm and female)"],
    ),
    (
        "scr: {taken: once, unit: mg/dL, ask: What, at_least: 0.2 mg/dL, at_most: 15 mg/dL}\n"
        "  gfr: {formula: cockcroft-gault, taken: once, with: {creatinine: scr}}\n"
        "  clearance: {formula: calvert, with: {clearance: gfr}}",
        "AUC 1 by clearance",
        {"age": "93 years", "scr": "0.6 mg/dL"},
        "outside-formula",
        None,
        ["gfr by cockcroft-gault: age 93 years is above", "patients of 18 to 92 years"],
    ),
    (
        IDEAL,
        "5 mg/kg by ideal_weight",
        {"height": "151 cm"},
        "outside-formula",
        None,
        ["151 cm is below what the formula is for"],
    ),
    (
        f"{IDEAL}\n  bsa: {{formula: dubois}}",
        "5 mg/m2",
        {},
        "unused-measure",
        "ideal_weight",
        ["ideal_weight decides nothing"],
    ),
]


def text_of(measures: str, dose: str) -> str:
    return (
        f"{HEAD}measures:\n  {measures}\ncourses:\n  a: {{drug: drug A, dose: {dose}, doses: 1}}\n"
    )


def found(measures: str, dose: str, answers: dict[str, str]) -> tuple[Finding, ...]:
    try:
        protocol = planning.read_protocol(text_of(measures, dose), "measures.yaml")
        known = {"start", *protocol.parameters}
        wanted = {name: text for name, text in (GIVEN | answers).items() if text}
        given = {name: Given(text) for name, text in wanted.items() if name in known}
        plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE)
        planning.check(protocol, plan)
    except Refusal as refusal:
        return refusal.findings
    return ()


@pytest.mark.parametrize(
    ("measures", "dose", "answers", "code", "at", "says"),
    [*MEASURES, *FORMULAS],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_finding_is_this_one_here(
    measures: str, dose: str, answers: dict[str, str], code: str, at: str | None, says: list[str]
) -> None:
    findings = found(measures, dose, answers)
    mine = [finding for finding in findings if finding.code == code]
    assert mine, [str(finding) for finding in findings]
    finding = mine[0]
    for words in says:
        assert words in str(finding)
    if at is None:
        assert finding.place is None
    else:
        assert finding.place is not None
        line = text_of(measures, dose).split("\n")[finding.place.line - 1]
        assert line[finding.place.column - 1 :].startswith(at), line[finding.place.column - 1 :]


RIGHT = [
    (WEIGHT, "5 mg/kg"),
    (GFR, "AUC 5 by gfr"),
    (ROOT, "5 mg/m2"),
    (IDEAL, "5 mg/kg by ideal_weight"),
    (
        f"{IDEAL}\n  dosing_weight: {{formula: adjusted, factor: 0.4, above: 120 %, taken: once}}",
        "5 mg/kg by dosing_weight",
    ),
]


@pytest.mark.parametrize(("measures", "dose"), RIGHT)
def test_the_measures_are_broken_by_that_alone(measures: str, dose: str) -> None:
    assert found(measures, dose, {}) == ()


def test_there_are_ten_of_each() -> None:
    assert len(MEASURES) >= 10
    assert len(FORMULAS) >= 10
