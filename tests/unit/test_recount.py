"""The recount must be able to fail: it is given wrong totals and must say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from regimen import library, planning
from regimen.checks import recount
from regimen.engine.totals import total
from regimen.planning import Given
from regimen.quantity import NOT_OF_A_DRUG, UNITS
from regimen.schedule import Schedule, Total, Totals


@pytest.fixture
def schedule() -> Schedule:
    protocol = planning.read_protocol(*library.protocol_text("b12-acth-infantile-spasms"))
    given = {"start": Given("2026-03-02"), "twice_weekly_for": Given("2 weeks")}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    return planning.examine(protocol, plan)


def test_right_totals_raise_nothing(schedule: Schedule) -> None:
    assert list(recount.differs(schedule)) == []


def _one_more(one: Total) -> Total:
    return replace(one, doses=one.doses + 1)


def _a_little_more(one: Total) -> Total:
    assert one.amount is not None
    return replace(one, amount=one.amount.times(Fraction(1_000_001, 1_000_000)))


@pytest.mark.parametrize("wrong", [_one_more, _a_little_more])
@pytest.mark.parametrize("kind", ["by_drug", "by_course", "by_phase"])
def test_a_wrong_total_is_seen(
    schedule: Schedule,
    monkeypatch: pytest.MonkeyPatch,
    wrong: Callable[[Total], Total],
    kind: str,
) -> None:
    def totals(given: Schedule) -> Totals:
        right = total(given)
        first, *rest = getattr(right, kind)
        return replace(right, **{kind: (wrong(first), *rest)})

    monkeypatch.setattr(recount, "total", totals)
    (finding,) = recount.differs(schedule)
    assert finding.code == "recount-differs"
    assert kind.removeprefix("by_") in finding.what


def test_the_recount_knows_every_unit_a_dose_can_have() -> None:
    of_doses = {unit.ucum for unit in UNITS if unit.dimension not in NOT_OF_A_DRUG}
    assert of_doses == set(recount.POWERS)
    for unit in UNITS:
        if unit.ucum in recount.POWERS:
            assert unit.factor == Fraction(10) ** recount.POWERS[unit.ucum][1]
