"""What was typed is what is meant, or it is refused: spellings in tables, and tricks of the format.

Each row is a text, put where it stands in a protocol, and the code of the finding it must lead to;
`ok` where it is understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from regimen import planning
from regimen.finding import Finding, Refusal
from regimen.protocol import DoseExpression, Protocol
from tests.errors import broken

HEAD = "regimen: 1\nid: strict\ntitle: Strict\nstatus: local\nsources: [{cite: none}]\n"
MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

# The key's line as it stands in the course, and the rest of the course around it.
COURSES = {
    "dose": "every: 1 day, for: 1 week, dose: '{}'",
    "doses": "every: 1 day, dose: 1 mg, doses: '{}'",
    "for": "every: 1 day, dose: 1 mg, for: '{}'",
    "every": "doses: 3, dose: 1 mg, every: '{}'",
    "times_per_week": "doses: 3, dose: 1 mg, times_per_week: '{}'",
    "begins": "every: 1 day, doses: 3, dose: 1 mg, begins: '{}'",
    "before": "every: 1 day, dose: 1 mg, before: '{}'",
    "round": "every: 1 day, doses: 3, dose: 1 mg, round: '{}'",
    "max": "every: 1 day, doses: 3, dose: 1 mg, max: '{}'",
    "at": "every: 1 day, doses: 3, dose: 1 mg, at: '{}'",
    "on": "doses: 3, dose: 1 mg, on: '{}'",
    "route": "every: 1 day, doses: 3, dose: 1 mg, route: '{}'",
    "drug": "every: 1 day, doses: 3, dose: 1 mg, drug: '{}'",
    "overlap": "every: 1 day, doses: 3, dose: 1 mg, overlap: '{}'",
    "month_end": "every: 1 day, doses: 3, dose: 1 mg, month_end: '{}'",
    "taper by": "every: 1 day, taper: {{from: 4 mg, by: '{}', to: 0 mg, each: 1 week}}",
    "taper to": "every: 1 day, taper: {{from: 4 mg, by: 1 mg, to: '{}', each: 1 week}}",
    "taper each": "every: 1 day, taper: {{from: 4 mg, by: 1 mg, to: 0 mg, each: '{}'}}",
}

# Spellings of a number, as they may stand before a unit or alone.
NUMBERS = {
    "0,5": "decimal-comma",
    "1,000": "decimal-comma",
    "1,5": "decimal-comma",
    "1.000,5": "decimal-comma",
    "1,000.5": "decimal-comma",
    ",5": "decimal-comma",
    ".5": "bad-number",
    "5.": "bad-number",
    "1e3": "bad-number",
    "1E-3": "bad-number",
    "+1": "bad-number",
    "-1": "bad-number",
    "1_000": "bad-number",
    "1'000": "bad-number",
    "\u00bd": "bad-number",  # one half
    "1/2": "bad-number",
    "\u0663": "bad-number",  # an Arabic three
    "\uff11": "bad-number",  # a full-width one
    "\u00b2": "bad-number",  # a superscript two
    "0x10": "bad-number",
    "1.2.3": "bad-number",
    "05": "bad-number",
    "00.5": "bad-number",
    "one": "bad-number",
    "inf": "bad-number",
    "NaN": "bad-number",
    "9999999999": "absurd",
    "1.0000000001": "absurd",
    "9" * 1000: "absurd",
}
TABLES: dict[str, dict[str, str]] = {
    "dose": {
        **{f"{number} mg": code for number, code in NUMBERS.items()},
        "1/2 mg": "bad-quantity",  # a share: of what?
        "1 000 mg": "bad-number",
        "1\u00a0000 mg": "bad-quantity",
        "0.5 mg": "ok",
        "0.10 mg": "ok",
        "1000 mcg": "ok",
        "1 \u00b5g": "ok",
        "25 IU": "ok",
        "100  mcg": "ok",
        "6 mg/day": "ok",
        "2 g in all": "ok",
        "70 mg/week": "ok",
        "$nothing": "unknown-parameter",
        "$": "bad-name",
        "$Big": "bad-name",
        "1mg": "bad-quantity",
        "mg": "bad-quantity",
        "1": "bad-quantity",
        "1 mg ": "unknown-unit",
        "1\u00a0mg": "bad-quantity",
        "1\tmg": "bad-quantity",
        "1 MG": "unknown-unit",
        "1 Mg": "unknown-unit",
        "1 mgr": "unknown-unit",
        "1 U": "unknown-unit",
        "1 ug/ml": "bad-quantity",
        "1 cc": "unknown-unit",
        "0 mg": "bad-quantity",
        "0.0 mg": "bad-quantity",
        "1 mg/kg": "no-measure",
        "1 mg/day/kg": "bad-quantity",
        "1 mg/kg/kg": "bad-quantity",
        "1 mg/hour": "missing-key",
        "1 mg/h": "missing-key",
        "1 mg/": "bad-quantity",
        "1 mg in all in all": "unknown-unit",
        "1 mg in total": "unknown-unit",
        "1 to 2 mg": "bad-quantity",
        "1-2 mg": "bad-number",
        "~1 mg": "bad-number",
        "<1 mg": "bad-number",
        "1 mg daily": "unknown-unit",
        "1 mg + 1 mg": "unknown-unit",
        "3 m": "dimension",
        "3 m2": "dimension",
        "10 %": "dimension",
    },
    "doses": {
        **{number: code for number, code in NUMBERS.items() if number not in ("1.0000000001",)},
        "12": "ok",
        "1.0": "bad-number",
        "2.5": "bad-number",
        "0": "bad-number",
        "10000": "ok",
        "10001": "absurd",
        "10000000": "absurd",
        "12 doses": "bad-number",
        "a dozen": "bad-number",
    },
    "times_per_week": {
        "2": "ok",
        "7": "ok",
        "8": "absurd",
        "0": "bad-number",
        "2 to 3": "bad-number",
    },
    "for": {
        "2 weeks": "ok",
        "1 Week": "ok",
        "6 to 7 days": "ok",
        "1 to 2 months": "ok",
        "not stated": "ok",
        "1week": "bad-duration",
        "week": "bad-duration",
        "a week": "bad-number",
        "one week": "bad-number",
        "1.5 weeks": "bad-number",
        "1,5 weeks": "decimal-comma",
        "-1 week": "bad-number",
        "0 days": "bad-number",
        "1 w": "bad-duration",
        "1 wk": "bad-duration",
        "P1W": "bad-duration",
        "1 week 2 days": "bad-duration",
        "1 fortnight": "bad-duration",
        "7": "bad-duration",
        "7 to 6 days": "bad-duration",
        "6 to 6 days": "bad-duration",
        "6-7 days": "bad-number",
        "6 days to 1 week": "bad-duration",
        "6 to 7": "bad-duration",
        "6 to 7 to 8 days": "bad-duration",
        "8 hours": "ok",
        "30 minutes": "ok",
        "101 years": "absurd",
        "1000000000 years": "absurd",
        "99999999999 days": "absurd",
        "1 \u03bceek": "bad-duration",
        "Not stated": "bad-duration",
    },
    "every": {
        "1 day": "ok",
        "3 months": "ok",
        "6 to 7 days": "ok",
        "not stated": "ok",
        "daily": "bad-duration",
        "day": "bad-duration",
        "other day": "bad-number",
        "2nd day": "bad-number",
        "0 days": "bad-number",
        "0.5 days": "bad-number",
        "12 hours": "ok",
        "q12h": "bad-duration",
        "Monday": "bad-duration",
        "1/2 day": "bad-number",
        "\u00bd day": "bad-number",
    },
    "taper by": {
        "1 mg": "ok",
        "1000 mcg": "ok",
        "not stated": "ok",
        "25 %": "dimension",
        "1 IU": "dimension",
        "0 mg": "bad-quantity",
        "-1 mg": "bad-number",
        "1 mg/kg": "no-measure",
        "1 mg/day": "bad-quantity",
        "25 % of from": "ok",
        "25 % of current": "taper-misses",
        "25 % of 4 mg": "ok",
        "$part of current": "unknown-parameter",
        "25 of current": "bad-quantity",
        "0 % of from": "bad-quantity",
        "3 mg": "taper-misses",
        "5 mg": "taper-misses",
        "0.001 mg": "taper-misses",
        "half": "bad-quantity",
    },
    "taper to": {
        "0 mg": "ok",
        "1 mg": "ok",
        "0 IU": "dimension",
        "4 mg": "taper-misses",
        "0": "bad-quantity",
    },
    "taper each": {"3 days": "ok", "8 hours": "bad-duration", "1 to 2 days": "bad-duration"},
    "begins": {
        "start": "ok",
        "1 week after start": "ok",
        "2 months before start": "ok",
        "b.end": "ok",
        "3 days after b.last": "ok",
        "36 hours after start": "ok",
        "$day_one": "unknown-parameter",
        "b": "bad-anchor",
        "start.end": "unknown-anchor",
        "b.finish": "ok",
        "b.each": "ok",
        "end of b": "bad-anchor",
        "previous": "bad-anchor",
        "previous.end": "unknown-anchor",
        "previous.b.end": "bad-anchor",
        "b.nothing.end": "unknown-anchor",
        "c.end": "unknown-anchor",
        ".end": "bad-name",
        "b..end": "bad-anchor",
        "B.end": "bad-name",
        "after start": "bad-anchor",
        "week after start": "bad-duration",
        "1 week after": "bad-anchor",
        "1 week after after start": "bad-anchor",
        "1 week after 1 week after start": "bad-anchor",
        "1 week later": "bad-anchor",
        "1,5 weeks after start": "decimal-comma",
        "0 days after start": "bad-number",
        "-1 day after start": "bad-number",
        "2026-03-02": "bad-anchor",
        "not stated": "bad-anchor",
        "Start": "bad-anchor",
        "start ": "bad-anchor",
    },
    "before": {
        "3 months after start": "ok",
        "through start": "bad-anchor",
        "2 weeks": "bad-anchor",
        "not stated": "bad-anchor",
    },
    "round": {
        "nearest 0.5 mg, ties up": "ok",
        "nearest 0.5 mg, ties down, within 20 %": "ok",
        "down to 1 mg": "ok",
        "up to 5 mg, within 50%": "ok",
        "nearest 0.5 mg": "bad-rounding",
        "0.5 mg": "bad-rounding",
        "down": "bad-rounding",
        "up": "bad-rounding",
        "to the nearest 0.5 mg, ties up": "bad-rounding",
        "Nearest 0.5 mg, ties up": "bad-rounding",
        "nearest 0.5 mg, ties even": "bad-rounding",
        "nearest 0.5 mg, ties up, ties down": "bad-rounding",
        "nearest 0.5 mg, ties up, within 1 %, within 90 %": "bad-rounding",
        "nearest 0.5 mg; ties up": "unknown-unit",
        "nearest 0.5 mg,ties up": "unknown-unit",
        "nearest 0,5 mg, ties up": "decimal-comma",
        "nearest .5 mg, ties up": "bad-number",
        "nearest 0 mg, ties up": "bad-quantity",
        "nearest 1 IU, ties up": "dimension",
        "nearest 1 mg, ties up, within a tenth": "bad-rounding",
        "nearest 1 mg, ties up, within 0,1 %": "decimal-comma",
        "nearest 5 %, ties up": "dimension",
        "down to 1 mg, ties up": "bad-rounding",
        "to whole tablets": "bad-rounding",
        "not stated": "bad-rounding",
        "$rounding": "bad-rounding",
    },
    "max": {
        "2 mg/dose": "ok",
        "4 g/day": "ok",
        "2 mg": "bad-quantity",
        "2 mg/week": "ok",
        "2 mg in all": "ok",
        "2 mg in a lifetime": "unknown-unit",
        "2 mg/day/dose": "bad-quantity",
        "2mg/dose": "bad-quantity",
        "0 mg/dose": "bad-quantity",
        "2,5 mg/dose": "decimal-comma",
        "2 IU/dose": "dimension",
        "2 mg/kg/dose": "no-measure",
        "2 m/dose": "dimension",
        "not stated": "bad-quantity",
    },
    "at": {
        "08:00": "ok",
        "23:59": "ok",
        "00:00": "ok",
        "24:00": "bad-time",
        "8:00": "bad-time",
        "08.00": "bad-time",
        "08:60": "bad-time",
        "0800": "bad-time",
        "08:00:00": "bad-time",
        "8 am": "bad-time",
        "08:00 am": "bad-time",
        "noon": "bad-time",
        "morning": "bad-time",
        "-08:00": "bad-time",
        "08:00Z": "bad-time",
        "\u0660\u0668:\u0660\u0660": "bad-time",
        "08:00, 20:00": "bad-time",
        "28800": "bad-time",
        "$times": "unknown-parameter",
    },
    "on": {
        "mon": "ok",
        "Monday": "ok",
        "MON": "ok",
        "mondays": "bad-weekday",
        "Mo": "bad-weekday",
        "tues": "bad-weekday",
        "mon, thu": "bad-weekday",
        "mon-fri": "bad-weekday",
        "weekdays": "bad-weekday",
        "1": "bad-weekday",
        "every": "bad-weekday",
        "tomorrow": "bad-weekday",
        "": "empty-value",
    },
    "route": {
        "intramuscular": "ok",
        "IM": "ok",
        "Oral": "ok",
        "not stated": "ok",
        "i.m.": "unknown-word",
        "by mouth": "unknown-word",
        "im/iv": "unknown-word",
        "oral ": "unknown-word",
        "$route": "wrong-parameter",
        "": "empty-value",
    },
    "drug": {
        "vitamin B12": "ok",
        "no": "ok",
        "1e3": "ok",
        "not stated": "no-drug",
        "$drug": "no-drug",
        "vitamin B12 ": "bad-text",
        " vitamin B12": "bad-text",
        "vitamin  B12": "bad-text",
        "vitamin\u00a0B12": "bad-text",
        "vitamin\tB12": "bad-text",
        "x" * 201: "bad-text",
        "": "empty-value",
    },
    "overlap": {
        "yes": "ok",
        "no": "ok",
        "true": "unknown-word",
        "Yes": "unknown-word",
        "on": "unknown-word",
        "1": "unknown-word",
        "not stated": "unknown-word",
    },
    "month_end": {
        "clamp": "ok",
        "first-of-next": "ok",
        "last": "unknown-word",
        "skip": "unknown-word",
    },
}
ROWS = [
    pytest.param(key, text, code, id=f"{key}-{text[:40]}")
    for key, table in TABLES.items()
    for text, code in table.items()
]


@pytest.mark.parametrize(("key", "text", "code"), ROWS)
def test_a_spelling_is_understood_or_refused(key: str, text: str, code: str) -> None:
    assert codes(HEAD + with_value(key, text)) == ([] if code == "ok" else [code])


def test_the_tables_examine_every_kind_of_value() -> None:
    assert set(TABLES) == set(COURSES)
    assert sum(code == "ok" for table in TABLES.values() for code in table.values()) > 40
    assert all(len(table) >= 3 for table in TABLES.values())
    long = ("dose", "doses", "for", "every", "taper by", "begins", "round", "max", "at", "on")
    for key in long:
        assert sum(code != "ok" for code in TABLES[key].values()) >= 8, key


def with_value(key: str, text: str) -> str:
    course = COURSES[key].format(text.replace("'", "''"))
    route = "" if key == "route" else "route: oral, "
    return (
        f"courses:\n  a: {{{route}{course}}}\n"
        "  b: {route: oral, dose: 1 mg, every: 1 day, doses: 2}\n"
    )


# --- dates


DATES = {
    "2026-03-02": "ok",
    "2028-02-29": "ok",
    "2027-02-29": "bad-date",
    "2026-02-30": "bad-date",
    "2026-13-01": "bad-date",
    "2026-3-2": "bad-date",
    "02.03.2026": "bad-date",
    "02/03/2026": "bad-date",
    "3/2/26": "bad-date",
    "20260302": "bad-date",
    "2026-03": "bad-date",
    "2026-W10-1": "bad-date",
    "2026-03-02 08:00": "bad-date",
    "2 March 2026": "bad-date",
    "today": "bad-date",
    "\u0662\u0660\u0662\u0666-03-02": "bad-date",
    "-2026-03-02": "bad-date",
    "0000-00-00": "bad-date",
    "1899-12-31": "absurd",
    "9999-12-31": "absurd",
}


@pytest.mark.parametrize(("text", "code"), DATES.items())
def test_a_date_is_understood_or_refused(text: str, code: str) -> None:
    written = (
        "parameters: {op: {type: date, ask: When?}}\n"
        "courses: {a: {drug: x, dose: 1 mg, route: oral, every: 1 year, through: $op}}\n"
    )
    found = codes_of(HEAD + written, {"start": "2026-03-02", "op": text})
    assert found == ([] if code == "ok" else [code])


STARTS = {
    "2026-03-02": "ok",
    "2026-03-02 21:30": "ok",
    "2026-03-02T21:30": "ok",
    "2026-03-02 ": "ok",
    "2026-03-02T": "bad-time",
    "2026-03-02 9:30": "bad-time",
    "2026-03-02 21:30:00": "bad-time",
    "2026-03-02T21:30Z": "bad-time",
    "2026-03-02 2026-03-03": "bad-time",
    "21:30": "bad-date",
    "start": "bad-date",
    "": "bad-date",
    "2199-12-30": "absurd",
}


@pytest.mark.parametrize(("text", "code"), STARTS.items())
def test_a_start_is_understood_or_refused(text: str, code: str) -> None:
    assert start_codes({"start": text}) == ([] if code == "ok" else [code])


ZONES = {
    "Europe/Rome": "ok",
    "America/Argentina/Buenos_Aires": "ok",
    "UTC": "ok",
    "Etc/GMT+5": "ok",
    "../../etc/passwd": "unknown-word",
    "/etc/passwd": "unknown-word",
    "Europe/../Europe/Rome": "unknown-word",
    "Europe/./Rome": "unknown-word",
    "Europe//Rome": "unknown-word",
    "Europe/Rome/": "unknown-word",
    "Europe": "unknown-word",
    "europe/rome": "unknown-word",
    "localtime": "unknown-word",
    "posixrules": "unknown-word",
    "right/Europe/Rome": "unknown-word",
    "Factory": "unknown-word",
    "tzdata.zi": "unknown-word",
    "__init__.py": "unknown-word",
    "Rome": "unknown-word",
    "+01:00": "unknown-word",
    "CEST": "unknown-word",
    "Europe/Rome\x00": "unknown-word",
    "": "unknown-word",
    "A" * 5000: "unknown-word",
    "..\\..\\windows": "unknown-word",
}


@pytest.mark.parametrize(("text", "code"), ZONES.items(), ids=lambda text: text[:30])
def test_a_time_zone_is_one_of_the_database_or_refused(text: str, code: str) -> None:
    assert start_codes({"start": "2026-03-02", "zone": text}) == ([] if code == "ok" else [code])


def start_codes(given: dict[str, str]) -> list[str]:
    return codes_of(HEAD + with_value("dose", "1 mg"), given)


def plan_codes(name: str, text: str) -> list[str]:
    given = {"start": "2026-03-02", "zone": "Europe/Rome", **ANSWERS, name: text}
    return codes_of(ASKING, given)


def codes_of(text: str, given: dict[str, str]) -> list[str]:
    protocol = planning.read_protocol(text, "strict.yaml")
    texts = {name: planning.Given(each) for name, each in given.items()}
    try:
        plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
        found = planning.examine(protocol, plan).findings
    except Refusal as refusal:
        found = refusal.findings
    return [finding.code for finding in found]


# --- plan files


ASKING = f"""\
{HEAD}parameters:
  how_long: {{type: duration, ask: How long?, at_most: 4 weeks}}
  gap: {{type: duration, ask: How long between?}}
  how_much: {{type: quantity, unit: mg, ask: How much?}}
  how_many: {{type: number, ask: How many?}}
  which_day: {{type: date, ask: Which day?}}
  response: {{type: choice, ask: Which?, choices: {{good: it is, poor: it is not}}}}
  which_days: {{type: weekdays, ask: Which days?, count: 2}}
