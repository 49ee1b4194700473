"""Corners of products that no table of the specification comes near."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Refusal
from regimen.planning import Given

HEAD = """
regimen: 1
id: corners
title: Corners
status: local
sources: [{cite: a ward list}]
route: oral
"""
SHELF = """
products:
  tablet: {drug: drug A, form: tablet, strength: 5 mg}
courses:
  a: {drug: drug A, dose: 5 mg, doses: 1, product: tablet}
"""


def refused(text: str) -> str:
    with pytest.raises(Refusal) as refusal:
        planning.read_protocol(HEAD + text, "corners.yaml")
    return str(refusal.value)


def failed(case: str) -> list[str]:
    protocol = planning.read_protocol(f"{HEAD}{SHELF}cases: [{case}]\n", "corners.yaml")
    return [str(each) for result in planning.test(protocol) for each in result.findings]


GIVEN = "given: {start: 2026-03-02}"
EXPECT = "expect: {a: {doses: 1}}"


def test_a_case_may_count_products() -> None:
    assert failed(f"{{name: x, {GIVEN}, {EXPECT}, products: {{tablet: {{containers: 1}}}}}}") == []
    (finding,) = failed(
        f"{{name: x, {GIVEN}, {EXPECT}, products: {{tablet: {{left_over: 1 tablet}}}}}}"
    )
    assert "tablet: left_over expected 1 tablet, found 0 tablets" in finding


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (f"name: x, {GIVEN}, refused: not-stated, products: {{tablet: {{containers: 1}}}}", "two-ways"),
        (f"name: x, {GIVEN}, {EXPECT}, products: {{tablets: {{containers: 1}}}}", "unknown-product"),
        (f"name: x, {GIVEN}, {EXPECT}, products: {{tablet: {{}}}}", "empty-value"),
    ],
)  # fmt: skip
def test_a_case_that_counts_nothing_is_refused(case: str, code: str) -> None:
    assert f"[{code}]" in refused(f"{SHELF}cases: [{{{case}}}]\n")


def test_a_case_may_not_count_what_its_plan_does_not_use() -> None:
    text = f"""
parameters:
  shelf: {{type: choice, ask: Which?, choices: {{five: 5 mg, one: 1 mg}}}}
products:
  five: {{drug: drug A, form: tablet, strength: 5 mg}}
  one: {{drug: drug A, form: tablet, strength: 1 mg}}
courses:
  a: {{drug: drug A, dose: 5 mg, doses: 1, product: $shelf}}
cases:
  - name: x
    given: {{start: 2026-03-02, shelf: five}}
    {EXPECT}
    products: {{one: {{containers: 5}}}}
"""
    protocol = planning.read_protocol(HEAD + text, "corners.yaml")
    (result,) = planning.test(protocol)
    assert "nothing of one is given" in str(result.findings[0])


def test_drops_of_a_stated_size_say_how_long_they_keep() -> None:
    text = SHELF.replace(
        "form: tablet, strength: 5 mg", "form: drop, strength: 1 mg, size: 9 drops"
    )
    assert "what becomes of the rest of an opened bottle" in refused(text)


def test_a_choice_of_something_else_is_no_product() -> None:
    text = """
parameters:
  shelf: {type: choice, ask: Which?, choices: {tablet: 5 mg, pill: 1 mg}}
products:
  tablet: {drug: drug A, form: tablet, strength: 5 mg}
courses:
  a: {drug: drug A, dose: 5 mg, doses: 1, product: $shelf}
"""
    assert "there is no product 'pill'" in refused(text)
    assert "[wrong-parameter]" in refused(
        text.replace("choice, ask: Which?, choices: {tablet: 5 mg, pill: 1 mg}", "date, ask: When?")
    )


def test_every_choice_is_held_against_the_dose() -> None:
    text = """
parameters:
  shelf: {type: choice, ask: Which?, choices: {tablet: 5 mg, vial: 80 IU}}
products:
  tablet: {drug: drug A, form: tablet, strength: 5 mg}
  vial: {drug: drug A, form: vial, strength: 80 IU}
courses:
  a: {drug: drug A, dose: 5 mg, doses: 1, product: $shelf}
"""
    assert "[dimension]" in refused(text)


def test_a_dose_that_a_taper_rounds_to_pieces_is_told_when_it_is_planned() -> None:
    text = """
products:
  tablet: {drug: drug A, form: tablet, strength: 5 mg, split: halves}
courses:
  a:
    drug: drug A
    product: tablet
    round: nearest piece, ties up
    taper: {from: 20 mg, by: 20 % of current, to: 10 mg, each: 1 day, at_least: 2.5 mg}
    every: 1 day
"""
    protocol = planning.read_protocol(HEAD + text, "corners.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    doses = [str(each.dose) for each in planning.check(protocol, plan).administrations]
    assert doses[0] == "20 mg"
    assert doses[-1] == "10 mg"


LIQUID = """
products:
  small: {drug: drug A, form: vial, strength: 50 mg in 0.5 mL, size: 0.5 mL, once_opened: discard,
          measured_to: 0.01 mL}
  large: {drug: drug A, form: vial, strength: 100 mg in 1 mL, size: 1 mL, once_opened: discard,
          measured_to: 0.01 mL}
courses:
  a: {drug: drug A, dose: 1.2 mL, doses: 1, product: [small, large]}
"""


def test_a_volume_out_of_two_vials_is_the_drug_in_both() -> None:
    protocol = planning.read_protocol(HEAD + LIQUID, "corners.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    (each,) = planning.check(protocol, plan).administrations
    assert each.dose is not None
    assert [str(one.amount) for one in each.dose.taken] == ["1 mL", "0.2 mL"]
    assert str(each.dose.of("drug A")) == "120 mg"


def test_an_amount_that_no_product_counts_is_not_rounded_to_one() -> None:
    text = LIQUID.replace("dose: 1.2 mL", "dose: not stated, round: 'nearest piece, ties up'")
    protocol = planning.read_protocol(HEAD + text, "corners.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02"), "a.dose": Given("25 IU")}
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    with pytest.raises(Refusal, match=r"\[dimension\]"):
        planning.check(protocol, plan)
