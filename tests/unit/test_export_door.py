"""The one way in to the exports: every format, what it refuses, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import pytest

from regimen.export import FORMATS, ExportMismatch, MissingLibrary, NothingLeft, export
from regimen.finding import Finding, Refusal
from regimen.schedule import CheckedSchedule
from tests import samples

SAMPLES: dict[str, Callable[[], CheckedSchedule]] = {
    "case report": samples.case_report,
    "timed": samples.twice_a_day,
    "floating": lambda: samples.twice_a_day(zone=None),
    "overridden": samples.overridden,
    "hostile": samples.hostile,
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_reads_back(format: str, sample: str) -> None:
    assert export(SAMPLES[sample](), format, label="Bed 4")


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_schedule_gives_the_same_bytes(format: str) -> None:
    assert export(samples.overridden(), format) == export(samples.overridden(), format)


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        export(samples.case_report(), "doc")


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_schedule_gives_nothing(format: str) -> None:
    with pytest.raises(NothingLeft, match="there is nothing to write"):
        export(samples.checked(samples.protocol("p", "p"), []), format)


def test_a_standing_error_cannot_reach_an_export() -> None:
    finding = Finding(samples.DOSE_RANGE, "too much", "check it")
    with pytest.raises(Refusal):
        samples.checked(samples.protocol("p", "p"), [], findings=(finding,))


def test_a_difference_stops_the_export(monkeypatch: pytest.MonkeyPatch) -> None:
    table = import_module(FORMATS["csv"])
    write = table.write
    monkeypatch.setattr(
        table,
        "write",
        lambda checked, label: write(checked, label).replace(b"100,mcg", b"1000,mcg"),
    )
    with pytest.raises(ExportMismatch, match="dose was written as"):
        export(samples.case_report(), "csv")


def test_what_cannot_be_read_back_at_all_stops_the_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module(FORMATS["json"]), "write", lambda checked, label: b"{")
    with pytest.raises(ExportMismatch, match="cannot be read back"):
        export(samples.case_report(), "json")


@pytest.mark.parametrize(
    ("format", "unwanted"),
    [
        (None, {"icalendar", "openpyxl", "pydantic", "yaml", "regimen.engine", "regimen.language"}),
        ("csv", {"icalendar", "openpyxl", "pydantic", "regimen.checks", "regimen.engine"}),
        ("json", {"icalendar", "openpyxl", "pydantic", "regimen.checks", "regimen.engine"}),
        ("html", {"icalendar", "openpyxl", "pydantic", "regimen.checks", "regimen.engine"}),
        ("ics", {"openpyxl", "pydantic", "regimen.checks", "regimen.engine"}),
        ("xlsx", {"icalendar", "pydantic", "regimen.checks", "regimen.engine"}),
    ],
)
def test_only_what_a_format_needs_is_loaded(format: str | None, unwanted: set[str]) -> None:
    module = FORMATS[format] if format else "regimen.export"
    code = f"import sys, {module}; print('regimen.export' in sys.modules); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    first, loaded = done.stdout.splitlines()
    assert first == "True"
    assert not unwanted & set(loaded.split())


def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("openpyxl")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "regimen.export.workbook", raising=False)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingLibrary, match=r"regimen-scheduler\[xlsx\]"):
        export(samples.case_report(), "xlsx")


def test_every_module_of_the_table_is_a_format() -> None:
    modules: list[ModuleType] = [import_module(path) for path in FORMATS.values()]
    assert [callable(one.write) and callable(one.check) for one in modules] == [True] * 5
