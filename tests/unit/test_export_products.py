"""What every export says of products: what to give beside each dose, and what is used up."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import jsonschema
import openpyxl
import pytest
from icalendar import Calendar
from referencing import Registry, Resource

from regimen import planning
from regimen.export import FORMATS, ExportMismatch, export, export_totals
from regimen.export import taken as words
from regimen.export.taken import SUPPLY_HEADER
from regimen.figures import Per
from regimen.planning import Given
from regimen.schedule import CheckedSchedule

_HEAD = """
regimen: 1
id: products
title: Products
status: local
sources: [{cite: a ward list}]
"""
STRENGTHS = f"""{_HEAD}
route: oral
products:
  five: {{drug: drug A, form: tablet, strength: 5 mg, size: 10 tablets}}
  two: {{drug: drug A, form: tablet, strength: 2 mg, split: halves}}
  rest: {{drug: drug B, form: bottle, strength: 250 mg in 5 mL, size: 20 mL,
          once_opened: use within 7 days, measured_to: 0.5 mL}}
courses:
  a: {{drug: drug A, dose: 13 mg, every: 1 day, doses: 3, product: [five, two]}}
  b: {{drug: drug B, dose: 125 mg, every: 1 day, doses: 3, product: rest}}
  c: {{drug: drug C, dose: 1 mg, every: 1 day, doses: 1}}
  d: {{drug: drug B, dose: not stated, every: 1 day, doses: 2, product: rest}}
visits:
  eeg: {{what: EEG, times: 1}}
"""


def checked(text: str = STRENGTHS) -> CheckedSchedule:
    from regimen.finding import Override

    protocol = planning.read_protocol(text, "products.yaml")
    accepted = Override("not-stated", "d: the dose", "Dr A", "2026-03-01", "known later")
    plan = planning.make_plan(
        protocol,
        {"start": Given("2026-03-02")},
        plan_id="7" * 32,
        made=datetime(2026, 3, 1, tzinfo=UTC),
        overrides=(accepted,),
    )
    return planning.check(protocol, plan)


SCHEDULE = checked()
GIVE = "2 tablets of 5 mg + 1½ tablets of 2 mg"


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_back(format: str) -> None:
    assert export(SCHEDULE, format)


def test_the_table_names_products_and_what_to_give() -> None:
    rows = list(csv.DictReader(io.StringIO(export(SCHEDULE, "csv").decode())))
    first = rows[0]
    assert (first["product"], first["give"]) == ("five; two", "2 tablets; 1.5 tablets")
    by_drug = {row["course"]: row for row in rows}
    assert (by_drug["b"]["product"], by_drug["b"]["give"]) == ("rest", "2.5 mL")
    assert (by_drug["c"]["product"], by_drug["c"]["give"]) == ("", "")
    assert (by_drug["d"]["product"], by_drug["d"]["give"]) == ("", "")


def test_a_table_without_products_has_no_such_columns() -> None:
    text = f"{_HEAD}courses: {{a: {{drug: drug A, dose: 1 mg, route: oral, doses: 1}}}}\n"
    header = export(checked_plain(text), "csv").decode().splitlines()[0]
    assert "product" not in header
    assert "by_product" not in json.loads(export(checked_plain(text), "json"))["totals"]


def checked_plain(text: str) -> CheckedSchedule:
    protocol = planning.read_protocol(text, "plain.yaml")
    made = datetime(2026, 3, 1, tzinfo=UTC)
    given = {"start": Given("2026-03-02")}
    plan = planning.make_plan(protocol, given, plan_id="7" * 32, made=made)
    return planning.check(protocol, plan)


def test_the_calendar_says_what_to_give() -> None:
    events = Calendar.from_ical(export(SCHEDULE, "ics")).walk("VEVENT")
    summaries = [str(event["SUMMARY"]) for event in events]
    assert f"drug A 13 mg ({GIVE}) oral · dose 1 of 3" in summaries
    assert "drug B 125 mg (2.5 mL) oral · dose 1 of 3" in summaries
    lines = str(events[0]["DESCRIPTION"]).split("\n")
    assert "Give: 2 tablets of drug A 5 mg tablet [five]" in lines
    assert "Give: 1.5 tablets of drug A 2 mg tablet [two]" in lines


def test_a_dose_in_pieces_is_not_said_twice() -> None:
    text = f"""{_HEAD}
