"""What was typed is what is meant, or it is refused: dates, answers, and the rest of a plan."""

from __future__ import annotations

import pytest

from regimen import planning
from regimen.finding import Refusal
from regimen.protocol import Protocol
from tests.errors import broken
from tests.errors.strict import HEAD, codes_of, with_value

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
