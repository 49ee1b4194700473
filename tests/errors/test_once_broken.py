"""What once went through in silence, or ended in a traceback."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regimen import planning
from regimen.finding import Finding, Refusal
from regimen.planning import Given
from regimen.schedule import Schedule

HEAD = "regimen: 1\nid: once\ntitle: Once\nstatus: local\nsources: [{cite: none}]\n"
MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def scheduled(body: str, **given: str) -> Schedule:
    protocol = planning.read_protocol(HEAD + body, "once.yaml")
    answers = {
        "start": "2026-03-02",
        **{key.replace("__", "."): each for key, each in given.items()},
    }
    texts = {name: Given(text) for name, text in answers.items()}
    plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
    return planning.examine(protocol, plan)


def refused(body: str, **given: str) -> list[Finding]:
    with pytest.raises(Refusal) as refusal:
        scheduled(body, **given)
    return list(refusal.value.findings)


def one(body: str, **given: str) -> Finding:
    (finding,) = refused(body, **given)
    return finding


# --- values that the plan gives


DURATION = "parameters: {d: {type: duration, ask: How long?}}\n"


@pytest.mark.parametrize(
    "course",
    [
        "{route: oral, dose: 1 mg, every: 1 day, for: $d}",
        "{route: oral, dose: 1 mg, every: $d, doses: 3}",
        "{route: oral, every: 1 day, taper: {from: 3 mg, by: 1 mg, to: 0 mg, each: $d}}",
    ],
)
def test_hours_are_no_answer_where_days_are_counted(course: str) -> None:
    body = f"{DURATION}courses:\n  a: {course}\n"
    assert one(body, d="8 hours").code == "bad-duration"
    assert scheduled(body, d="2 days").administrations


def test_nor_are_they_where_the_source_states_no_length_of_a_level() -> None:
    body = (
        "courses:\n  a: {route: oral, every: 1 day,"
        " taper: {from: 3 mg, by: 1 mg, to: 0 mg, each: not stated}}\n"
    )
    assert one(body, a__each="8 hours").code == "bad-duration"
    assert len(scheduled(body, a__each="2 days").administrations) == 6


def test_an_offset_in_hours_asks_for_the_time_zone() -> None:
    body = (
        f"{DURATION}courses:\n  a: {{route: oral, dose: 1 mg, doses: 1, begins: $d after start}}\n"
    )
    finding = one(body, d="8 hours", start="2026-03-02 08:00")
    assert finding.code == "missing-input"
    assert "zone" in finding.what
    given = scheduled(body, d="8 hours", start="2026-03-02 08:00", zone="Europe/Rome")
    assert str(given.administrations[0].moment) == "2026-03-02 16:00"


def test_an_end_in_hours_does_too() -> None:
    body = "courses:\n  a: {route: oral, dose: 1 mg, every: 1 day, before: 8 hours after start}\n"
    assert one(body, start="2026-03-02 08:00").code == "missing-input"


def test_no_more_places_in_a_week_than_days() -> None:
    body = (
        "parameters: {n: {type: number, ask: How often?}}\n"
        "courses:\n  a: {route: oral, dose: 1 mg, times_per_week: $n, for: 1 week}\n"
    )
    assert one(body, n="9").code == "outside-limits"
    assert len(scheduled(body, n="7").administrations) == 7


def test_pinned_weekdays_are_as_many_as_the_answer_says() -> None:
    body = (
        "parameters: {n: {type: number, ask: How often?}}\n"
        "courses:\n  a: {route: oral, dose: 1 mg, times_per_week: $n, for: 1 week}\n"
    )
    finding = one(body, n="2", a__on="mon, tue, wed")
    assert (finding.code, finding.what) == (
        "outside-limits",
        "3 weekdays are given for 2 doses a week",
    )


AMOUNT = "parameters: {n: {type: quantity, ask: How much?, at_least: 0 mg}}\n"


@pytest.mark.parametrize(
    ("course", "text", "code"),
    [
        ("{route: oral, every: 1 day, doses: 2, dose: $n}", "0 mg", "bad-quantity"),
        ("{route: oral, every: 1 day, doses: 2, dose: $n}", "3 m", "dimension"),
        (
            "{route: oral, every: 1 day, taper: {from: 2 mg, by: $n, to: 0 mg, each: 1 day}}",
            "0 mg",
            "bad-quantity",
        ),
    ],
)
def test_an_amount_is_one_that_can_be_given(course: str, text: str, code: str) -> None:
    assert one(f"{AMOUNT}courses:\n  a: {course}\n", n=text).code == code


def test_an_end_of_nothing_is_no_dose_elsewhere() -> None:
    body = (
        f"{AMOUNT}courses:\n"
        "  a: {route: oral, every: 1 day, taper: {from: 2 mg, by: 1 mg, to: $n, each: 1 day}}\n"
        "  b: {route: oral, every: 1 day, doses: 2, dose: $n}\n"
        "  c: {route: oral, every: 1 day, taper: {from: 2 mg, by: $n, to: 1 mg, each: 1 day}}\n"
    )
    assert [finding.code for finding in refused(body, n="0 mg")] == ["taper-misses"]
    without = body[: body.index("  c:")]
    assert [finding.code for finding in refused(without, n="0 mg")] == ["no-dose"]
    alone = body[: body.index("  b:")]
    assert len(scheduled(alone, n="0 mg").administrations) == 2


def test_a_measure_of_nothing_is_measured_again() -> None:
    body = (
        "measures: {weight: {taken: once, at_least: 0 kg}}\n"
        "courses:\n  a: {route: oral, dose: 1 mg/kg, every: 1 day, doses: 2}\n"
    )
    assert one(body, weight="0 kg").code == "bad-quantity"


def test_a_dose_by_weight_is_no_answer_without_a_weight() -> None:
    body = "courses:\n  a: {route: oral, dose: not stated, every: 1 day, doses: 2}\n"
    assert one(body, a__dose="6 mg/kg").code == "no-measure"


def test_a_dose_by_weight_asks_for_the_weight() -> None:
    body = (
        "measures: {weight: {taken: once, at_least: 3 kg, at_most: 20 kg}}\n"
        "parameters: {r: {type: choice, ask: Which?, choices: {x: one, y: other}}}\n"
        "courses:\n"
        "  a: {route: oral, dose: not stated, every: 1 day, doses: 2}\n"
        "  b: {route: oral, dose: 1 mg/kg, every: 1 day, doses: 2, when: {r: x}}\n"
    )
    assert "weight is missing" in one(body, r="y", a__dose="6 mg/kg").what
    given = scheduled(body, r="y", a__dose="6 mg/kg", weight="8 kg")
    assert str(given.administrations[0].dose) == "48 mg"


def test_two_tapers_of_a_course_are_asked_for_apart() -> None:
    body = (
        "courses:\n  a:\n    route: oral\n    every: 1 day\n    junctions: at once\n    phases:\n"
        "      - {name: up, taper: {from: 1 mg, by: not stated, to: 3 mg, each: 1 day}}\n"
        "      - {name: down, taper: {from: 4 mg, by: not stated, to: 0 mg, each: 1 day}}\n"
    )
    given = scheduled(body, a__up__by="1 mg", a__down__by="2 mg")
    doses = [str(each.dose) for each in given.administrations]
    assert doses == ["1 mg", "2 mg", "3 mg", "4 mg", "2 mg"]


# --- keys that were passed over


@pytest.mark.parametrize(
    ("keys", "code", "at"),
    [
        ("d: {type: duration, ask: x, unit: mg}", "unknown-key", 33),
        ("d: {type: duration, ask: x, count: 2}", "unknown-key", 33),
        ("d: {type: duration, ask: x, choices: {a: b}}", "unknown-key", 33),
        ("d: {type: duration, ask: x, at_least: 5 days, at_most: 1 day}", "two-ways", 5),
        ("d: {type: duration, ask: x, at_least: 1 month, at_most: 30 days}", "two-ways", 5),
    ],
)
def test_a_key_of_a_parameter_means_something(keys: str, code: str, at: int) -> None:
    course = "{route: oral, dose: 1 mg, every: 1 day, for: $d}"
    finding = one(f"parameters:\n    {keys}\ncourses:\n  a: {course}\n")
    assert finding.place is not None
    assert (finding.code, finding.place.line, finding.place.column) == (code, 7, at)


def test_limits_are_of_the_unit_of_the_answer() -> None:
    parameter = "{type: quantity, ask: x, unit: mg, at_most: 5 IU}"
    course = "{route: oral, dose: $d, every: 1 day, doses: 2}"
    assert one(f"parameters:\n  d: {parameter}\ncourses:\n  a: {course}\n").code == "dimension"


PHASES = "courses:\n  a:\n    route: oral\n    every: 1 day\n"


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        (
            "    taper: {from: 2 mg, by: 1 mg, to: 0 mg, each: 1 week}\n"
            "    phases:\n      - {name: x, for: 2 days}\n",
            "two-ways",
        ),
        (
            "    taper: {from: 2 mg, by: 1 mg, to: 0 mg, each: 1 week}\n"
            "    phases:\n      - {name: x, doses: 2}\n",
            "two-ways",
        ),
        (
            "    dose: 1 mg\n    for: 3 months\n    junctions: at once\n    phases:\n"
            "      - {name: x, doses: 2}\n      - {name: y, for: 1 week}\n",
            "unused-key",
        ),
        (
            "    for: 3 months\n    junctions: at once\n    phases:\n"
            "      - {taper: {from: 2 mg, by: 1 mg, to: 0 mg, each: 1 week}}\n",
            "unused-key",
        ),
        (
            "    dose: 1 mg\n    phases:\n      - {name: x, doses: 2, overlap: no}\n",
            "unused-key",
        ),
        (
            "    dose: 1 mg\n    phases:\n      - {name: x, doses: 2, junctions: wait}\n",
            "unused-key",
        ),
        (
            "    dose: 1 mg\n    doses: 2\n    phases:\n      - {name: x}\n"
            "      - {name: y, junctions: wait, begins: 1 month after start}\n",
            "two-ways",
        ),
        ("    dose: 1 mg\n    doses: 2\n    overlap: no\n    phases: [{name: x}]\n", "unknown-key"),
    ],
)
def test_a_key_of_a_course_or_phase_decides_something(rest: str, code: str) -> None:
    assert one(PHASES + rest).code == code


def test_what_phases_inherit_is_found_once() -> None:
    rest = "    dose: $nothing\n    doses: 2\n    junctions: wait\n    phases: [{name: x}, {name: y}]\n"
    assert [finding.code for finding in refused(PHASES + rest)] == ["unknown-parameter"]


def test_a_course_begins_where_it_says_whichever_phase_comes_first() -> None:
    body = (
        "parameters:\n  day: {type: date, ask: When?}\n"
        "  r: {type: choice, ask: Which?, choices: {x: one, y: other}}\n"
        f"{PHASES}    begins: $day\n    doses: 2\n    phases:\n"
        "      - {dose: 1 mg, when: {r: x}}\n      - {dose: 2 mg, when: {r: y}}\n"
    )
    given = scheduled(body, r="y", day="2026-05-01")
    assert [each.day for each in given.administrations] == [date(2026, 5, 1), date(2026, 5, 2)]


def test_a_phase_is_tied_to_by_a_name_with_after_in_it() -> None:
    rest = (
        "    dose: 1 mg\n    doses: 2\n    phases:\n      - {name: day after surgery}\n"
        "      - {name: later, begins: a.day after surgery.end}\n"
    )
    assert len(scheduled(PHASES + rest).administrations) == 4


# --- what never ended, or ended in a traceback


def test_no_chain_of_phases_is_too_long_to_refuse() -> None:
    courses = "".join(
        f"  c{n}: {{route: oral, dose: 1 mg, doses: 1, begins: 1 day after c{n + 1}.last}}\n"
        for n in range(150)
    )
    last = "  c150: {route: oral, dose: 1 mg, doses: 1}\n"
    finding = one(f"courses:\n{courses}{last}")
    assert finding.code == "absurd"
    assert "each wait for the next" in finding.what


@pytest.mark.parametrize(
    "course",
    [
        "{route: oral, dose: 1 mg, every: 100 years, doses: 9999}",
        "{route: oral, dose: 1 mg, every: 100 years, doses: 3}",
        "{route: oral, dose: 1 mg, every: 1 day, doses: 2, begins: 100 years after b.last}",
        "{route: oral, dose: 1 mg, every: 1 day, doses: 2, begins: 100 years before b.first}",
    ],
)
def test_no_dose_is_given_in_another_age(course: str) -> None:
    other = "{route: oral, dose: 1 mg, every: 1 day, doses: 1, begins: $d}"
    parameter = "parameters: {d: {type: date, ask: When?}}\n"
    finding = one(
        f"{parameter}courses:\n  a: {course}\n  b: {other}\n",
        d="1990-01-01" if "before" in course else "2190-01-01",
    )
    assert (finding.code, finding.what) == ("absurd", "the dates leave the years 1900 to 2200")


@pytest.mark.parametrize(
    ("courses", "code"),
    [
        ("".join(f"  c{n}: {{}}\n" for n in range(150)), "never-ending"),
        ("  c0:\n    phases:\n" + "".join(f"      - {{name: p{n}}}\n" for n in range(199)), ""),
    ],
)
def test_ten_million_doses_are_refused_and_ten_thousand_scheduled_fast(
    courses: str, code: str
) -> None:
    doses = "10000" if code else "50"
    head = f"route: oral\ndose: 1 mg\nevery: 1 day\ndoses: {doses}\njunctions: wait\n"
    try:
        found = list(scheduled(f"{head}courses:\n{courses}").findings)
    except Refusal as refusal:
        found = list(refusal.findings)
    assert [finding.code for finding in found] == ([code] if code else [])


# --- findings that spoke of something else


def test_a_range_is_held_against_the_phase_that_leaves_it() -> None:
    body = (
        "courses:\n  a:\n    drug: vitamin B12\n    every: 1 day\n    doses: 2\n"
        "    junctions: at once\n    phases:\n"
        "      - {name: by mouth, dose: 1 mg, route: oral}\n"
        "      - {name: injected, dose: 100 mg, route: intramuscular}\n"
    )
    schedule = scheduled(body)
    (finding,) = schedule.findings
    assert finding.code == "far-outside-range"
    assert "100 mg intramuscular" in finding.what
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (14, 32)


def test_what_the_table_does_not_cover_is_said_of_part_of_a_course() -> None:
    body = (
        "courses:\n  a:\n    drug: vitamin B12\n    every: 1 day\n    doses: 2\n"
        "    junctions: at once\n    phases:\n"
        "      - {name: by mouth, dose: 1 mg, route: oral}\n"
        "      - {name: injected, dose: 1 mg, route: intramuscular}\n"
    )
    schedule = scheduled(body)
    checked = planning.check(schedule.protocol, schedule.plan)
    (result,) = checked.ranges
    assert result.result.endswith("range not checked of by mouth")


def test_a_low_dose_is_seen_though_the_first_day_is_cut_short() -> None:
    body = (
        "measures: {weight: {taken: once, at_least: 3 kg, at_most: 20 kg}}\n"
        "courses:\n  a: {drug: phenobarbital, route: oral, dose: 0.5 mg/kg/day, every: 1 day,"
        " for: 1 week, at: [08:00, 20:00]}\n"
    )
    schedule = scheduled(body, weight="8 kg", start="2026-03-02 12:00", zone="Europe/Rome")
    assert [finding.code for finding in schedule.findings] == ["far-outside-range"]


def test_a_failed_case_names_the_first_dose_that_differs() -> None:
    course = "{route: oral, dose: 1 mg, every: 1 day, doses: 3}"
    case = "{name: x, given: {start: 2026-03-02}, expect: {a: {dates: [2026-03-02, 2026-03-04]}}}"
    protocol = planning.read_protocol(f"{HEAD}courses:\n  a: {course}\ncases: [{case}]\n", "x.yaml")
    (result,) = planning.test(protocol)
    (finding,) = result.findings
    assert finding.what.endswith("dates, dose 2 of 3: expected 2026-03-04, found 2026-03-03")
