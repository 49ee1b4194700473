"""Random products and doses: what is taken is exactly the dose, or the dose is refused with the
nearest that can be made. Held against a naive search, which shares no code with the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import product as every_pair

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regimen import planning
from regimen.checks import conservation
from regimen.engine import pieces
from regimen.finding import Misread, Place
from regimen.planning import Given
from regimen.product import Content, Form, Product, Rest, Split
from regimen.protocol import USUAL_DRIFT, Rounding, RoundingMode
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import CheckedSchedule

MG, ML = BY_UCUM["mg"], BY_UCUM["mL"]
PLACE = Place("random", 1, 1)
STRENGTHS = [
    Fraction(text)
    for text in ["0.5", "1", "2", "2.5", "4", "5", "6", "10", "12.5", "20", "25", "30", "50", "75"]
]


def tablets(key: str, strength: Fraction, split: Split) -> Product:
    content = Content("drug A", Quantity(strength, MG))
    return Product(
        key, "drug A", Form.TABLET, (content,), None, None, split, Rest.KEPT, None, PLACE
    )


@st.composite
def shelves(draw: st.DrawFn) -> tuple[Product, ...]:
    strengths = draw(st.lists(st.sampled_from(STRENGTHS), min_size=1, max_size=3, unique=True))
    splits = [draw(st.sampled_from(Split)) for _ in strengths]
    return tuple(
        tablets(f"p{at}", strength, split)
        for at, (strength, split) in enumerate(zip(strengths, splits, strict=True))
    )


DOSES = st.integers(1, 400).map(lambda quarters: Quantity(Fraction(quarters, 4), MG))


def naive(shelf: tuple[Product, ...], dose: Fraction) -> Iterator[tuple[int, ...]]:
    """Every way of taking parts of each product that is exactly the dose, by trying all."""
    ranges = []
    for each in shelf:
        part = each.contents[0].amount.value / each.split.parts
        ranges.append([(count, part * count) for count in range(int(dose / part) + 1)])
    *first, last = ranges
    amounts = {amount: count for count, amount in last}
    for counts in every_pair(*first):
        rest = dose - sum((amount for _, amount in counts), Fraction(0))
        if rest in amounts:
            yield (*(count for count, _ in counts), amounts[rest])


def handled(shelf: tuple[Product, ...], counts: tuple[int, ...]) -> int:
    """How many pieces a person handles: whole ones, a half and a quarter each count as one."""
    total = 0
    for each, count in zip(shelf, counts, strict=True):
        whole, rest = divmod(count, each.split.parts)
        total += whole + {0: 0, 1: 1, 2: 1, 3: 2}[rest]
    return total


def taken_counts(shelf: tuple[Product, ...], taken: dict[str, Fraction]) -> tuple[int, ...]:
    return tuple(int(taken.get(each.key, Fraction(0)) * each.split.parts) for each in shelf)


@given(shelves(), DOSES)
def test_what_is_taken_is_exactly_the_dose_in_the_fewest_pieces(
    shelf: tuple[Product, ...], dose: Quantity
) -> None:
    ways = list(naive(shelf, dose.value))
    if not ways:
        with pytest.raises(Misread, match="cannot be made exactly"):
            pieces.made_up(shelf, "drug A", dose)
        return
    found = pieces.made_up(shelf, "drug A", dose)
    content = {each.key: each.contents[0].amount.value for each in shelf}
    assert sum(content[one.product.key] * one.amount.value for one in found) == dose.value
    counts = taken_counts(shelf, {one.product.key: one.amount.value for one in found})
    assert counts in ways
    assert handled(shelf, counts) == min(handled(shelf, way) for way in ways)


@given(shelves(), DOSES, st.sampled_from(RoundingMode), st.booleans())
def test_the_nearest_dose_is_the_nearest_that_can_be_made(
    shelf: tuple[Product, ...], dose: Quantity, mode: RoundingMode, ties_up: bool
) -> None:
    found = pieces.rounded(shelf, "drug A", dose, Rounding(mode, None, ties_up), None).value
    step = Fraction(1, 8)  # every strength, in quarters, is a multiple
    below = dose.value - dose.value % step
    while below and not any(naive(shelf, below)):
        below -= step
    above = below if below == dose.value else dose.value + step - dose.value % step
    while not any(naive(shelf, above)):
        above += step
    down, up = dose.value - below, above - dose.value
    expected = {
        RoundingMode.DOWN: below,
        RoundingMode.UP: above,
        RoundingMode.NEAREST: above if up < down or (up == down and ties_up) else below,
    }[mode]
    assert found == expected


@given(shelves(), DOSES, DOSES)
def test_rounding_never_steps_over_the_limit(
    shelf: tuple[Product, ...], dose: Quantity, limit: Quantity
) -> None:
    assume(dose <= limit)
    rounding = Rounding(RoundingMode.NEAREST, None)
    found = pieces.rounded(shelf, "drug A", dose, rounding, limit)
    assert found <= limit
    if found.value:
        assert pieces.made_up(shelf, "drug A", found)


def test_too_many_combinations_are_refused() -> None:
    shelf = (tablets("a", Fraction(50), Split.NEVER), tablets("b", Fraction(1, 1000), Split.NEVER))
    with pytest.raises(Misread, match="differ so much that"):
        pieces.made_up(shelf, "drug A", Quantity(Fraction(40), MG))


# --- whole plans


SIZES = {"1 mL": 10, "2 mL": 20, "5 mL": 50, "10 mL": 100}  # in tenths of a millilitre
OPENINGS = {"discard": 0, "use until empty": None, "use within 7 days": 7, "use within 28 days": 28}


@st.composite
def liquids(draw: st.DrawFn) -> dict[str, str]:
    """A liquid that is measured in tenths of a millilitre, and a dose of so many of them."""
    return {
        "form": draw(st.sampled_from(["vial", "ampoule", "bottle", "syringe"])),
        "size": draw(st.sampled_from(list(SIZES))),
        "opening": draw(st.sampled_from(list(OPENINGS))),
        "strength": draw(st.sampled_from(["10 mg in 1 mL", "250 mg in 5 mL", "7 mg in 3 mL"])),
        "steps": str(draw(st.integers(1, 300))),
        "every": str(draw(st.integers(1, 9))),
        "doses": str(draw(st.integers(1, 12))),
    }


def schedule_of(facts: dict[str, str]) -> CheckedSchedule:
    whole, tenths = divmod(int(facts["steps"]), 10)
    text = f"""
