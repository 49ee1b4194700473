"""One flat row per administration: what a table of doses says, in whichever file format."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from regimen.export.refusals import ExportMismatch
from regimen.export.words import clean, override_text, overrides, weekday_title
from regimen.finding import Override
from regimen.quantity import decimal_text
from regimen.schedule import Administration, CheckedSchedule, Dated


class Row(Struct, frozen=True):
    """An administration as columns, in the order of the published header.

    `dose` is the exact plain decimal, `unit` its printed name and `ucum` its UCUM code, all three
    blank where the dose is not stated. `number` counts in the phase, `course_number` in the
    course. `zone` is given for timed ones only: a day alone lies in no zone. `over` and `finish`,
    a local time in that zone, are given for infusions; `product` and `give` where the protocol
    names products.
    """

    id: str
    date: dt.date
    weekday: str
    time: dt.time | None
    zone: str
    course: str
    phase: str
    number: int
    of: int
    course_number: int
    course_of: int
    drug: str
    route: str
    dose: str
    unit: str
    ucum: str
    note: str
    over: str = ""
    finish: dt.datetime | None = None
    product: str = ""
    give: str = ""


# Columns that are there only where a row needs them.
INFUSION, PRODUCTS = ("over", "finish"), ("product", "give")
HEADER = tuple(name for name in Row.__struct_fields__ if name not in (*INFUSION, *PRODUCTS))


def header_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The columns of these rows."""
    rows = tuple(rows)
    infusion = INFUSION if any(row.over for row in rows) else ()
    products = PRODUCTS if any(row.product for row in rows) else ()
    return (*HEADER, *infusion, *products)


def rows_of(checked: CheckedSchedule) -> tuple[Row, ...]:
    """A row for every administration, in the order of the schedule."""
    notes = override_notes(checked, overrides(checked))
    rows = tuple(_row(checked, each, notes[each.course]) for each in checked.administrations)
    if not checked.schedule.names_products:
        return rows
    from regimen.export.taken import cells_of

    cells = map(cells_of, checked.administrations)
    return tuple(
        replace(row, product=product, give=give)
        for row, (product, give) in zip(rows, cells, strict=True)
    )


def texts_of(row: Row, header: Iterable[str] = HEADER) -> tuple[str, ...]:
    """The row's cells as text: ISO 8601 dates, 24-hour clock times, plain numbers."""
    return tuple(_text(getattr(row, name)) for name in header)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes")
    return str(value)


def _row(checked: CheckedSchedule, administration: Administration, override_notes: str) -> Row:
    phase, dose = administration.phase, administration.dose
    notes = (checked.notes_of(administration), override_notes)
    return Row(
        id=clean(administration.id),
        date=administration.day,
        weekday=weekday_title(administration.day),
        time=administration.time,
        zone=zone_of(checked, administration) or "",
        course=clean(administration.course),
        phase=clean(phase.title),
        number=administration.number,
        of=phase.count,
        course_number=administration.course_number,
        course_of=phase.course_count,
        drug=clean(administration.drug),
        route=str(phase.route) if phase.route else "",
        dose=exact_decimal(administration),
        unit=dose.ordered.unit.name if dose else "",
        ucum=dose.ordered.unit.ucum if dose else "",
        note=clean("; ".join(note for note in notes if note)),
        over=str(phase.over) if phase.over else "",
        finish=finish_of(administration),
    )


def finish_of(administration: Administration) -> dt.datetime | None:
    """When a timed infusion has been given, by the clock on the wall."""
    finish = administration.finish
    if finish is None or finish.time is None:
        return None
    return dt.datetime.combine(finish.day, finish.time)


def zone_of(checked: CheckedSchedule, dated: Dated) -> str | None:
    """The zone in which its clock time is to be read, if it has one."""
    if dated.time is None or checked.plan.zone is None:
        return None
    return checked.plan.zone


def exact_decimal(administration: Administration) -> str:
    """The dose's number; blank where it is not stated. Raises ExportMismatch on a number without
    an end in decimals, which no schedule should hold."""
    if administration.dose is None:
        return ""
    text = decimal_text(administration.dose.ordered.value)
    if text is None:
        raise ExportMismatch(f"{administration.dose} has no exact decimal")
    return text


def _courses(checked: CheckedSchedule) -> frozenset[str]:
    return frozenset(each.course for each in checked.administrations)


def override_notes(checked: CheckedSchedule, recorded: Iterable[Override]) -> dict[str, str]:
    """What stands beside every dose of a course because of recorded overrides."""
    courses = _courses(checked)
    pairs = [(override_text(override), concerned(override, courses)) for override in recorded]
    return {
        course: "; ".join(text for text, about in pairs if course in about) for course in courses
    }


def concerned(override: Override, courses: frozenset[str]) -> frozenset[str]:
    """The courses an override is about: those it names, or all where it names none, because an
    override shown once too often does less harm than one not shown."""
    named = frozenset(
        course
        for course in courses
        if re.search(rf"(?<![a-z0-9_]){re.escape(course)}(?![a-z0-9_])", override.about)
    )
    return named or courses
