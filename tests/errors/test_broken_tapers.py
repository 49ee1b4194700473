"""Tapers that are broken in one way each: the finding, its place, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Finding, Refusal
from regimen.planning import Given

HEAD = """\
regimen: 1
id: taper
title: A taper
status: local
sources: [{cite: none}]
route: oral
every: 1 day
parameters:
  part: {type: quantity, unit: "%", ask: "By how many per cent?"}
  now: {type: quantity, unit: mg, ask: "How much is taken now?"}
measures: {weight: {taken: once, at_least: 4 kg, at_most: 25 kg}}
courses:
  other: {dose: 1 mg/kg, doses: 1}
  another: {taper: {from: $now, by: $part of current, stop_under: 1 mg, each: 1 week}}
  a:
    drug: drug A
    round: nearest 0.5 mg, ties up, within 50 %
"""
MADE = datetime(2026, 3, 1, tzinfo=UTC)
LINE = HEAD.count("\n") + 1
GIVEN = {"start": "2026-03-02", "part": "50 %", "now": "2 mg", "weight": "10 kg"}

# The taper, the code, what stands at the finding's place, and words that it says.
BROKEN = [
    (
        "{from: 20 mg, by: 15 mg, to: 0 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 5 mg, its level 2", "(20 mg, 5 mg)"],
    ),
    (
        "{from: 20 mg, by: 10 % of current, to: 0 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 2.5 mg, its level 20", "given as 2.5 mg again", "at_least: 0.5 mg"],
    ),
    (
        "{from: 20 mg, by: 30 % of current, to: 12 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 14 mg, its level 2: the next step would pass 12 mg", "(20 mg, 14 mg)"],
    ),
    (
        "{from: 5 mg/kg, by: 2 mg/kg, to: 2 mg/kg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 3 mg/kg, its level 2: the next step would pass 2 mg/kg"],
    ),
    (
        "{from: 3 mg/kg, by: 4 mg, to: 0 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 2 mg, its level 8", "(30 mg, 26 mg, 22 mg, 18 mg, 14 mg, 10 mg, 6 mg, 2 mg)"],
    ),
    (
        "{from: 20 mg, steps: [10 mg to 10 mg, 4 mg to 0 mg], each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at 2 mg, its level 4", "(20 mg, 10 mg, 6 mg, 2 mg)"],
    ),
    (
        "{from: 20 mg, steps: [10 mg to 10 mg, 5 mg to 10 mg], each: 1 week}",
        "taper-misses",
        "{from",
        ["never changes at 10 mg"],
    ),
    (
        "{from: 10 mg, steps: [10 mg to 20 mg, 5 mg to 0 mg], each: 1 week}",
        "taper-misses",
        "{from",
        ["from 20 mg it would turn", "two phases"],
    ),
    (
        "{from: 1 mg, by: 0.2 mg, to: 0.6 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["sticks at its level 1: 1 mg and then 0.8 mg are both rounded to 1 mg"],
    ),
    (
        "{from: 20 mg, by: 5 mg, stop_under: 30 mg, each: 1 week}",
        "taper-misses",
        "{from",
        ["is over before its first level"],
    ),
    (
        "{from: 20 mg, by: 5 mg, to: 0 mg, each: 1 week, starting_at: 12 mg}",
        "not-a-level",
        "{from",
        ["from 12 mg, which is none of its levels (20 mg, 15 mg, 10 mg, 5 mg)"],
    ),
    (
        "{from: 20 mg, by: 5 IU, to: 0 mg, each: 1 week}",
        "dimension",
        "{from",
        ["20 mg and 5 units are not of one kind"],
    ),
    (
        "{from: 20 mg, by: 5 mg, to: 0 mg, stop_under: 5 mg, each: 1 week}",
        "two-ways",
        "stop_under",
        ["to and stop_under both say where the taper ends"],
    ),
    (
        "{from: 20 mg, steps: [5 mg to 0 mg], to: 0 mg, each: 1 week}",
        "two-ways",
        "to: 0 mg, each",
        ["steps and to both say"],
    ),
    (
        "{from: 20 mg, by: 5 mg, to: 0 mg, at_least: 1 mg, each: 1 week}",
        "unused-key",
        "at_least",
        ["no step is a percentage"],
    ),
    (
        "{from: 20 mg, by: 5 mg, each: 1 week}",
        "missing-key",
        "{from",
        ["does not say where it ends", "stop_under"],
    ),
    (
        "{from: 20 mg, to: 0 mg, each: 1 week}",
        "missing-key",
        "{from",
        ["does not say how much less"],
    ),
    (
        "{from: 20 mg, by: $now of current, to: 0 mg, each: 1 week}",
        "wrong-parameter",
        "$now of",
        ["'now' is an amount; here belongs a percentage"],
    ),
    (
        "{from: 20 mg, by: $part, to: 0 mg, each: 1 week}",
        "wrong-parameter",
        "$part",
        ["'part' is a percentage; here belongs an amount"],
    ),
    (
        "{from: 20 mg, steps: [$missing to 0 mg], each: 1 week}",
        "unknown-parameter",
        "$missing",
        ["no parameter 'missing'"],
    ),
    (
        "{from: 20 mg, by: 10 % of the dose, to: 0 mg, each: 1 week}",
        "bad-quantity",
        "10 % of the dose",
        ["courses.a.taper.by", "'the dose' is nothing that a part can be taken of"],
    ),
    (
        "{from: 20 mg, by: 0 % of current, to: 0 mg, each: 1 week}",
        "bad-quantity",
        "0 % of",
        ["is no part of anything", "10 % of current"],
    ),
    (
        "{from: 20 mg, by: 0,5 % of current, to: 0 mg, each: 1 week}",
        "comma-cut",
        "5 % of",
        ["a comma"],
    ),
    (
        "{from: 20 mg, steps: [5 mg], each: 1 week}",
        "bad-quantity",
        "5 mg]",
        ["does not say by how much to which level"],
    ),
    (
        "{from: 20 mg/day, by: 5 mg, to: 0 mg, each: 1 week}",
        "bad-quantity",
        "20 mg/day",
        ["per: day"],
    ),
    (
        "{from: 20 mg, by: 5 mg, to: 0 mg, each: 12 hours}",
        "bad-duration",
        "12 hours",
        ["is shorter than a day"],
    ),
]


def found(taper: str) -> tuple[Finding, ...]:
    try:
        protocol = planning.read_protocol(f"{HEAD}    taper: {taper}\n", "taper.yaml")
        given = {name: Given(text) for name, text in GIVEN.items()}
        plan = planning.make_plan(protocol, given, plan_id="", made=MADE)
        return planning.examine(protocol, plan).findings
    except Refusal as refusal:
        return refusal.findings


@pytest.mark.parametrize(("taper", "code", "at", "says"), BROKEN, ids=[row[0] for row in BROKEN])
def test_the_finding_is_this_one_here(taper: str, code: str, at: str, says: list[str]) -> None:
    (finding,) = found(taper)
    assert finding.code == code
    assert finding.place is not None
    assert finding.place.line == LINE
    assert f"    taper: {taper}"[finding.place.column - 1 :].startswith(at), finding.place
    for words in says:
        assert words in f"{finding.what}\n{finding.mend}"


def test_the_tapers_are_broken_by_that_alone() -> None:
    assert found("{from: 20 mg, by: 5 mg, to: 0 mg, each: 1 week}") == ()
    assert len(BROKEN) >= 10
