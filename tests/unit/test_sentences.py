"""Every construct of the language is read back as a sentence, made from its structure."""

from __future__ import annotations

import pytest

from regimen import planning

HEAD = """
regimen: 1
id: read-back
title: Read back
status: local
sources: [{cite: made up}]
"""

# what is written under the course, and its sentence; `{}` stands for the usual rest
SAID = [
    (
        "{dose: 1 mg, every: 1 day, for: 1 week}",
        "a: drug 1 mg oral, daily, for 1 week. Begins at the start.",
    ),
    (
        "{dose: 1 mg, every: 3 days, doses: 1}",
        "a: drug 1 mg oral, every 3 days, 1 dose. Begins at the start.",
    ),
    ("{dose: 1 mg, doses: 1}", "a: drug 1 mg oral, a single dose. Begins at the start."),
    (
        "{dose: 1 mg, on: [fri, mon, wed], doses: 6, at: [20:00, 08:00]}",
        "a: drug 1 mg oral, on Monday, Wednesday and Friday, at 08:00 and 20:00, 6 doses."
        " Begins at the start.",
    ),
    (
        "{dose: 6 mg/kg/day, every: 1 day, times_per_day: 2, for: 2 months}",
        "a: drug 6 mg per kg of body weight per day in equal doses, oral, twice a day, at clock"
        " times from the plan, for 2 months. Begins at the start.",
    ),
    (
        "{dose: 6 mg, every: 2 days, times_per_day: 2, doses: 4}",
        "a: drug 6 mg oral, every other day, twice on each day that it is given, at clock times from"
        " the plan, 4 doses. Begins at the start.",
    ),
    (
        "{dose: 30 mg/m2, every: 1 week, through: 6 weeks after start, max: [50 mg/dose, 2 mg/kg/day]}",
        "a: drug 30 mg per m² of body surface oral, weekly, up to and including 6 weeks after the"
        " start. Begins at the start. At most 50 mg per dose. At most 2 mg per kg of body weight"
        " per day.",
    ),
    (
        "{dose: 70 mg in all, every: 1 day, doses: 7, round: 'nearest 5 mg, ties down'}",
        "a: drug 70 mg in all in equal doses, oral, daily, 7 doses. Begins at the start. Rounded to"
        " the nearest multiple of 5 mg, ties down.",
    ),
    (
        "{dose: 100 mg/day, every: 1 day, before: $day, round: up to 5 mg}",
        "a: drug 100 mg per day oral, daily, up to «day». Begins at the start. Rounded up to a"
        " multiple of 5 mg.",
    ),
    (
        "{dose: $amount, every: $span, doses: $number, round: down to 1 mg, month_end: first-of-next}",
        "a: drug «amount» oral, every «span», «number» doses. Begins at the start. Rounded down to a"
        " multiple of 1 mg. A day that a month lacks is the first of the next month.",
    ),
    (
        "{dose: 1 mg, times_per_week: $number, for: $span, begins: $day}",
        "a: drug 1 mg oral, «number» times a week, for «span». Begins on «day».",
    ),
    (
        "{dose: 1 mg, on: $weekdays, for: $span, begins: 2 days before start}",
        "a: drug 1 mg oral, on «weekdays», for «span». Begins 2 days before the start.",
    ),
    (
        "{dose: not stated, every: not stated, at: not stated, for: not stated, route: not stated}",
        "a: drug (dose not stated) (route not stated), (days not stated), at clock times that are"
        " not stated, (duration not stated). Begins at the start.",
    ),
    (
        "{taper: {from: 40 mg, by: 5 mg, to: 0 mg, each: 1 week, per: day}, every: 1 day}",
        "a: drug from 40 mg per day to 0 mg in steps of 5 mg, each level for 1 week, oral, daily,"
        " until the last level has ended. Begins at the start.",
    ),
]
PARAMETERS = {
    "day": "{type: date, ask: Which day?}",
    "amount": "{type: quantity, ask: How much?}",
    "span": "{type: duration, ask: How long?}",
    "number": "{type: number, ask: How many?}",
    "weekdays": "{type: weekdays, ask: Which weekdays?}",
}


def read_back(course: str) -> list[str]:
    used = {name: text for name, text in PARAMETERS.items() if f"${name}" in course}
    text = HEAD
    if used:
        text += "parameters:\n" + "".join(
            f"  {name}: {shape.replace('?}', '}')}\n" for name, shape in used.items()
        )
    measures = [f"  {name}: {{taken: once}}\n" for unit, name in MEASURES if unit in course]
    if measures:
        text += "measures:\n" + "".join(measures)
    protocol = planning.read_protocol(
        text + f"drug: drug\nroute: oral\ncourses:\n  a: {course}\n", "a.yaml"
    )
    return list(planning.sentences(protocol))


MEASURES = (("/kg", "weight"), ("/m2", "bsa"))


@pytest.mark.parametrize(("course", "sentence"), SAID)
def test_a_course_is_read_back(course: str, sentence: str) -> None:
    assert read_back(course)[0] == sentence


PHASES = """
drug: drug
dose: 1 mg
route: oral
parameters:
  response:
    type: choice
    ask: How was the response
    choices: {good: well, fair: somewhat, poor: badly}
  number: {type: number, ask: How many}
courses:
  a:
    begins: 1 week after b.last
    phases:
      - {name: one, every: 1 day, for: 1 week}
      - {name: two, every: 1 week, doses: 2, junctions: at once}
      - {name: three, times_per_week: 3, for: 1 week, junctions: wait}
      - {name: four, times_per_week: 5, for: 1 week, junctions: wait}
      - {name: five, on: [mon], for: 1 week, junctions: wait}
      - {name: six, every: 1 day, doses: $number, begins: previous.end}
      - {name: seven, every: 1 day, doses: 2, begins: a.six.begin, overlap: yes}
      - {name: eight, every: 1 day, doses: 2, when: {response: [good, fair]}}
  b: {every: 1 day, for: 3 days, when: {response: poor}}
"""


def test_phases_say_how_they_follow_each_other() -> None:
    said = list(planning.sentences(planning.read_protocol(HEAD + PHASES, "a.yaml")))
    assert said == [
        "a, one: drug 1 mg oral, daily, for 1 week. Begins 1 week after the last dose of b.",
        "a, two: drug 1 mg oral, weekly, 2 doses. Begins as soon as the phase before has ended.",
        "a, three: drug 1 mg oral, three times a week, for 1 week."
        " Begins 2 days after the last dose before.",
        "a, four: drug 1 mg oral, five times a week, for 1 week."
        " Begins 1 day after the last dose before.",
        "a, five: drug 1 mg oral, on Monday, for 1 week."
        " Begins the pattern's shortest interval after the last dose before.",
        "a, six: drug 1 mg oral, daily, «number» doses. Begins at the end of the phase before.",
        "a, seven: drug 1 mg oral, daily, 2 doses. Begins at the first moment of a, six."
        " It may lie beside the phase before it.",
        "a, eight: drug 1 mg oral, daily, 2 doses. Begins after the phase before, or at the start"
        " if none before it applies. Only if response is “good” (well) or “fair” (somewhat).",
        "b: drug 1 mg oral, daily, for 3 days. Begins at the start. Only if response is “poor” (badly).",
        "To be answered: response. How was the response",
        "To be answered: number. How many",
    ]


def test_a_gap_may_stay_open() -> None:
    said = read_back("{dose: not stated, every: 1 day, for: 1 week}")
    assert said[1:] == [
        "May stay open: a.dose. The source does not state the dose of a. What is it here?"
    ]
