"""Laws of time that hold for every protocol, held against the engine alone."""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimen import planning
from regimen.engine.expansion import expand
from regimen.finding import Refusal
from regimen.schedule import Schedule
from tests.properties import strategies
from tests.properties.reference.months import moved
from tests.properties.reference.texts import read_any_span
from tests.properties.reference.values import Moment
from tests.properties.strategies import Sample, Scope
from tests.properties.strategies.making import FEWER, STARTS, ZONES, changes_of
from tests.properties.strategies.texts import span
from tests.properties.test_engine_agrees import plan_for

MADE = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "regimen: 1\nid: laws\ntitle: t\nstatus: local\nsources: [{cite: none}]\nroute: oral\n"
DAYS = st.one_of(st.sampled_from(STARTS), st.dates(date(2026, 1, 1), date(2029, 12, 31)))


def scheduled(courses: str, start: str, zone: str = "Etc/UTC", **answers: str) -> Schedule:
    """Raises Refusal."""
    protocol = planning.read_protocol(f"{HEADER}dose: 1 mg\ncourses:\n{courses}", "laws.yaml")
    given = {"start": start, "zone": zone, **answers}
    texts = {name: planning.Given(text) for name, text in given.items()}
    plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
    return expand(protocol, plan)


# --- a start moved by weeks

NO_MONTHS = Scope(
    months=False, parameters=False, month_ends=False, decisions=False, open_ends=False
)


@FEWER
@given(strategies.samples(NO_MONTHS), st.integers(1, 60))
def test_a_start_moved_by_whole_weeks_moves_whatever_counts_no_months(
    sample: Sample, weeks: int
) -> None:
    protocol = planning.read_protocol(strategies.to_yaml(sample.protocol), "sample.yaml")
    day, _, clock = sample.start.partition(" ")
    later = f"{date.fromisoformat(day) + timedelta(weeks=weeks)} {clock}".strip()
    answers = {**sample.answers, "zone": "Etc/UTC"}
    here = expand(protocol, plan_for(protocol, answers, sample.start))
    there = expand(protocol, plan_for(protocol, answers, later))
    assert len(here.administrations) > 0
    assert [
        (each.id, each.day + timedelta(weeks=weeks), each.time, each.dose)
        for each in here.administrations
    ] == [(each.id, each.day, each.time, each.dose) for each in there.administrations]


# --- counts


