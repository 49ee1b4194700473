"""The printed sheet read back: the words that a nurse sees, parsed by the standard library."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser

from msgspec import Struct, field

from regimen.export.entries import place_read
from regimen.export.readback import Said, amount_read, compare, entry_said
from regimen.export.refusals import ExportMismatch
from regimen.export.words import NO_TIME
from regimen.schedule import CheckedSchedule

# fmt: off
_TAGS = frozenset({
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2",
    "p", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "blockquote",
    "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td",
})
_ATTRIBUTES = frozenset({
    "class", "lang", "charset", "name", "content", "http-equiv", "colspan", "scope",
    "data-day", "data-id", "data-name", "data-title",
})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# fmt: on
_VOID = frozenset({"meta", "col"})


class _Entry(Struct):
    """An element that stands for an administration, with the texts in it by their class."""

    id: str
    element: str
    day: str | None
    texts: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects the entries; refuses every element and attribute that no sheet is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: list[_Entry] = []
        self._open: list[tuple[str, str, _Entry | None]] = []
        self._day: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        strange = {name for name, _ in attrs} - _ATTRIBUTES
        if tag not in _TAGS or strange:
            raise ExportMismatch(f"the sheet holds a <{tag}> with {sorted(strange)}")
        values = dict(attrs)
        self._day = values.get("data-day", self._day)
        entry = self._open[-1][2] if self._open else None
        identity = values.get("data-id")
        if identity is not None:
            entry = _Entry(identity, tag, self._day)
            self.entries.append(entry)
        if tag not in _VOID:
            self._open.append((tag, values.get("class") or "", entry))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop()[0] != tag:
            raise ExportMismatch(f"the sheet closes a <{tag}> that is not open")

    def handle_data(self, data: str) -> None:
        if self._open:
            _, name, entry = self._open[-1]
            if entry is not None and name:
                entry.texts[name] = entry.texts.get(name, "") + data

    def handle_comment(self, data: str) -> None:
        raise ExportMismatch("the sheet holds a comment")


def check(data: bytes, checked: CheckedSchedule) -> None:
    """Raises ExportMismatch where calendar or dose record do not say what the schedule says."""
    reader = _Reader()
    reader.feed(data.decode())
    reader.close()
    record = [each for each in reader.entries if each.element == "tr"]
    said = [_said_visit(each) if "what" in each.texts else _said(each) for each in record]
    compare(checked, said, zoned=False, keyed=False)
    drawn = sorted(_drawn(reader.entries))
    due = sorted(
        (one.key, one.day, _clock(one.time), one.what or one.drug, one.dose or 0) for one in said
    )
    if drawn != due:
        raise ExportMismatch("the months and the dose record of the sheet differ")


def _clock(time: dt.time | None) -> str:
    return time.isoformat("minutes") if time else ""


def _drawn(entries: list[_Entry]) -> Iterator[tuple[object, ...]]:
    for each in entries:
        if each.element == "div":
            what, dose = each.texts.get("what"), None
            if what is None:
                what, (dose, _) = each.texts["drug"], amount_read(each.texts["dose"])
            day = dt.date.fromisoformat(each.day or "")
            yield each.id, day, each.texts.get("clock", ""), what, dose or 0


def _said(entry: _Entry) -> Said:
    texts = entry.texts
    dose, unit = amount_read(texts["dose"])
    number, of = _place(texts["of-phase"])
    course_number, course_of = _place(texts["of-course"])
    return Said(
        key=entry.id,
        day=_date(texts["date"]),
        time=_time(texts),
        zone=None,
        drug=texts["drug"],
        dose=dose,
        unit=unit,
        number=number,
        of=of,
        course_number=course_number,
        course_of=course_of,
        finish=_finish(texts.get("note", "")),
        taken=_taken(texts.get("take", "")),
    )


def _finish(note: str) -> dt.datetime | None:
    """The finish of `over 46 hours, until 2026-03-30 10:15`."""
    match = re.search(r"(?:^|; )over [0-9a-z ]+, until (\S+ [0-9:]+)", note)
    return dt.datetime.fromisoformat(match[1]) if match else None


def _taken(text: str) -> tuple[tuple[str, Fraction, str], ...]:
    if not text:
        return ()
    from regimen.export.taken import give_read

    return give_read(text.replace("\N{NO-BREAK SPACE}", " "))


def _said_visit(entry: _Entry) -> Said:
    texts = entry.texts
    place = place_read(texts["of-visit"])
    return entry_said(entry.id, _date(texts["date"]), _time(texts), None, place, texts["what"])


def _time(texts: dict[str, str]) -> dt.time | None:
    return None if texts.get("unset") == NO_TIME else dt.time.fromisoformat(texts["clock"])


def _date(text: str) -> dt.date:
    """The day of `Mon 2 Mar 2026`, which must be a Monday."""
    weekday, day, month, year = text.split()
    read = dt.date(int(year), _MONTHS.index(month) + 1, int(day))
    if _WEEKDAYS[read.weekday()] != weekday:
        raise ExportMismatch(f"{text} is not a {weekday}")
    return read


def _place(text: str) -> tuple[int, int]:
    match = re.search(r"(?:^|: )(\d+) of (\d+)$", text)
    if match is None:
        raise ExportMismatch(f"{text!r} is not a place")
    return int(match[1]), int(match[2])
