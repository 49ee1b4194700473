"""Any sequence of records and decisions: given doses stay as they were given, nothing is lost, least
distances hold or are named, totals change only for a listed reason, and a calendar handed out twice
is one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimen import planning
from regimen.engine.totals import total
from regimen.export import export
from regimen.finding import Override, Refusal
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.quantity import Quantity, read_quantity
from regimen.record import (
    Accepted,
    Answered,
    Clinic,
    Clinics,
    Given,
    Held,
    Issued,
    Measured,
    Missed,
    Moved,
    MoveTo,
    PartOf,
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
title: Two drugs, one of them by weight
status: local
sources: [{cite: made for this test}]
route: oral
parameters: {second_for: {type: duration, ask: How long is it given twice a week?}}
measures: {weight: {taken: if changed by 10 %, at_least: 2 kg, at_most: 20 kg}}
courses:
  a:
    drug: drug A
    dose: 10 mg
    min_gap: 2 days
    junctions: wait
    phases:
      - {name: first, every: 3 days, doses: 4}
      - {name: second, times_per_week: 2, for: $second_for}
  b: {drug: drug B, dose: 1 mg/kg, every: 1 week, doses: 3, min_gap: 4 days}
"""
START = date(2026, 3, 2)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEAST = {"a": 2, "b": 4}  # days


def day(number: int) -> date:
    return START + timedelta(number)


def mg(number: int) -> Quantity:
    return read_quantity(f"{number} mg")


def made() -> tuple[Protocol, Plan]:
    protocol = planning.read_protocol(PROTOCOL, "two-drugs.yaml")
    texts = {"start": START.isoformat(), "age": "2 months", "weight": "4 kg on 2026-02-02"}
    texts["second_for"] = "2 weeks"
    given = {name: planning.Given(text) for name, text in texts.items()}
    return protocol, planning.make_plan(protocol, given, plan_id="0" * 32, made=NOW)


def with_entries(whats: Iterable[What]) -> tuple[Protocol, Plan]:
    protocol, plan = made()
    for number, what in enumerate(whats, 1):
        plan = planning.with_entry(plan, RecordEntry(number, what, NOW, "N Example", "because"))
    return protocol, plan


def ids(whats: Iterable[What] = ()) -> list[str]:
    """The doses that the protocol has, by the answers among the entries."""
    answered = [what for what in whats if isinstance(what, Answered)]
    return sorted(each.id for each in planning.examine(*with_entries(answered)).every_dose)


IDS = ids([Answered({"second_for": "3 weeks"})])
GAPS = {course: CalendarSpan(days, SpanUnit.DAY) for course, days in LEAST.items()}
SUNDAYS = Clinic(
    frozenset([Weekday(6)]), {day(3): "a holiday"}, ("a", "b"), MoveTo.NEXT, False, False, GAPS
)
FIRST = planning.edition(planning.check(*made()))[0]
assert FIRST is not None

# --- totals change for these reasons, and for no other

# What was recorded, and what a and b then add up to, worked out by hand: a is 8 doses of 10 mg from
# day 0 on (0, 3, 6, 9, then 12, 15, 19, 22), b is 3 doses of 4 mg on days 0, 7 and 14.
REASONS: dict[str, tuple[tuple[What, ...], int, int]] = {
    "given in another amount": ((Given("a/first/1", Moment(START), mg(3)),), 73, 12),
    "missed and left out": ((Missed("a/first/2", Then.SKIP),), 70, 12),
    "held, and what falls into the hold left out": (
        (Held((), day(3), day(8), False),),
        60,
        8,
    ),
    "stopped": ((Stopped(("a",), day(12)),), 40, 12),
    "reduced": ((Reduced("a", Fraction(1, 2), day(13), day(20)),), 70, 12),
    "a measure taken again": ((Measured("weight", "5 kg", day(7)),), 80, 14),
    "a question answered anew": ((Answered({"second_for": "3 weeks"}),), 100, 12),
    "taken back": ((Missed("a/first/2", Then.SKIP), TakenBack(1)), 80, 12),
}
NO_REASON: dict[str, tuple[What, ...]] = {
    "given as planned": (Given("a/first/1", Moment(START), mg(10)),),
    "given on another day": (Given("a/first/2", Moment(day(4)), mg(10)),),
    "given late, the others stay": (Missed("a/first/2", Then.KEEP, Moment(day(4))),),
    "given late, the others shift": (Missed("a/first/2", Then.SHIFT, Moment(day(4))),),
    "held, and all that is left shifted": (Held((), day(3), day(8), True),),
    **{
        f"moved, {scope}": (Moved("a/first/2", Moment(day(4)), scope),) for scope in Scope
    },
    "a measure that has hardly changed": (Measured("weight", "4.1 kg", day(7)),),
    "the clinic's days": (SUNDAYS,),
    "a finding accepted": (Accepted(Override("too-close", "a", "N", "2026-03-01", "so")),),
    "a calendar handed out": (FIRST,),
}  # fmt: skip


