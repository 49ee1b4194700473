"""Why this much, and why on this day: the words that stand behind an administration, exactly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Refusal
from regimen.planning import Given
from regimen.schedule import Administration, Schedule

HEAD = """
regimen: 1
id: why
title: Why
status: local
sources: [{cite: made up}]
measures: {weight: {taken: once, at_least: 3 kg, at_most: 18 kg}, bsa: {taken: once, at_least: 0.2 m2, at_most: 1 m2}}
route: oral
"""
# the measures are used here, so that every course below may use them or not
USED = "  used: {dose: 1 mg/kg, max: 9 mg/m2/dose, every: 1 day, doses: 1, drug: other}\n"
MADE = datetime(2026, 3, 1, tzinfo=UTC)
ANSWERS = {"start": "2026-03-02", "zone": "Europe/Rome", "weight": "7.5 kg", "bsa": "0.4 m2"}


def scheduled(course: str, **answers: str) -> Schedule:
    protocol = planning.read_protocol(f"{HEAD}courses:\n{USED}  a: {course}\n", "why.yaml")
    texts = {name: Given(text) for name, text in (ANSWERS | answers).items()}
    plan = planning.make_plan(protocol, texts, plan_id="d" * 32, made=MADE)
    return planning.examine(protocol, plan)


def given(course: str, **answers: str) -> tuple[Administration, ...]:
    return scheduled(course, **answers).of_course("a")


DOSES = [
    (
        "{dose: 100 mcg, every: 1 day, doses: 1}",
        ["stated 100 mcg (as the protocol says); ordered 100 mcg (per administration)"],
    ),
    (
        "{dose: 6 mg/kg/day, every: 1 day, doses: 2, at: [08:00, 20:00]}",
        [
            "stated 6 mg/kg per day, as the protocol says;"
            " calculated 45 mg (6 mg/kg × 7.5 kg);"
            " shared 22.5 mg (shared equally among 2 doses a day);"
            " ordered 22.5 mg (per administration)"
        ]
        * 2,
    ),
    (
        "{dose: 50 mg/m2/day, every: 1 day, doses: 1, max: 15 mg/dose, round: 'nearest 7 mg, ties up'}",
        [
            "stated 50 mg/m² per day, as the protocol says;"
            " calculated 20 mg (50 mg/m² × 0.4 m²);"
            " shared 20 mg (once a day);"
            " capped 15 mg (at most 15 mg per dose);"
            " rounded 14 mg (15 mg rounded nearest 7 mg, ties up);"
            " ordered 14 mg (per administration)"
        ],
    ),
    (
        "{dose: 30 mg, every: 1 day, doses: 2, at: [08:00, 20:00], max: [40 mg/m2/day, 9 mg/dose]}",
        [
            "stated 30 mg (as the protocol says);"
            " capped 8 mg (at most 40 mg/m² per day, 2 doses a day; tighter than 9 mg per dose);"
            " ordered 8 mg (per administration)"
        ]
        * 2,
    ),
    (
        "{dose: 30 mg, every: 1 day, doses: 1, max: 2 mg/kg/day}",
        [
            "stated 30 mg (as the protocol says); capped 15 mg (at most 2 mg/kg per day);"
            " ordered 15 mg (per administration)"
        ],
    ),
    (
        "{dose: 42 mg/week, times_per_week: 3, doses: 2, at: [08:00, 20:00]}",
        [
            "stated 42 mg per week, as the protocol says;"
            " shared 7 mg (shared equally among 6 doses a week);"
            " ordered 7 mg (per administration)"
        ]
        * 2,
    ),
    (
        "{dose: 10 mg in all, every: 1 day, doses: 4}",
        [
            "stated 10 mg in all, as the protocol says;"
            " shared 2.5 mg (shared equally among all 4 doses);"
            " ordered 2.5 mg (per administration)"
        ]
        * 4,
    ),
    (
        "{taper: {from: 20 mg, by: 10 mg, to: 0 mg, each: 1 day, per: day}, every: 1 day}",
        [
            f"stated {level} mg per day, level {number} of the taper from 20 mg by 10 mg to 0 mg;"
            f" shared {level} mg (once a day); ordered {level} mg (per administration)"
            for number, level in ((1, 20), (2, 10))
        ],
    ),
    (
        "{taper: {from: 2 mg, by: 1 mg, to: 3 mg, each: 1 day}, every: 1 day, round: up to 1 mg}",
        [
            f"stated {level} mg (level {number} of the taper from 2 mg by 1 mg to 3 mg);"
            f" rounded {level} mg ({level} mg rounded up to 1 mg);"
            f" ordered {level} mg (per administration)"
            for number, level in ((1, 2), (2, 3))
        ],
    ),
]


@pytest.mark.parametrize(("course", "words"), DOSES)
def test_why_this_dose(course: str, words: list[str]) -> None:
    assert [each.why_this_dose() for each in given(course)] == words


DAYS = [
    (
        "{dose: 1 mg, every: 1 day, doses: 2}",
        [
            "daily begins at the start of the plan (2026-03-02); dose 1 of 2 daily",
            "daily begins at the start of the plan (2026-03-02); dose 2 of 2 daily",
        ],
    ),
    (
        "{dose: 1 mg, every: 1 month, doses: 2, begins: 10 months after start}",
        [
            "monthly begins 10 months after the start of the plan (2026-03-31), on 2027-01-31;"
            " dose 1 of 2 monthly",
            "monthly begins 10 months after the start of the plan (2026-03-31), on 2027-01-31;"
            " dose 2 of 2 monthly; day 31 does not exist in that month, so it is 2027-02-28",
        ],
    ),
    (
        "{dose: 1 mg, doses: 1, at: 02:30, begins: 2 days before start}",
        [
            "once begins 2 days before the start of the plan (2026-03-31), on 2026-03-29;"
            " dose 1 of 1 once; 02:30 does not exist on 2026-03-29, when the clocks go forward:"
            " moved to 03:30"
        ],
    ),
]


@pytest.mark.parametrize(("course", "words"), DAYS)
def test_why_this_day(course: str, words: list[str]) -> None:
    start = "2026-03-31" if "begins" in course else "2026-03-02"
    assert [each.why_this_day() for each in given(course, start=start)] == words


def test_a_timed_dose_has_its_instant() -> None:
    summer, winter = given("{dose: 1 mg, every: 1 day, doses: 2, at: 08:00}", start="2026-10-24")
    assert summer.instant == datetime(2026, 10, 24, 6, tzinfo=UTC)
    assert winter.instant == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert (winter.time, winter.clock_note) == (summer.time, "")
    (twice,) = given("{dose: 1 mg, doses: 1, at: 02:30}", start="2026-10-25")
    assert twice.instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert twice.time is not None
    assert twice.time.fold == 0
    assert twice.clock_note == (
        "02:30 comes twice on 2026-10-25, when the clocks go back: the first is meant"
    )


POINTS = """
    dose: 1 mg
    month_end: clamp
    phases:
      - {name: one, PHASE, begins: 1 month after start}
      - {name: two, every: 1 month, doses: 1, begins: 1 month after ANCHOR}
