"""Infusions in every format: a start and a finish, also over the night when the clocks change."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any

import openpyxl
import pytest
from icalendar import Calendar
from msgspec.structs import replace

from regimen import planning
from regimen.export import FORMATS, ExportMismatch, export
from regimen.planning import Given
from regimen.schedule import CheckedSchedule
from regimen.timing import Moment

PUMP = """
regimen: 1
id: pump
title: A pump over the night when the clocks go forward
status: local
sources: [{cite: the test itself}]
route: intravenous
courses:
  fluorouracil: {dose: 4440 mg, days: 1, at: 11:15, over: 46 hours}
  dexamethasone: {dose: 8 mg, days: 1-2, route: oral}
"""


def pump(start: str = "2026-03-28", text: str = PUMP) -> CheckedSchedule:
    protocol = planning.read_protocol(text, "pump.yaml")
    given = {"start": Given(start), "zone": Given("Europe/Rome")}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    return planning.check(
        protocol, planning.make_plan(protocol, given, plan_id="0" * 32, made=made)
    )


def test_the_table_has_two_columns_more() -> None:
    rows = list(csv.DictReader(io.StringIO(export(pump(), "csv").decode(), newline="")))
    told = {row["course"]: (row["over"], row["finish"]) for row in rows}
    assert told == {"dexamethasone": ("", ""), "fluorouracil": ("46 hours", "2026-03-30 10:15")}


def test_the_calendar_entry_lasts_46_real_hours() -> None:
    calendar: Any = Calendar.from_ical(export(pump(), "ics"))
    (event,) = [each for each in calendar.walk("VEVENT") if "fluorouracil" in each["SUMMARY"]]
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    assert (f"{start:%d %H:%M}", f"{end:%d %H:%M}") == ("28 11:15", "30 10:15")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=46)
    assert "over 46 hours, until 2026-03-30 10:15" in event["DESCRIPTION"]


def test_a_finish_at_a_time_that_comes_twice_is_written_as_an_instant() -> None:
    text = PUMP.replace("over: 46 hours", "over: 15 hours")
    data = export(pump("2026-10-24", text), "ics")
    assert b"DTEND:20261025T001500Z" in data  # 02:15, before the clocks go back


def test_the_document_names_length_and_finish() -> None:
    first, *_ = [
        each
        for each in json.loads(export(pump(), "json"))["administrations"]
        if each["course"] == "fluorouracil"
    ]
    assert (first["over"], first["finish"]) == ("46 hours", "2026-03-30T10:15")


def test_the_workbook_has_a_moment_for_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(pump(), "xlsx")))
    header, *rows = book["Administrations"].iter_rows(values_only=True)
    finishes = [row[header.index("finish")] for row in rows]
    assert finishes == [None, datetime(2026, 3, 30, 10, 15), None]


def test_the_sheet_says_it_beside_the_dose() -> None:
    assert b"over 46 hours, until 2026-03-30 10:15" in export(pump(), "html")


@pytest.mark.parametrize("format", FORMATS)
def test_an_infusion_without_a_clock_time_has_a_length_only(format: str) -> None:
    assert export(pump(text=PUMP.replace("at: 11:15, ", "")), format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_finish_that_differs_stops_the_export(format: str) -> None:
    right = pump()
    an_hour_late = [
        replace(
            each,
            finish=Moment(date(2026, 3, 30), time(11, 15)),
            finish_instant=datetime(2026, 3, 30, 9, 15, tzinfo=UTC),
        )
        if each.finish
        else each
        for each in right.administrations
    ]
    wrong = replace(right, schedule=replace(right.schedule, administrations=tuple(an_hour_late)))
    module = import_module(FORMATS[format])
    data = module.write(wrong, None)
    with pytest.raises(ExportMismatch):
        module.check(data, right, None)
