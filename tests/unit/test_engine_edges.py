"""Edges of the engine at which one sign more or less would move a dose or lose a word."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from regimen.engine.clocks import local_after
from regimen.finding import Finding, Refusal
from regimen.schedule import Schedule
from tests.unit.test_corners import BRANCHES, refused, scheduled
from tests.unit.test_derivations import POINTS, given
from tests.unit.test_derivations import scheduled as measured


def moments(schedule: Schedule, course: str = "a") -> list[str]:
    return [str(each.moment) for each in schedule.of_course(course)]


@pytest.mark.parametrize("part", ["from: 2 mg", "by: 1 mg", "to: 0 mg", "each: 1 day"])
def test_any_part_of_a_taper_may_be_open(part: str) -> None:
    key = part.split(":", maxsplit=1)[0]
    taper = "{from: 2 mg, by: 1 mg, to: 0 mg, each: 1 day}".replace(part, f"{key}: not stated")
    schedule = scheduled(f"courses: {{a: {{every: 1 day, taper: {taper}}}, b: {ONE}}}")
    assert moments(schedule) == []
    assert moments(schedule, "b") == ["2026-03-02"]


ONE = "{dose: 1 mg, every: 1 day, doses: 1}"


def test_a_taper_that_moves_by_nothing_is_refused() -> None:
    text = """
parameters: {x: {type: quantity, ask: How much}}
courses:
  a: {every: 1 day, taper: {from: 2 mg, by: $x, to: $x, each: 1 day}}
"""
    assert len(scheduled(text, x="1 mg").administrations) == 2
    assert refused(text, x="0 mg").code == "taper-misses"


def test_a_level_ends_with_the_moment_at_which_the_next_begins() -> None:
    taper = "{from: 3 mg, by: 1 mg, to: 0 mg, each: 1 day}"
    given_ = given(f"{{every: 1 day, at: 08:00, taper: {taper}}}", start="2026-03-02 08:00")
    assert [(str(each.moment), str(each.dose)) for each in given_] == [
        ("2026-03-02 08:00", "3 mg"),
        ("2026-03-03 08:00", "2 mg"),
        ("2026-03-04 08:00", "1 mg"),
    ]


def test_a_level_is_capped_by_weight() -> None:
    taper = "{from: 20 mg, by: 10 mg, to: 10 mg, each: 1 day}"
    doses = given(f"{{every: 1 day, taper: {taper}, max: 2 mg/kg/day}}")
    assert [str(each.dose) for each in doses] == ["15 mg", "10 mg"]


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("through: a.last", ["2026-03-02 08:00", "2026-03-02 20:00", "2026-03-03 08:00"]),
        ("before: a.last", ["2026-03-02 08:00", "2026-03-02 20:00"]),
        ("through: a.first", ["2026-03-02 08:00"]),
    ],
)
def test_an_end_with_a_clock_time_counts_to_the_minute(ends: str, found: list[str]) -> None:
    text = f"""
courses:
  a: {{dose: 1 mg, every: 1 day, at: 08:00, doses: 2}}
  b: {{dose: 1 mg, every: 1 day, at: [08:00, 20:00], {ends}}}
"""
    assert moments(scheduled(text, zone="Europe/Rome"), "b") == found


def test_hours_count_from_the_clock_time_of_the_first_dose() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    every: 2 days
    phases:
      - {name: late, doses: 1, at: 20:00}
      - {name: early, doses: 1, at: 08:00, begins: start, overlap: yes}
  b: {dose: 1 mg, doses: 1, begins: 6 hours after a.first}
  c: {dose: 1 mg, doses: 1, begins: 6 hours after a.last}
  d: {dose: 1 mg, doses: 1, at: 23:00, begins: a.late.first}
"""
    schedule = scheduled(text, zone="Europe/Rome")
    assert moments(schedule, "b") == ["2026-03-02 14:00"]
    assert moments(schedule, "c") == ["2026-03-03 02:00"]
    assert moments(schedule, "d") == ["2026-03-02 23:00"]


def test_the_first_dose_of_an_evening_start_is_its_own_clock_time() -> None:
    text = """
courses:
  a: {dose: 1 mg, on: [tue], at: [08:00, 20:00], doses: 2}
  b: {dose: 1 mg, doses: 1, at: 10:00, begins: 1 hour after a.first}
"""
    schedule = scheduled(text, zone="Europe/Rome")
    assert moments(schedule) == ["2026-03-03 08:00", "2026-03-03 20:00"]
    assert moments(schedule, "b") == ["2026-03-03 10:00"]
    hourly = scheduled(text.replace(", at: 10:00", ""), zone="Europe/Rome")
    assert moments(hourly, "b") == ["2026-03-03 09:00"]


def test_a_monthly_dose_on_the_last_day_is_counted_through() -> None:
    text = "courses: {a: {dose: 1 mg, every: 1 month, through: 2 months after start}}"
    assert moments(scheduled(text)) == ["2026-03-02", "2026-04-02", "2026-05-02"]


