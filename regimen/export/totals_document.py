"""The pharmacist's totals as .json: every figure, and the administrations it is the sum of.

The shape is published in `totals.schema.json` beside this file (JSON Schema, draft 2020-12).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from regimen.export import document
from regimen.export.limits import not_counted
from regimen.export.refusals import ExportMismatch
from regimen.export.words import DISCLAIMER, clean, overrides
from regimen.figures import Figures, Per, Summary
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import CheckedSchedule, LimitCheck

SCHEMA_VERSION = 1


def write(summary: Summary) -> bytes:
    """One object, indented; the same totals give the same bytes."""
    return document.text_of(document_of(summary))


def document_of(summary: Summary) -> dict[str, Any]:
    """The totals as plain dicts, lists, texts, whole numbers and None."""
    checked = summary.checked
    return {
        "schema_version": SCHEMA_VERSION,
        "protocol": document.protocol_of(checked),
        "plan": document.plan_of(checked),
        "per": {str(per): per.means for per in summary.per},
        "figures": [_figures(each) for each in summary.figures],
        "limits": [_limit(each, checked) for each in checked.limits],
        **document.products_of(checked),
        **document.as_needed_of(checked),
        "findings": [document.finding_of(each) for each in checked.findings],
        "disclaimer": DISCLAIMER,
    }


def _figures(row: Figures) -> dict[str, Any]:
    period = row.period
    return {
        "per": str(row.per),
        "drug": row.drug,
        "course": row.course,
        "phase": row.phase,
        "phase_key": row.phase_key,
        "period": {"name": period.name, "first": str(period.first), "last": str(period.last)}
        if period
        else None,
        "doses": row.doses,
        "total": _quantity(row.amount),
        "highest_dose": _quantity(row.highest_dose),
        "highest_day": _quantity(row.highest_day),
        "highest_day_on": str(row.highest_on) if row.highest_on else None,
        "cumulative": _quantity(row.cumulative),
        "first": document.moment_of(row.first),
        "last": document.moment_of(row.last),
        "sum_of": [
            {
                "doses": part.count,
                "dose": _quantity(part.dose),
                "instead": None if part.dose else part.words,
                "administrations": [each.id for each in part.administrations],
            }
            for part in row.parts
        ],
    }


def _limit(limit: LimitCheck, checked: CheckedSchedule) -> dict[str, Any]:
    return {
        "drug": limit.drug,
        "course": limit.course,
        "per": limit.per,
        "limit": document.quantity_of(limit.limit),
        "reached": document.quantity_of(limit.reached),
        "left": _quantity(limit.left),
        "given_before": _quantity(limit.before),
        "total": document.quantity_of(limit.total),
        "for": limit.population,
        "source": limit.source,
        "not_counted": not_counted(limit, checked) or None,
        "administrations": [each.by.id for each in limit.given],
    }


def _quantity(amount: Quantity | None) -> dict[str, str] | None:
    return document.quantity_of(amount) if amount is not None else None


# --- reading back


def check(data: bytes, summary: Summary) -> None:
    """Raises ExportMismatch where the bytes do not say what the figures say."""
    read = document.read_back(data)
    doses = {
        clean(each.id): each.dose.ordered.base if each.dose else None
        for each in summary.checked.administrations
    }
    for said, row in zip(read["figures"], summary.figures, strict=True):
        inside = row.per is Per.INGREDIENT  # a part of each dose
        amounts = {
            "total": row.amount,
            "highest_dose": row.highest_dose,
            "highest_day": row.highest_day,
            "cumulative": row.cumulative,
        }
        for name, amount in amounts.items():
            if _in_base(said[name]) != (amount.base if amount is not None else None):
                raise ExportMismatch(f"{said[name]} was written for the {name} {amount}")
        given = [id for part in said["sum_of"] for id in part["administrations"]]
        stated = [
            dose
            for part in said["sum_of"]
            for id in part["administrations"]
            if (dose := _in_base(part["dose"]) if inside else doses[id]) is not None
        ]
        added = sum(stated, Fraction(0)) if stated else None
        if (len(given), added) != (row.doses, _in_base(said["total"])):
            raise ExportMismatch(f"the administrations do not add up to {said['total']}: {given}")
    document.check_products(read, summary.checked)
    for said, limit in zip(read["limits"], summary.checked.limits, strict=True):
        held = {clean(each.by.id): each.amount.base for each in limit.given}
        stated = [held.get(id, Fraction(0)) for id in said["administrations"]]
        on_basis = tuple(_in_base(said[name]) for name in ("limit", "reached", "left"))
        left = limit.left.base if limit.left is not None else None
        expected = (limit.limit.base, limit.reached.base, left)
        total = sum(stated, Fraction(0))
        if on_basis != expected or not total == _in_base(said["total"]) == limit.total.base:
            raise ExportMismatch(f"{said} was written for the limit of {limit.drug}")
    if len(read["plan"]["overrides"]) != len(overrides(summary.checked)):
        raise ExportMismatch("a recorded override is missing")


def _in_base(said: dict[str, str] | None) -> Fraction | None:
    return Fraction(said["value"]) * BY_UCUM[said["ucum"]].factor if said else None
