"""What no treatment means, and what would take for ever: refused by a stated bound, at its place.

How long a refusal takes is measured, not tested (`tests/bench`); that it rests on a bound, and where
it points, is tested here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Refusal

HEAD = """\
regimen: 1
id: pathological
title: What no treatment means
status: local
sources: [{cite: made up}]
route: oral
drug: drug A
dose: 10 mg
"""
MADE = datetime(2026, 1, 1, tzinfo=UTC)
GIVEN = {"start": "2026-03-02 08:00", "zone": "Europe/Rome"}
FAR = {"horizon": "2199-01-01"}


def courses(phases: Iterable[str]) -> str:
    return "courses:\n" + "".join(f"  c{at}: {{{each}}}\n" for at, each in enumerate(phases))


def listed(entries: Iterable[object]) -> str:
    return ", ".join(map(str, entries))


def nested(depth: int, times: int) -> str:
    """Groups in groups, each coming again so many times."""
    body = "{name: x, every: 1 day, doses: 2}"
    for at in range(depth):
        rounds = f"repeat: {{every: {2 * 3**at} weeks, times: {times}}}"
        body = f"{{name: g{at}, {rounds}, phases: [{body}]}}"
    return f"courses:\n  a: {{phases: [{body}]}}\n"


def bands(count: int, unit: str, value: str) -> str:
    rows = (f"{at} to under {at + 1} {unit}: {value}" for at in range(1, count))
    return f"under 1 {unit}: {value}, {listed(rows)}, from {count} {unit}: {value}"


CHOICES = listed(f"c{at}: x" for at in range(101))
MANY_STEPS = listed(f"1 mg to {200 - at} mg" for at in range(1, 150))
TWO_TABLES = f"{{by height: {{{bands(40, 'cm', '1 mg')}}}}}"
OPEN = ["c0", "c1"]  # each through the end of the other

# what it is: its text, what else is answered, the finding, what stands at its place, and its words
CASES: dict[str, tuple[str, Mapping[str, str], str, str, str]] = {
    # --- tiny intervals over decades
    "every minute for 100 years": (
        courses(["every: 1 minute, for: 100 years"]),
        {},
        "bad-duration",
        "100 years",
        "is no number of hours",
    ),
    "every minute for a hundred years of days": (
        courses(["every: 1 minute, for: 36500 days"]),
        {},
        "never-ending",
        "c0:",
        "more than 10000 doses",
    ),
    "every minute until stopped": (
        courses(["every: 1 minute, until: stopped"]),
        FAR,
        "never-ending",
        "c0:",
        "more than 10000 doses",
    ),
    "every minute of waking hours": (
        courses(["every: 1 minute, between: [00:00, 23:59], for: 100 years"]),
        {},
        "never-ending",
        "c0:",
        "more than 10000 doses",
    ),
    "visits every day for 100 years": (
        "courses: {a: {doses: 1}}\nvisits: {v: {every: 1 day, for: 100 years}}\n",
        {},
        "never-ending",
        "v:",
        "more than 10000 visits",
    ),
    # --- enormous numbers
    "1e9 doses": (courses(["every: 1 day, doses: 1e9"]), {}, "bad-number", "1e9", "plain number"),
    "a billion doses": (
        courses(["every: 1 day, doses: 1000000000"]),
        {},
        "absurd",
        "1000000000",
        "10 characters",
    ),
    "a number of 100000 digits": (
        courses([f"every: 1 day, doses: {'9' * 100_000}"]),
        {},
        "absurd",
        "9999",
        "100000 characters",
    ),
    "a dose of 4000 digits": (
        courses([f"every: 1 day, doses: 1, dose: {'9' * 4000} mg"]),
        {},
        "absurd",
        "9999",
        "4000 characters",
    ),
    "months beyond the calendar": (
        courses(["every: 1 month, doses: 9999"]),
        {},
        "absurd",
        "c0:",
        "leave the years 1900 to 2200",
    ),
    # --- huge lists
    "days up to a billion": (courses(["days: 1-1000000000"]), {}, "absurd", "1-1", "10 characters"),
    "days up to ten thousand": (courses(["days: 1-10000"]), {}, "absurd", "1-10000", "beyond any"),
    "a list of 1001 days": (
        courses([f"days: [{listed(range(1, 1002))}]"]),
        {},
        "absurd",
        "[1, 2",
        "1001 entries stand here, and at most 1000",
    ),
    "a list of 1001 distances": (
        courses([f"offsets: [{listed(f'{at} days' for at in range(1001))}]"]),
        {},
        "absurd",
        "[0 days",
        "at most 1000",
    ),
    "doses on 1001 days": (
        courses([f"days: {{{listed(f'{at}: 1 mg' for at in range(1, 1002))}}}"]),
        {},
        "absurd",
        "{1: 1 mg",
        "at most 1000",
    ),
    "a hundred and fifty steps of a taper": (
        courses([f"every: 1 day, taper: {{from: 200 mg, each: 1 day, steps: [{MANY_STEPS}]}}"]),
        {},
        "absurd",
        "[1 mg",
        "at most 100",
    ),
    "a billion levels of a taper": (
        courses(["every: 1 day, taper: {from: 1 kg, by: 1 mcg, to: 0 mg, each: 1 day}"]),
        {},
        "taper-misses",
        "{from",
        "at most 1000",
    ),
    "ends without end": (
        courses([f"every: 1 day, whichever_first: [{listed(['{doses: 9999}'] * 21)}]"]),
        {},
        "absurd",
        "[{doses",
        "at most 20",
    ),
    "least distances without end": (
        courses(["doses: 1", f"doses: 1, min_gap: [{listed(['1 day after c0.last'] * 21)}]"]),
        {},
        "absurd",
        "[1 day",
        "at most 20",
    ),
    "caps without end": (
        courses([f"doses: 1, max: [{listed(f'{at} mg/dose' for at in range(10, 31))}]"]),
        {},
        "absurd",
        "[10 mg",
        "at most 20",
    ),
    "101 choices": (
        f"parameters: {{p: {{type: choice, ask: a, choices: {{{CHOICES}}}}}}}\n"
        + courses(["doses: 1, when: {p: c1}"]),
        {},
        "absurd",
        "{c0",
        "at most 100",
    ),
    "101 rows of a table": (
        "measures: {weight: {taken: once}}\n"
        + courses([f"doses: 1, dose: {{by weight: {{{bands(100, 'kg', '1 mg')}}}}}"]),
        {"weight": "10 kg"},
        "absurd",
        "{under 1 kg",
        "101 entries",
    ),
    "tables in the rows of a table": (
        "measures: {weight: {taken: once}, height: {taken: once}}\n"
        + courses([f"doses: 1, dose: {{by weight: {{{bands(40, 'kg', TWO_TABLES)}}}}}"]),
        {"weight": "10 kg", "height": "50 cm"},
        "absurd",
        "c0:",
        "more than 500 rows",
    ),
    "201 visits": (
        "courses: {a: {doses: 1}}\nvisits: {" + listed(f"v{at}: {{}}" for at in range(201)) + "}\n",
        {},
        "absurd",
        "{v0",
        "at most 200",
    ),
    # --- deep nesting, rounds of rounds
    "brackets in brackets": (
        "courses: " + "[" * 100_000 + "]" * 100_000 + "\n",
        {},
        "too-deep",
        "[",
        "12 levels",
    ),
    "groups in groups": (nested(10, 2), {}, "too-deep", "{name: g5", "12 levels"),
    "a hundred rounds of a hundred": (
        nested(2, 100),
        {},
        "never-ending",
        "100}, phases: [{name: x",
        "2000 rounds",
    ),
    "a thousand rounds, thrice": (nested(3, 1000), {}, "absurd", "{name: g2", "1900 to 2200"),
    # --- what waits for what
    "a circle of two": (
        courses(["doses: 1, begins: 1 day after c1.last", "doses: 1, begins: 1 day after c0.last"]),
        {},
        "circle",
        "1 day after c",
        "c0 → c1 → c0",
    ),
    "a circle of ends": (
        courses(["every: 1 day, through: c1.last", "every: 1 day, through: c0.last"]),
        {},
        "circle",
        "c",
        "c0 → c1 → c0",
    ),
    "a circle among ends of which the first counts": (
        courses(
            f"every: 1 day, whichever_first: [{{through: {other}.last}}, {{doses: 9}}]"
            for other in reversed(OPEN)
        ),
        {},
        "circle",
        "c",
        "c0 → c1 → c0",
    ),
    "a long chain": (
        courses(
            [*(f"doses: 1, begins: 1 day after c{at + 1}.last" for at in range(60)), "doses: 1"]
        ),
        {},
        "absurd",
        "1 day after c",
        "more than 50 phases each wait for the next",
    ),
    "rounds at rounds at rounds": (
        courses(
            [
                "every: 1 day, doses: 40, at: 08:00",
                *(f"every: 1 minute, doses: 3, begins: c{at}.each" for at in range(6)),
            ]
        ),
        {},
        "never-ending",
        "c4.each",
        "c5: more than 2000 rounds",
    ),
    # --- ends that are never reached
    "an end before the beginning": (
        courses(["every: 1 day, before: 1 day before start"]),
        {},
        "empty-phase",
        "1 day before start",
        "has no dose",
    ),
    "a total that is never reached": (
        courses(["dose: 1 mcg, every: 1 minute, until: {total: 1 kg, of: course, last: whole}"]),
        {},
        "never-ending",
        "c0:",
        "more than 10000 doses",
    ),
    # --- as much as can be
    "10000 courses": (
        courses(["doses: 1"] * 10_000),
        {},
        "absurd",
        "c200:",
        "more than 200 phases",
    ),
    "1000 phases": (
        f"courses:\n  a: {{junctions: at once, phases: [{listed(['{doses: 1}'] * 1000)}]}}\n",
        {},
        "absurd",
        "a:",
        "more than 200 phases",
    ),
    "three courses of 9999 doses": (
        courses(["every: 1 day, doses: 9999"] * 3),
        {},
        "never-ending",
        "c2:",
        "the plan has more than 20000 doses",
    ),
    "199 phases that all begin at once": (
        "courses:\n  a:\n    phases:\n"
        + "".join(
            f"      - {{name: p{at}, every: 1 day, doses: 9, begins: start}}\n" for at in range(199)
        ),
        {},
        "overlap",
        "start",
        "lie over each other",
    ),
    "five megabytes": ("# " + "x" * 5_000_000, {}, "too-large", "regimen: 1", "at most 262144"),
}


def planned(body: str, more: Mapping[str, str]) -> None:
    protocol = planning.read_protocol(HEAD + body, "protocol.yaml")
    given = {name: planning.Given(text) for name, text in (GIVEN | dict(more)).items()}
    planning.check(protocol, planning.make_plan(protocol, given, plan_id="0" * 32, made=MADE))


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_at_its_place(name: str) -> None:
    body, more, code, stands, words = CASES[name]
    with pytest.raises(Refusal) as refused:
        planned(body, more)
    findings = refused.value.findings
    finding = next(each for each in findings if each.code == code)
    assert words in finding.what
    assert finding.place is not None
    line = (HEAD + body).split("\n")[finding.place.line - 1]
    assert line[finding.place.column - 1 :].startswith(stands)
    assert len(findings) < 20
