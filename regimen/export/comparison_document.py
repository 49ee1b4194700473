"""A comparison as .json: what was compared, what was not, and every difference.

The shape is published in `comparison.schema.json` beside this file (JSON Schema, draft 2020-12).
"""

from __future__ import annotations

from datetime import time
from typing import Any

from regimen.comparison import Comparison, Difference, Kind, Line, Sums
from regimen.export import document
from regimen.export.comparison_words import said
from regimen.export.refusals import ExportMismatch
from regimen.export.words import DISCLAIMER, clean
from regimen.quantity import Quantity
from regimen.schedule import Administration

SCHEMA_VERSION = 1


def write(comparison: Comparison) -> bytes:
    """One object, indented; the same comparison gives the same bytes."""
    return document.text_of(document_of(comparison))


def document_of(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain dicts, lists, texts, whole numbers and None."""
    checked = comparison.checked
    return {
        "schema_version": SCHEMA_VERSION,
        "protocol": document.protocol_of(checked),
        "plan": document.plan_of(checked),
        "table": {
            "file": comparison.file,
            "lines": len(comparison.lines),
            "columns": dict(comparison.columns),
            "unread": list(comparison.unread),
        },
        "drugs": dict(comparison.drugs),
        "remarks": list(comparison.remarks),
        "doses": len(checked.administrations),
        "agreeing": comparison.agreeing,
        "counts": {str(kind): comparison.count(kind) for kind in Kind},
        "sums": [_sums(each) for each in comparison.sums],
        "differences": [_difference(comparison, each) for each in comparison.differences],
        "disclaimer": DISCLAIMER,
    }


def _sums(of: Sums) -> dict[str, Any]:
    return {
        "drug": of.drug,
        "ours": {"doses": of.our_doses, "total": _quantity(of.our_amount)},
        "theirs": {"doses": of.their_doses, "total": _quantity(of.their_amount)},
    }


def _difference(comparison: Comparison, difference: Difference) -> dict[str, Any]:
    ours, theirs = said(comparison, difference)
    return {
        "difference": str(difference.kind),
        "we_say": ours,
        "they_say": theirs,
        "ours": _ours(difference.ours) if difference.ours is not None else None,
        "theirs": _theirs(difference.theirs) if difference.theirs is not None else None,
    }


def _ours(dose: Administration) -> dict[str, Any]:
    return {
        "id": dose.id,
        "date": str(dose.day),
        "time": _clock(dose.time),
        "drug": dose.drug,
        "dose": _quantity(dose.dose.ordered if dose.dose else None),
        "route": str(dose.phase.route) if dose.phase.route else None,
        "over": str(dose.phase.over) if dose.phase.over else None,
    }


def _theirs(line: Line) -> dict[str, Any]:
    return {
        "line": line.place.line,
        "date": str(line.day),
        "time": _clock(line.time),
        "zone": line.zone,
        "drug": line.drug,
        "dose": _quantity(line.dose),
        "route": str(line.route) if line.route else None,
        "over": str(line.over) if line.over else None,
    }


def _clock(clock: time | None) -> str | None:
    return f"{clock:%H:%M}" if clock else None


def _quantity(amount: Quantity | None) -> dict[str, str] | None:
    return document.quantity_of(amount) if amount is not None else None


# --- reading back


def check(data: bytes, comparison: Comparison) -> None:
    """Raises ExportMismatch where the bytes do not name every difference, once each."""
    read = document.read_back(data)
    for record, each in zip(read["differences"], comparison.differences, strict=True):
        ours, theirs = each.ours, each.theirs
        found = (
            record["difference"],
            record["ours"] and record["ours"]["id"],
            record["theirs"] and (record["theirs"]["line"], record["theirs"]["date"]),
        )
        expected = (
            str(each.kind),
            clean(ours.id) if ours is not None else None,
            (theirs.place.line, str(theirs.day)) if theirs is not None else None,
        )
        if found != expected:
            raise ExportMismatch(f"{found} was written for {expected}")
    if sum(read["counts"].values()) != len(comparison.differences):
        raise ExportMismatch("the counts are not those of the differences")