@given(st.integers(1, 9), st.integers(1, 60), st.integers(1, 3), DAYS, st.booleans())
def test_a_count_depends_on_interval_length_and_times_alone(
    every: int, length: int, times: int, start: date, evening: bool
) -> None:
    """Every so many days for so long is that many doses, rounded up, whenever it begins, in the
    evening too where it is daily, and whatever stands before and after it."""
    clocks = ["06:00", "13:00", "21:00"][:times]
    evening = evening and every == 1 and times > 1
    alone = f"  a: {{every: {span(every, 'day')}, for: {span(length, 'day')}, at: {clocks}}}\n"
    moment = f"{start} {'10:00' if evening else ''}".strip()
    expected = -(-length // every) * times
    assert len(scheduled(alone.replace("'", ""), moment).administrations) == expected
    between = (
        "  a:\n    junctions: wait\n    phases:\n      - {name: one, every: 2 days, doses: 3}\n"
        f"      - {{name: two, every: {span(every, 'day')}, for: {span(length, 'day')},"
        f" at: {clocks}}}\n      - {{name: three, every: 3 days, for: 1 week}}\n"
    )
    found = scheduled(between.replace("'", ""), str(start))
    assert sum(each.phase.title == "two" for each in found.administrations) == expected


@given(st.integers(1, 7), st.integers(1, 8), DAYS)
def test_times_per_week_are_so_many_in_every_week(times: int, weeks: int, start: date) -> None:
    found = scheduled(f"  a: {{times_per_week: {times}, for: {span(weeks, 'week')}}}\n", str(start))
    days = [(each.day - start).days // 7 for each in found.administrations]
    assert [days.count(week) for week in range(weeks)] == [times] * weeks


@given(st.sampled_from(ZONES), DAYS, st.sampled_from((30, 90, 480, 300, 1440)))
def test_real_hours_are_the_same_apart_on_every_night(zone: str, start: date, every: int) -> None:
    found = scheduled(
        f"  a: {{every: {every} minutes, doses: 12}}\n", f"{start} 17:30", zone
    ).administrations
    instants = [each.instant for each in found if each.instant is not None]
    assert len(instants) == 12
    gaps = {after - before for before, after in itertools.pairwise(instants)}
    assert gaps == {timedelta(minutes=every)}


NIGHTS = st.sampled_from(
    [(zone, change) for zone in ZONES for change in changes_of(zone) or (date(2026, 3, 2),)]
)


@given(NIGHTS, st.integers(0, 2), st.integers(1, 60), st.sampled_from(("after", "before")))
def test_some_hours_from_a_dose_are_real_hours(
    night: tuple[str, date], days: int, hours: int, side: str
) -> None:
    zone, change = night
    begins = f"{span(hours, 'hour')} {side} a.last"
    courses = f"  a: {{every: 1 day, at: 20:00, doses: 2}}\n  b: {{doses: 1, begins: {begins}}}\n"
    found = scheduled(courses, str(change - timedelta(days=days)), zone)
    last, tied = found.of_course("a")[-1].instant, found.of_course("b")[0].instant
    assert last is not None
    assert tied is not None
    assert tied - last == timedelta(hours=hours if side == "after" else -hours)


@given(st.sampled_from(ZONES), DAYS, st.sampled_from(("08:00", "14:30", "20:00")))
def test_clock_times_are_the_same_on_every_day(zone: str, start: date, clock: str) -> None:
    found = scheduled(f"  a: {{every: 1 day, at: {clock}, doses: 12}}\n", str(start), zone)
    shown = set()
    for each in found.administrations:
        assert each.instant is not None
        shown.add(f"{each.instant.astimezone(ZoneInfo(zone)):%H:%M}")
    assert shown == {clock}


# --- extents


UNITS = st.sampled_from(("day", "week", "month"))
POLICIES = st.sampled_from(("clamp", "first-of-next"))


@FEWER
@given(st.integers(1, 5), UNITS, st.integers(1, 9), UNITS, DAYS, POLICIES)
def test_an_extent_holds_its_first_moment_and_not_its_end(
    every: int, unit: str, length: int, of: str, start: date, policy: str
) -> None:
    """T1: every place of the pattern from the first day on and before the end, and no other."""
    found = scheduled(
        f"  a: {{every: {span(every, unit)}, for: {span(length, of)}, month_end: {policy}}}\n",
        str(start),
    )
    end = day_after(start, span(length, of), policy)
    places = itertools.count()
    days = (day_after(start, span(every * n, unit), policy) if n else start for n in places)
    assert [each.day for each in found.administrations] == [
        *itertools.takewhile(lambda day: day < end, days)
    ]


COUNTED = st.one_of(
    st.tuples(st.integers(1, 5), UNITS).map(lambda each: (f"every: {span(*each)}", 1, *each)),
    st.integers(1, 7).map(lambda times: (f"times_per_week: {times}", times, 1, "week")),
)


@FEWER
@given(COUNTED, st.integers(1, 6), DAYS, POLICIES)
def test_what_follows_begins_alike_whether_doses_or_time_are_counted(
    pattern: tuple[str, int, int, str], times: int, start: date, policy: str
) -> None:
    """T8: so many doses end where the time that they take ends."""
    words, doses, count, unit = pattern
    days = []
    for extent in (f"doses: {doses * times}", f"for: {span(count * times, unit)}"):
        course = (
            f"  a:\n    junctions: at once\n    month_end: {policy}\n    phases:\n"
            f"      - {{{words}, {extent}}}\n      - {{every: 1 month, doses: 3}}\n"
            f"  b: {{doses: 1, begins: a.phase-1.end}}\n"
        )
        days.append([(each.id, each.day) for each in scheduled(course, str(start)).administrations])
    assert days[0] == days[1]
    assert len(days[0]) == doses * times + 3 + 1


MONTH_ENDS = st.one_of(
    st.sampled_from([day for day in STARTS if day.day > 28]),
    st.dates(date(2026, 1, 1), date(2029, 12, 31)).map(
        lambda day: (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    ),
)


@FEWER
@given(MONTH_ENDS, st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1), POLICIES)
def test_months_are_never_counted_from_a_day_that_a_month_cut_short(
    start: date, phases: list[tuple[int, int]], policy: str
) -> None:
    """T6: through as many junctions as there are, each dose is a whole number of months from the
    start, and on its day of the month wherever there is one."""
    course = f"  a:\n    junctions: at once\n    month_end: {policy}\n    phases:\n"
    months, expected = 0, []
    for every, doses in phases:
        course += f"      - {{every: {span(every, 'month')}, doses: {doses}}}\n"
        expected += [months + every * n for n in range(doses)]
        months += every * doses
    if months > 400:
        return
    found = [each.day for each in scheduled(course, str(start)).administrations]
    assert found == [
        start if n == 0 else day_after(start, span(n, "month"), policy) for n in expected
    ]
    whole = [day for day in found if monthrange(day.year, day.month)[1] >= start.day]
    if policy == "clamp":
        assert {day.day for day in whole} == {start.day}


# --- order


@FEWER
@given(strategies.samples())
def test_doses_stand_in_the_order_of_their_moments(sample: Sample) -> None:
    """In the whole plan, and so numbered within each phase, of which no two come at once."""
    protocol = planning.read_protocol(strategies.to_yaml(sample.protocol), "sample.yaml")
    found = expand(protocol, plan_for(protocol, sample.answers, sample.start)).administrations
    for one, other in itertools.pairwise(found):
        assert one.day <= other.day
        if one.day == other.day and one.instant is not None and other.instant is not None:
            assert one.instant <= other.instant
    of_phases = defaultdict(list)
    for each in found:
        of_phases[each.course, each.phase.key].append((each.number, each.day, each.time))
    for numbered in of_phases.values():
        assert [number for number, _, _ in numbered] == list(range(1, len(numbered) + 1))
        assert len({moment[1:] for moment in numbered}) == len(numbered)


# --- distances


SPANS = st.tuples(st.integers(0, 40), st.sampled_from(("day", "week", "month", "year")))


@given(st.lists(SPANS, min_size=2, max_size=3))
def test_distances_are_accepted_only_where_they_ascend_from_every_start(
    spans: list[tuple[int, str]],
) -> None:
    texts = [span(count, unit) for count, unit in spans]
    ascending = all(
        before < after
        for policy in ("clamp", "first-of-next")
        for start in (date(2023, 1, 1) + timedelta(days=n) for n in range(4 * 366))
        for days in [[day_after(start, text, policy) for text in texts]]
        for before, after in itertools.pairwise(days)
    )
    codes: set[str] = set()
    found: Schedule | None
    try:
        found = scheduled(f"  a: {{offsets: [{', '.join(texts)}]}}\n", "2026-01-31")
    except Refusal as refusal:
        codes = {each.code for each in refusal.findings}
        found = None
    if found is None:
        assert "not-ascending" in codes
        assert not ascending
        return
    assert ascending
    assert len(found.administrations) == len(texts)


def day_after(start: date, text: str, policy: str) -> date:
    return moved(Moment(start, None, start, 0), read_any_span(text), 1, policy).day


@pytest.mark.parametrize("zone", ZONES)
def test_zones_have_changes_to_be_met(zone: str) -> None:
    """So that the laws above have met nights with a change, but for zones that have none."""
    offsets = {
        datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset(),
        *(
            (datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=n))
            .astimezone(ZoneInfo(zone))
            .utcoffset()
            for n in range(365)
        ),
    }
    assert len(offsets) == (1 if zone in ("Etc/UTC", "Asia/Kathmandu", "Pacific/Apia") else 2)
