"""The dose record of the sheet: one row per dose, with boxes to be filled in by hand."""

from __future__ import annotations

from regimen.export.markup import Html, tag
from regimen.export.rows import concerned
from regimen.export.sheet_month import Look, take, tight
from regimen.export.told import ToldOnce
from regimen.export.words import NO_TIME, day_text, dose_text, overrides
from regimen.schedule import Administration, CheckedSchedule, Status

_PLANNED = ("No.", "Planned date", "Time", "Drug and route", "Dose")
_GIVEN = ("Date", "Time", "Site", "Batch", "Initials")
_WIDTHS = ("w-number", "w-date", "w-clock", "w-drug", "w-dose", *["w-box"] * len(_GIVEN))
_SIGNATURES = 3


def record(checked: CheckedSchedule, looks: dict[str, Look]) -> Html:
    """The record, and below it room for who the initials are."""
    rows: list[Html] = []
    courses = frozenset(looks)
    overridden = {course for each in overrides(checked) for course in concerned(each, courses)}
    told = ToldOnce(checked.schedule)
    week = None
    for number, each in enumerate(checked.administrations, 1):
        notes = [told.notes_of(each)]
        if each.course in overridden:
            notes.append("recorded override, see page 1")
        note = "; ".join(note for note in notes if note)
        new_week = number > 1 and each.day.isocalendar()[:2] != week
        rows.append(_row(number, each, note, looks[each.course], new_week))
        week = each.day.isocalendar()[:2]
    columns = tag("colgroup", *(tag("col", class_=width) for width in _WIDTHS))
    return tag(
        "section",
        tag("h2", "Dose record"),
        tag("table", columns, _head(), tag("tbody", *rows), class_="record"),
        _signatures(),
        class_="records",
    )


def _head() -> Html:
    return tag(
        "thead",
        tag(
            "tr",
            tag("th", "Planned", colspan=str(len(_PLANNED)), scope="colgroup"),
            tag("th", "Given", colspan=str(len(_GIVEN)), scope="colgroup", class_="given"),
        ),
        tag(
            "tr",
            *(tag("th", title, scope="col") for title in _PLANNED),
            *(tag("th", title, scope="col", class_="box") for title in _GIVEN),
        ),
    )


def _row(number: int, administration: Administration, note: str, look: Look, first: bool) -> Html:
    clock, phase = administration.time, administration.phase
    in_phase = f"{phase.title}: {administration.number} of {phase.count}"
    in_course = f"{administration.course_number} of {phase.course_count}"
    return tag(
        "tr",
        tag("td", str(number), class_="number"),
        tag(
            "td",
            tag("span", day_text(administration.day), class_="date"),
            tag("span", in_phase, class_="of-phase"),
        ),
        tag("td", clock.isoformat("minutes"), class_="clock")
        if clock
        else tag("td", NO_TIME, class_="unset"),
        tag(
            "td",
            tag("span", look.mark, class_=f"mark {look.css}"),
            tag("span", administration.drug, class_="drug"),
            tag("span", str(phase.route), class_="route") if phase.route else None,
            take(administration),
            tag("span", note, class_="note") if note else None,
        ),
        tag(
            "td",
            tag("span", dose_text(administration), class_="dose"),
            tag("span", in_course, class_="of-course"),
        ),
        *_boxes(administration),
        class_=" ".join([*["new-week"] * first, *tight(administration)]) or None,
        data_id=administration.id,
    )


def _boxes(administration: Administration) -> list[Html]:
    """Room for what is taken down by hand; what the plan's record has already stands in it."""
    day, clock = "", ""
    if administration.status is Status.GIVEN:
        day = f"{administration.day.day} {administration.day:%b}"
        clock = administration.time.isoformat("minutes") if administration.time else ""
    return [tag("td", text or None, class_="box") for text in (day, clock, "", "", "")]


def _signatures() -> Html:
    titles = ("Initials", "Name in full", "Signature") * 2
    blank = tag("tr", *(tag("td") for _ in titles))
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", title, scope="col") for title in titles))),
        tag("tbody", *[blank] * _SIGNATURES),
        class_="signatures",
    )
