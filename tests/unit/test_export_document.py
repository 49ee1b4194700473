"""The .json: as its published schema says, exact, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from regimen.export import ExportMismatch, export
from regimen.export.document import check
from regimen.schedule import CheckedSchedule
from tests import samples

SCHEMA: dict[str, Any] = json.loads(
    files("regimen.export").joinpath("schedule.schema.json").read_text("utf-8")
)


def document(checked: CheckedSchedule) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(export(checked, "json"))
    return loaded


def test_the_schema_is_a_schema_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = 0

    def walk(node: Any) -> None:
        nonlocal objects
        if isinstance(node, dict):
            if "properties" in node:
                objects += 1
                assert node["additionalProperties"] is False
                needed = [
                    name
                    for name, each in node["properties"].items()
                    if not each.get("description", "").startswith("Where there are ")
                ]
                assert node["required"] == needed
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(SCHEMA)
    assert objects > 10


@pytest.mark.parametrize(
    "sample", [samples.case_report, samples.twice_a_day, samples.overridden, samples.hostile]
)
def test_every_export_obeys_the_schema(sample: Callable[[], CheckedSchedule]) -> None:
    validator = jsonschema.Draft202012Validator(
        SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(document(sample()))


def test_the_schema_refuses_what_is_not_ours() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    changes: list[dict[str, Any]] = [
        {"schema_version": 2},
        {"surprise": 1},
        {"administrations": []},
    ]
    for change in changes:
        assert not validator.is_valid(document(samples.case_report()) | change)
    loaded = document(samples.case_report())
    loaded["administrations"][0]["dose"] = 25
    assert not validator.is_valid(loaded)


def test_an_administration_says_what_and_why() -> None:
    first = document(samples.twice_a_day())["administrations"][0]
    assert first | {"why_day": ""} == {
        "id": "phenobarbital/phenobarbital/1",
        "date": "2026-03-27",
        "weekday": "Friday",
        "time": "08:00",
        "zone": "Europe/Rome",
        "course": "phenobarbital",
        "phase": "daily",
        "number": 1,
        "of": 10,
        "course_number": 1,
        "course_of": 10,
        "drug": "phenobarbital",
        "route": "oral",
        "dose": "22.5",
        "unit": "mg",
        "ucum": "mg",
        "note": None,
        "instant": "2026-03-27T07:00:00Z",
        "why_day": "",
        "why_dose": [
            {
                "stage": "stated",
                "value": "6",
                "unit": "mg",
                "ucum": "mg",
                "because": "per kg and day",
            },
            {
                "stage": "calculated",
                "value": "45",
                "unit": "mg",
                "ucum": "mg",
                "because": "6 mg × 7.5 kg",
            },
            {
                "stage": "shared",
                "value": "22.5",
                "unit": "mg",
                "ucum": "mg",
                "because": "a day's amount in 2 equal doses",
            },
        ],
    }


def test_totals_visits_and_answers() -> None:
    loaded = document(samples.case_report())
    assert [total["amount"] for total in loaded["totals"]["by_drug"]] == [
        {"value": "300", "unit": "units", "ucum": "[iU]"},
        {"value": "1.8", "unit": "mg", "ucum": "mg"},
    ]
    assert loaded["visits"] == {"days": 24, "injection_days": 24}
    assert loaded["plan"]["answers"]["twice_weekly_for"] == {
        "value": "2 weeks",
        "by": "Dr Example",
        "on": "2026-03-01",
        "why": None,
    }
    assert [each["checked"] for each in loaded["ranges"]] == [True, False]


def test_no_text_holds_what_cannot_be_seen() -> None:
    text = export(samples.hostile(), "json", label="a\u202eb").decode()
    assert "a\N{REPLACEMENT CHARACTER}b" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]|\\\\u", text)


def test_overrides_and_findings_are_all_there() -> None:
    loaded = document(samples.overridden())
    assert [each["code"] for each in loaded["plan"]["overrides"]] == [
        "dose-range",
        "dose-not-stated",
    ]
    assert [each["reader"] for each in loaded["findings"]] == ["plan", "plan", "plan", "author"]
    assert loaded["administrations"][0]["dose"] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"dose": "100"', '"dose": "1000"'),
        ('"dose": "100"', '"dose": 100.5'),
        ('"dose": "100"', '"dose": 100.0'),
        ('"dose": "100"', '"dose": null'),
        ('"unit": "mcg",\n      "ucum": "ug"', '"unit": "mg",\n      "ucum": "mg"'),
        ('"unit": "mcg",\n      "ucum": "ug"', '"unit": "mcg",\n      "ucum": "mg"'),
        ('"date": "2026-03-03"', '"date": "2026-03-04"'),
        ('"time": null,\n      "zone": null', '"time": "08:00",\n      "zone": null'),
        ('"course_of": 18', '"course_of": 19'),
        ('"id": "b12/daily/3"', '"id": "b12/daily/4"'),
        ('"drug": "vitamin B12"', '"drug": "vitamin B1"'),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    checked = samples.case_report()
    text = export(checked, "json").decode()
    assert old in text
    with pytest.raises(ExportMismatch):
        check(text.replace(old, new, 1).encode(), checked, None)


def test_a_lost_override_is_seen() -> None:
    checked = samples.overridden()
    loaded = document(checked)
    loaded["plan"]["overrides"].pop()
    with pytest.raises(ExportMismatch, match="override"):
        check(json.dumps(loaded).encode(), checked, None)
