"""The engine against the naive reference, which walks days one by one and shares no code with it."""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml
from hypothesis import given, reject

from regimen import planning
from regimen.engine.expansion import expand
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.schedule import Schedule
from tests.properties import reference, strategies
from tests.properties.strategies import Sample
from tests.properties.strategies.making import EXAMPLES
from tests.properties.strategies.tried import WORDS, words_of

PROTOCOLS = Path(__file__).parents[2] / "protocols"
MADE = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "Europe/Rome"  # where a case names none


def plan_for(protocol: Protocol, answers: dict[str, str], start: str) -> Plan:
    given: dict[str, planning.Given] = {}
    for name, text in answers.items():
        known = _asked_as(name, protocol)
        if known in given and given[known].text != text:
            reject()  # the sample has two answers where the protocol asks once
        given[known] = planning.Given(text)
    given |= {"start": planning.Given(start)}
    return planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE)


def _asked_as(name: str, protocol: Protocol) -> str:
    """The samples answer phase by phase; the protocol asks where the question is written."""
    course, _, rest = name.partition(".")
    whole = f"{course}.{rest.rpartition('.')[2]}"
    return whole if name not in protocol.parameters and whole in protocol.parameters else name


Flat = list[tuple[object, ...]]  # day, clock time, amount, its kind, instant, cycle, finish


def ours(schedule: Schedule, course: str) -> Flat:
    rows: Flat = []
    for each in schedule.of_course(course):
        dose = each.dose.ordered if each.dose else None
        amount = (None, None) if dose is None else reference.canonical(dose.value, dose.unit.name)
        rows.append((each.day, each.time, *amount, each.instant, each.cycle, each.finish_instant))
    return rows


def theirs(given: list[reference.Given]) -> Flat:
    rows: Flat = []
    for each in given:
        amount = (
            (None, None)
            if each.amount is None or each.unit is None
            else reference.canonical(each.amount, each.unit)
        )
        rows.append((each.day, each.clock, *amount, each.instant, each.cycle, each.finish_instant))
    return rows


def assert_same(
    course: str, ours: Sequence[object], theirs: Sequence[object], about: object = ""
) -> None:
    """Says where two long lists first differ, which a comparison by pytest takes ages to find."""
    if ours == theirs:
        return
    for engine, reference_ in itertools.zip_longest(ours, theirs):
        if engine != reference_:
            pytest.fail(f"{course} {about}: the engine has {engine}, the reference {reference_}")


def agree(
    protocol: Protocol, written: dict[str, object], answers: dict[str, str], start: str
) -> int:
    schedule = expand(protocol, plan_for(protocol, answers, start))
    reader = reference.Reader(written, answers, start)
    expected = reader.schedule()
    for course in protocol.courses:
        assert_same(course.key, ours(schedule, course.key), theirs(expected.get(course.key, [])))
    for name, days in reader.visit_days().items():
        found = [
            (each.moment.day, each.moment.time) for each in schedule.entries if each.name == name
        ]
        assert_same(name, found, [(each.day, each.clock) for each in days])
    return len(schedule.administrations)


def test_random_protocols() -> None:
    """And all that is meant to be tried is tried, in protocols that were accepted."""
    tried: Counter[str] = Counter()

    @given(strategies.samples())
    def agrees(sample: Sample) -> None:
        text = strategies.to_yaml(sample.protocol)
        protocol = planning.read_protocol(text, "sample.yaml")
        count = agree(protocol, sample.protocol, sample.answers, sample.start)
        assert count > 0 or "decided:" in text  # then nothing may be certain yet
        tried.update(words_of(sample))

    agrees()
    often = 3 if EXAMPLES >= 250 else 0
    assert [f"{word}: {tried[word]}" for word in sorted(WORDS) if tried[word] < often] == []
    assert len(tried) > len(WORDS) // 2


# --- what is shipped

