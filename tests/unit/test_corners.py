"""Corners that no ordinary regimen reaches: each says what is refused, or what happens instead."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regimen import planning
from regimen.checks import range_results, ranges, usual_range
from regimen.finding import Finding, Misread, Refusal
from regimen.planning import Given
from regimen.schedule import RangeCheck, Schedule

HEAD = """
regimen: 1
id: corner
title: A corner
status: local
sources: [{cite: made up}]
drug: drug
route: oral
"""
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def scheduled(text: str, **answers: str) -> Schedule:
    protocol = planning.read_protocol(HEAD + text, "corner.yaml")
    given = {"start": "2026-03-02"} | {
        name.replace("__", "."): answer for name, answer in answers.items()
    }
    texts = {name: Given(answer) for name, answer in given.items()}
    plan = planning.make_plan(protocol, texts, plan_id="c" * 32, made=MADE)
    return planning.examine(protocol, plan)


def refused(text: str, **answers: str) -> Finding:
    with pytest.raises(Refusal) as refusal:
        scheduled(text, **answers)
    (finding,) = refusal.value.findings
    return finding


def days(schedule: Schedule, course: str) -> list[date]:
    return [each.day for each in schedule.of_course(course)]


# --- answers


def test_weekdays_are_as_many_as_the_doses_of_a_week() -> None:
    text = """
parameters: {number: {type: number, ask: How many}}
courses: {a: {dose: 1 mg, times_per_week: $number, doses: 4}}
"""
    assert len(days(scheduled(text, number="2", a__on="mon, thu"), "a")) == 4
    finding = refused(text, number="2", a__on="mon")
    assert (finding.code, "exactly 2" in finding.mend) == ("outside-limits", True)


def test_an_answer_of_nothing_is_no_dose() -> None:
    text = """
parameters: {amount: {type: quantity, ask: How much}}
courses:
  a: {taper: {from: 2 mg, by: 1 mg, to: $amount, each: 1 day}, every: 1 day}
  b: {dose: $amount, every: 1 day, doses: 1}
"""
    assert scheduled(text, amount="1 mg").findings == ()
    assert refused(text, amount="0 mg").code == "no-dose"


def test_a_share_of_a_week_needs_a_week() -> None:
    text = "courses: {a: {dose: 10 mg/week, doses: 1}}"
    assert refused(text).code == "per-day-on-rest-days"


def test_an_answer_to_a_part_that_is_ruled_out_decides_nothing() -> None:
    text = """
parameters:
  response: {type: choice, ask: How, choices: {good: well, poor: badly}}
  second: {type: choice, ask: How then, choices: {good: well, poor: badly}}
  amount: {type: quantity, ask: How much}
courses:
  a: {dose: 1 mg, every: 1 day, doses: 1}
  b: {dose: $amount, every: 1 day, doses: 1, when: {response: poor, second: poor}}
"""
    schedule = scheduled(text, response="good")
    assert days(schedule, "b") == []
    assert schedule.findings == ()
    (finding,) = scheduled(text, response="good", amount="1 mg").findings
    assert (finding.code, "amount = 1 mg" in finding.what) == ("unknown-input", True)


@pytest.mark.parametrize(
    ("kind", "limits", "inside", "outside"),
    [
        ("number", "at_least: 2, at_most: 4", "3", "5"),
        ("date", "at_least: 2026-03-02, at_most: 2026-03-09", "2026-03-05", "2026-03-10"),
        ("duration", "at_least: 2 weeks", "14 days", "13 days"),
        ("duration", "at_most: 6 months", "26 days", "27 weeks"),
        ("duration", "at_least: 30 days", "2 months", "3 weeks"),
    ],
)
def test_limits_are_of_the_answers_kind(kind: str, limits: str, inside: str, outside: str) -> None:
    key = {"number": "doses: $x", "date": "doses: 1, begins: $x", "duration": "for: $x"}[kind]
    text = f"""
parameters: {{x: {{type: {kind}, {limits}, ask: What}}}}
courses: {{a: {{dose: 1 mg, every: 1 day, {key}}}}}
"""
    assert scheduled(text, x=inside).findings == ()
    assert refused(text, x=outside).code == "outside-limits"


def test_what_months_cannot_tell_against_days_is_outside() -> None:
    text = """
parameters: {x: {type: duration, at_most: 6 months, ask: How long}}
courses: {a: {dose: 1 mg, every: 1 day, for: $x}}
"""
    assert refused(text, x="183 days").code == "outside-limits"  # 6 months have 181 to 184


def test_limits_that_nothing_can_keep_are_refused() -> None:
    text = """
