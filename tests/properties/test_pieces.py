"""What is ordered is what is given is the sum of its pieces, exactly, or it is refused.

Doses that cannot be made evenly, of random and of real products, against a reference that tries
every handful of pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimen import planning
from regimen.engine.dispensing import supplies
from regimen.finding import Refusal
from regimen.product import Product
from regimen.schedule import Administration, Schedule
from tests.properties.reference import pieces
from tests.properties.reference.pieces import Shelf
from tests.properties.strategies.texts import quantity

MADE = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 7  # parts of a dose that the reference tries
STRENGTHS = [
    Fraction(text) for text in ["1", "2", "2.5", "3", "4", "5", "6", "10", "16", "20", "25", "100"]
]

HEADER = "regimen: 1\nid: pieces\ntitle: t\nstatus: local\nsources: [{cite: none}]\nroute: oral\n"


@dataclass(frozen=True)
class Ordered:
    """A dose of some products, as a protocol."""

    shelf: tuple[Shelf, ...]
    dose: Fraction
    rounding: str | None = None

    def schedule(self, extent: str = "doses: 1", container: str = "") -> Schedule:
        """Raises Refusal."""
        lines = ["products:"]
        for each in self.shelf:
            lines.append(f"  {each.name}: {{drug: drug A, {self._shape(each)}{container}}}")
        lines += ["courses:", "  a:", "    drug: drug A", f"    dose: {quantity(self.dose, 'mg')}"]
        lines += [f"    {extent}", f"    product: [{', '.join(each.name for each in self.shelf)}]"]
        if self.rounding is not None:
            lines.append(f"    round: '{self.rounding}'")
        protocol = planning.read_protocol(HEADER + "\n".join(lines) + "\n", "pieces.yaml")
        given = {"start": planning.Given("2026-03-02")}
        plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE)
        schedule = planning.examine(protocol, plan)
        errors = [f for f in schedule.findings if f.stands and f.code != "usual-range"]
        if errors:
            raise Refusal(errors)
        return schedule

    def _shape(self, each: Shelf) -> str:
        if each.measured_to is None:
            return f"form: tablet, strength: {quantity(each.strength, 'mg')}, split: {each.split}"
        return (
            f"form: bottle, strength: {quantity(each.strength, 'mg')} in 1 mL, size: 100 mL,"
            f" once_opened: use until empty, measured_to: {quantity(each.measured_to, 'mL')}"
        )


def taken(each: Administration) -> dict[str, Fraction]:
    assert each.dose is not None
    return {one.product.key: one.amount.to(one.product.unit).value for one in each.dose.taken}


def assert_conserved(each: Administration) -> None:
    """The drug in what is taken is the drug that is ordered."""
    assert each.dose is not None
    given = sum(
        (
            content.amount.base
            for one in each.dose.taken
            for content in one.product.contents_of(one.amount)
        ),
        Fraction(0),
    )
    assert given == each.dose.ordered.base


def refusals(ordered: Ordered) -> list[str]:
    try:
        ordered.schedule()
    except Refusal as refusal:
        return [finding.code for finding in refusal.findings]
    return []


# --- random products


@st.composite
def tablets(draw: st.DrawFn) -> tuple[Shelf, ...]:
    strengths = draw(st.lists(st.sampled_from(STRENGTHS), min_size=1, max_size=3, unique=True))
    splits = st.sampled_from(("never", "never", "halves", "quarters"))
    return tuple(Shelf(f"p{n}", strength, draw(splits)) for n, strength in enumerate(strengths))


@given(tablets(), st.integers(1, 400))
def test_tablets_are_the_fewest_that_make_the_dose_or_it_is_refused(
    shelf: tuple[Shelf, ...], quarters: int
) -> None:
    dose = Fraction(quarters, 4)
    count = pieces.makeable([*shelf], dose).get(dose)
    ordered = Ordered(shelf, dose)
    if count is None:
        assert refusals(ordered) == ["cannot-be-made"]
        return
    (each,) = ordered.schedule().administrations
    assert_conserved(each)
    assert parts_in(shelf, taken(each)) == count
    if count <= MOST:
        assert taken(each) == pieces.fewest([*shelf], dose, count)


def parts_in(shelf: tuple[Shelf, ...], amounts: dict[str, Fraction]) -> int:
    """In how many parts these amounts are taken, whole pieces first."""
    count = 0
    for each in shelf:
        left = amounts.get(each.name, Fraction(0))
        for into in pieces.PARTS[each.split]:
            count += int(left * into)
            left -= Fraction(int(left * into), into)
        assert not left
    return count


HOWS = ("nearest piece, ties up", "nearest piece, ties down", "up to piece", "down to piece")


@given(tablets(), st.integers(1, 400), st.sampled_from(HOWS))
def test_rounding_to_pieces_finds_the_next_dose_that_can_be_made(
    shelf: tuple[Shelf, ...], quarters: int, how: str
) -> None:
    dose = Fraction(quarters, 4)
    makeable = pieces.makeable([*shelf], dose + max(each.strength for each in shelf))
    ordered = Ordered(shelf, dose, f"{how}, within 100000 %")
    below = max([amount for amount in makeable if amount <= dose], default=Fraction(0))
    above = min(amount for amount in makeable if amount >= dose)
    up = how.startswith("up") or (
        how.startswith("nearest")
        and (above - dose < dose - below or (above - dose == dose - below and how.endswith("up")))
    )
    expected = above if up else below
    if not expected:
        assert refusals(ordered) == ["rounds-to-zero"]
        return
    (each,) = ordered.schedule().administrations
    assert_conserved(each)
    assert each.dose is not None
    assert each.dose.ordered.value == expected


@given(
    st.sampled_from(STRENGTHS), st.sampled_from(("0.01", "0.05", "0.1", "0.5")), st.integers(1, 999)
)
def test_a_volume_is_what_the_syringe_shows_or_it_is_refused(
    strength: Fraction, step: str, tenths: int
) -> None:
    product = Shelf("p", strength, measured_to=Fraction(step))
    ordered = Ordered((product,), Fraction(tenths, 10))
    expected = pieces.volume(product, ordered.dose)
    if expected is None:
        assert refusals(ordered) == ["cannot-be-made"]
        return
    (each,) = ordered.schedule().administrations
    assert_conserved(each)
    assert taken(each) == {"p": expected}


# --- what is opened

LIVES: tuple[int | str, ...] = ("discard", "until empty", 1, 7, 28)


@given(
    st.sampled_from(("vial", "bottle")),
    st.sampled_from(LIVES),
    st.integers(2, 40),
    st.integers(1, 90),
    st.integers(1, 12),
    st.integers(1, 20),
)
def test_what_is_opened_is_what_is_given_and_what_is_left(
    form: str, life: int | str, size: int, tenths: int, every: int, count: int
) -> None:
    words = {"discard": "discard", "until empty": "use until empty"}.get(
        str(life), f"use within {life} day{'s' * (life != 1)}"
    )
    volume = Fraction(tenths, 10)
    text = (
        HEADER + f"products: {{p: {{drug: drug A, form: {form}, strength: 10 mg in 1 mL,"
        f" size: {size} mL, once_opened: {words}, measured_to: 0.1 mL}}}}\n"
        f"courses: {{a: {{drug: drug A, dose: {tenths} mg, every: {every} days, doses: {count},"
        " product: p}}\n"
    )
    protocol = planning.read_protocol(text, "pieces.yaml")
    given = {"start": planning.Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE)
    schedule = planning.examine(protocol, plan)
    (supply,) = supplies(schedule)
    doses = [(date(2026, 3, 2) + timedelta(days=every * n), volume) for n in range(count)]
    expected = pieces.opened(doses, Fraction(size), life, runs_on=form == "bottle")
    assert supply.containers == expected
    assert (
        supply.given.base
        == sum(each.dose.ordered.base for each in schedule.administrations if each.dose) / 10
    )
    assert supply.opened.base == supply.given.base + supply.waste.base
    assert supply.waste.base >= 0


# --- real products

# what is on the shelf, the dose per kg, and from which weight on (kg)
REAL: dict[str, tuple[tuple[Shelf, ...], Fraction, int]] = {
    "prednisolone": ((Shelf("five", Fraction(5)), Shelf("one", Fraction(1))), Fraction(1), 6),
    "diazepam": (
        (Shelf("five", Fraction(5), "halves"), Shelf("two", Fraction(2), "halves")),
        Fraction(1, 4),
        20,
    ),
    "methylprednisolone": ((Shelf("four", Fraction(4), "halves"),), Fraction(1, 2), 20),
    "vigabatrin": (
        (Shelf("solution", Fraction(50), measured_to=Fraction("0.1")),),
        Fraction(25),
        3,
    ),
    "amoxicillin": (
        (Shelf("suspension", Fraction(80), measured_to=Fraction("0.5")),),
        Fraction(45),
        5,
    ),
    "phenobarbital": (
        (Shelf("sixty", Fraction(60), "quarters"), Shelf("fifteen", Fraction(15), "halves")),
        Fraction(3),
        10,
    ),
}


def test_of_real_products_few_doses_by_weight_are_refused() -> None:
    """Rounded to what the product can make, a dose by weight is given exactly as ordered; where it
    is refused, a tenth of change is not enough for so coarse a product."""
    tried, refused = 0, []
    for name, (shelf, per_kg, lightest) in REAL.items():
        for weight in range(lightest * 10, 800, 7):
            dose = weight * per_kg / 10
            tried += 1
            ordered = Ordered(shelf, dose, "nearest piece, ties up")
            codes = refusals(ordered)
            if codes:
                assert codes == ["rounds-far"]
                refused.append(f"{name} {dose}")
                continue
            (each,) = ordered.schedule().administrations
            assert_conserved(each)
    assert tried > 500
    assert len(refused) * 100 < tried, refused


def test_the_products_are_described_as_real_ones() -> None:
    schedule = Ordered(REAL["diazepam"][0], Fraction(7)).schedule()
    names = [
        one.product for each in schedule.administrations if each.dose for one in each.dose.taken
    ]
    assert all(isinstance(name, Product) for name in names)
    with pytest.raises(Refusal):
        Ordered(REAL["prednisolone"][0], Fraction(1, 2)).schedule()
