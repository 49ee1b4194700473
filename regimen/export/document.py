"""The whole schedule as .json, for other programs: what is given, why, and where it comes from.

The shape is published in `schedule.schema.json` beside this file (JSON Schema, draft 2020-12).
Numbers of doses are texts of exact decimals: a JSON number is a float in most programs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from regimen.export.entries import entry_rows
from regimen.export.facts import exact, injection_days, totals_of
from regimen.export.readback import Said, compare, entry_said
from regimen.export.refusals import ExportMismatch
from regimen.export.rows import PRODUCTS, Row, header_of, rows_of
from regimen.export.words import DISCLAIMER, clean, overrides, tolerances
from regimen.finding import Finding, Override
from regimen.plan import Answer
from regimen.quantity import BY_UCUM, Quantity
from regimen.schedule import Administration, AtMost, CheckedSchedule, Dose, Entry, Total
from regimen.timing import Moment

if TYPE_CHECKING:
    from regimen.product import Supply, Taken

SCHEMA_VERSION = 1


def write(checked: CheckedSchedule, label: str | None) -> bytes:
    """One object, indented; the same schedule gives the same bytes."""
    return text_of(document_of(checked, label))


def text_of(document: dict[str, Any]) -> bytes:
    """A document's bytes, its texts made visible and kept on one line."""
    text = json.dumps(_cleaned(document), indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def document_of(checked: CheckedSchedule, label: str | None = None) -> dict[str, Any]:
    """The schedule as plain dicts, lists, texts, whole numbers, booleans and None."""
    rows = rows_of(checked)
    header = [name for name in header_of(rows) if name not in PRODUCTS]  # told as a list below
    pairs = zip(checked.administrations, rows, strict=True)
    return {
        "schema_version": SCHEMA_VERSION,
        "label": label,
        "protocol": protocol_of(checked),
        "plan": plan_of(checked),
        "administrations": [_administration(one, row, header) for one, row in pairs],
        "visits": _visits(checked),
        "totals": {
            f"by_{by}": [_total(total) for kind, total in totals_of(checked) if kind == by]
            for by in ("drug", "course", "phase")
        }
        | products_of(checked),
        "ranges": [
            {
                "course": each.course,
                "drug": each.drug,
                "checked": each.checked,
                "result": each.result,
                "source": each.source or None,
            }
            for each in checked.ranges
        ],
        **_tolerance(checked),
        **as_needed_of(checked),
        **_not_given(checked),
        "findings": [finding_of(each) for each in checked.findings],
        "disclaimer": DISCLAIMER,
    }


def protocol_of(checked: CheckedSchedule) -> dict[str, Any]:
    protocol = checked.protocol
    return {
        "id": protocol.id,
        "title": protocol.title,
        "status": protocol.status,
        "content_hash": protocol.content_hash,
        "sources": [{"cite": each.cite, "says": each.says} for each in protocol.sources],
        "assumes": list(protocol.assumes),
    }


def plan_of(checked: CheckedSchedule) -> dict[str, Any]:
    plan = checked.plan
    return {
        "id": plan.id,
        "made": plan.made.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "start": moment_of(plan.start),
        "zone": plan.zone,
        "answers": {name: _answer(answer) for name, answer in plan.answers.items()},
        "closed": [weekday.title for weekday in sorted(plan.closed)],
        "overrides": [_override(each) for each in overrides(checked)],
    }


def _answer(answer: Answer[object]) -> dict[str, Any]:
    return {
        "value": answer.text,
        "by": answer.by,
        "on": answer.on.isoformat() if answer.on else None,
        "why": answer.why,
    }


def _administration(
    administration: Administration, row: Row, header: Iterable[str]
) -> dict[str, Any]:
    cells: dict[str, Any] = {name: _cell(getattr(row, name)) for name in header}
    steps = administration.dose.steps if administration.dose else ()
    if administration.phase.products:
        cells["taken"] = _taken(administration.dose)
    return cells | {
        "instant": _instant(administration.instant),
        "why_day": administration.why_this_day(),
        "why_dose": [
            {"stage": str(step.stage), **quantity_of(step.amount), "because": str(step.because)}
            for step in steps
        ],
        **dict(_placed(administration)),
    }


def _taken(dose: Dose | None) -> list[dict[str, str]]:
    return _taken_of(dose.taken) if dose else []


def _taken_of(taken: Iterable[Taken]) -> list[dict[str, str]]:
    return [{"product": each.product.key} | quantity_of(each.amount) for each in taken]


def as_needed_of(checked: CheckedSchedule) -> dict[str, Any]:
    """What may be given as needed, where anything may."""
    items = [_as_needed(each) for each in checked.as_needed]
    return {"as_needed": items} if items else {}


def _as_needed(item: AtMost) -> dict[str, Any]:
    written = item.written
    products = {"taken": _taken(item.dose), "most_taken": _taken_of(item.taken)}
    return (products if item.dose.taken else {}) | {
        "name": written.key,
        "drug": written.phase.drug,
        "route": str(item.route),
        "dose": quantity_of(item.dose.ordered),
        "reason": written.reason,
        "doses_in_24_hours": written.per_day,
        "apart": None if written.min_gap is None else str(written.min_gap),
        "from": moment_of(item.since),
        "until": None if item.until is None else moment_of(item.until),
        "most_doses": item.doses,
        "most": quantity_of(item.amount),
    }


def _tolerance(checked: CheckedSchedule) -> dict[str, Any]:
    said = [
        {"course": phase.course, "phase": phase.title, "text": text}
        for phase, text in tolerances(checked)
    ]
    return {"tolerance": said} if said else {}


def _not_given(checked: CheckedSchedule) -> dict[str, Any]:
    """What the plan's record has taken out, where it has taken anything out."""
    items = [
        {
            "id": each.id,
            **moment_of(each.moment),
            "drug": each.drug,
            "dose": quantity_of(each.dose.ordered) if each.dose else None,
            "status": str(each.status),
            "because": [str(why) for why in each.moved],
        }
        for each in checked.schedule.removed
    ]
    return {"not_given": items} if items else {}


def _placed(administration: Administration) -> Iterator[tuple[str, Any]]:
    """The site and the window, where there are any."""
    if administration.site is not None:
        yield "site", administration.site
    if administration.due is not None:
        since, to = administration.due.since, administration.due.to
        yield (
            "window",
            {
                "from": None if since is None else moment_of(since),
                "to": None if to is None else moment_of(to),
            },
        )


def _visits(checked: CheckedSchedule) -> dict[str, Any]:
    days = {"days": checked.visit_days, "injection_days": injection_days(checked)}
    if not checked.entries:
        return days
    pairs = zip(checked.entries, entry_rows(checked), strict=True)
    return days | {"entries": [_entry(entry, row) for entry, row in pairs]}


def _entry(entry: Entry, row: Row) -> dict[str, Any]:
    shared = ("id", "date", "weekday", "time", "zone", "number", "of", "note")
    cells = {name: _cell(getattr(row, name)) for name in shared}
    return cells | {
        "kind": str(entry.kind),
        "name": entry.name,
        "what": entry.what,
        "instant": _instant(entry.instant),
        "why_day": entry.why_this_day(),
    }


def _instant(instant: dt.datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def products_of(checked: CheckedSchedule) -> dict[str, Any]:
    """What is used up of every product, where the protocol names any."""
    if not checked.schedule.names_products:
        return {}
    return {"by_product": [_supply(supply) for supply in checked.totals.by_product]}


def _supply(supply: Supply) -> dict[str, Any]:
    return {
        "product": supply.product.key,
        "description": supply.product.title,
        "dispense": supply.dispensed,
        "containers": supply.containers,
        "doses": supply.doses,
        "unknown": supply.unknown,
        "given": quantity_of(supply.given),
        "opened": quantity_of(supply.opened),
        "left_over": quantity_of(supply.waste),
        "left_over_of": [
            {"drug": each.drug} | quantity_of(each.amount) for each in supply.left_over
        ],
    }


def _cell(value: object) -> object:
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, dt.datetime):
        return value.isoformat("T", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value == "" else value


def _total(total: Total) -> dict[str, Any]:
    return {
        "drug": total.drug,
        "course": total.course,
        "phase": total.phase,
        "doses": total.doses,
        "amount": quantity_of(total.amount) if total.amount else None,
        "highest": quantity_of(total.highest) if total.highest else None,
        "first": moment_of(total.first),
        "last": moment_of(total.last),
    }


def quantity_of(quantity: Quantity) -> dict[str, str]:
    # A step on the way to a dose may be a fraction without an end in decimals; it stays exact.
    try:
        value = exact(quantity)
    except ExportMismatch:
        value = str(quantity.value)
    return {"value": value, "unit": quantity.unit.name, "ucum": quantity.unit.ucum}


def moment_of(moment: Moment) -> dict[str, str | None]:
    clock = moment.time.isoformat("minutes") if moment.time else None
    return {"date": moment.day.isoformat(), "time": clock}


def finding_of(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": str(finding.rule.severity),
        "reader": str(finding.rule.reader),
        "what": finding.what,
        "mend": finding.mend,
        "why": finding.rule.why,
        "place": str(finding.place) if finding.place else None,
        "about": finding.about or None,
        "readings": [{"title": each.title, "lines": list(each.lines)} for each in finding.readings],
        "override": _override(finding.override) if finding.override else None,
    }


def _override(override: Override) -> dict[str, str]:
    return {
        "code": override.code,
        "about": override.about,
        "by": override.by,
        "on": override.on,
        "why": override.why,
    }


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _cleaned(each) for key, each in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, list) else value


# --- reading back


def check(data: bytes, checked: CheckedSchedule, label: str | None) -> None:
    """Raises ExportMismatch where the bytes do not say what the schedule says."""
    document = read_back(data)
    visits = [_said_visit(each) for each in document["visits"].get("entries", ())]
    compare(checked, [*_said(document["administrations"]), *visits])
    if len(document["plan"]["overrides"]) != len(overrides(checked)):
        raise ExportMismatch("a recorded override is missing")
    check_products(document["totals"], checked)


def check_products(totals: dict[str, Any], checked: CheckedSchedule) -> None:
    """Raises ExportMismatch where what is used up of a product was written otherwise."""
    said = [
        (
            each["product"],
            each["containers"],
            *(Fraction(each[name]["value"]) for name in ("given", "opened", "left_over")),
        )
        for each in totals.get("by_product", ())
    ]
    expected = [
        (each.product.key, each.containers, each.given.value, each.opened.value, each.waste.value)
        for each in checked.totals.by_product
    ]
    if said != expected:
        raise ExportMismatch(f"the products are written as {said} and should be {expected}")


def read_back(data: bytes) -> dict[str, Any]:
    """A document that was written. Raises ExportMismatch where a number is a float."""
    document: dict[str, Any] = json.loads(data, parse_float=_no_float)
    return document


def _no_float(text: str) -> float:
    raise ExportMismatch(f"{text} is written as a float")


def _said_visit(record: dict[str, Any]) -> Said:
    return entry_said(
        record["id"],
        dt.date.fromisoformat(record["date"]),
        dt.time.fromisoformat(record["time"]) if record["time"] else None,
        record["zone"],
        (record["number"], record["of"]),
        record["what"],
    )


def _said(records: Iterable[dict[str, Any]]) -> list[Said]:
    said = []
    for record in records:
        day = dt.date.fromisoformat(record["date"])
        unit = BY_UCUM[record["ucum"]].name if record["ucum"] is not None else None
        if record["unit"] != unit:
            raise ExportMismatch(f"{record['id']}: unit and UCUM code differ")
        said.append(
            Said(
                key=record["id"],
                day=day,
                time=dt.time.fromisoformat(record["time"]) if record["time"] else None,
                zone=record["zone"],
                drug=record["drug"],
                dose=Fraction(record["dose"]) if record["dose"] is not None else None,
                unit=record["unit"],
                number=record["number"],
                of=record["of"],
                course_number=record["course_number"],
                course_of=record["course_of"],
                finish=dt.datetime.fromisoformat(record["finish"])
                if record.get("finish")
                else None,
                taken=tuple(
                    (each["product"], Fraction(each["value"]), BY_UCUM[each["ucum"]].name)
                    for each in record.get("taken", ())
                ),
            )
        )
    return said