parameters: {x: {type: quantity, at_least: 5 mg, at_most: 3 mg, ask: How much}}
courses: {a: {dose: $x, every: 1 day, doses: 1}}
"""
    assert refused(text).code == "two-ways"
    mixed = text.replace("at_most: 3 mg", "at_most: 3 IU")
    assert refused(mixed).code in ("dimension", "two-ways")


# --- junctions


def test_where_both_readings_fail_alike_the_failure_is_told() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    phases:
      - {name: one, every: 1 day, before: start}
      - {name: two, every: 1 week, doses: 2}
"""
    assert refused(text).code == "empty-phase"


def test_a_reading_that_is_not_possible_says_so() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    phases:
      - {name: one, doses: 1}
      - {name: two, every: 1 week, doses: 2}
"""
    finding = refused(text)
    assert finding.code == "unstated-junction"
    assert finding.readings[0].lines[0].startswith("not possible: drug, one: a single dose")
    assert finding.readings[1].lines[-1] == "a in all: 3 doses, 3 mg, the last on 2026-03-16"


@pytest.mark.parametrize("second", ["dose: 7 mg in all", "dose: 5 IU", "dose: 1 mg/kg"])
def test_a_total_is_left_out_where_it_is_not_plain(second: str) -> None:
    text = f"""
measures: {{weight: {{taken: once, at_least: 2 kg, at_most: 17 kg}}}}
courses:
  a:
    phases:
      - {{name: one, dose: 1 mg, every: 2 days, for: 1 week}}
      - {{name: two, {second}, every: 1 week, doses: 2}}
  b: {{dose: 1 mg/kg, every: 1 day, doses: 1}}
"""
    finding = refused(text, weight="7 kg")
    assert finding.code == "unstated-junction"
    assert finding.readings[0].lines[-1].startswith("a in all: 6 doses, the last on")


# --- anchors


def test_what_waits_for_a_gap_waits_with_it() -> None:
    text = """
courses:
  gap:
    every: 1 day
    dose: 1 mg
    phases:
      - {name: known, doses: 1}
      - {name: open, for: not stated, begins: previous.end}
      - {name: next, doses: 1, junctions: at once}
      - {name: after, doses: 1, begins: 1 day after previous.last}
  b: {dose: 1 mg, every: 1 day, doses: 1, begins: gap.last}
  c: {dose: 1 mg, every: 1 day, doses: 1, begins: gap.open.begin}
  d: {dose: 1 mg, every: 1 day, through: gap.end}
  e: {dose: 1 mg, every: 1 day, doses: 1}
"""
    schedule = scheduled(text)
    assert [each.id for each in schedule.administrations] == ["gap/known/1", "e/phase-1/1"]
    assert [finding.code for finding in schedule.findings] == ["not-stated", "still-waiting"]
    filled = scheduled(text, **{"gap__open__for": "2 days"})
    assert days(filled, "gap") == [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]
    assert days(filled, "b") == [date(2026, 3, 6)]
    assert days(filled, "c") == [date(2026, 3, 3)]
    assert len(days(filled, "d")) == 6


BRANCHES = """
parameters: {response: {type: choice, ask: How, choices: {good: well, poor: badly}}}
courses:
  a:
    dose: 1 mg
    every: 1 day
    phases:
      - {name: one, doses: 2, when: {response: good}}
      - {name: two, doses: 2, begins: previous.end}
  b: {dose: 1 mg, every: 1 day, doses: 1, when: {response: good}}
  c: {dose: 1 mg, every: 1 day, doses: 1, begins: ANCHOR}
"""


@pytest.mark.parametrize("anchor", ["start", "a.one.last", "b.first"])
def test_nothing_can_be_tied_to_what_does_not_apply(anchor: str) -> None:
    text = BRANCHES.replace("ANCHOR", anchor)
    if anchor != "start":  # where it is, the second phase of a has no previous one
        text = text.replace(", begins: previous.end", ", junctions: at once")
    assert len(scheduled(text, response="good").administrations) == 6
    finding = refused(text, response="poor")
    assert finding.code == "not-applied"


def test_a_long_row_of_phases_is_refused_before_it_is_too_deep() -> None:
    phases = "\n".join(
        f"      - {{name: p{at}, every: 1 day, doses: 1, begins: previous.end}}"
        if at
        else "      - {name: p0, every: 1 day, doses: 1}"
        for at in range(150)
    )
    text = f"""
