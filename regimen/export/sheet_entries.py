"""What the sheet shows besides doses: visits, in the months and in a list of their own."""

from __future__ import annotations

from regimen.export.entries import place_text
from regimen.export.markup import Html, tag
from regimen.export.words import NO_TIME, day_text
from regimen.schedule import CheckedSchedule, Entry

ENTRY_MARK = "○"  # no course has it
_TITLES = ("Planned date", "Time", "Visit", "", "Date", "Initials")
STYLE = """
.entry {
  border: 0.25mm dashed #000; border-radius: 0.8mm; padding: 0.3mm 0.8mm; margin-top: 0.6mm;
}
.entry .mark { float: right; font-size: 9pt; line-height: 1.4; }
.entry .clock { font-size: 9pt; font-weight: bold; display: block; }
.entry .what { font-size: 9pt; font-style: italic; }
.entries { break-inside: avoid; }
.entries th, .entries td { border: 0.25mm solid #777; padding: 0.8mm 1.2mm; }
.entries thead th { background: #eee; font-size: 9pt; }
.entries .note { display: block; font-size: 8.5pt; font-style: italic; }
"""


def in_month(entry: Entry) -> Html:
    """What stands in the day's cell."""
    return tag(
        "div",
        tag("span", entry.time.isoformat("minutes"), class_="clock") if entry.time else None,
        tag("span", entry.what, class_="what"),
        tag("span", ENTRY_MARK, class_="mark"),
        class_="entry",
        data_id=entry.id,
    )


def listed(checked: CheckedSchedule) -> Html | None:
    """Every visit with boxes to be filled in by hand."""
    if not checked.entries:
        return None
    head = tag("tr", *(tag("th", title, scope="col") for title in _TITLES))
    rows = [_row(checked, entry) for entry in checked.entries]
    return tag(
        "section",
        tag("h2", "Visits and decisions"),
        tag("table", tag("thead", head), tag("tbody", *rows)),
        class_="entries",
    )


def _row(checked: CheckedSchedule, entry: Entry) -> Html:
    note = checked.notes_of(entry)
    return tag(
        "tr",
        tag("td", tag("span", day_text(entry.day), class_="date")),
        tag("td", entry.time.isoformat("minutes"), class_="clock")
        if entry.time
        else tag("td", NO_TIME, class_="unset"),
        tag(
            "td",
            tag("span", entry.what, class_="what"),
            tag("span", note, class_="note") if note else None,
        ),
        tag("td", tag("span", place_text(entry), class_="of-visit")),
        tag("td"),
        tag("td"),
        data_id=entry.id,
    )