"""


@pytest.mark.parametrize(
    ("phase", "anchor", "day"),
    [
        ("every: 1 day, doses: 2", "previous.first", "2026-03-31"),
        ("every: 1 day, doses: 2", "previous.begin", "2026-03-31"),
        ("every: 1 day, doses: 2", "previous.last", "2026-04-01"),
        ("doses: 1", "previous.last", "2026-03-31"),
        ("every: 1 month, doses: 2", "previous.last", "2026-04-30"),
        ("every: 1 month, doses: 2", "previous.end", "2026-05-31"),
        ("times_per_week: 2, doses: 2", "previous.first", "2026-03-31"),
        ("on: [mon], doses: 1", "previous.first", "2026-04-02"),
    ],
)
def test_months_count_from_where_they_began(phase: str, anchor: str, day: str) -> None:
    """31 January + 1 month is 28 February, and one month more is 31 March, wherever the phase that
    begins on that 28 February is asked for its first day."""
    text = POINTS.replace("PHASE", phase).replace("ANCHOR", anchor)
    schedule = scheduled(f"\n{text}", start="2026-01-31")
    assert str(schedule.of_course("a")[-1].day) == day


def test_the_end_in_the_middle_of_a_day_is_the_next_clock_time() -> None:
    schedule = scheduled("""
    dose: 1 mg
    junctions: at once
    phases:
      - {name: one, every: 1 day, at: [06:00, 14:00, 22:00], doses: 4}
      - {name: two, every: 1 day, at: [06:00, 14:00, 22:00], doses: 2}
