"""Totals, their files and the second check, over random protocols and all that is shipped."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, reject, settings

from regimen import planning
from regimen.comparison import Kind
from regimen.export import TOTALS_FORMATS, export, export_totals
from regimen.figures import Per
from regimen.finding import Refusal
from regimen.schedule import CheckedSchedule
from tests.properties import strategies
from tests.properties.strategies import Sample
from tests.properties.test_engine_agrees import plan_for

# Each example is scheduled, checked, exported and read back, which the engine's own are not.
FEWER = settings(max_examples=max(10, settings().max_examples // 5))


def of_sample(sample: Sample) -> CheckedSchedule:
    protocol = planning.read_protocol(strategies.to_yaml(sample.protocol), "sample.yaml")
    plan = plan_for(protocol, sample.answers, sample.start)
    try:
        checked = planning.check(protocol, plan)
    except Refusal:
        reject()
    if not checked.administrations:
        reject()
    return checked


@FEWER
@given(strategies.samples())
def test_every_figure_is_recounted_and_read_back(sample: Sample) -> None:
    """The recount is part of `planning.totals`, the reading back of the export: none may differ."""
    checked = of_sample(sample)
    summary = planning.totals(checked, Per)
    for per in Per:
        figures = [each for each in summary.figures if each.per is per]
        assert sum(each.doses for each in figures) == len(checked.administrations)
    for form in TOTALS_FORMATS:
        assert export_totals(summary, form)


@FEWER
@given(strategies.samples())
def test_periods_and_phases_add_up_to_the_drug(sample: Sample) -> None:
    summary = planning.totals(of_sample(sample), Per)
    sums: dict[Per, dict[object, Fraction]] = {per: {} for per in Per}
    for each in summary.figures:
        if each.amount is not None:
            key = (each.drug, each.amount.unit.dimension)
            of = sums[each.per]
            of[key] = of.get(key, Fraction(0)) + each.amount.base
    assert all(each == sums[Per.DRUG] for each in sums.values())


@FEWER
@given(strategies.samples())
def test_our_own_table_agrees_with_its_plan(sample: Sample) -> None:
    checked = of_sample(sample)
    table = export(checked, "csv")
    found = planning.compare(checked, table, "theirs.csv", drugs={}, columns={})
    assert found.differences == ()
    assert found.agreeing == len(checked.administrations)
    if len(checked.administrations) > 1:
        first = checked.administrations[0]
        lines = table.split(b"\r\n")
        left = [line for line in lines if not line.startswith(f"{first.id},".encode())]
        assert len(left) == len(lines) - 1
        fewer = b"\r\n".join(left)
        found = planning.compare(checked, fewer, "fewer.csv", drugs={}, columns={})
        assert [each.kind for each in found.differences] == [Kind.MISSING]
