"""Exports: a checked schedule becomes the bytes of a calendar, a table, a workbook, a document or a
printable sheet.

Each format is a module with `write(checked, label) -> bytes` and `check(data, checked, label)`,
which reads the bytes back by other code and raises ExportMismatch where they do not say what the
schedule says. Nothing here reads the clock, the environment or the network.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from regimen.export.refusals import ExportMismatch, MissingLibrary, NothingLeft
from regimen.schedule import CheckedSchedule

if TYPE_CHECKING:
    from regimen.comparison import Comparison
    from regimen.figures import Summary

__all__ = [
    "COMPARISON_FORMATS",
    "FORMATS",
    "TOTALS_FORMATS",
    "ExportMismatch",
    "MissingLibrary",
    "NothingLeft",
    "export",
    "export_comparison",
    "export_totals",
]

# A module is imported when its format is asked for: most of the libraries are slow to load.
FORMATS: dict[str, str] = {
    "csv": "regimen.export.table",
    "xlsx": "regimen.export.workbook",
    "ics": "regimen.export.calendar",
    "json": "regimen.export.document",
    "html": "regimen.export.sheet",
}


TOTALS_FORMATS: dict[str, str] = {
    "csv": "regimen.export.totals_table",
    "json": "regimen.export.totals_document",
}

COMPARISON_FORMATS: dict[str, str] = {
    "csv": "regimen.export.comparison_table",
    "json": "regimen.export.comparison_document",
}


class _Format(Protocol):
    def write(self, checked: CheckedSchedule, label: str | None) -> bytes: ...

    def check(self, data: bytes, checked: CheckedSchedule, label: str | None) -> None: ...


class _TotalsFormat(Protocol):
    def write(self, summary: Summary) -> bytes: ...

    def check(self, data: bytes, summary: Summary) -> None: ...


class _ComparisonFormat(Protocol):
    def write(self, comparison: Comparison) -> bytes: ...

    def check(self, data: bytes, comparison: Comparison) -> None: ...


def export(checked: CheckedSchedule, format: str, *, label: str | None = None) -> bytes:
    """The schedule in one of FORMATS, read back and found to say the same.

    `label` is a short text of the user's own ("Bed 4") for what is shown to people: it begins
    every calendar entry and heads the sheet. The csv has no place for it. Raises KeyError for an
    unknown format, ExportMismatch, MissingLibrary, and NothingLeft where no dose is given and no
    calendar is to be taken back.
    """
    module = cast(_Format, import_module(FORMATS[format]))
    if not checked.administrations:  # a comparison of nothing would show nothing
        from regimen.record import Issued  # few plans give nothing

        taken_back = format == "ics" and any(
            isinstance(each.what, Issued) for each in checked.plan.entries
        )
        if not taken_back:
            raise NothingLeft("no dose of this plan is given, so there is nothing to write")
    return _read_back(module.write(checked, label), lambda data: module.check(data, checked, label))


def export_totals(summary: Summary, format: str) -> bytes:
    """The pharmacist's totals in one of TOTALS_FORMATS, read back and found to say the same.

    Raises KeyError for an unknown format, and ExportMismatch.
    """
    module = cast(_TotalsFormat, import_module(TOTALS_FORMATS[format]))
    if not summary.figures:
        raise ExportMismatch("there is nothing that adds up to anything")
    return _read_back(module.write(summary), lambda data: module.check(data, summary))


def export_comparison(comparison: Comparison, format: str) -> bytes:
    """The differences in one of COMPARISON_FORMATS, read back and found to be all there.

    Raises KeyError for an unknown format, and ExportMismatch.
    """
    module = cast(_ComparisonFormat, import_module(COMPARISON_FORMATS[format]))
    return _read_back(module.write(comparison), lambda data: module.check(data, comparison))


def _read_back(data: bytes, check: Callable[[bytes], None]) -> bytes:
    """The data, once `check` has found nothing wrong. Raises ExportMismatch."""
    try:
        check(data)
    except ExportMismatch:
        raise
    except Exception as unreadable:  # whatever a reader trips over, the bytes are not handed out
        raise ExportMismatch(f"what was written cannot be read back: {unreadable}") from unreadable
    return data
