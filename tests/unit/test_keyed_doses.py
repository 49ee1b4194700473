"""Doses on the times they are given: why each is what it is, and what is refused where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Refusal
from regimen.schedule import CheckedSchedule

HEAD = """\
regimen: 1
id: keyed
title: Keyed
status: local
sources: [{cite: made up}]
route: oral
measures: {weight: {taken: once, at_least: 7 kg, at_most: 45 kg}}
courses:
  used: {dose: 1 mg/kg, doses: 1}
"""
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(course: str, **answers: str) -> CheckedSchedule:
    protocol = planning.read_protocol(f"{HEAD}  a: {course}\n", "keyed.yaml")
    texts = {"start": "2026-03-02 08:00", "zone": "Europe/Rome", "weight": "18 kg", **answers}
    plan = planning.make_plan(
        protocol,
        {name: planning.Given(text) for name, text in texts.items()},
        plan_id="0" * 32,
        made=MADE,
    )
    return planning.check(protocol, plan)


@pytest.mark.parametrize(
    ("course", "reasons"),
    [
        (
            "{at: {08:00: 2 mg, 20:00: 0.1 mg/kg}, every: 1 day, for: 1 day}",
            [
                "stated 2 mg (as the protocol says at 08:00); ordered 2 mg (per administration)",
                "stated 0.1 mg/kg, as the protocol says at 20:00;"
                " calculated 1.8 mg (0.1 mg/kg × 18 kg); ordered 1.8 mg (per administration)",
            ],
        ),
        (
            "{on: {mon: {by weight: {under 20 kg: 3 mg/day, from 20 kg: 5 mg/day}}, tue: 1 mg},"
            " at: [08:00, 20:00], doses: 3}",
            [
                "stated 3 mg per day, as the protocol says on Monday, for weight under 20 kg"
                " (18 kg); shared 1.5 mg (shared equally among 2 doses a day); ordered 1.5 mg (per"
                " administration)",
            ]
            * 2
            + ["stated 1 mg (as the protocol says on Tuesday); ordered 1 mg (per administration)"],
        ),
        (
            "{on: {mon: 3 mg/day, tue: 1 mg}, doses: 1}",
            [
                "stated 3 mg per day, as the protocol says on Monday; ordered 3 mg (per"
                " administration)"
            ],
        ),
        (
            "{at: {08:00: 3 g, 20:00: 2 g}, max: 4 g/day, every: 1 day, for: 1 day}",
            [
                "stated 3 g (as the protocol says at 08:00); capped 2.4 g (at most 4 g per day, 3/5"
                " of the day); ordered 2.4 g (per administration)",
                "stated 2 g (as the protocol says at 20:00); capped 1.6 g (at most 4 g per day, 2/5"
                " of the day); ordered 1.6 g (per administration)",
            ],
        ),
        (
            "{dose: 1 g, offsets: {0 hours: 1/2, 6 hours: 1/2}, max: 400 mg/dose}",
            [
                "stated 1 g (as the protocol says); shared 0.5 g (1/2 of it at 0 hours); capped 0.4 g"
                " (at most 400 mg per dose); ordered 0.4 g (per administration)",
                "stated 1 g (as the protocol says); shared 0.5 g (1/2 of it at 6 hours); capped 0.4 g"
                " (at most 400 mg per dose); ordered 0.4 g (per administration)",
            ],
        ),
        (
            "{dose: 12 mg/week, on: {mon: 1/3, tue: 2/3}, at: [08:00, 20:00], doses: 3}",
            [
                "stated 12 mg per week, as the protocol says; shared 2 mg (1/3 of it on Monday,"
                " among 2 doses a day); ordered 2 mg (per administration)"
            ]
            * 2
            + [
                "stated 12 mg per week, as the protocol says; shared 4 mg (2/3 of it on"
                " Tuesday, among 2 doses a day); ordered 4 mg (per administration)"
            ],
        ),
    ],
)
def test_the_derivation_names_the_time(course: str, reasons: list[str]) -> None:
    assert [each.why_this_dose() for each in schedule(course).schedule.of_course("a")] == reasons


@pytest.mark.parametrize(
    ("course", "at", "code"),
    [
        ("{at: {08:00: 2 mg, 25:00: 1 mg}, every: 1 day, for: 1 day}", "25:00", "bad-time"),
        (
            "{at: {08:00: 2 mg, 08:00/20:00: 1 mg}, every: 1 day, for: 1 day}",
            "08:00/20",
            "table-overlap",
        ),
        ("{at: {08:00: 2 mg, 20:00: 1mg}, every: 1 day, for: 1 day}", "1mg", "bad-quantity"),
        ("{at: {08:00: 2 mg, 20:00: [1 mg]}, every: 1 day, for: 1 day}", "[1 mg]", "wrong-shape"),
        ("{at: {}, dose: 1 mg, every: 1 day, for: 1 day}", "{}", "empty-value"),
        ("{at: {08:00: 1/0}, dose: 1 mg, every: 1 day, for: 1 day}", "1/0", "bad-number"),
        (
            "{at: {08:00: 2 mg, 20:00: $more}, every: 1 day, for: 1 day}",
            "$more",
            "unknown-parameter",
        ),
        ("{on: {mon: 2 mg, monday: 1 mg}, doses: 2}", "monday", "table-overlap"),
        ("{on: {mon: 2 mg, someday: 1 mg}, doses: 2}", "someday", "bad-weekday"),
        ("{on: {mon: 2 mg/week, tue: 1 mg}, doses: 2}", "{mon", "bad-quantity"),
        ("{days: {1: 2 mg, first: 1 mg}}", "first", "bad-number"),
        ("{days: {0: 2 mg, 1: 1 mg}}", "{0", "bad-number"),
        ("{offsets: {0 hours: 2 mg, soon: 1 mg}}", "soon", "bad-duration"),
        (
            "{dose: 2 mg/day, at: {08:00: 1/2, 20:00: 1/2}, every: 2 days, for: 1 week}",
            "2 mg",
            "per-day-on-rest-days",
        ),
        ("{offsets: {0 hours: 2 mg}, at: {08:00: 1 mg}}", "offsets:", "two-ways"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(course: str, at: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        schedule(course)
    finding = next(each for each in refused.value.findings if each.code == code)
    assert finding.place is not None
    assert f"  a: {course}"[finding.place.column - 1 :].startswith(at)


def test_a_visit_has_no_doses() -> None:
    visits = "visits: {eeg: {at: {08:00: 1 mg}, every: 1 week, for: 2 weeks}}\n"
    with pytest.raises(Refusal) as refused:
        planning.read_protocol(HEAD + visits, "keyed.yaml")
    assert [finding.code for finding in refused.value.findings] == ["wrong-shape"]
    assert "a visit has none" in str(refused.value)


def test_a_share_that_the_plan_answers_is_refused_as_well() -> None:
    course = "{dose: not stated, at: {08:00: 1/2, 20:00: 1/2}, every: 1 day, for: 1 day}"
    assert schedule(course, **{"a.dose": "3 mg/day"}).schedule.of_course("a")
    with pytest.raises(Refusal, match="not what clock times divide"):
        schedule(course, **{"a.dose": "30 mg/week"})


def test_an_open_dose_on_one_time_leaves_the_others() -> None:
    course = "{at: {08:00: 2 mg, 20:00: not stated}, every: 1 day, for: 1 day}"
    protocol = planning.read_protocol(f"{HEAD}  a: {course}\n", "keyed.yaml")
    texts = {"start": "2026-03-02", "zone": "Europe/Rome", "weight": "18 kg"}
    given = {name: planning.Given(text) for name, text in texts.items()}
    plan = planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE)
    shown = [str(each.dose) for each in planning.examine(protocol, plan).of_course("a")]
    assert shown == ["2 mg", "None"]
