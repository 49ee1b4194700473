"""The check that counts pieces and products once more: every slip that is made on purpose is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from regimen import planning
from regimen.checks import conservation
from regimen.engine.totals import total
from regimen.finding import Finding
from regimen.planning import Given
from regimen.product import Supply, Taken
from regimen.quantity import Quantity
from regimen.schedule import Dose, Schedule, Totals

TEXT = """
regimen: 1
id: shelf
title: A shelf
status: local
sources: [{cite: a ward list}]
route: oral
products:
  tablet: {drug: drug A, form: tablet, strength: 5 mg, split: halves}
  syrup: {drug: drug B, form: bottle, strength: 7 mg in 3 mL, size: 30 mL,
          once_opened: use within 7 days, measured_to: 0.5 mL}
  combined: {drug: CD, form: tablet, contains: {drug C: 1 mg, drug D: 2 mg}}
courses:
  a: {drug: drug A, dose: 7.5 mg, every: 1 day, doses: 3, product: tablet}
  b: {drug: drug B, dose: 3.5 mg, every: 1 day, doses: 3, product: syrup}
  c: {drug: CD, dose: 2 tablets, every: 1 day, doses: 3, product: combined}
  d: {drug: drug B, dose: 1 bottle, doses: 1, product: syrup}
  e: {drug: drug D, dose: 4 mg, doses: 1, product: combined}
as_needed:
  f: {drug: drug A, route: oral, dose: 5 mg, product: tablet, reason: pain, per_day: 1, for: 1 day}
"""


@pytest.fixture(name="right")
def fixture_right() -> Schedule:
    protocol = planning.read_protocol(TEXT, "shelf.yaml")
    given = {"start": Given("2026-03-02")}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    return planning.examine(protocol, plan)


def found(schedule: Schedule) -> list[Finding]:
    return list(conservation.differ(schedule))


def changed(
    schedule: Schedule, course: str, change: Callable[[tuple[Taken, ...]], tuple[Taken, ...]]
) -> Schedule:
    """The schedule with something else taken for each dose of the course."""

    def other(dose: Dose | None) -> Dose | None:
        assert dose is not None
        return replace(dose, taken=change(dose.taken))

    return replace(
        schedule,
        administrations=tuple(
            replace(each, dose=other(each.dose)) if each.course == course else each
            for each in schedule.administrations
        ),
    )


def times(factor: Fraction) -> Callable[[tuple[Taken, ...]], tuple[Taken, ...]]:
    return lambda taken: tuple(replace(one, amount=one.amount.times(factor)) for one in taken)


def test_what_is_right_is_not_remarked(right: Schedule) -> None:
    assert len(right.administrations) == 11
    assert found(right) == []


@pytest.mark.parametrize("course", ["a", "b", "c", "d", "e"])
@pytest.mark.parametrize("factor", [Fraction(2), Fraction(1, 2), Fraction(1, 10), Fraction(0)])
def test_another_amount_is_seen(right: Schedule, course: str, factor: Fraction) -> None:
    (finding,) = found(changed(right, course, times(factor)))
    assert finding.code == "pieces-differ"
    assert f"the pieces of {course} are not exactly" in finding.what


def test_another_amount_as_needed_is_seen(right: Schedule) -> None:
    (item,) = right.as_needed
    dose = replace(item.dose, taken=times(Fraction(2))(item.dose.taken))
    (finding,) = found(replace(right, as_needed=(replace(item, dose=dose),)))
    assert "the pieces of f are not exactly" in finding.what


@pytest.mark.parametrize("course", ["a", "b", "c", "d", "e"])
def test_nothing_taken_is_seen(right: Schedule, course: str) -> None:
    assert found(changed(right, course, lambda taken: ()))


def split_in_two(schedule: Schedule, course: str, first: Fraction) -> Schedule:
    """The same sum, taken as two amounts, the first of this size."""

    def two(taken: tuple[Taken, ...]) -> tuple[Taken, ...]:
        (one,) = taken
        part = Quantity(first, one.amount.unit)
        return (replace(one, amount=part), replace(one, amount=one.amount - part))

    return changed(schedule, course, two)


def test_parts_that_a_tablet_does_not_break_into_are_seen(right: Schedule) -> None:
    assert found(split_in_two(right, "a", Fraction(1, 2))) == []
    assert found(split_in_two(right, "a", Fraction(3, 4))) != []


def test_a_volume_between_two_steps_is_seen(right: Schedule) -> None:
    assert found(split_in_two(right, "b", Fraction(1))) == []
    assert found(split_in_two(right, "b", Fraction(3, 4))) != []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda supply: replace(supply, containers=supply.containers + 1),
        lambda supply: replace(supply, given=supply.given.times(2)),
        lambda supply: replace(supply, opened=supply.opened.times(Fraction(1, 4))),
    ],
)
def test_a_wrong_supply_is_seen(
    right: Schedule, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Supply], Supply]
) -> None:
    def totals(schedule: Schedule) -> Totals:
        first, *rest = total(schedule).by_product
        return replace(total(schedule), by_product=(wrong(first), *rest))

    monkeypatch.setattr(conservation, "total", totals)
    (finding,) = found(right)
    assert "what is opened of drug A 5 mg tablet" in finding.what


def test_a_product_that_is_left_out_is_seen(
    right: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def totals(schedule: Schedule) -> Totals:
        return replace(total(schedule), by_product=total(schedule).by_product[1:])

    monkeypatch.setattr(conservation, "total", totals)
    (finding,) = found(right)
    assert finding.what == "the product tablet is given and stands in no total"