courses:
  b: {{dose: 1 mg, every: 1 day, doses: 1, begins: a.p149.last}}
  a:
    dose: 1 mg
    phases:
{phases}
"""
    finding = refused(text)
    assert (finding.code, "50 phases" in finding.what) == ("absurd", True)


def test_a_plan_of_too_many_doses_is_refused_though_no_phase_is() -> None:
    text = "courses:\n" + "\n".join(
        f"  {name}: {{dose: 1 mg, every: 1 day, doses: 9000}}" for name in "abc"
    )
    finding = refused(text)
    assert (finding.code, "more than 20000" in finding.what) == ("never-ending", True)


# --- spacing


def test_single_doses_have_no_interval_to_keep() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    phases:
      - {name: one, doses: 1}
      - {name: two, doses: 1, begins: 1 day after previous.last}
"""
    assert scheduled(text).findings == ()


def test_several_doses_a_day_keep_their_hours_over_a_junction() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    junctions: at once
    phases:
      - {name: one, every: 1 month, at: [08:00, 20:00], doses: 2}
      - {name: two, every: 1 day, at: [08:00, 20:00], doses: 2}
      - {name: three, every: 1 day, doses: 1}
"""
    codes = [finding.code for finding in scheduled(text, zone="Europe/Rome").findings]
    assert codes == []


# --- reading


def test_a_number_of_times_a_day_is_no_parameter() -> None:
    finding = refused("""
parameters: {number: {type: number, ask: How many}}
courses: {a: {dose: 1 mg, every: 1 day, doses: 1, times_per_day: $number}}
""")
    assert finding.code == "wrong-parameter"


ONE = "{dose: 1 mg, every: 1 day, doses: 1}"
CASE = "cases: [{name: x, given: {start: 2026-03-02}, EXPECTED}]"
PHASED = """
courses:
  a:
    dose: 1 mg
    every: 1 day
    doses: 1
    phases:
      - {name: one FIRST}
      - {name: two, begins: previous.end SECOND}
"""
SLIPS = [
    ("courses:\n", "empty-value"),
    ("courses: {}", "missing-key"),
    (f"courses: {{A: {ONE}}}", "bad-name"),
    (f"courses: {{start: {ONE}}}", "duplicate-name"),
    ("courses: {a: {dose: 1 mg, every: 1 day, phases: []}}", "empty-value"),
    ("courses: {a: {dose: 1 mg, every: , doses: 1}}", "empty-value"),
    (f"parameters: {{X: {{type: number, ask: How many}}}}\ncourses: {{a: {ONE}}}", "bad-name"),
    (
        f"parameters: {{zone: {{type: number, ask: How many}}}}\ncourses: {{a: {ONE}}}",
        "duplicate-name",
    ),
    (f"parameters: {{x: {{type: choice, ask: Which}}}}\ncourses: {{a: {ONE}}}", "missing-key"),
    (f"measures: {{girth: {{taken: once}}}}\ncourses: {{a: {ONE}}}", "unknown-word"),
    (PHASED.replace("FIRST", ", junctions: wait").replace("SECOND", ""), "unused-key"),
    (PHASED.replace("FIRST", "").replace("SECOND", ", junctions: wait"), "two-ways"),
    (f"courses: {{a: {ONE}}}\n{CASE.replace('EXPECTED', 'expect: {a: {}}')}", "empty-value"),
    (f"courses: {{a: {ONE}}}\n{CASE.replace(', EXPECTED', '')}", "two-ways"),
    (
        f"courses: {{a: {ONE}}}\n{CASE.replace('EXPECTED', 'expect: {b: {doses: 1}}')}",
        "unknown-anchor",
    ),
]
ASKED = [
    ("type: choice, choices: {one: 'first', two: second}, at_least: 2", "two-ways"),
    ("type: number, unit: mg", "unknown-key"),
    ("type: number, at_least: two", "bad-number"),
    ("type: quantity, at_least: 5 mg, at_most: 3 mg", "two-ways"),
    ('type: choice, choices: {"one\\ntwo": first}', "bad-text"),
]


def codes(text: str) -> set[str]:
    with pytest.raises(Refusal) as refusal:
        planning.read_protocol(HEAD + text, "corner.yaml")
    return {finding.code for finding in refusal.value.findings}


@pytest.mark.parametrize(("text", "code"), SLIPS)
def test_a_slip_is_told_by_its_code(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(("shape", "code"), ASKED)
def test_a_question_that_cannot_be_asked_is_refused(shape: str, code: str) -> None:
    text = f"parameters: {{x: {{ask: What, {shape}}}}}\ncourses: {{a: {ONE}}}"
    assert code in codes(text)


def test_a_misspelt_key_of_a_taper_is_told() -> None:
    taper = "{from: 2 mg, by: 1 mg, to: 0 mg, eech: 1 day}"
    found = codes(f"courses: {{a: {{every: 1 day, taper: {taper}}}}}")
    assert found == {"unknown-key", "missing-key"}


def test_a_taper_of_which_something_is_open_is_not_scheduled() -> None:
    text = """
