"""Random tables by weight: every value stands in exactly one row, or in none and is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from regimen import planning
from regimen.finding import Refusal
from regimen.protocol import Protocol

HEAD = """\
regimen: 1
id: tables
title: Tables
status: local
sources: [{cite: made up}]
route: oral
measures:
  size: {unit: kg, ask: "What does it weigh?", taken: once, at_least: 0.000001 kg, at_most: 9999 kg}
courses:
  a: {drug: drug A, doses: 1, dose: {by size: {%s}}}
"""
MADE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slice:
    """The weights of one row, in grams, and how the row is written."""

    low: int | None
    low_in: bool
    high: int | None
    high_in: bool
    words: str

    def holds(self, grams: Fraction) -> bool:
        above = self.low is None or grams > self.low or (self.low_in and grams == self.low)
        below = self.high is None or grams < self.high or (self.high_in and grams == self.high)
        return above and below


@st.composite
def tables(draw: st.DrawFn) -> list[Slice]:
    """Rows that fit each other: at each edge, one of the two neighbours has it."""
    edges = sorted(draw(st.sets(st.integers(1, 40), min_size=1, max_size=5)))
    grams = [edge * 500 for edge in edges]
    belongs_above = [draw(st.booleans()) for _ in grams]
    open_below, open_above = draw(st.booleans()), draw(st.booleans())
    bounds = list(zip(grams, belongs_above, strict=True))
    rows = []
    if open_below or len(grams) == 1:
        high, above = bounds[0]
        rows.append(
            Slice(None, False, high, not above, f"{'under' if above else 'up to'} {kg(high)}")
        )
    for (low, low_in), (high, above) in pairwise(bounds):
        begins = draw(st.sampled_from(["", "from "])) if low_in else "over "
        ends = "to under" if above else "up to"
        first = draw(st.sampled_from([kg(low), kg(low).removesuffix(" kg"), f"{low} g"]))
        rows.append(Slice(low, low_in, high, not above, f"{begins}{first} {ends} {kg(high)}"))
    if open_above:
        low, low_in = bounds[-1]
        rows.append(Slice(low, low_in, None, False, f"{'from' if low_in else 'over'} {kg(low)}"))
    return rows


def kg(grams: int) -> str:
    return f"{grams // 1000} kg" if grams % 1000 == 0 else f"{grams // 1000}.5 kg"


def weights(rows: list[Slice]) -> list[Fraction]:
    """A grid over all rows and beyond, and every edge with its closest neighbours."""
    edges = [edge for row in rows for edge in (row.low, row.high) if edge is not None]
    found = [
        Fraction(edge) + shift
        for edge in edges
        for shift in (Fraction(-1, 1000), 0, Fraction(1, 1000))
    ]
    found += [Fraction(grams) for grams in range(250, max(edges) + 1000, 750)]
    return found


def weighed(grams: Fraction) -> str:
    whole, rest = divmod(grams * 1000, 1000)
    return f"{whole}.{int(rest):03} g" if rest else f"{whole} g"


def chosen(protocol: Protocol, grams: Fraction) -> str:
    """The dose of that weight, or the code that refuses it."""
    texts = {
        "start": "2026-03-02",
        "size": weighed(grams),
    }
    given_texts = {name: planning.Given(text) for name, text in texts.items()}
    try:
        plan = planning.make_plan(protocol, given_texts, plan_id="0" * 32, made=MADE)
        (only,) = planning.check(protocol, plan).administrations
    except Refusal as refusal:
        return ", ".join(finding.code for finding in refusal.findings)
    return str(only.dose)


@given(tables())
def test_every_weight_stands_in_one_row_or_is_refused(rows: list[Slice]) -> None:
    text = ", ".join(f"{row.words}: {number} mg" for number, row in enumerate(rows, 1))
    protocol = planning.read_protocol(HEAD % text, "tables.yaml")
    asked = weights(rows)
    assert len(asked) > 3
    for grams in asked:
        holding = [number for number, row in enumerate(rows, 1) if row.holds(grams)]
        assert len(holding) <= 1
        assert chosen(protocol, grams) == (f"{holding[0]} mg" if holding else "no-row")