regimen: 1
id: random
title: A random liquid
status: local
sources: [{{cite: made up by a machine}}]
route: oral
products:
  liquid: {{drug: drug A, form: {facts["form"]}, strength: {facts["strength"]},
           size: {facts["size"]}, once_opened: {facts["opening"]}, measured_to: 0.1 mL}}
courses:
  a: {{drug: drug A, dose: {whole}.{tenths} mL, every: {facts["every"]} days,
      doses: {facts["doses"]}, product: liquid}}
"""
    protocol = planning.read_protocol(text, "random.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    return planning.check(
        protocol, planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    )


def opened_by_hand(facts: dict[str, str]) -> int:
    """How many containers, by going through the days with one container in the hand."""
    size, dose = SIZES[facts["size"]], int(facts["steps"])
    life, pours = OPENINGS[facts["opening"]], facts["form"] == "bottle"
    opened, left, since = 0, 0, date(2026, 3, 2)
    for number in range(int(facts["doses"])):
        day = date(2026, 3, 2) + timedelta(days=number * int(facts["every"]))
        if life is not None and day >= since + timedelta(days=life):
            left = 0
        if left < dose and not pours:
            left = 0
        while left < dose:
            opened, left, since = opened + 1, left + size, day
        left -= dose
    return opened


@given(liquids())
def test_containers_are_counted_as_by_hand_and_nothing_is_lost(facts: dict[str, str]) -> None:
    checked = schedule_of(facts)
    (supply,) = checked.totals.by_product
    assert supply.containers == opened_by_hand(facts)
    steps = int(facts["steps"]) * int(facts["doses"])
    assert supply.given.value == Fraction(steps, 10)
    assert supply.opened.value == Fraction(SIZES[facts["size"]] * supply.containers, 10)
    assert supply.opened - supply.given == supply.waste
    assert supply.waste.value >= 0
    assert list(conservation.differ(checked.schedule)) == []


# --- one liquid in several sizes


def vial(key: str, tenths: int) -> Product:
    ten = Quantity(Fraction(10), MG)
    size, one = Quantity(Fraction(tenths, 10), ML), Quantity(Fraction(1), ML)
    step = Quantity(Fraction(1, 10), ML)
    contents = (Content("drug A", ten),)
    return Product(
        key, "drug A", Form.VIAL, contents, one, size, Split.NEVER, Rest.DISCARDED, step, PLACE
    )


@given(st.lists(st.integers(1, 30), min_size=2, max_size=3, unique=True), st.integers(1, 90))
def test_the_vials_that_leave_the_least_are_opened(sizes: list[int], tenths: int) -> None:
    """Against every number of vials of every size."""
    shelf = tuple(vial(f"v{size}", size) for size in sizes)
    found = pieces.made_up(shelf, "drug A", Quantity(Fraction(tenths), MG))
    assert sum((each.amount.value for each in found), Fraction(0)) == Fraction(tenths, 10)
    assert all(each.amount.value > 0 for each in found)
    opened = [(-(-each.amount.value * 10 // int(each.product.key[1:])), each) for each in found]
    held = sum(count * int(each.product.key[1:]) for count, each in opened)
    every_way = every_pair(*(range(tenths // size + 2) for size in sizes))
    ways = [
        (whole, sum(counts))
        for counts in every_way
        if (whole := sum(n * size for n, size in zip(counts, sizes, strict=True))) >= tenths
    ]
    assert (held, sum(count for count, _ in opened)) == min(ways)


def test_more_volume_than_can_be_tried_is_refused() -> None:
    with pytest.raises(Misread, match="more than 20000 combinations"):
        pieces.made_up((vial("a", 1), vial("b", 2)), "drug A", Quantity(Fraction(30_000), MG))


# --- how often real products cannot make a dose


def measured(strength: str, per: str, step: str) -> tuple[Product, ...]:
    content = Content("drug A", Quantity(Fraction(strength), MG))
    size = Quantity(Fraction(1000), ML)
    liquid = Product(
        "liquid",
        "drug A",
        Form.BOTTLE,
        (content,),
        Quantity(Fraction(per), ML),
        size,
        Split.NEVER,
        Rest.KEPT,
        Quantity(Fraction(step), ML),
        PLACE,
    )
    return (liquid,)


# A dose per kg as it is written for the drug, the product as it is sold, and from which weight to
# which it is given that way.
REAL = {
    "amoxicillin 45 mg/kg, 400 mg in 5 mL": ("45", measured("400", "5", "0.1"), 3, 44),
    "artesunate 2.4 mg/kg, 10 mg in 1 mL": ("2.4", measured("10", "1", "0.1"), 20, 100),
    "gentamicin 7 mg/kg, 40 mg in 1 mL": ("7", measured("40", "1", "0.1"), 10, 100),
    "infliximab 5 mg/kg, 100 mg in 10 mL": ("5", measured("100", "10", "0.1"), 20, 120),
    "palivizumab 15 mg/kg, 100 mg in 1 mL": ("15", measured("100", "1", "0.01"), 2, 12),
    "prednisolone 2 mg/kg, 5 mg and 1 mg": (
        "2",
        (tablets("a", Fraction(5), Split.NEVER), tablets("b", Fraction(1), Split.NEVER)),
        3,
        30,
    ),
    "phenobarbital 5 mg/kg, 15 mg in halves": (
        "5",
        (tablets("a", Fraction(15), Split.HALVES),),
        8,
        40,
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_rounded_to_pieces_real_doses_are_never_refused(name: str) -> None:
    """At every weight to a tenth of a kg, the nearest dose is within the tenth that needs no word,
    and can be made; without rounding most of them could not be."""
    per_kg, shelf, least, most = REAL[name]
    tried = exact = 0
    for tenths in range(least * 10, most * 10 + 1):
        dose = Quantity(Fraction(per_kg) * Fraction(tenths, 10), MG)
        found = pieces.rounded(shelf, "drug A", dose, Rounding(RoundingMode.NEAREST, None), None)
        assert abs(found.over(dose) - 1) <= USUAL_DRIFT, f"{tenths / 10:.1f} kg"
        assert pieces.made_up(shelf, "drug A", found)
        tried, exact = tried + 1, exact + (found == dose)
    assert tried > 100
    assert exact < tried
