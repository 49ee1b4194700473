"""The dose record of the sheet: one row per dose, with boxes to be filled in by hand."""

from __future__ import annotations

from regimen.export.markup import Html, tag
from regimen.export.rows import Row, rows_of
from regimen.export.sheet_month import Look
from regimen.export.words import NO_TIME, day_text, dose_text
from regimen.schedule import Administration, CheckedSchedule

_PLANNED = ("No.", "Planned date", "Time", "Drug and route", "Dose")
_GIVEN = ("Date", "Time", "Site", "Batch", "Initials")
_SIGNATURES = 3


def record(checked: CheckedSchedule, looks: dict[str, Look]) -> Html:
    """The record, and below it room for who the initials are."""
    rows, week = [], None
    pairs = zip(checked.administrations, rows_of(checked), strict=True)
    for number, (each, row) in enumerate(pairs, 1):
        new_week = each.day.isocalendar()[:2] != week
        rows.append(_row(number, each, row, looks[each.course], new_week and number > 1))
        week = each.day.isocalendar()[:2]
    return tag(
        "section",
        tag("h2", "Dose record"),
        tag("table", _head(), tag("tbody", *rows), class_="record"),
        _signatures(),
        class_="records",
    )


def _head() -> Html:
    return tag(
        "thead",
        tag(
            "tr",
            tag("th", "Planned", colspan=str(len(_PLANNED)), scope="colgroup"),
            tag("th", "Given", colspan=str(len(_GIVEN)), scope="colgroup", class_="box"),
        ),
        tag(
            "tr",
            *(tag("th", title, scope="col") for title in _PLANNED),
            *(tag("th", title, scope="col", class_="box") for title in _GIVEN),
        ),
    )


def _row(number: int, administration: Administration, row: Row, look: Look, first: bool) -> Html:
    clock = administration.time
    phase = administration.phase
    drug = tag(
        "td",
        tag("span", look.mark, class_=f"mark {look.css}"),
        tag("span", administration.drug, class_="drug"),
        tag("span", row.route, class_="route") if row.route else None,
        tag("span", row.note, class_="note") if row.note else None,
    )
    dose = tag(
        "td",
        tag("span", dose_text(administration), class_="dose"),
        tag("span", f"{administration.course_number} of {phase.course_count}", class_="of-course"),
        tag(
            "span", f"{administration.number} of {phase.count} in {phase.title}", class_="of-phase"
        ),
    )
    return tag(
        "tr",
        tag("td", str(number), class_="number"),
        tag("td", day_text(administration.day), class_="date"),
        tag("td", clock.isoformat("minutes") if clock else NO_TIME, class_="clock"),
        drug,
        dose,
        *(tag("td", class_="box") for _ in _GIVEN),
        class_="new-week" if first else None,
        data_id=administration.id,
    )


def _signatures() -> Html:
    titles = ("Initials", "Name in full", "Signature") * 2
    blank = tag("tr", *(tag("td") for _ in titles))
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", title, scope="col") for title in titles))),
        tag("tbody", *[blank] * _SIGNATURES),
        class_="signatures",
    )