route: oral
products: {{ab: {{drug: AB, form: tablet, contains: {{drug A: 5 mg, drug B: 20 mg}}}}}}
courses: {{a: {{drug: AB, dose: 3 tablets, doses: 1, product: ab}}}}
"""
    (event,) = Calendar.from_ical(export(checked_plain(text), "ics")).walk("VEVENT")
    assert str(event["SUMMARY"]) == "AB 3 tablets oral · dose 1 of 1"
    assert "made up 3 tablets (15 mg + 60 mg from AB: drug A 5 mg + drug B 20 mg tablet)" in str(
        event["DESCRIPTION"]
    )


def test_the_sheet_says_what_to_give_and_to_dispense() -> None:
    page = export(SCHEDULE, "html").decode()
    assert page.count(f'<span class="take">{_ON_PAGE}</span>') == 6  # in the month, in the record
    assert "1 pack of 10 tablets" in page
    assert "3 (and 2 not known yet)" in page
    assert "5 tablets" in page


def test_the_workbook_has_a_sheet_of_products() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(SCHEDULE, "xlsx")))
    assert book.sheetnames == ["Administrations", "Totals", "About", "Visits", "Products"]
    header, *rows = book["Products"].iter_rows(values_only=True)
    assert header == SUPPLY_HEADER
    assert [row[0] for row in rows] == ["five", "two", "rest"]
    assert rows[2][2:9] == ("1 bottle of 20 mL", 3, 2, 7.5, 20, 12.5, "mL")
    assert rows[2][9] == "drug B 625 mg"


def test_the_document_holds_to_its_schema() -> None:
    folder = files("regimen.export")
    schema = json.loads(folder.joinpath("schedule.schema.json").read_text("utf-8"))
    found = json.loads(export(SCHEDULE, "json"))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert [each["product"] for each in found["administrations"][0]["taken"]] == ["five", "two"]
    five, two, rest = found["totals"]["by_product"]
    assert (five["given"]["value"], five["opened"]["value"], five["left_over"]["value"]) == (
        "6",
        "10",
        "4",
    )
    assert (two["dispense"], two["left_over"]["value"]) == ("5 tablets", "0.5")
    assert rest["left_over_of"] == [{"drug": "drug B", "value": "625", "unit": "mg", "ucum": "mg"}]


def test_the_totals_hold_products_too() -> None:
    summary = planning.totals(SCHEDULE, [Per.DRUG])
    rows = list(csv.DictReader(io.StringIO(export_totals(summary, "csv").decode())))
    products = [row for row in rows if row["per"] == "product"]
    assert [(row["product"], row["dispense"], row["left_over"]) for row in products] == [
        ("five", "1 pack of 10 tablets", "4"),
        ("two", "5 tablets", "0.5"),
        ("rest", "1 bottle of 20 mL", "12.5"),
    ]
    found = json.loads(export_totals(summary, "json"))
    folder = files("regimen.export")
    schemas = [
        json.loads(folder.joinpath(f"{name}.schema.json").read_text("utf-8"))
        for name in ("schedule", "totals")
    ]
    registry: Any = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    jsonschema.Draft202012Validator(schemas[1], registry=registry).validate(found)
    assert len(found["by_product"]) == 3


@pytest.mark.parametrize("format", FORMATS)
def test_two_sizes_of_one_liquid_are_read_back_too(format: str) -> None:
    vial = "drug: drug A, form: vial, once_opened: discard, measured_to: 0.01 mL"
    text = f"""{_HEAD}
route: intramuscular
products:
  small: {{{vial}, strength: 50 mg in 0.5 mL, size: 0.5 mL}}
  large: {{{vial}, strength: 100 mg in 1 mL, size: 1 mL}}
