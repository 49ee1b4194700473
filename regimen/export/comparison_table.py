"""The differences of a comparison as .csv, a line each; without a difference, the header alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from regimen.comparison import Comparison, Difference
from regimen.export.comparison_words import said
from regimen.export.facts import exact
from regimen.export.refusals import ExportMismatch
from regimen.export.table import neutral, original
from regimen.export.words import clean
from regimen.quantity import Quantity

HEADER = (
    "difference",
    "drug",
    "ours",
    "theirs",
    "id",
    "date",
    "time",
    "dose",
    "unit",
    "route",
    "over",
    "their_line",
    "their_date",
    "their_time",
    "their_zone",
    "their_drug",
    "their_dose",
    "their_unit",
    "their_route",
    "their_over",
)


def write(comparison: Comparison) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for each in comparison.differences:
        writer.writerow([neutral(clean(cell)) for cell in _cells(comparison, each)])
    return text.getvalue().encode()


def _cells(comparison: Comparison, difference: Difference) -> Iterator[str]:
    ours, theirs = difference.ours, difference.theirs
    yield str(difference.kind)
    yield ours.drug if ours is not None else theirs.named if theirs is not None else ""
    yield from said(comparison, difference)
    if ours is not None:
        clock = f"{ours.time:%H:%M}" if ours.time else ""
        yield from (ours.id, str(ours.day), clock)
        yield from _amount(ours.dose.ordered if ours.dose else None)
        yield from (str(ours.phase.route or ""), str(ours.phase.over or ""))
    else:
        yield from [""] * 7
    if theirs is not None:
        clock = f"{theirs.time:%H:%M}" if theirs.time else ""
        yield from (str(theirs.place.line), str(theirs.day), clock, theirs.zone or "", theirs.drug)
        yield from _amount(theirs.dose)
        yield from (str(theirs.route or ""), str(theirs.over or ""))
    else:
        yield from [""] * 9


def _amount(dose: Quantity | None) -> tuple[str, str]:
    return (exact(dose), dose.unit.name) if dose is not None else ("", "")


# --- reading back


def check(data: bytes, comparison: Comparison) -> None:
    """Raises ExportMismatch where the bytes do not name every difference, once each."""
    reader = csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)
    if tuple(reader.fieldnames or ()) != HEADER:
        raise ExportMismatch(f"the header is {reader.fieldnames}")
    for record, each in zip(reader, comparison.differences, strict=True):
        ours, theirs = each.ours, each.theirs
        expected = (
            str(each.kind),
            clean(ours.id) if ours is not None else "",
            str(ours.day) if ours is not None else "",
            str(theirs.place.line) if theirs is not None else "",
            str(theirs.day) if theirs is not None else "",
        )
        names = ("difference", "id", "date", "their_line", "their_date")
        if tuple(original(record[name]) for name in names) != expected:
            raise ExportMismatch(f"{record} was written for {expected}")