@pytest.mark.parametrize("phase", ["every: 1 day, doses: 1", "times_per_week: 2, doses: 1"])
def test_the_first_place_keeps_where_its_months_began(phase: str) -> None:
    text = POINTS.replace("PHASE", phase).replace("ANCHOR", "previous.last")
    schedule = measured(f"\n{text}", start="2026-01-31")
    assert str(schedule.of_course("a")[-1].day) == "2026-03-31"


def test_one_weekday_waits_a_week() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    junctions: wait
    phases:
      - {name: one, every: 1 day, doses: 8}
      - {name: two, on: [mon], doses: 1}
      - {name: three, times_per_week: 2, doses: 1}
"""
    schedule = scheduled(text)
    assert moments(schedule)[-2:] == ["2026-03-16", "2026-03-19"]
    assert schedule.administrations[-1].why_this_day() == (
        "three begins 3 days after the last dose of two (2026-03-16), on 2026-03-19;"
        " dose 1 of 1 twice a week"
    )


def test_an_anchor_without_an_offset_is_told() -> None:
    text = """
parameters: {first_day: {type: date, ask: Which day}}
courses: {a: {dose: 1 mg, every: 1 day, doses: 1, begins: $first_day}}
"""
    (only,) = scheduled(text, first_day="2026-04-01").administrations
    assert only.why_this_day() == "daily begins at first day (2026-04-01); dose 1 of 1 daily"


def test_a_clock_change_over_midnight_moves_the_day_too() -> None:
    """Toronto's clocks went from 23:30 on 30 March 1919 to 00:30 on the next day."""
    text = "courses: {a: {dose: 1 mg, doses: 1, at: 23:45}}"
    (only,) = scheduled(text, start="1919-03-30", zone="America/Toronto").administrations
    assert str(only.moment) == "1919-03-31 00:45"
    assert only.instant == datetime(1919, 3, 31, 4, 45, tzinfo=UTC)
    assert only.instant is not None
    assert only.instant.tzinfo is UTC


def test_hours_over_a_repeated_hour_remember_which_one_is_meant() -> None:
    day, rome = datetime(2026, 10, 25).date(), ZoneInfo("Europe/Rome")
    earlier, later = (local_after(day, time(0, 30), minutes, rome) for minutes in (120, 180))
    assert earlier == later == (day, time(2, 30))
    assert (earlier[1].fold, later[1].fold) == (0, 1)
    assert local_after(*later, 60, rome) == (day, time(3, 30))


# --- words and places


def told(finding: Finding) -> tuple[str, str, str]:
    return (str(finding.place), finding.what, finding.mend)


def test_what_does_not_apply_is_told_with_its_place() -> None:
    previous = refused(BRANCHES.replace("ANCHOR", "start"), response="poor")
    assert told(previous) == (
        "corner.yaml:17:39",
        "no earlier phase of the course applies to this patient",
        "tie the phase to start, or check the choices",
    )
    at_once = BRANCHES.replace(", begins: previous.end", ", junctions: at once")
    phase = refused(at_once.replace("ANCHOR", "a.one.last"), response="poor")
    assert told(phase)[:2] == (
        "corner.yaml:19:51",
        "a.one does not apply to this patient, so nothing can be tied to it",
    )


@pytest.mark.parametrize("anchor", ["a.end", "a.one.end", "previous.end"])
def test_an_end_that_is_not_there_is_told_at_the_anchor(anchor: str) -> None:
    text = f"""
courses:
  a:
    dose: 1 mg
    phases:
      - {{name: one, doses: 1}}
  b:
    dose: 1 mg
    phases:
      - {{name: one, doses: 1}}
      - {{name: two, doses: 1, begins: {anchor}}}
"""
    finding = refused(text)
    assert finding.code == "no-end"
    assert str(finding.place) == "corner.yaml:19:39"


def test_phases_of_an_unstated_junction_are_named() -> None:
    text = """
courses:
  a:
    dose: 1 mg
    phases:
      - {name: one, doses: 1}
      - {name: two, doses: 1}
      - {doses: 1}
"""
    finding = refused(text)
    assert finding.code == "unstated-junction"
    assert "'two', 'phase-3'" in finding.what
    lines = [line for reading in finding.readings for line in reading.lines]
    assert all(line.startswith("not possible: ") for line in lines)
    assert lines[0] != lines[1]


def test_the_readings_of_an_amount_per_day_have_their_names() -> None:
    finding = refused("courses: {a: {dose: 40 IU/day, times_per_week: 2, doses: 2}}")
    assert [reading.title for reading in finding.readings] == [
        "each time",
        "a week's amount, shared",
        "every day",
    ]


def test_a_question_is_asked_with_its_choices_and_place() -> None:
    text = """
parameters: {x: {type: choice, ask: How, choices: {one: first, two: second}}}
courses: {a: {dose: 1 mg, every: 1 day, doses: 1, when: {x: one}}}
"""
    with pytest.raises(Refusal) as refusal:
        scheduled(text)
    (finding,) = refusal.value.findings
    assert finding.what.endswith("one: first; two: second)")
    assert str(finding.place) == "corner.yaml:10:14"


def test_the_zone_is_asked_for_without_a_place() -> None:
    finding = refused("courses: {a: {dose: 1 mg, doses: 1, at: 08:00}}")
    assert finding.code == "missing-input"
    assert finding.place is None
