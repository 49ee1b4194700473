"""A table of products, broken in every way that can be told from it: each at its place."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from regimen import planning
from regimen.finding import Finding, Refusal

SHELF = """\
regimen: 1
id: shelf
title: A shelf
status: local
sources: [{cite: a ward list}]
route: oral
products:
  ampoule:
    drug: vitamin B12
    form: ampoule
    strength: 1000 mcg in 1 mL
    size: 1 mL
    once_opened: discard
    measured_to: 0.01 mL
  tablet:
    drug: prednisolone
    form: tablet
    strength: 5 mg
    size: 30 tablets
    split: halves
  combined:
    drug: RH
    form: tablet
    contains: {rifampicin: 150 mg, isoniazid: 75 mg}
courses:
  b12: {drug: vitamin B12, dose: 100 mcg, doses: 1, product: ampoule}
  prednisolone: {dose: 7.5 mg, doses: 1, product: tablet}
  rh: {drug: RH, dose: 3 tablets, doses: 1, product: combined}
"""


class Broken(NamedTuple):
    before: str
    after: str
    code: str
    line: int
    at: str
    says: str


VARIANTS = [
    # --- strength
    Broken("1000 mcg in 1 mL", "1,000 mcg in 1 mL", "decimal-comma", 11, "1,000", "1000"),
    Broken("1000 mcg in 1 mL", "1.000 mcg in 1 mL", "bad-number", 11, "1.000", "may mean 1000"),
    Broken("1000 mcg in 1 mL", "1000 mcg/mL", "bad-quantity", 11, "1000", "1000 mcg in 1 mL"),
    Broken("1000 mcg in 1 mL", "1000 mcg in 1 mg", "dimension", 11, "1000", "not a volume"),
    Broken("1000 mcg in 1 mL", "0 mcg in 1 mL", "bad-quantity", 11, "0 mcg", "holds nothing"),
    Broken("1000 mcg in 1 mL", "1000 mcg in 0 mL", "bad-quantity", 11, "1000", "holds nothing"),
    Broken("1000 mcg in 1 mL", "10 % in 1 mL", "dimension", 11, "10 %", "not an amount of a drug"),
    Broken("1000 mcg in 1 mL", "1000 mgc in 1 mL", "unknown-unit", 11, "1000", "did you mean mg"),
    Broken("1000 mcg in 1 mL", "1000 IU in 1 mL", "dimension", 26, "ampoule", "no conversion"),
    Broken("    strength: 5 mg\n", "", "missing-key", 15, "tablet:", "a product's strength"),
    Broken("5 mg\n", "5 mg in 1 mL\n", "bad-product", 17, "tablet", "one tablet is no volume"),
    Broken("5 mg\n", "4 mg\n", "cannot-be-made", 27, "tablet", "6 mg (1½ tablets of 4 mg)"),
    # --- form, size, split
    Broken("form: ampoule", "form: ampule", "unknown-word", 10, "ampule", "ampoule"),
    Broken("    form: ampoule\n", "", "missing-key", 9, "drug", "'form' is missing"),
    Broken("form: ampoule", "form: tablet", "bad-product", 10, "tablet", "is no volume"),
    Broken("    size: 1 mL\n", "", "missing-key", 8, "ampoule:", "how much one ampoule holds"),
    Broken("size: 1 mL", "size: 1 ampoule", "dimension", 12, "1 ampoule", "size is ampoules"),
    Broken("size: 1 mL", "size: 1 mg", "dimension", 12, "1 mg", "not what a container holds"),
    Broken("size: 1 mL", "size: 0 mL", "bad-quantity", 12, "0 mL", "holds nothing"),
    Broken("size: 30 tablets", "size: 30 capsules", "dimension", 19, "30 caps", "form is tablet"),
    Broken("size: 30 tablets", "size: 30.5 tablets", "bad-number", 19, "30.5", "whole pieces"),
    Broken("split: halves", "split: thirds", "unknown-word", 20, "thirds", "never, halves, quarter"),
    Broken("split: halves", "split: never", "cannot-be-made", 27, "tablet", "5 mg (1 tablet of 5"),
    Broken("mL\n    once", "mL\n    split: halves\n    once", "bad-product", 13, "halves", "broken"),
    # --- opening and measuring
    Broken("    once_opened: discard\n", "", "missing-key", 8, "ampoule:", "the rest of an opened"),
    Broken("discard", "keep", "unknown-word", 13, "keep", "use within 28 days"),
    Broken("discard", "use within a month", "bad-number", 13, "use", "not a plain number"),
    Broken("    measured_to: 0.01 mL\n", "", "missing-key", 8, "ampoule:", "can be measured"),
    Broken("0.01 mL", "0.01 mg", "dimension", 14, "0.01", "not a volume"),
    Broken("0.01 mL", "5 mL", "bad-product", 14, "5 mL", "larger than one ampoule of 1 mL"),
    Broken("0.01 mL", "0.03 mL", "cannot-be-made", 26, "ampoule", "90 mcg (0.09 mL)"),
    Broken("halves\n", "halves\n    measured_to: 1 mL\n", "unused-key", 21, "1 mL", "is counted"),
    Broken("    size: 30 tablets\n", "    once_opened: discard\n", "unused-key", 19, "dis", "nothing to"),
    # --- combinations
    Broken(", isoniazid: 75 mg", "", "bad-product", 24, "{rif", "more than one drug"),
    Broken("75 mg}", "75 mg in 1 mL}", "bad-product", 24, "{rif", "different volumes"),
    Broken("{rifampicin: 150 mg, isoniazid: 75 mg}", "{}", "empty-value", 24, "{}", "brackets"),
    Broken("isoniazid:", "$x:", "no-drug", 24, "$x", "names no drug"),
    Broken("  combined:\n", "  combined:\n    strength: 1 mg\n", "two-ways", 25, "{rif", "both say"),
    # --- the table as a whole
    Broken("  tablet:\n", "  Tablet:\n", "bad-name", 15, "Tablet", "small letters"),
    Broken("drug: prednisolone\n", "drug: prednisone\n", "wrong-product", 27, "tablet", "prednisone"),
    Broken("product: tablet}", "product: tablets}", "unknown-product", 27, "tablets", "did you mean"),
    Broken(", product: tablet}", "}", "unused-product", 15, "tablet:", "no dose is made up"),
    Broken("tablets, doses: 1, product: combined}", "tablets, doses: 1}\n#", "unused-product", 21, "combined", "made up"),
    Broken("3 tablets", "3 capsules", "wrong-product", 28, "combined", "another form"),
    Broken("3 tablets", "450 mg", "wrong-product", 28, "combined", "could be any of"),
    Broken("product: tablet}", "product: [tablet, tablet]}", "wrong-shape", 27, "[tab", "stands once"),
    Broken("product: tablet}", "product: $tablet}", "unknown-parameter", 27, "$tablet", "no parameter"),
]  # fmt: skip


def findings(text: str) -> tuple[Finding, ...]:
    from datetime import UTC, datetime

    try:
        protocol = planning.read_protocol(text, "shelf.yaml")
        plan = planning.make_plan(
            protocol,
            {"start": planning.Given("2026-03-02")},
            plan_id="0" * 32,
            made=datetime(2026, 3, 1, tzinfo=UTC),
        )
        return planning.examine(protocol, plan).findings
    except Refusal as refusal:
        return refusal.findings


def test_the_shelf_itself_is_right() -> None:
    assert [finding.code for finding in findings(SHELF) if finding.stands] == []


def test_there_are_more_than_ten_ways() -> None:
    assert len({variant.code for variant in VARIANTS}) > 10


@pytest.mark.parametrize("variant", VARIANTS, ids=[f"{v.code}-{v.after[:20]}" for v in VARIANTS])
def test_a_broken_table_is_refused_where_it_is_broken(variant: Broken) -> None:
    assert SHELF.count(variant.before) == 1, variant.before
    text = SHELF.replace(variant.before, variant.after)
    found = findings(text)
    finding = next((each for each in found if each.code == variant.code), None)
    assert finding is not None, [str(each) for each in found]
    assert finding.place is not None
    line = text.split("\n")[finding.place.line - 1]
    assert (finding.place.line, line[finding.place.column - 1 :][: len(variant.at)]) == (
        variant.line,
        variant.at,
    ), str(finding)
    assert variant.says in f"{finding.what} {finding.mend}", str(finding)