def sums(schedule: Schedule) -> dict[str, Fraction]:
    """What each course adds up to, in mg, by the engine's own totals."""
    found = dict.fromkeys("ab", Fraction(0))
    for each in total(schedule).by_course:
        assert each.course is not None
        assert each.amount is not None
        found[each.course] += each.amount.to(mg(1).unit).value
    return found


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_changes_the_total_by_what_it_says(reason: str) -> None:
    whats, a, b = REASONS[reason]
    assert sums(planning.examine(*with_entries(whats))) == {"a": a, "b": b}


@pytest.mark.parametrize("other", NO_REASON)
def test_what_is_no_reason_changes_no_total(other: str) -> None:
    assert sums(planning.examine(*with_entries(NO_REASON[other]))) == {"a": 80, "b": 12}


def test_every_kind_of_entry_is_a_reason_or_none() -> None:
    tried = [what for whats, _, _ in REASONS.values() for what in whats]
    tried += [what for whats in NO_REASON.values() for what in whats]
    assert {type(what) for what in tried} == set(get_args(What))


# --- any sequence

DAYS = st.integers(0, 40).map(day)
MOMENTS = DAYS.map(Moment)
DOSES = st.sampled_from(IDS)
COURSES = st.sampled_from([(), ("a",), ("b",), ("b", "a")])
PARTS = st.sampled_from([Fraction(1, 2), Fraction(3, 4)])


@st.composite
def holds(draw: st.DrawFn) -> Held:
    since = draw(DAYS)
    until = since + timedelta(draw(st.integers(1, 9)))
    return Held(draw(COURSES), since, until, draw(st.booleans()))


@st.composite
def reductions(draw: st.DrawFn) -> Reduced:
    since = draw(DAYS)
    until = draw(st.none() | st.integers(1, 9).map(lambda days: since + timedelta(days)))
    of = draw(st.none() | st.sampled_from(PartOf))
    return Reduced(draw(st.sampled_from("ab")), draw(PARTS), since, until, of)


CLINICS = st.builds(
    Clinic,
    weekdays=st.frozensets(st.sampled_from(Weekday), max_size=3),
    dates=st.dictionaries(DAYS, st.just("a holiday"), max_size=3),
    courses=st.sampled_from([("a",), ("a", "b"), ("b", "a")]),
    move=st.sampled_from(MoveTo),
    follow=st.booleans(),
    together=st.booleans(),
    gaps=st.just(GAPS),
    since=st.none() | DAYS,
).filter(lambda clinic: bool(clinic.weekdays or clinic.dates))
LATE = st.sampled_from([Then.KEEP, Then.SHIFT])
WHATS: st.SearchStrategy[What] = st.one_of(
    st.builds(Given, DOSES, MOMENTS, st.sampled_from([mg(10), mg(4), mg(3)])),
    st.builds(Missed, DOSES, st.just(Then.SKIP)),
    st.builds(Missed, DOSES, LATE, MOMENTS),
    holds(),
    st.builds(Moved, DOSES, MOMENTS, st.sampled_from(Scope)),
    st.builds(Measured, st.just("weight"), st.sampled_from(["3 kg", "4.1 kg", "5 kg"]), DAYS),
    st.sampled_from(["1 week", "3 weeks"]).map(lambda text: Answered({"second_for": text})),
    reductions(),
    st.builds(Stopped, COURSES, DAYS),
    st.builds(TakenBack, st.integers(1, 5)),
    CLINICS,
)