""")
    assert [str(each.moment) for each in schedule.of_course("a")] == [
        "2026-03-02 06:00",
        "2026-03-02 14:00",
        "2026-03-02 22:00",
        "2026-03-03 06:00",
        "2026-03-03 14:00",
        "2026-03-03 22:00",
    ]


REFUSED = [
    (
        "{dose: 10 mg/week, every: 3 days, doses: 2}",
        "why.yaml:11:13: error [per-day-on-rest-days] 10 mg per week on days that do not come equally"
        " often every week",
        "write the dose per administration",
    ),
    (
        "{every: 1 day, taper: {from: 3 mg, by: 1 IU, to: 0 mg, each: 1 day}}",
        "why.yaml:11:28: error [dimension] a taper from 3 mg by 1 unit to 0 mg: 3 mg and 1 unit are"
        " not of one kind",
        "write all amounts of a taper in one kind of unit",
    ),
    (
        "{every: 1 day, taper: {from: 3 mg, by: 2 mg, to: 0 mg, each: 1 day}}",
        "why.yaml:11:28: error [taper-misses] a taper from 3 mg by 2 mg to 0 mg sticks at 1 mg, its"
        " level 2: the next step would pass 0 mg (3 mg, 1 mg)",
        "choose a step that divides the way evenly, or list several steps",
    ),
    (
        "{every: 1 day, taper: {from: 1 mg, by: 2 mg, to: 6 mg, each: 1 day}}",
        "why.yaml:11:28: error [taper-misses] a taper from 1 mg by 2 mg to 6 mg sticks at 5 mg, its"
        " level 3: the next step would pass 6 mg (1 mg, 3 mg, 5 mg)",
        "choose a step that divides the way evenly, or list several steps",
    ),
    (
        "{every: 1 day, taper: {from: 3 mg, by: 1 mg, to: 3 mg, each: 1 day}}",
        "why.yaml:11:28: error [taper-misses] a taper from 3 mg by 1 mg to 3 mg never changes at 3 mg",
        "choose a step that divides the way evenly, or list several steps",
    ),
    (
        "{every: 1 day, taper: {from: 1001 mg, by: 1 mg, to: 0 mg, each: 1 day}}",
        "why.yaml:11:28: error [taper-misses] a taper from 1\u202f001 mg by 1 mg to 0 mg has 1001 levels,"
        " and at most 1000 are allowed",
        "choose a step that divides the way evenly, or list several steps",
    ),
]


@pytest.mark.parametrize(("course", "head", "mend"), REFUSED)
def test_a_refusal_says_where_what_and_how_to_mend(course: str, head: str, mend: str) -> None:
    with pytest.raises(Refusal) as refused:
        scheduled(course)
    (finding,) = refused.value.findings
    assert str(finding).splitlines()[0] == head
    assert finding.mend == mend


def test_a_thousand_levels_are_allowed() -> None:
    taper = "{every: 1 day, taper: {from: 1000 mg, by: 1 mg, to: 0 mg, each: 1 day}}"
    assert len(given(taper)) == 1000
