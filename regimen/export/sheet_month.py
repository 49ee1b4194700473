"""The months of the sheet: a grid of days with what is given on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from regimen.export.markup import Html, tag
from regimen.export.sheet_entries import in_month
from regimen.export.words import day_text, dose_text, month_title
from regimen.schedule import Administration, CheckedSchedule, Dated, Entry, Status
from regimen.timing import Weekday

_MARKS = "●■▲◆★✚"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_Month = tuple[int, int]
_Given = dict[dt.date, list[Dated]]


class Look(Struct, frozen=True):
    """How a course is told apart: a mark for every printer, and the class of its colour."""

    mark: str
    css: str


def looks_of(checked: CheckedSchedule) -> dict[str, Look]:
    """A look per course; letters where there are more courses than shapes."""
    courses = list(dict.fromkeys(each.course for each in checked.schedule.phases))
    marks = _MARKS if len(courses) <= len(_MARKS) else _LETTERS
    return {
        course: Look(marks[index % len(marks)], f"c{index % len(_MARKS)}")
        for index, course in enumerate(courses)
    }


def months(checked: CheckedSchedule, looks: dict[str, Look]) -> Html:
    """Every month from the first dose or visit to the last; months without any take one line."""
    given: _Given = {}
    dated: list[Dated] = [*checked.administrations, *checked.entries]
    for each in dated:
        given.setdefault(each.day, []).append(each)
    busy = {(day.year, day.month) for day in given}
    parts: list[Html] = []
    for is_busy, group in groupby(_all_months(min(busy), max(busy)), lambda one: one in busy):
        if is_busy:
            parts.extend(_month(one, given, checked, looks) for one in group)
        else:
            parts.append(_pause(list(group)))
    return tag("section", *parts, class_="months")


def _all_months(first: _Month, last: _Month) -> Iterator[_Month]:
    for index in range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1]):
        yield index // 12, index % 12 + 1


def _pause(group: list[_Month]) -> Html:
    names = month_title(*group[0])
    if len(group) > 1:
        names += f" to {month_title(*group[-1])}"
    return tag("p", f"{names}: nothing is given.", class_="pause")


def _month(
    month: _Month,
    given: _Given,
    checked: CheckedSchedule,
    looks: dict[str, Look],
) -> Html:
    first = dt.date(*month, 1)
    after = dt.date(month[0] + month[1] // 12, month[1] % 12 + 1, 1)
    monday = first - dt.timedelta(days=first.weekday())
    weeks = []
    while monday < after:
        days = [monday + dt.timedelta(days=offset) for offset in range(7)]
        cells = (
            _day(day, given.get(day, []), checked, looks)
            if first <= day < after
            else tag("td", class_="outside")
            for day in days
        )
        week = f"{monday.isocalendar().week}"
        weeks.append(tag("tr", tag("th", week, scope="row", class_="week"), *cells))
        monday += dt.timedelta(days=7)
    titles = (tag("th", each.title, scope="col") for each in Weekday)
    head = tag("thead", tag("tr", tag("th", "wk", scope="col", class_="week"), *titles))
    caption = tag("caption", month_title(*month))
    return tag("table", caption, head, tag("tbody", *weeks), class_="month")


def _day(
    day: dt.date, given: list[Dated], checked: CheckedSchedule, looks: dict[str, Look]
) -> Html:
    closed = day.weekday() in checked.plan.closed
    return tag(
        "td",
        tag("span", str(day.day), class_="date"),
        tag("span", "closed", class_="closed-word") if closed else None,
        *(_entered(each, looks) for each in given),
        class_=" ".join(["day", *["closed"] * closed, *["busy"] * bool(given)]),
        data_day=day.isoformat(),
        data_name=day_text(day) if given else None,  # a phone shows days below each other
    )


def _entered(dated: Dated, looks: dict[str, Look]) -> Html:
    return in_month(dated) if isinstance(dated, Entry) else _given(dated, looks[dated.course])


def _given(administration: Administration, look: Look) -> Html:
    clock = administration.time
    return tag(
        "div",
        tag("span", clock.isoformat("minutes"), class_="clock") if clock else None,
        tag("span", administration.drug, class_="drug"),
        tag("span", look.mark, class_="mark"),
        tag("span", dose_text(administration), class_="dose"),
        take(administration),
        tag("span", "given", class_="done") if administration.status is Status.GIVEN else None,
        class_=" ".join(["give", look.css, *tight(administration)]),
        data_id=administration.id,
    )


_LONG_WORD, _LONG_DOSE = 13, 8  # letters that have room where a dose stands


def tight(administration: Administration) -> list[str]:
    """What is too long for its room at the usual size: it is made smaller, for no name and no
    amount may be torn."""
    word = max(map(len, administration.drug.replace("-", "- ").split()), default=0)
    found = ["long-drug"] * (word > _LONG_WORD) + ["longer-drug"] * (word > _LONG_WORD + 3)
    return found + ["long-dose"] * (len(dose_text(administration)) > _LONG_DOSE)


def take(administration: Administration) -> Html | None:
    """What to give of each product, where the phase names any."""
    if administration.dose is None or not administration.dose.taken:
        return None
    from regimen.export.sheet_products import taken

    return taken(administration)