def applied(whats: list[What]) -> tuple[Plan, Schedule, list[What]]:
    """The plan with those entries, of these, that it takes one after the other. What was given
    before an entry is after it as it was, unless the entry takes that back."""
    protocol, plan = made()
    schedule, taken = planning.examine(protocol, plan), list[What]()
    for what in whats:
        entry = RecordEntry(len(plan.entries) + 1, what, NOW, "N Example", "because")
        if isinstance(what, TakenBack) and what.entry >= entry.number:
            continue
        try:
            after = planning.examine(protocol, planning.with_entry(plan, entry))
        except Refusal:
            continue
        if not isinstance(what, TakenBack):
            stand = given_doses(after)
            assert given_doses(schedule).items() <= stand.items()
        plan, schedule = planning.with_entry(plan, entry), after
        taken.append(what)
    return plan, schedule, taken


def given_doses(schedule: Schedule) -> dict[str, tuple[Moment, Quantity]]:
    return {
        each.id: (each.moment, amount_of(each))
        for each in schedule.administrations
        if each.status is Status.GIVEN
    }


def amount_of(each: Administration) -> Quantity:
    assert each.dose is not None
    return each.dose.ordered


def standing(taken: list[What]) -> list[What]:
    back = {what.entry for what in taken if isinstance(what, TakenBack)}
    return [what for at, what in enumerate(taken, 1) if at not in back]


def amount_by_the_entries(each: Administration, plain: Quantity, whats: list[What]) -> Fraction:
    """What a dose comes to by the entries that say so, in mg: none where it is not given, what was
    recorded where it was given, and else its last reduction."""
    if not each.status.takes_place:
        return Fraction(0)
    for what in whats:
        if isinstance(what, Given) and what.dose == each.id:
            return what.amount.value
    part = Fraction(1)
    for what in whats:
        if isinstance(what, Reduced) and what.course == each.course and what.since <= each.day:
            part = what.part if what.until is None or each.day < what.until else part
    return plain.value * part


WHY_NOT = {Status.MISSED: Missed, Status.HELD: Held, Status.STOPPED: Stopped}


@given(st.lists(WHATS, min_size=1, max_size=7))
def test_any_sequence_of_entries(whats: list[What]) -> None:
    plan, schedule, taken = applied(whats)
    doses, stand = schedule.every_dose, standing(taken)
    assert sorted(each.id for each in doses) == ids(stand)  # none is lost, none is new

    places = {each.id: each for each in doses}
    for what in stand:
        if isinstance(what, Given):
            assert places[what.dose].status is Status.GIVEN
            assert places[what.dose].moment == what.at
            assert amount_of(places[what.dose]) == what.amount

    kinds = {type(what) for what in stand}
    assert {WHY_NOT[each.status] for each in schedule.removed} <= kinds

    by_hand = {what.dose for what in stand if isinstance(what, Moved | Missed)}
    for pause in stand:
        if isinstance(pause, Stopped) or (isinstance(pause, Held) and not pause.shift):
            until = pause.until if isinstance(pause, Held) else date.max
            for each in doses:
                concerned = each.course in (pause.courses or LEAST) and each.id not in by_hand
                if concerned and each.status is Status.PLANNED:
                    assert not pause.since <= each.day < until

    # what doses are by their measures alone: the record without what reduces or was given
    moving = [what for what in taken if not isinstance(what, Reduced | Given | TakenBack)]
    if Given not in map(type, taken) and TakenBack not in map(type, taken):
        plain = {each.id: amount_of(each) for each in _every(with_entries(moving))}
        expected = dict.fromkeys("ab", Fraction(0))
        for each in doses:
            expected[each.course] += amount_by_the_entries(each, plain[each.id], stand)
        assert sums(schedule) == expected

    named = {finding.code for finding in schedule.findings}
    for course, days in LEAST.items():
        gaps = [later.day - earlier.day for earlier, later in pairwise(schedule.of_course(course))]
        assert all(gap.days >= days for gap in gaps) or "below-min-gap" in named

    protocol, _ = made()
    text = planning.plan_text(plan)
    assert planning.plan_of(planning.read_plan_file(text, "plan.yaml"), protocol) == plan