courses:
  a: {every: 1 day, taper: {from: 2 mg, by: not stated, to: 0 mg, each: 1 day}}
  b: {dose: 1 mg, every: 1 day, doses: 1}
"""
    schedule = scheduled(text)
    assert [each.course for each in schedule.administrations] == ["b"]
    assert [finding.code for finding in schedule.findings] == ["not-stated"]


def test_a_shared_dose_on_open_days_is_held_against_the_answer() -> None:
    text = """
parameters: {span: {type: duration, ask: How often}}
courses: {a: {dose: 10 mg/day, every: $span, doses: 2}}
"""
    assert scheduled(text, span="1 day").findings == ()
    assert refused(text, span="2 days").code == "per-day-on-rest-days"


def test_a_taper_per_day_needs_every_day() -> None:
    finding = refused("""
courses:
  a: {times_per_week: 2, taper: {from: 20 mg, by: 10 mg, to: 0 mg, each: 1 week, per: day}}
""")
    assert finding.code == "per-day-on-rest-days"


def test_a_plan_file_says_all_that_the_plan_does() -> None:
    protocol = planning.read_protocol(
        HEAD + "courses: {a: {dose: 1 mg, every: 1 day, at: 08:00, doses: 1}}", "corner.yaml"
    )
    given = {
        "start": Given("2026-03-02 07:00"),
        "zone": Given("Europe/Rome"),
        "closed": Given("sun, sat"),
    }
    plan = planning.make_plan(protocol, given, plan_id="c" * 32, made=MADE)
    text = planning.plan_text(plan)
    again = planning.plan_of(planning.read_plan_file(text, "plan.yaml"), protocol)
    assert again == plan
    assert planning.plan_text(again) == text


def test_a_hidden_character_in_a_decision_is_refused() -> None:
    protocol = planning.read_protocol(
        HEAD + "courses: {a: {dose: 1 mg, every: 1 day, doses: 1}}", "corner.yaml"
    )
    given = {
        "start": Given("2026-03-02"),
        "zone": Given("Europe/Rome"),
        "a.at": Given("08:00", by="Dr \u202eA"),
    }
    with pytest.raises(Refusal) as refusal:
        planning.make_plan(protocol, given, plan_id="c" * 32, made=MADE)
    assert [finding.code for finding in refusal.value.findings] == ["bad-text"]


def test_hours_cannot_be_held_against_a_limit_in_days() -> None:
    text = """
parameters: {x: {type: duration, at_most: 2 days, ask: How long after}}
courses: {a: {dose: 1 mg, every: 1 day, doses: 1, begins: $x after start}}
"""
    assert scheduled(text, x="1 day").findings == ()
    assert refused(text, x="6 hours", start="2026-03-02 08:00").code == "outside-limits"


def test_a_key_of_digits_without_a_value_was_not_cut_by_a_comma() -> None:
    assert codes("courses: {1: , a: {dose: 1 mg, every: 1 day, doses: 1}}") == {"empty-value"}


# --- usual ranges


def _results(schedule: Schedule) -> dict[str, RangeCheck]:
    compared = list(usual_range.comparisons(schedule, ranges.NO_SITE))
    return {each.course: each for each in range_results.results(schedule, compared)}


def test_a_dose_that_is_not_stated_is_held_against_no_range() -> None:
    text = """
drug: vitamin B12
courses:
  a: {route: intramuscular, dose: not stated, every: 1 day, doses: 2}
  b: {route: intramuscular, dose: 100 mcg, every: 1 day, doses: 2}
  c: {drug: phenobarbital, route: oral, dose: 45 mg, every: 1 day, doses: 2}
"""
    protocol = planning.read_protocol(
        HEAD.replace("drug: drug\n", "").replace("route: oral\n", "") + text, "corner.yaml"
    )
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="c" * 32, made=MADE)
    results = _results(planning.examine(protocol, plan))
    assert results["a"].result == "range not checked: no dose is stated"
    assert not results["a"].checked
    assert results["b"].checked
    assert results["c"].result == (
        "range not checked: the table's row needs the weight or the body surface"
    )


def test_a_row_on_another_basis_is_refused() -> None:
    with pytest.raises(Misread) as misread:
        ranges.read_basis("month")
    assert "'month' is not a basis" in misread.value.what
