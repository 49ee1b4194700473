"""Tables: which row is taken and why it is said to be, and what is refused where in the table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Refusal
from regimen.schedule import CheckedSchedule

HEAD = """\
regimen: 1
id: tables
title: Tables
status: local
sources: [{cite: made up}]
route: oral
measures: {weight: {taken: once, at_least: 4 kg, at_most: 25 kg}}
parameters: {response: {type: choice, ask: "How is it?", choices: {good: few, poor: many}}}
courses:
  a:
    every: 1 day
    for: {by response: {good: 1 day, poor: 2 days}}
    dose:
"""
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(dose: str, weight: str, **answers: str) -> CheckedSchedule:
    protocol = planning.read_protocol(f"{HEAD}      {dose}\n", "tables.yaml")
    texts = {"start": "2026-03-02", "weight": weight, "response": "good", **answers}
    plan = planning.make_plan(
        protocol,
        {name: planning.Given(text) for name, text in texts.items()},
        plan_id="0" * 32,
        made=MADE,
    )
    return planning.check(protocol, plan)


# --- why


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        (
            "by weight: {under 15 kg: 5 mg, 15 to under 25 kg: 10 mg, from 25 kg: 20 mg}",
            "stated 10 mg (as the protocol says, for weight 15 to under 25 kg (18 kg))",
        ),
        (
            "by weight: {up to 18 kg: 2 mg/kg, over 18 kg: 20 mg}",
            "stated 2 mg/kg, as the protocol says, for weight up to 18 kg (18 kg)",
        ),
        (
            "by response: {good: {by weight: {under 15 kg: 5 mg, from 15 kg: 10 mg}}, poor: 20 mg}",
            "stated 10 mg (as the protocol says, for response good, for weight from 15 kg (18 kg))",
        ),
    ],
)
def test_the_derivation_says_which_row_was_taken_and_why(dose: str, words: str) -> None:
    (only,) = schedule(dose, "18 kg").administrations
    assert only.why_this_dose().startswith(words)


def test_the_row_of_an_extent_is_a_reason_for_the_day() -> None:
    dose = "by weight: {under 15 kg: 5 mg, from 15 kg: 10 mg}"
    one, _ = schedule(dose, "18 kg", response="poor").administrations
    assert "dose 1 of 2 daily, for response poor" in one.why_this_day()


# --- broken tables

# the rows, the line and column of the finding, its code, its words
BROKEN = [
    ("under 15 kg: 5 mg, from 16 kg: 6 mg", "from 16", "table-gap", "15 to under 16 kg"),
    ("under 15 kg: 5 mg, over 15 kg: 6 mg", "over 15", "table-gap", "exactly 15 kg"),
    ("up to 15 kg: 5 mg, 20 to under 30 kg: 6 mg", "20 to", "table-gap", "over 15 to under 20 kg"),
    ("under 15 kg: 5 mg, over 20 kg up to 30 kg: 6 mg", "over 20", "table-gap", "from 15 up to 20"),
    ("up to 15 kg: 5 mg, from 15 kg: 6 mg", "from 15", "table-overlap", "exactly 15 kg"),
    ("under 15 kg: 5 mg, from 14 kg: 6 mg", "from 14", "table-overlap", "14 to under 15 kg"),
    ("under 15 kg: 5 mg, under 20 kg: 6 mg", "under 20", "table-overlap", "under 15 kg"),
    ("under 20 kg: 5 mg, up to 15 kg: 6 mg", "up to 15", "table-overlap", "up to 15 kg"),
    ("from 15 kg: 5 mg, from 20 kg: 6 mg", "from 20", "table-overlap", "from 20 kg"),
    ("5 to under 20 kg: 5 mg, 10 to under 15 kg: 6 mg", "10 to", "table-overlap", "10 to under 15"),
    ("5 to under 20 kg: 5 mg, 10 up to 20 kg: 6 mg", "10 up", "table-overlap", "10 to under 20"),
    ("from 15 kg: 6 mg, under 15 kg: 5 mg", "under 15", "table-order", "ascending"),
    ("15 to under 20 kg: 6 mg, 5 to under 15 kg: 5 mg", "5 to", "table-order", "ascending"),
    ("15 kg: 5 mg, from 15 kg: 6 mg", "15 kg", "bad-band", "from where to where"),
    ("5-15 kg: 5 mg, from 15 kg: 6 mg", "5-15", "bad-band", "from where to where"),
    ("< 15 kg: 5 mg, from 15 kg: 6 mg", "< 15", "bad-band", "from where to where"),
    ("5 to 14 kg: 5 mg, from 15 kg: 6 mg", "5 to 14", "bad-band", "leaves open"),
    ("over 5 to 14 kg: 5 mg, from 15 kg: 6 mg", "over 5", "bad-band", "from where to where"),
    ("20 to under 15 kg: 5 mg, from 20 kg: 6 mg", "20 to", "bad-band", "from less to more"),
    ("under 15 cm: 5 mg, from 15 kg: 6 mg", "under 15", "dimension", "is length, weight is mass"),
    ("under 15: 5 mg, from 15 kg: 6 mg", "under 15", "bad-band", "from where to where"),
    ("'under 1,5 kg': 5 mg", "'under 1,5", "decimal-comma", "half of the world"),
    ("under 15 kg: 5 mg, from 15 kg: 6 IU", "from 15", "dimension", "the first row is mass"),
    ("under 15 kg: 5mg, from 15 kg: 6 mg", "5mg", "bad-quantity", "a number, a space and a unit"),
    ("under 15 kg: 5 mg, from 15 kg: $more", "$more", "unknown-parameter", "'more'"),
    ("under 15 kg: 5 mg, from 15 kg: [6 mg]", "[6 mg]", "wrong-shape", "a list or a block"),
    ("under 15 kg: 5 mg, from 15 kg: {}", "{}", "wrong-shape", "a block stands where one value"),
]


@pytest.mark.parametrize(("rows", "at", "code", "words"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_table_is_refused_at_its_row(rows: str, at: str, code: str, words: str) -> None:
    block = f"by weight: {{{rows}}}"
    with pytest.raises(Refusal) as refused:
        schedule(block, "12 kg")
    finding = next(each for each in refused.value.findings if each.code == code)
    line = f"      {block}"
    assert finding.place is not None
    assert finding.place.line == HEAD.count("\n") + 1
    assert line[finding.place.column - 1 :].startswith(at)
    assert words in str(finding)


# many rows, among which the one is found by where it must stand
UNDER = "under 5 kg: 5 mg, " + ", ".join(f"{n} to under {n + 1} kg: {n}5 mg" for n in range(5, 19))
UP_TO = "up to 5 kg: 5 mg, " + ", ".join(
    f"over {n} up to {n + 1} kg: {n}5 mg" for n in range(5, 19)
)


@pytest.mark.parametrize(
    ("rows", "weight", "dose"),
    [
        (UNDER, "4.9 kg", "5 mg"),
        (UNDER, "5 kg", "55 mg"),
        (UNDER, "5.9 kg", "55 mg"),
        (UNDER, "6 kg", "65 mg"),
        (UNDER, "12000 g", "125 mg"),
        (UNDER, "18.9 kg", "185 mg"),
        (UNDER, "19 kg", "195 mg"),
        (UP_TO, "4.9 kg", "5 mg"),
        (UP_TO, "5 kg", "5 mg"),
        (UP_TO, "5.1 kg", "55 mg"),
        (UP_TO, "12 kg", "115 mg"),
        (UP_TO, "19 kg", "185 mg"),
        (UP_TO, "20 kg", "195 mg"),
    ],
)
def test_of_many_rows_one_is_taken(rows: str, weight: str, dose: str) -> None:
    last = "from 19 kg: 195 mg" if rows is UNDER else "over 19 kg: 195 mg"
    found = schedule(f"by weight: {{{rows}, {last}}}", weight)
    assert {str(each.dose) for each in found.administrations} == {dose}


def test_many_rows_hold_nothing_below_the_first_and_beyond_the_last() -> None:
    between = ", ".join(f"{n} to under {n + 1} kg: {n} mg" for n in range(6, 18))
    for weight in ("5.9 kg", "18 kg"):
        with pytest.raises(Refusal, match="is in no row"):
            schedule(f"by weight: {{{between}}}", weight)
