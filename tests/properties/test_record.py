"""Any sequence of records and decisions: given doses stay, nothing is lost, least distances hold or
are named, totals change only for a listed reason, and a calendar handed out twice is one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from regimen import planning
from regimen.export import export
from regimen.finding import Refusal
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.quantity import Quantity, read_quantity
from regimen.record import (
    Clinic,
    Given,
    Held,
    Missed,
    Moved,
    MoveTo,
    RecordEntry,
    Reduced,
    Scope,
    Stopped,
    TakenBack,
    Then,
    What,
)
from regimen.schedule import Administration, Schedule, Status
from regimen.timing import CalendarSpan, Moment, SpanUnit, Weekday

PROTOCOL = """\
regimen: 1
id: two-drugs
title: Two drugs
status: local
sources: [{cite: made for this test}]
route: oral
courses:
  a:
    drug: drug A
    dose: 10 mg
    min_gap: 2 days
    junctions: wait
    phases:
      - {name: first, every: 3 days, doses: 4}
      - {name: second, times_per_week: 2, doses: 4}
  b: {drug: drug B, dose: 4 mg, every: 1 week, doses: 3, min_gap: 4 days}
"""
START = date(2026, 3, 2)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
# Why a total may be other than the protocol's, and nothing else is a reason.
REASONS = {Status.MISSED: Missed, Status.HELD: Held, Status.STOPPED: Stopped}


def made() -> tuple[Protocol, Plan]:
    protocol = planning.read_protocol(PROTOCOL, "two-drugs.yaml")
    start = {"start": planning.Given(START.isoformat())}
    return protocol, planning.make_plan(protocol, start, plan_id="0" * 32, made=NOW)


IDS = [each.id for each in planning.examine(*made()).administrations]
DAYS = st.integers(0, 40).map(lambda days: START + timedelta(days))
MOMENTS = DAYS.map(Moment)
DOSES = st.sampled_from(IDS)
AMOUNTS = st.sampled_from([read_quantity("10 mg"), read_quantity("3 mg")])
COURSES = st.sampled_from([(), ("a",), ("b",), ("b", "a")])


@st.composite
def holds(draw: st.DrawFn) -> Held:
    since = draw(DAYS)
    return Held(
        draw(COURSES), since, since + timedelta(draw(st.integers(1, 9))), draw(st.booleans())
    )


CLINICS = st.builds(
    Clinic,
    weekdays=st.frozensets(st.sampled_from(Weekday), max_size=3),
    dates=st.dictionaries(DAYS, st.just("a holiday"), max_size=3),
    courses=st.sampled_from([("a",), ("a", "b"), ("b", "a")]),
    move=st.sampled_from(MoveTo),
    follow=st.booleans(),
    together=st.booleans(),
    gaps=st.just({"a": CalendarSpan(2, SpanUnit.DAY), "b": CalendarSpan(4, SpanUnit.DAY)}),
).filter(lambda clinic: bool(clinic.weekdays or clinic.dates))
LATE = st.sampled_from([Then.KEEP, Then.SHIFT])
WHATS: st.SearchStrategy[What] = st.one_of(
    st.builds(Given, DOSES, MOMENTS, AMOUNTS),
    st.builds(Missed, DOSES, st.just(Then.SKIP)),
    st.builds(Missed, DOSES, LATE, MOMENTS),
    holds(),
    st.builds(Moved, DOSES, MOMENTS, st.sampled_from(Scope)),
    st.builds(Reduced, st.sampled_from(["a", "b"]), st.just(Fraction(1, 2)), DAYS),
    st.builds(Stopped, COURSES, DAYS),
    st.builds(TakenBack, st.integers(1, 5)),
    CLINICS,
)


def applied(whats: list[What]) -> tuple[Plan, Schedule, list[What]]:
    """The plan with those entries, of these, that it takes one after the other."""
    protocol, plan = made()
    schedule, taken = planning.examine(protocol, plan), []
    for what in whats:
        entry = RecordEntry(len(plan.entries) + 1, what, NOW, "N Example", "because")
        if isinstance(what, TakenBack) and what.entry >= entry.number:
            continue
        try:
            schedule = planning.examine(protocol, planning.with_entry(plan, entry))
        except Refusal:
            continue
        plan = planning.with_entry(plan, entry)
        taken.append(what)
    return plan, schedule, taken


def given_amount(administration: Administration) -> Quantity:
    assert administration.dose is not None
    return administration.dose.ordered


@given(st.lists(WHATS, min_size=1, max_size=7))
def test_any_sequence_of_entries(whats: list[What]) -> None:
    plan, schedule, taken = applied(whats)
    doses = schedule.every_dose
    assert sorted(each.id for each in doses) == sorted(IDS)  # none is lost, none is new

    back = {what.entry for what in taken if isinstance(what, TakenBack)}
    standing = [what for at, what in enumerate(taken, 1) if at not in back]
    places = {each.id: each for each in doses}
    for what in standing:
        if isinstance(what, Given):
            assert places[what.dose].status is Status.GIVEN
            assert places[what.dose].moment == what.at
            assert given_amount(places[what.dose]) == what.amount

    kinds = tuple(type(what) for what in standing)
    for each in schedule.removed:
        assert REASONS[each.status] in kinds
    halved = {what.course for what in standing if isinstance(what, Reduced)}
    for each in schedule.administrations:
        if each.status is Status.GIVEN:
            continue
        assert each.dose is not None
        plain = {"a": "10 mg", "b": "4 mg"}[each.course]
        assert str(each.dose) == plain or each.course in halved

    named = {finding.code for finding in schedule.findings}
    for course, days in (("a", 2), ("b", 4)):
        gaps = [later.day - earlier.day for earlier, later in pairwise(schedule.of_course(course))]
        assert all(gap.days >= days for gap in gaps) or "below-min-gap" in named

    protocol, _ = made()
    text = planning.plan_text(plan)
    assert planning.plan_of(planning.read_plan_file(text, "plan.yaml"), protocol) == plan


@given(st.lists(WHATS, min_size=1, max_size=4))
def test_a_calendar_handed_out_twice_is_the_same(whats: list[What]) -> None:
    protocol, plan = made()
    first, _, _ = planning.edition(planning.check(protocol, plan))
    assert first is not None
    plan = planning.with_entry(plan, RecordEntry(1, first, NOW, "N Example"))
    for what in whats:
        entry = RecordEntry(len(plan.entries) + 1, what, NOW, "N Example", "because")
        try:
            planning.check(protocol, planning.with_entry(plan, entry))
        except Refusal:
            continue
        plan = planning.with_entry(plan, entry)
    checked = planning.check(protocol, plan)
    issued, changes, unchanged = planning.edition(checked)
    assert len(changes) + unchanged >= len(checked.administrations)
    if issued is not None:
        later = NOW + timedelta(days=1)
        entry = RecordEntry(len(plan.entries) + 1, issued, later, "N Example")
        plan = planning.with_entry(plan, entry)
        checked = planning.check(protocol, plan)
    assert planning.edition(checked)[0] is None
    assert export(checked, "ics") == export(planning.check(protocol, replace(plan)), "ics")