def _every(made: tuple[Protocol, Plan]) -> tuple[Administration, ...]:
    return planning.examine(*made).every_dose


@given(st.lists(WHATS, max_size=5), CLINICS)
def test_the_clinics_days_never_break_a_least_distance(whats: list[What], clinic: Clinic) -> None:
    """With the clinic's days as the last word, no dose that a rule moved stands on a closed day, or
    closer to another than is allowed, unless the record had them so already."""
    plan, before, _ = applied([what for what in whats if not isinstance(what, Clinic)])
    protocol, _ = made()
    entry = RecordEntry(len(plan.entries) + 1, clinic, NOW, "N Example")
    try:
        after = planning.examine(protocol, planning.with_entry(plan, entry))
    except Refusal:
        return  # no open day is left: whether that is so, the specification tells
    stood = {each.id: each.day for each in before.administrations}
    for course in clinic.courses:
        doses = after.of_course(course)
        for one, other in pairwise(doses):
            moved = stood[one.id] != one.day or stood[other.id] != other.day
            assert not moved or (other.day - one.day).days >= LEAST[course]
        for each in doses:
            if stood[each.id] != each.day:
                assert Clinics(((clinic, None),)).closed_on(each.day) is None
                assert each.status is Status.PLANNED


# --- calendars

Action = What | None  # None: the calendar is handed out
EVENT = re.compile(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", re.DOTALL)


def events(calendar: bytes) -> dict[bytes, bytes]:
    found = {re.findall(rb"UID:(\S+)", text)[0]: text for text in EVENT.findall(calendar)}
    assert len(found) == calendar.count(b"BEGIN:VEVENT") > 0
    return found


def sequence(event: bytes) -> int:
    return int(re.findall(rb"SEQUENCE:(\d+)", event)[0])


def handed_out(protocol: Protocol, plan: Plan, at: datetime) -> tuple[Plan, bytes]:
    """The plan after its calendar was handed out, and the calendar."""
    checked = planning.check(protocol, plan)
    issued, changes, unchanged = planning.edition(checked)
    assert len(changes) + unchanged >= len(checked.administrations)
    if issued is not None:
        entry = RecordEntry(len(plan.entries) + 1, issued, at, "N Example")
        plan = planning.with_entry(plan, entry)
        checked = planning.check(protocol, plan)
    assert planning.edition(checked)[0] is None
    return plan, export(checked, "ics")


@given(st.lists(st.none() | WHATS, min_size=1, max_size=6))
def test_calendars_handed_out_again_and_again(actions: list[Action]) -> None:
    protocol, plan = made()
    plan, calendar = handed_out(protocol, plan, NOW)
    for step, action in enumerate([*actions, None], 1):
        at = NOW + timedelta(days=step)
        if action is not None:
            entry = RecordEntry(len(plan.entries) + 1, action, at, "N Example", "because")
            if isinstance(action, TakenBack) and isinstance(_entry(plan, action), Issued | None):
                continue
            try:
                planning.check(protocol, planning.with_entry(plan, entry))
            except Refusal:
                continue
            plan = planning.with_entry(plan, entry)
            continue
        before = events(calendar)
        plan, calendar = handed_out(protocol, plan, at)
        after = events(calendar)
        assert set(before) <= set(after)  # whatever was handed out is never forgotten
        for uid, event in before.items():
            assert after[uid] == event or sequence(after[uid]) == sequence(event) + 1
        again, same = handed_out(protocol, plan, at + timedelta(hours=1))
        assert (again, same) == (plan, calendar)


def _entry(plan: Plan, what: TakenBack) -> What | None:
    found = [each.what for each in plan.entries if each.number == what.entry]
    return found[0] if found else None