measures:
  weight: {{taken: once, at_least: 3 kg, at_most: 20 kg}}
courses:
  a: {{route: oral, dose: $how_much, every: 1 day, for: $how_long, begins: $which_day}}
  b: {{route: oral, dose: 1 mg/kg, on: $which_days, doses: 4, begins: $gap after a.begin}}
  c: {{route: oral, dose: 1 mg, times_per_week: $how_many, doses: 5, when: {{response: good}}}}
  d: {{route: not stated, dose: not stated, every: not stated, for: not stated, at: not stated}}
"""
ANSWERS = {
    "how_long": "2 weeks",
    "gap": "3 days",
    "how_much": "5 mg",
    "how_many": "3",
    "which_day": "2026-03-04",
    "response": "good",
    "which_days": "mon, thu",
    "weight": "8 kg",
    "d.route": "oral",
    "d.dose": "1 mg",
    "d.every": "2 days",
    "d.for": "12 doses",
    "d.at": "08:00",
}
OTHERS: dict[str, dict[str, str]] = {
    "how_long": {
        "5 weeks": "outside-limits",
        "1 month": "outside-limits",  # of 28 to 31 days, against 28: it cannot be told
        "8 hours": "bad-duration",
        "12 doses": "bad-duration",
        "1 to 2 weeks": "bad-duration",
        "not stated": "bad-duration",
        "1,5 weeks": "decimal-comma",
        " 2 weeks ": "ok",
        "": "empty-value",
    },
    "gap": {"8 hours": "untimed-anchor", "1 month": "ok", "0 days": "bad-number"},
    "how_much": {
        "5": "bad-quantity",
        "0 mg": "bad-quantity",
        "5 IU": "dimension",
        "0.005 g": "ok",
        "5 mg/kg": "unknown-unit",
        "5 m": "dimension",
        "not stated": "bad-number",
    },
    "how_many": {
        "0": "bad-number",
        "7": "ok",
        "8": "outside-limits",
        "3.0": "bad-number",
        "mon": "bad-number",
    },
    "which_day": {"4.3.2026": "bad-date", "2026-03-04 08:00": "bad-date", "start": "bad-date"},
    "response": {"Good": "unknown-word", "good, poor": "unknown-word", "$good": "unknown-word"},
    "which_days": {
        "mon": "outside-limits",
        "mon, tue, wed": "outside-limits",
        "mon, mon": "two-answers",
        "mon, Monday": "two-answers",
        "mon thu": "outside-limits",
        "thu, MON": "ok",
    },
    "weight": {
        "8": "bad-quantity",
        "0 kg": "bad-quantity",
        "8 kg/m2": "unknown-unit",
        "8 IU": "dimension",
        "8000 g": "ok",
        "7,5 kg": "decimal-comma",
    },
    "d.route": {"by mouth": "unknown-word", "PO": "ok"},
    "d.dose": {
        "1 mg/kg": "ok",
        "1 mg/m2": "no-measure",
        "1 mg/day": "per-day-on-rest-days",
        "7 mg/week": "per-day-on-rest-days",
        "0 mg": "bad-quantity",
        "12 mg in all": "ok",
    },
    "d.every": {
        "every 2 days": "ok",
        "2 times a week": "ok",
        "mon, thu": "ok",
        "8 times a week": "absurd",
        "daily": "bad-weekday",
        "8 hours": "bad-duration",
        "mon, mon": "two-answers",
    },
    "d.for": {
        "2 weeks": "ok",
        "0 doses": "bad-number",
        "10001 doses": "absurd",
        "before start": "bad-duration",
    },
    "d.at": {
        "08:00, 20:00": "ok",
        "08:00, 08:00": "two-answers",
        "8:00": "bad-time",
        "08:00 20:00": "bad-time",
    },
}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [(name, text, code) for name, table in OTHERS.items() for text, code in table.items()],
)
def test_an_answer_is_understood_or_refused(name: str, text: str, code: str) -> None:
    assert set(plan_codes(name, text)) == (set() if code == "ok" else {code})


def test_the_answers_that_the_table_varies_are_right() -> None:
    assert set(OTHERS) == set(ANSWERS)
    assert plan_codes("how_long", "2 weeks") == []


IN_A_FILE = {
    "an unknown key": ("start:", "begin: x\nstart:", "unknown-key"),
    "no start": ("start: 2026-03-02\n", "", "missing-key"),
    "another version": ("plan: 1", "plan: 2", "language-version"),
    "an id of one's own": ("id: 5f0c", "id: Patient 5f0c", "bad-name"),
    "another protocol": (
        "protocol: phenobarbital-by-weight",
        "protocol: b12-loading",
        "wrong-protocol",
    ),
    "a hash cut short": ("protocol_hash: ", "protocol_hash: 0", "bad-name"),
    "made in another zone": ("09:30:00Z", "09:30:00+02:00", "bad-date"),
    "made on no day": ("2026-03-01T09", "2026-02-30T09", "bad-date"),
    "made at no time": ("T09:30", "T25:30", "bad-date"),
    "made in Arabic digits": (
        "2026-03-01T09:30:00Z",
        "\u0662\u0660\u0662\u0666-03-01T09:30:00Z",
        "bad-date",
    ),
    "an answer without a block": (
        "{value: 8 kg, by: Nurse Example, on: 2026-03-01}",
        "8 kg",
        "wrong-shape",
    ),
    "an answer without a value": ("value: 8 kg, ", "", "missing-key"),
    "an answer with an empty value": ("value: 8 kg,", "value: ,", "empty-value"),
    "a comma in an answer": ("value: 8 kg", "value: 7,5 kg", "comma-cut"),
    "two weights": ("answers:\n", "answers:\n  weight: {value: 9 kg}\n", "duplicate-key"),
    "the zone among the answers": (
        "answers:\n",
        "answers:\n  zone: {value: Europe/Rome}\n",
        "unknown-input",
    ),
    "no zone": ("zone: Europe/Rome\n", "", "missing-input"),
    "a closed day that is none": ("zone:", "closed: [weekend]\nzone:", "bad-weekday"),
    "no closed day": ("zone:", "closed: []\nzone:", "empty-value"),
    "an override without a reason": (
        "zone:",
        "overrides: [{finding: x, about: y, by: z, on: 2026-03-01}]\nzone:",
        "missing-key",
    ),
    "an override of nothing": (
        "zone:",
        "overrides: [{finding: x, about: y, by: z, on: 2026-03-01, why: w}]\nzone:",
        "idle-override",
    ),
}


@pytest.mark.parametrize(("old", "new", "code"), IN_A_FILE.values(), ids=IN_A_FILE)
def test_a_plan_file_is_understood_or_refused(old: str, new: str, code: str) -> None:
    protocol = planning.read_protocol(broken.protocol_text("outside-limits"), "protocol.yaml")
    text = (broken.plan_text("outside-limits") or b"").decode().replace("80 kg", "8 kg")
    assert text.count(old) == 1
    assert file_codes(protocol, text) == []
    assert set(file_codes(protocol, text.replace(old, new))) == {code}


def file_codes(protocol: Protocol, text: str) -> list[str]:
    try:
        plan = planning.plan_of(planning.read_plan_file(text, "plan.yaml"), protocol)
        return [finding.code for finding in planning.examine(protocol, plan).findings]
    except Refusal as refusal:
        return [finding.code for finding in refusal.findings]


# --- every scalar stays the text that was typed


SCALARS = {
    "0.10 mg": ("dose", "0.1 mg"),
    "1.50 mg": ("dose", "1.5 mg"),
    "100 mcg": ("dose", "100 mcg"),
    "010": ("drug", "010"),
    "0x1F": ("drug", "0x1F"),
    "1e3": ("drug", "1e3"),
    "1_000": ("drug", "1_000"),
    "1:30": ("drug", "1:30"),
    "no": ("drug", "no"),
    "off": ("drug", "off"),
    "null": ("drug", "null"),
    "~": ("drug", "~"),
    "2026-03-02": ("drug", "2026-03-02"),
    ".inf": ("drug", ".inf"),
    "=": ("drug", "="),
    "08:00": ("at", "08:00:00"),
    "yes": ("overlap", "True"),
}


@pytest.mark.parametrize(("text", "expected"), SCALARS.items())
def test_scalars_stay_what_was_typed(text: str, expected: tuple[str, str]) -> None:
    key, meant = expected
    written = with_value(key, text).replace(f"'{text}'", text)  # not in quotes
    protocol = planning.read_protocol(HEAD + written, "strict.yaml")
    assert value_of(protocol, key) == meant


def value_of(protocol: Protocol, key: str) -> str:
    phase = protocol.courses[0].phases[0]
    if key == "dose":
        assert isinstance(phase.dose, DoseExpression)
        return str(phase.dose.amount)
    if key == "at":
        assert isinstance(phase.times, tuple)
        return str(phase.times[0])
    return str(phase.may_overlap if key == "overlap" else phase.drug)


def test_words_that_yaml_would_turn_into_truth_are_choices() -> None:
    text = (
        "parameters: {given: {type: choice, ask: Was it given?, choices: {yes: it was, no: not}}}\n"
        + with_value("drug", "x").replace("drug:", "when: {given: no}, drug:")
    )
    protocol = planning.read_protocol(HEAD + text, "strict.yaml")
    assert list(protocol.parameters["given"].choices) == ["yes", "no"]
    assert protocol.courses[0].when[0].choices == ("no",)


# --- tricks of the file format


BODY = with_value("dose", "1 mg")
WHOLE = HEAD + BODY
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
NINES = "9" * 100_000
COURSE = "{route: oral, dose: 1 mg, every: 1 day, doses: 1}"


def in_dose(text: str) -> str:
    return HEAD + f"courses:\n  a: {{route: oral, every: 1 day, doses: 3, dose: {text}}}\n"


TRICKS: dict[str, tuple[bytes | str, str]] = {
    "billion laughs": (LAUGHS, "alias"),
    "an anchor deep inside": (in_dose("&x 1 mg"), "alias"),
    "nested anchors": (HEAD + f"courses: &c\n  a: &a {COURSE}\n", "alias"),
    "an alias of nothing": (in_dose("*x"), "alias"),
    "a merge of an alias": (HEAD + "courses:\n  a:\n    <<: *other\n", "alias"),
    "a merge of a block": (
        WHOLE.replace("{route: oral, every", "{<<: {route: oral}, every"),
        "unknown-key",
    ),
    "a python object": (in_dose("!!python/object/apply:os.system ['true']"), "tag"),
    "a python name": (in_dose("!!python/name:os.system x"), "tag"),
    "a string tag": (in_dose("!!str 1 mg"), "tag"),
    "a binary tag": (in_dose("!!binary aGVsbG8="), "tag"),
    "a tag without a name": (in_dose("! 1 mg"), "tag"),
    "a tag on the whole file": ("--- !!map\n" + WHOLE, "tag"),
    "a tag directive": ("%TAG ! tag:example.org,2026:\n---\n" + in_dose("!mg 1"), "tag"),
    "an unknown tag handle": (in_dose("!x!mg 1"), "not-yaml"),
    "another version of YAML": ("%YAML 3.0\n---\n" + WHOLE, "not-yaml"),
    "a key doubled deep inside": (
        WHOLE.replace("for: 1 week", "for: 1 week, for: 2 weeks"),
        "duplicate-key",
    ),
    "a key doubled in quotes": (
        WHOLE.replace("for: 1 week", "for: 1 week, 'for': 2 weeks"),
        "duplicate-key",
    ),
    "a key doubled by an escape": (
        WHOLE.replace("for: 1 week", 'for: 1 week, "f\\x6fr": 2 weeks'),
        "duplicate-key",
    ),
    "a course doubled": (WHOLE + f"  a: {COURSE}\n", "duplicate-key"),
    "a tab for indentation": (HEAD + "courses:\n\ta: {route: oral}\n", "not-yaml"),
    "a byte order mark": (b"\xef\xbb\xbf" + WHOLE.encode(), "ok"),
    "a byte order mark in a text": ("\ufeff" + WHOLE, "ok"),
    "a byte order mark inside": (WHOLE.replace("courses", "\ufeffcourses"), "bad-text"),
    "UTF-16": (WHOLE.encode("utf-16"), "not-text"),
    "Latin-1": (WHOLE.replace("none", "\u00e4").encode("latin-1"), "not-text"),
    "an overlong encoding": (WHOLE.encode().replace(b"none", b"\xc0\xaf"), "not-text"),
    "a surrogate in bytes": (WHOLE.encode().replace(b"none", b"\xed\xa0\x80"), "not-text"),
    "a surrogate in a text": (WHOLE.replace("none", "\ud800"), "not-text"),
    "a surrogate as an escape": (WHOLE.replace("none", '"\\ud800"'), "not-yaml"),
    "NUL": (WHOLE.replace("none", "no\x00ne"), "bad-text"),
    "NUL as an escape": (WHOLE.replace("none", '"no\\0ne"'), "bad-text"),
    "escape": (WHOLE.replace("none", "no\x1b[31mne"), "bad-text"),
    "delete": (WHOLE.replace("none", "no\x7fne"), "bad-text"),
    "a right-to-left override": (WHOLE.replace("none", "no\u202ene"), "bad-text"),
    "the same as an escape": (WHOLE.replace("none", '"no\\u202ene"'), "bad-text"),
    "the same in a comment": (WHOLE + "# \u202e\n", "bad-text"),
    "the same in a key": (WHOLE.replace("for:", '"f\\u202eor":'), "bad-text"),
    "a space without width": (WHOLE.replace("none", "no\u200bne"), "bad-text"),
    "a filler without shape": (WHOLE.replace("none", "no\u3164ne"), "bad-text"),
    "a line separator": (WHOLE.replace("none", "no\u2028ne"), "bad-text"),
    "a next line": (WHOLE.replace("none", "no\x85ne"), "bad-text"),
    "a private character": (WHOLE.replace("none", "no\ue000ne"), "bad-text"),
    "not a character": (WHOLE.replace("none", "no\uffffne"), "bad-text"),
    "old line ends": (WHOLE.replace("\n", "\r\n"), "ok"),
    "a drug on two lines": (WHOLE.replace("{route", '{drug: "a\\nb", route'), "bad-text"),
    "a huge number": (in_dose(f"{NINES} mg"), "absurd"),
    "a huge unit": (in_dose("1 " + "m" * 100_000), "unknown-unit"),
    "a huge dose": (in_dose("1 mg" + "/kg" * 30_000), "bad-quantity"),
    "a huge space": (in_dose('"1' + " " * 100_000 + 'mg"'), "ok"),
    "a huge title": (WHOLE.replace("Strict", "x" * 100_000), "bad-text"),
    "a huge anchor": (
        WHOLE.replace("for:", "begins: " + "a after " * 10_000 + "b, for:"),
        "bad-duration",
    ),
    "a huge range": (WHOLE.replace("1 week", f"{'1' * 50_000} to {'2' * 50_000} days"), "absurd"),
    "a huge key": (
        WHOLE.replace("for:", f"? {'x' * 100_000} : 1, for:"),
        "unknown-key",
    ),
    "a huge comment": (WHOLE + "#" * 200_000, "ok"),
    "too much of it": (WHOLE + "#" * 300_000, "too-large"),
    "ten thousand courses": (
        HEAD + "courses:\n" + "".join(f"  c{n}: {{}}\n" for n in range(10_000)),
        "absurd",
    ),
    "ten thousand parameters": (
        HEAD
        + "parameters:\n"
        + "".join(f"  p{n}: {{type: date, ask: x}}\n" for n in range(7_000))
        + BODY,
        "absurd",
    ),
    "twenty thousand unknown keys": (
        WHOLE + "".join(f"k{n}: 1\n" for n in range(20_000)),
        "unknown-key",
    ),
    "the same key all over": (WHOLE + "id: x\n" * 30_000, "duplicate-key"),
    "a deep list": (in_dose("[" * 100_000 + "]" * 100_000), "too-deep"),
    "a deep list left open": (in_dose("[" * 100_000), "too-deep"),
    "a deep block": (HEAD + "".join(" " * n + "a:\n" for n in range(500)), "too-deep"),
    "a deep key": ("? " * 50_000, "key-not-text"),
    "a quote left open": (WHOLE.replace("none", '"none'), "not-yaml"),
    "a bracket left open": (WHOLE.replace("doses: 2}", "doses: 2"), "not-yaml"),
    "a list for a key": (WHOLE.replace("courses:", "? [courses]\n:"), "key-not-text"),
    "no key": (WHOLE + "'': x\n", "key-not-text"),
    "a second document": (WHOLE + "---\n" + WHOLE, "several-documents"),
    "a second document that is empty": (WHOLE + "---\n", "several-documents"),
    "the end of a document": (WHOLE + "...\n", "ok"),
    "nothing": ("", "empty-file"),
    "a comment": ("# nothing\n", "empty-file"),
    "only the start of a document": ("---\n", "empty-file"),
    "an empty text": ("''\n", "empty-file"),
    "a list": ("- a\n- b\n", "wrong-shape"),
    "a word": ("null\n", "wrong-shape"),
    "a cap in an empty list": (WHOLE.replace("for:", "max: [], for:"), "empty-value"),
    "a condition in an empty block": (WHOLE.replace("for:", "when: {}, for:"), "empty-value"),
    "a colon without a value": (WHOLE.replace("for: 1 week", "for: "), "empty-value"),
    "a comma in a number": (in_dose("1,015 mg"), "comma-cut"),
    "a comma in a rounding": (
        WHOLE.replace("for:", "round: nearest 1 mg, ties up, for:"),
        "comma-cut",
    ),
}


@pytest.mark.parametrize(("text", "code"), TRICKS.values(), ids=TRICKS)
def test_tricks_of_the_file_format_are_refused(text: bytes | str, code: str) -> None:
    found = set(codes(text))
    assert found == (set() if code == "ok" else {code})


def test_a_message_stays_short_whatever_was_typed() -> None:
    examined = 0
    for text, _ in TRICKS.values():
        for finding in findings(text):
            examined += 1
            assert len(finding.what) < 400
            assert len(finding.mend) < 400
    assert examined > 100


def test_no_more_is_found_than_anyone_reads() -> None:
    assert len(findings(TRICKS["twenty thousand unknown keys"][0])) == 100
    assert len(findings(TRICKS["the same key all over"][0])) == 100


def codes(text: bytes | str) -> list[str]:
    return [finding.code for finding in findings(text)]


def findings(text: bytes | str) -> list[Finding]:
    return list(_findings(text))


def _findings(text: bytes | str) -> Iterator[Finding]:
    try:
        planning.read_protocol(text, "strict.yaml")
    except Refusal as refusal:
        yield from refusal.findings