courses: {{a: {{drug: drug A, dose: 102 mg, doses: 1, product: [small, large]}}}}
"""
    data = export(checked_plain(text), format)
    if format == "html":
        text = data.decode().replace("\N{NO-BREAK SPACE}", " ")
        assert "1 mL from 1 vial of 1 mL + 0.02 mL from 1 vial of 0.5 mL" in text


AS_NEEDED = f"""{_HEAD}
route: oral
products: {{tablet: {{drug: paracetamol, form: tablet, strength: 500 mg, split: halves}}}}
courses: {{a: {{drug: drug A, dose: 1 mg, doses: 1}}}}
as_needed:
  pain: {{drug: paracetamol, route: oral, dose: 750 mg, product: tablet, reason: pain, per_day: 4, for: 3 days}}
  fever: {{drug: paracetamol, route: oral, dose: 1 tablet, product: tablet, reason: fever,
          per_day: 1, for: 1 day}}
"""


def test_what_is_given_as_needed_says_its_pieces_and_how_many_at_the_most() -> None:
    schedule = checked_plain(AS_NEEDED)
    page = export(schedule, "html").decode()
    assert "paracetamol 750 mg (1½ tablets of 500 mg) oral" in page
    assert "at most 12 doses, 9 g, in all: 18 tablets of 500 mg" in page
    assert "paracetamol 1 tablet (1 tablet of 500 mg) oral" in page
    found = json.loads(export(schedule, "json"))
    schema = json.loads(files("regimen.export").joinpath("schedule.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
    pain, fever = found["as_needed"]
    assert (pain["taken"][0]["value"], pain["most_taken"][0]["value"]) == ("1.5", "18")
    assert fever["most_taken"] == [
        {"product": "tablet", "value": "1", "unit": "tablets", "ucum": "{tablet}"}
    ]


# --- a slip on the way is seen

_ON_PAGE = GIVE.replace(" of ", "_of~").replace(" + ", "_+~").replace(" ", "~")
_ON_PAGE = _ON_PAGE.replace("~", "\N{NO-BREAK SPACE}").replace("_", " ")
_IN_RECORD = f'class="route">oral</span><span class="take">{_ON_PAGE}</span>'


@pytest.mark.parametrize(
    ("format", "before", "after"),
    [
        ("csv", b"2 tablets; 1.5 tablets", b"2 tablets; 1 tablet"),
        ("csv", b"five; two", b"two; five"),
        ("csv", b"2.5 mL", b""),
        ("ics", b"(2.5 mL)", b"(2 mL)"),
        ("ics", b"Give: 2.5 mL of drug B", b"Give: 25 mL of drug B"),
        ("ics", b"[rest]", b"[five]"),
        ("ics", b"[rest]", b"(rest)"),
        ("html", _IN_RECORD.encode(), _IN_RECORD.replace("1½\N{NO-BREAK SPACE}tablets", "½\N{NO-BREAK SPACE}tablet").encode()),
        ("json", b'"product": "two",\n          "value": "1.5"', b'"product": "two",\n          "value": "15"'),
        ("json", b'"containers": 5', b'"containers": 6'),
    ],
)  # fmt: skip
def test_a_difference_in_what_is_given_stops_the_export(
    format: str, before: bytes, after: bytes
) -> None:
    from importlib import import_module

    module = import_module(FORMATS[format])
    data = module.write(SCHEDULE, None)
    assert before in data
    with pytest.raises((ExportMismatch, ValueError)):
        module.check(data.replace(before, after, 1), SCHEDULE, None)


@pytest.mark.parametrize("text", ["2 spoons", "some tablets", "½", "1/2 tablet"])
def test_words_that_say_nothing_are_refused(text: str) -> None:
    with pytest.raises(ExportMismatch):
        words.give_read(text)


def test_a_dose_without_an_amount_is_no_amount_of_a_product() -> None:
    with pytest.raises(ExportMismatch, match="does not say how much of five"):
        words.cells_read("five", "dose not stated")


def test_totals_of_products_are_compared() -> None:
    from regimen.export import totals_document, totals_table

    summary = planning.totals(SCHEDULE, [Per.DRUG])
    table = totals_table.write(summary)
    with pytest.raises(ExportMismatch):
        totals_table.check(table.replace(b"12.5", b"1.25"), summary)
    text = totals_document.write(summary)
    with pytest.raises(ExportMismatch):
        totals_document.check(re.sub(rb'"containers": 5', b'"containers": 4', text), summary)