FIRST, DAYS = date(2027, 1, 1), 731  # 2027 and 2028, a leap year
STRIDE = 13  # no divisor of a week: every weekday comes
# the last Sunday and the first and second of a month, when clocks change in Europe and elsewhere
CHANGES = ("2027-03-14", "2027-03-28", "2027-04-04", "2027-10-03", "2027-10-31", "2027-11-07")


def _starts(which: str) -> list[date]:
    """Every day of the two years where EXAMPLES is `every`; else the ends of months, the leap day,
    days when clocks change, and one day in thirteen, beginning elsewhere for each case. With `few`,
    one in seven of these."""
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    if os.environ.get("EXAMPLES") == "every":
        return days
    ends = {
        day for day in days if (day + timedelta(days=1)).day == 1 or (day.month, day.day) == (2, 28)
    }
    changes = {date.fromisoformat(text) - timedelta(days=1) for text in CHANGES}
    elsewhere = crc32(which.encode())
    chosen = sorted(ends | changes | set(days[elsewhere % STRIDE :: STRIDE]))
    return chosen[elsewhere % 7 :: 7] if os.environ.get("EXAMPLES") == "few" else chosen


def test_the_starts_hold_what_bites() -> None:
    starts = _starts("any")
    if os.environ.get("EXAMPLES") != "few":
        assert {date(2027, 1, 31), date(2028, 2, 29), date(2027, 10, 30)} <= set(starts)
        assert {day.weekday() for day in starts} == set(range(7))
    assert starts


def _shipped() -> list[tuple[str, int]]:
    return [
        (path.stem, at)
        for path in sorted(PROTOCOLS.glob("*.yaml"))
        for at, case in enumerate(
            yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["cases"]
        )
        if "expect" in case
    ]


@pytest.mark.parametrize(("name", "at"), _shipped())
def test_shipped_protocols_from_starts_of_two_years(name: str, at: int) -> None:
    text = (PROTOCOLS / f"{name}.yaml").read_bytes()
    protocol = planning.read_protocol(text, name)
    written = yaml.load(text, yaml.BaseLoader)
    given = dict(written["cases"][at]["given"])
    start, _, clock = given.pop("start").partition(" ")
    first = date.fromisoformat(start)
    given.setdefault("zone", ZONE)
    dates = {
        key: date.fromisoformat(text) - first
        for key, text in given.items()
        if written.get("parameters", {}).get(key, {}).get("type") == "date"
    }
    measured = {key: given[key] for key in written.get("measures", {}) if key in given}
    for day in _starts(f"{name} {at}"):
        moved = {key: _moved(text, day - first) for key, text in measured.items()}
        answers = given | moved | {key: (day + offset).isoformat() for key, offset in dates.items()}
        start = f"{day} {clock}".strip()
        texts = answers | {"start": start}
        asked = {key: planning.Given(text) for key, text in texts.items()}
        plan = planning.make_plan(protocol, asked, plan_id="0" * 32, made=MADE)
        schedule = planning.examine(protocol, plan)
        assert [f for f in schedule.findings if f.stands and f.code != "not-stated"] == []
        expected = reference.expand(_without_gaps(written, answers), answers, start)
        for course in expected:
            assert_same(course, ours(schedule, course), theirs(expected[course]), day)


def _moved(text: str, by: timedelta) -> str:
    """The days of measured values, and of birth, as long before or after another start."""
    return re.sub(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        lambda day: (date.fromisoformat(day[0]) + by).isoformat(),
        text,
    )


def _without_gaps(written: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """The protocol without the courses whose days the source does not state, and with clock times
    that it leaves open as so many as the plan gives."""
    courses = {}
    for key, course in written["courses"].items():
        if course.get("every") == "not stated":
            continue
        courses[key] = course
        if course.get("at") == "not stated":
            times = str(len(answers[f"{key}.at"].split(",")))
            timed = {name: text for name, text in course.items() if name != "at"}
            courses[key] = timed | {"times_per_day": times}
    return written | {"courses": courses}
