"""The reference expander against tables worked out by hand, and the generator against it."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties import reference
from tests.properties.reference import Refused
from tests.properties.strategies import Sample, Scope, samples, to_yaml

Course = dict[str, Any]


def protocol(*, top: dict[str, Any] | None = None, **courses: Course) -> dict[str, Any]:
    return {**(top or {}), "courses": courses}


def days(course: Course, start: str = "2026-03-02", **answers: str) -> list[str]:
    """The days (and times) of one course, without the year while it is that of the start."""
    return shown(reference.expand(protocol(a=course), dotted(answers), start)["a"], start[:4])


def dotted(answers: dict[str, str]) -> dict[str, str]:
    return {name.replace("__", "."): text for name, text in answers.items()}


def shown(administrations: list[reference.Given], year: str) -> list[str]:
    return [
        str(given.day).removeprefix(year + "-") + (f" {given.clock:%H:%M}" if given.clock else "")
        for given in administrations
    ]


def amounts(course: Course, **answers: str) -> list[str]:
    found = reference.expand(protocol(a=course), dotted(answers), "2026-03-02")["a"]
    return [f"{given.amount} {given.unit}" for given in found]


def run(text: str) -> list[str]:
    """ "03-02..04 03-08" is four days: a run within one month, and one more."""
    found = []
    for part in text.split():
        first, _, last = part.partition("..")
        month, day = first.split("-")
        found += [f"{month}-{n:02}" for n in range(int(day), int(last or day) + 1)]
    return found


# --- the case report --------------------------------------------------------------------------

B12: Course = {
    "drug": "vitamin B12",
    "dose": "100 mcg",
    "junctions": "wait",
    "phases": [
        {"name": "daily", "every": "1 day", "for": "1 week"},
        {"name": "every other day", "every": "2 days", "for": "1 week"},
        {"name": "twice weekly", "times_per_week": "2", "for": "$twice_weekly_for"},
        {"name": "monthly", "every": "1 month", "doses": "3"},
    ],
}
ACTH: Course = {"dose": "25 IU", "times_per_week": "2", "doses": "12"}
TWO_WEEKS = {"twice_weekly_for": "2 weeks"}


def test_the_case_report_from_the_second_of_march() -> None:
    schedule = reference.expand(protocol(b12=B12, acth=ACTH), TWO_WEEKS, "2026-03-02")
    assert shown(schedule["b12"], "2026") == run(
        "03-02..08 03-10 03-12 03-14 03-16 03-19 03-22 03-26 03-29 04-29 05-29 06-29"
    )
    assert shown(schedule["acth"], "2026") == run(
        "03-02 03-05 03-09 03-12 03-16 03-19 03-23 03-26 03-30 04-02 04-06 04-09"
    )
    assert reference.totals(schedule) == {
        "b12": {"mass in mg": Fraction("1.8")},
        "acth": {"IU": Fraction(300)},
    }
    assert [given.phase for given in schedule["b12"]] == (
        ["daily"] * 7 + ["every other day"] * 4 + ["twice weekly"] * 4 + ["monthly"] * 3
    )


def test_the_case_report_across_the_end_of_february() -> None:
    found = days(B12, "2027-01-04", **TWO_WEEKS)
    assert found == run(
        "01-04..10 01-12 01-14 01-16 01-18 01-21 01-24 01-28 01-31 02-28 03-31 04-30"
    )


def test_the_case_report_without_its_answer() -> None:
    with pytest.raises(Refused, match="twice_weekly_for"):
        days(B12)


# --- which days and how long ------------------------------------------------------------------

WHICH = [
    # 2026-03-02 is a Monday
    ({"every": "2 days", "for": "1 week"}, "03-02 03-04 03-06 03-08"),
    ({"every": "2 days", "doses": "3"}, "03-02 03-04 03-06"),
    ({"every": "3 days", "for": "9 days"}, "03-02 03-05 03-08"),
    ({"every": "3 days", "for": "10 days"}, "03-02 03-05 03-08 03-11"),
    ({"every": "2 weeks", "doses": "3"}, "03-02 03-16 03-30"),
    ({"every": "1 day", "for": "1 day"}, "03-02"),
    ({"doses": "1"}, "03-02"),
    ({"times_per_week": "1", "doses": "2"}, "03-02 03-09"),
    ({"times_per_week": "2", "for": "8 days"}, "03-02 03-05 03-09"),
    ({"times_per_week": "3", "for": "2 weeks"}, "03-02 03-04 03-06 03-09 03-11 03-13"),
    ({"times_per_week": "4", "for": "1 week"}, "03-02 03-03 03-05 03-07"),
    ({"times_per_week": "5", "for": "1 week"}, "03-02..04 03-06 03-07"),
    ({"times_per_week": "6", "for": "1 week"}, "03-02..07"),
    ({"times_per_week": "7", "for": "1 week"}, "03-02..08"),
    ({"on": ["tue", "fri"], "doses": "3"}, "03-03 03-06 03-10"),
    ({"on": "sun", "for": "15 days"}, "03-08 03-15"),
    ({"on": ["mon"], "for": "1 week"}, "03-02"),
    ({"on": "$on", "doses": "2"}, "03-05 03-07"),
    ({"every": "$every", "doses": "$doses"}, "03-02 03-06"),
    ({"every": "2 days", "before": "$stop"}, "03-02 03-04 03-06"),
    ({"every": "2 days", "through": "$stop"}, "03-02 03-04 03-06 03-08"),
    ({"every": "2 days", "through": "5 days after start"}, "03-02 03-04 03-06"),
    ({"every": "2 days", "begins": "3 days before $stop", "doses": "2"}, "03-05 03-07"),
    ({"every": "1 month", "for": "3 months"}, "03-02 04-02 05-02"),
    ({"every": "2 months", "for": "5 months"}, "03-02 05-02 07-02"),
]


@pytest.mark.parametrize(("course", "expected"), WHICH)
def test_which_days(course: Course, expected: str) -> None:
    found = days(course, on="thu, sat", every="4 days", doses="2", stop="2026-03-08")
    assert found == run(expected)


def test_pinned_weekdays_are_given_from_the_first_moment_on() -> None:
    course = {"times_per_week": "3", "for": "2 weeks"}
    pinned = days(course, "2026-03-04", a__on="mon, wed, fri")
    assert pinned == run("03-04 03-06 03-09 03-11 03-13 03-16")
    with pytest.raises(Refused):
        days(course, "2026-03-04", a__on="mon, wed")


@settings(database=None, max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 60), st.dates(date(2026, 1, 1), date(2029, 12, 31)))
def test_a_count_depends_on_interval_and_length_alone(every: int, length: int, start: date) -> None:
    found = days({"every": f"{every} days", "for": f"{length} days"}, str(start))
    assert len(found) == -(-length // every)


# --- months -----------------------------------------------------------------------------------

MONTHLY = {"every": "1 month", "doses": "4"}
CHAINS = [
    (MONTHLY, "2026-01-31", "01-31 02-28 03-31 04-30"),
    (MONTHLY, "2028-01-30", "01-30 02-29 03-30 04-30"),
    ({**MONTHLY, "month_end": "first-of-next"}, "2026-01-31", "01-31 03-01 03-31 05-01"),
    ({**MONTHLY, "begins": "1 month after start"}, "2026-01-31", "02-28 03-31 04-30 05-31"),
    ({**MONTHLY, "begins": "1 month before start"}, "2026-03-31", "02-28 03-31 04-30 05-31"),
    # a single dose a month after a single dose a month after a single dose
    (
        {
            "doses": "1",
            "phases": [
                {},
                {"begins": "1 month after previous.last"},
                {"begins": "1 month after previous.last"},
                {"begins": "1 month after previous.first"},
                {"begins": "1 month after previous.begin"},
            ],
        },
        "2026-01-31",
        "01-31 02-28 03-31 04-30 05-31",
    ),
    # the end of a `for` of one month, at once
    (
        {
            "junctions": "at once",
            "phases": [{"every": "10 days", "for": "1 month"}, {"every": "1 month", "doses": "3"}],
        },
        "2026-01-31",
        "01-31 02-10 02-20 02-28 03-31 04-30",
    ),
    # a month waited after a monthly pattern that had been clamped
    (
        {
            "junctions": "wait",
            "phases": [{"every": "1 month", "doses": "2"}, {"every": "2 months", "doses": "2"}],
        },
        "2025-12-31",
        "12-31 01-31 03-31 05-31",
    ),
    (
        {
            "junctions": "at once",
            "phases": [{"every": "1 month", "doses": "2"}, {"every": "1 month", "doses": "2"}],
        },
        "2026-01-31",
        "01-31 02-28 03-31 04-30",
    ),
    # days counted from a clamped day start anew from it
    (
        {
            "phases": [
                {"doses": "1", "begins": "1 month after start"},
                {"every": "1 month", "doses": "2", "begins": "1 day after previous.last"},
            ]
        },
        "2026-01-31",
        "02-28 03-01 04-01",
    ),
    # a weekly pattern forgets the month that its first moment was counted by, after that moment
    (
        {
            "phases": [
                {"every": "1 week", "doses": "2", "begins": "1 month after start"},
                {"doses": "1", "begins": "1 month after previous.last"},
                {"doses": "1", "begins": "3 months after a.1.first"},
            ]
        },
        "2026-01-31",
        "02-28 03-07 04-07 05-31",
    ),
]


@pytest.mark.parametrize(("course", "start", "expected"), CHAINS)
def test_months_are_never_counted_from_a_clamped_day(
    course: Course, start: str, expected: str
) -> None:
    found = reference.expand(protocol(a=course), {}, start)["a"]
    assert [given.day.strftime("%m-%d") for given in found] == run(expected)


def test_a_year_is_twelve_months() -> None:
    course = {"every": "1 year", "doses": "5"}
    assert days(course, "2028-02-29") == [
        "02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


# --- clock times ------------------------------------------------------------------------------

TWICE: Course = {"every": "1 day", "at": ["20:00", "08:00"]}


def test_a_day_owes_all_its_slots_and_an_evening_only_what_is_left() -> None:
    whole = days({**TWICE, "for": "7 days"})
    evening = days({**TWICE, "for": "7 days"}, "2026-03-02 18:00")
    assert len(whole) == len(evening) == 14
    assert (whole[0], whole[-1]) == ("03-02 08:00", "03-08 20:00")
    assert (evening[0], evening[-1]) == ("03-02 20:00", "03-09 08:00")
    # a slot at the very moment counts, and so the one at the very end does not
    sharp = days({**TWICE, "for": "1 day"}, "2026-03-02 20:00")
    assert sharp == ["03-02 20:00", "03-03 08:00"]


def test_times_per_day_take_their_clock_times_from_the_answers() -> None:
    course = {"every": "2 days", "times_per_day": "2", "doses": "3"}
    found = days(course, a__at="08:00, 20:00")
    assert found == ["03-02 08:00", "03-02 20:00", "03-04 08:00"]
    for answers in ({}, {"a__at": "08:00"}):
        with pytest.raises(Refused):
            days(course, **answers)


def test_an_untimed_pattern_counts_days_whatever_the_hour_of_its_start() -> None:
    assert days({"every": "1 day", "for": "3 days"}, "2026-03-02 18:00") == run("03-02..04")


def test_a_limit_with_a_clock_time() -> None:
    stop = "2026-03-04 08:00"
    four = ["03-02 08:00", "03-02 20:00", "03-03 08:00", "03-03 20:00"]
    assert days({**TWICE, "before": "$stop"}, stop=stop) == four
    assert days({**TWICE, "through": "$stop"}, stop=stop) == [*four, "03-04 08:00"]
    assert days({**TWICE, "before": "$stop"}, stop="2026-03-04") == four
    through = days({**TWICE, "through": "$stop"}, stop="2026-03-03")
    assert through == four


def test_day_offsets_drop_the_clock_time_and_plain_anchors_keep_it() -> None:
    course = {
        "at": ["08:00", "20:00"],
        "phases": [
            {"every": "1 day", "doses": "1"},
            {"every": "1 day", "doses": "2", "begins": "1 day after previous.last"},
        ],
    }
    found = days(course, "2026-03-02 18:00")
    assert found == ["03-02 20:00", "03-03 08:00", "03-03 20:00"]
    schedule = reference.expand(
        protocol(
            a={**TWICE, "doses": "2"},
            b={"every": "1 day", "at": ["07:00", "21:00"], "doses": "2", "begins": "a.last"},
        ),
        {},
        "2026-03-02",
    )
    assert shown(schedule["b"], "2026") == ["03-02 21:00", "03-03 07:00"]


def test_doses_that_end_at_noon_are_followed_in_the_evening() -> None:
    def then(doses: str) -> str:
        phases = [{**TWICE, "doses": doses}, {**TWICE, "doses": "1"}]
        return days({"junctions": "at once", "phases": phases})[-1]

    assert then("3") == "03-03 20:00"
    assert then("4") == "03-04 08:00"


# --- from where -------------------------------------------------------------------------------


def joined(before: Course, after: Course, junctions: str | None, **answers: str) -> list[str]:
    course: Course = {"phases": [before, after]}
    if junctions is not None:
        course["junctions"] = junctions
    return days(course, **answers)


DAILY = {"every": "1 day", "doses": "1"}
JUNCTIONS = [
    # before, after, at once, wait: the first day of what comes after
    ({"every": "3 days", "doses": "2"}, DAILY, "03-08", "03-06"),
    ({"every": "3 days", "for": "8 days"}, DAILY, "03-10", "03-09"),
    ({"every": "1 day", "for": "1 week"}, {"every": "2 days", "doses": "1"}, "03-09", "03-10"),
    ({"every": "1 day", "doses": "7"}, {"every": "2 days", "doses": "1"}, "03-09", "03-10"),
    ({"every": "1 day", "doses": "3"}, {"times_per_week": "2", "doses": "1"}, "03-05", "03-07"),
    ({"every": "1 day", "doses": "3"}, {"times_per_week": "3", "doses": "1"}, "03-05", "03-06"),
    ({"every": "1 day", "doses": "3"}, {"times_per_week": "5", "doses": "1"}, "03-05", "03-05"),
    # last on Saturday 7 March; Mondays and Thursdays are 3 and 4 days apart
    ({"every": "1 day", "doses": "6"}, {"on": ["mon", "thu"], "doses": "1"}, "03-09", "03-12"),
    ({"every": "1 day", "doses": "4"}, {"on": "wed", "doses": "1"}, "03-11", "03-18"),
    ({"on": ["tue", "fri"], "doses": "3"}, DAILY, "03-13", "03-11"),
    ({"times_per_week": "2", "doses": "2"}, DAILY, "03-09", "03-06"),
    ({"every": "2 days", "before": "$stop"}, DAILY, "03-10", "03-09"),
    ({"every": "2 days", "through": "$stop"}, DAILY, "03-12", "03-11"),
]


@pytest.mark.parametrize(("before", "after", "at_once", "wait"), JUNCTIONS)
def test_junctions(before: Course, after: Course, at_once: str, wait: str) -> None:
    stop = {"stop": "2026-03-10"}
    assert joined(before, after, "at once", **stop)[-1] == at_once
    assert joined(before, after, "wait", **stop)[-1] == wait
    if at_once == wait:
        assert joined(before, after, None, **stop)[-1] == wait
    else:
        with pytest.raises(Refused, match="not said"):
            joined(before, after, None, **stop)


def test_the_same_first_dose_from_another_first_moment_is_another_reading() -> None:
    for before, on in (("1", ["mon", "thu"]), ("3", ["wed"])):
        joints = {"every": "1 day", "doses": before}, {"on": on, "doses": "1"}
        assert joined(*joints, "at once") == joined(*joints, "wait")
        with pytest.raises(Refused, match="not said"):
            joined(*joints, None)


def test_weekdays_after_at_once_start_counting_at_the_end_and_after_a_wait_at_the_dose() -> None:
    before = {"every": "1 day", "doses": "6"}  # the last on Saturday 7 March, the end on the 8th
    after = {"on": ["mon", "thu"], "for": "1 week"}
    assert joined(before, after, "at once")[6:] == run("03-09 03-12")
    assert joined(before, {**after, "for": "5 days"}, "wait")[6:] == run("03-12 03-16")


def test_a_wait_for_pinned_weekdays() -> None:
    before = {"every": "1 day", "doses": "6"}
    after = {"times_per_week": "2", "doses": "2"}
    assert joined(before, after, "wait", a__2__on="tue, wed")[6:] == run("03-10 03-11")


def test_previous_is_the_nearest_phase_that_is_present() -> None:
    course = {
        "every": "1 day",
        "doses": "2",
        "phases": [
            {"name": "one"},
            {"name": "two", "when": {"response": "poor"}, "begins": "5 days after previous.last"},
            {"name": "three", "begins": "3 days after previous.last"},
        ],
    }
    assert days(course, response="good") == run("03-02 03-03 03-06 03-07")
    assert days(course, response="poor") == run("03-02 03-03 03-08 03-09 03-12 03-13")
    either = {**DAILY, "when": {"response": ["poor", "fair"]}}
    whole = protocol(a=either, b=DAILY)
    assert list(reference.expand(whole, {"response": "good"}, "2026-03-02")) == ["b"]
    assert list(reference.expand(whole, {"response": "fair"}, "2026-03-02")) == ["a", "b"]


def test_anchors_between_courses() -> None:
    first = {
        "every": "2 days",
        "phases": [{"name": "one", "doses": "2"}, {"name": "every other", "for": "3 days"}],
        "junctions": "at once",
    }  # 2 and 4; 6 and 8, until the 9th
    where = {
        "a.begin": "03-02",
        "a.first": "03-02",
        "a.last": "03-08",
        "a.end": "03-09",
        "a.one.last": "03-04",
        "a.one.end": "03-06",
        "a.every other.begin": "03-06",
        "1 week after a.every other.end": "03-16",
        "2 days before a.last": "03-06",
    }
    for anchor, expected in where.items():
        whole = protocol(b={**DAILY, "begins": anchor}, a=first)
        assert shown(reference.expand(whole, {}, "2026-03-02")["b"], "2026") == [expected], anchor


def test_points_of_a_phase() -> None:
    found = reference.points(protocol(a={"on": "wed", "doses": "2"}), {}, "2026-03-02")
    marks = {point: str(moment.day) for point, moment in found["a", "1"].items()}
    assert marks == {
        "begin": "2026-03-02",
        "first": "2026-03-04",
        "last": "2026-03-11",
        "end": "2026-03-18",
    }
    single = reference.points(protocol(a={"doses": "1"}), {}, "2026-03-02")
    assert "end" not in single["a", "1"]


NO_READING = [
    {"every": "1 day"},
    {"for": "1 week"},
    {"every": "1 day", "times_per_week": "2", "doses": "2"},
    {"every": "1 day", "doses": "2", "for": "2 days"},
    {"every": "1 day", "doses": "2", "begins": "a.last"},
    {"every": "1 day", "doses": "2", "begins": "previous.end"},
    {"every": "1 day", "before": "start"},
    {"doses": "1", "at": "08:00", "begins": "$evening"},
    {"phases": [{"doses": "1"}, {**DAILY, "begins": "previous.end"}]},
    {"phases": [DAILY, {"doses": "1"}], "junctions": "wait"},
]


@pytest.mark.parametrize("course", NO_READING)
def test_what_has_no_reading_is_refused(course: Course) -> None:
    with pytest.raises(Refused):
        days(course, evening="2026-03-02 18:00")


def test_courses_that_wait_for_one_another_are_refused() -> None:
    whole = protocol(a={**DAILY, "begins": "b.end"}, b={**DAILY, "begins": "a.end"})
    with pytest.raises(Refused, match="circle"):
        reference.expand(whole, {}, "2026-03-02")


def test_clashes() -> None:
    def found(before: Course, begins: str) -> list[str]:
        whole = protocol(a={"phases": [before, {"every": "2 days", "doses": "2"}]})
        whole["courses"]["a"]["phases"][1]["begins"] = begins
        return reference.clashes(whole, {}, "2026-03-02")

    weekly = {"every": "1 week", "for": "2 weeks"}
    assert found(weekly, "1 day after previous.last") == ["a: 2 overlaps 1"]
    assert found({**weekly, "for": "8 days"}, "previous.end") == ["a: 2 comes too close after 1"]
    assert found(weekly, "previous.end") == []


# --- what the nearest level says --------------------------------------------------------------


def test_the_nearest_level_answers_each_question() -> None:
    whole = protocol(
        top={"every": "3 days", "for": "1 week", "at": "08:00", "dose": "1 mg"},
        a={
            "doses": "3",
            "junctions": "wait",
            "phases": [
                {"name": "one", "dose": "2 mg"},
                {"name": "two", "on": "sun", "for": "8 days", "at": ["09:00", "21:00"]},
            ],
        },
        b={"times_per_week": "2"},
    )
    schedule = reference.expand(whole, {}, "2026-03-02")
    assert shown(schedule["a"], "2026") == [
        "03-02 08:00",
        "03-05 08:00",
        "03-08 08:00",
        "03-15 09:00",
        "03-15 21:00",
        "03-22 09:00",
        "03-22 21:00",
    ]
    assert [given.amount for given in schedule["a"]] == [2, 2, 2, 1, 1, 1, 1]
    assert shown(schedule["b"], "2026") == ["03-02 08:00", "03-05 08:00"]


# --- tapers -----------------------------------------------------------------------------------


def taper(first: str, by: str, last: str, each: str, **more: str) -> Course:
    return {"taper": {"from": first, "by": by, "to": last, "each": each}, "every": "1 day", **more}


def test_tapers_down_up_and_to_nothing() -> None:
    down = amounts(taper("40 mg", "10 mg", "10 mg", "2 days"))
    assert down == ["40 mg", "40 mg", "30 mg", "30 mg", "20 mg", "20 mg", "10 mg", "10 mg"]
    nothing = amounts(taper("1.5 mg", "500 mcg", "0 mg", "1 day"))
    assert nothing == ["3/2 mg", "1 mg", "1/2 mg"]
    up = amounts(taper("25 mg", "25 mg", "75 mg", "1 day"))
    assert up == ["25 mg", "50 mg", "75 mg"]


def test_the_pattern_runs_on_across_the_levels() -> None:
    course = taper("20 mg", "10 mg", "0 mg", "1 week", every="2 days")
    assert days(course) == run("03-02 03-04 03-06 03-08 03-10 03-12 03-14")
    assert amounts(course) == ["20 mg"] * 4 + ["10 mg"] * 3


def test_what_follows_a_taper_comes_after_all_its_levels() -> None:
    before = taper("20 mg", "10 mg", "0 mg", "1 month")
    found = days({"junctions": "at once", "phases": [before, MONTHLY]}, "2026-01-31")
    assert len(found) == 28 + 31 + 4
    assert found[-4:] == run("03-31 04-30 05-31 06-30")
    levels = reference.expand(protocol(a=before), {}, "2026-01-31")["a"]
    assert [given.amount for given in levels] == [20] * 28 + [10] * 31


@pytest.mark.parametrize(
    "course",
    [
        taper("40 mg", "15 mg", "5 mg", "1 week"),
        taper("40 mg", "15 IU", "10 mg", "1 week"),
        taper("40 mg", "10 mg", "40 mg", "1 week"),
        {**taper("40 mg", "10 mg", "0 mg", "1 week"), "for": "1 month"},
    ],
)
def test_tapers_that_do_not_fit_are_refused(course: Course) -> None:
    with pytest.raises(Refused):
        amounts(course)


# --- doses ------------------------------------------------------------------------------------

TWO = ["08:00", "20:00"]
ORDERED = [
    ({"dose": "0.10 mg"}, "1/10 mg"),
    ({"dose": "1/2 tablet"}, "1/2 tablet"),
    ({"dose": "25 IU"}, "25 international units"),
    ({"dose": "not stated"}, "None None"),
    ({"dose": "$dose"}, "5 mg"),
    ({"dose": "6 mg/kg"}, "45 mg"),
    ({"dose": "50 mg/m2"}, "90 mg"),
    ({"dose": "6 mg/kg/day", "at": TWO}, "45/2 mg"),
    ({"dose": "40 mg/day"}, "40 mg"),
    ({"dose": "100 mg/week", "every": None, "times_per_week": "4"}, "25 mg"),
    ({"dose": "100 mg/week", "every": None, "times_per_week": "2", "at": TWO}, "25 mg"),
    ({"dose": "100 mg/week", "every": None, "on": ["mon", "tue"]}, "50 mg"),
    ({"dose": "9 mg in all"}, "3 mg"),
    ({"dose": "2 mg/kg in all"}, "5 mg"),
    # capped
    ({"dose": "6 mg/kg", "max": "40 mg/dose"}, "40 mg"),
    ({"dose": "6 mg/kg", "max": ["2 g/dose", "0.03 g/day"]}, "30 mg"),
    ({"dose": "6 mg/kg", "max": "60 mg/day", "at": TWO}, "30 mg"),
    ({"dose": "6 mg/kg", "max": "1 g/dose"}, "45 mg"),
    # rounded
    ({"dose": "22.25 mg", "round": "nearest 0.5 mg, ties up"}, "45/2 mg"),
    ({"dose": "22.25 mg", "round": "nearest 0.5 mg, ties down"}, "22 mg"),
    ({"dose": "22.3 mg", "round": "nearest 0.5 mg, ties down"}, "45/2 mg"),
    ({"dose": "22.1 mg", "round": "up to 0.5 mg"}, "45/2 mg"),
    ({"dose": "22.4 mg", "round": "down to 0.5 mg"}, "22 mg"),
    ({"dose": "22.4 mg", "round": "down to 500 mcg"}, "22 mg"),
    ({"dose": "10 mg in all", "round": "nearest 0.1 mg, ties up"}, "33/10 mg"),
    # capped, then rounded, never above the cap
    ({"dose": "104 mg", "max": "98 mg/dose", "round": "nearest 5 mg, ties up"}, "95 mg"),
    ({"dose": "97 mg", "max": "98 mg/dose", "round": "up to 5 mg"}, "95 mg"),
    ({"dose": "104 mg", "max": "100 mg/dose", "round": "up to 5 mg"}, "100 mg"),
]
MEASURED = {"weight": "7.5 kg", "bsa": "1.8 m2", "dose": "5 mg"}


def dosed(course: Course) -> Course:
    whole = {"every": "1 day", "doses": "3", **course}
    return {key: value for key, value in whole.items() if value is not None}


@pytest.mark.parametrize(("course", "expected"), ORDERED)
def test_what_is_ordered(course: Course, expected: str) -> None:
    assert amounts(dosed(course), **MEASURED) == [expected] * 3


@pytest.mark.parametrize(
    "course",
    [
        {"dose": "40 mg/day", "every": "2 days"},
        {"dose": "40 IU/day", "every": None, "times_per_week": "2"},
        {"dose": "40 IU/week", "every": "10 days"},
        {"dose": "10 mg in all"},
        {"dose": "1,5 mg"},
        {"dose": "5"},
        {"dose": "5 mg", "max": "40 IU/dose"},
        {"dose": "5 mg", "max": "40 mg"},
        {"dose": "0.2 mg", "round": "nearest 1 mg, ties up"},
        {"dose": "8 mg", "round": "nearest 10 mg, ties up"},
        {"dose": "5 mg", "round": "nearest 1 mg"},
        {"dose": "5 mg", "taper": {"from": "5 mg", "by": "1 mg", "to": "1 mg", "each": "1 day"}},
    ],
)
def test_doses_without_a_reading_are_refused(course: Course) -> None:
    with pytest.raises(Refused):
        amounts(dosed(course), **MEASURED)


def test_a_dose_per_kilogram_without_a_weight_is_refused() -> None:
    with pytest.raises(Refused, match="weight"):
        amounts(dosed({"dose": "6 mg/kg"}))


# --- the generator ----------------------------------------------------------------------------

QUIETLY = settings(
    database=None, max_examples=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@QUIETLY
@given(samples(Scope(decisions=False)))
def test_what_is_generated_has_one_reading_and_no_clashes(sample: Sample) -> None:
    schedule = reference.expand(sample.protocol, sample.answers, sample.start)
    assert sum(len(found) for found in schedule.values()) > 0
    assert reference.clashes(sample.protocol, sample.answers, sample.start) == []
    for found in schedule.values():
        for one, other in itertools.pairwise(found):
            assert (one.day, one.clock) != (other.day, other.clock)
    assert yaml.load(to_yaml(sample.protocol), yaml.BaseLoader) == sample.protocol


NO_MONTHS = Scope(
    months=False,
    parameters=False,
    month_ends=False,
    evening_starts=False,
    decisions=False,
    open_ends=False,
)


@QUIETLY
@given(samples(NO_MONTHS), st.integers(1, 60))
def test_a_start_moved_by_weeks_moves_whatever_counts_no_months(sample: Sample, weeks: int) -> None:
    later = str(date.fromisoformat(sample.start) + timedelta(weeks=weeks))
    here = reference.expand(sample.protocol, sample.answers, sample.start)
    there = reference.expand(sample.protocol, sample.answers, later)
    for course, found in here.items():
        moved = [(given.day + timedelta(weeks=weeks), given.clock) for given in found]
        assert moved == [(given.day, given.clock) for given in there[course]]


def test_yaml_survives_awkward_texts() -> None:
    awkward = {
        "on": "yes",
        "a key: with marks": "it's # no comment",
        "empty": [],
        "none": {},
        "nested": [{"x": ["1", "2"]}, "two\nlines", "ğ"],
    }
    assert yaml.load(to_yaml(awkward), yaml.BaseLoader) == awkward
