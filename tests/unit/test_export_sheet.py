"""The printable sheet: one file, safe, complete, and read back as a nurse reads it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag

from regimen.export import ExportMismatch, export
from regimen.export.markup import css_text, style, tag
from regimen.export.sheet import check
from regimen.export.words import clean
from regimen.protocol import TimesPerWeek
from regimen.timing import Weekday
from tests import samples

CLOSED = frozenset({Weekday.SAT, Weekday.SUN})


def soup(data: bytes) -> BeautifulSoup:
    return BeautifulSoup(data.decode(), "html.parser")


def words(node: Tag | None) -> str:
    assert node is not None
    return " ".join(node.get_text(" ").split())


def test_it_is_one_file_that_runs_nothing_and_fetches_nothing() -> None:
    text = export(samples.case_report(), "html").decode()
    assert "default-src 'none'; style-src 'unsafe-inline'" in text.replace("&#x27;", "'")
    assert not re.search(r"<(script|link|img|iframe|object|svg|form|base)\b", text)
    assert not re.search(r"url\(|@import|https?:|\bon\w+=|\bsrc=|\bhref=", text)


def test_the_months_hold_every_dose_on_its_day() -> None:
    page = soup(export(samples.case_report(CLOSED), "html"))
    months = [words(one) for one in page.select("table.month caption")]
    assert months == ["March 2026", "April 2026", "May 2026", "June 2026"]
    titles = [words(one) for one in page.select("table.month")[0].select("thead th")]
    assert titles == ["wk", *(each.title for each in Weekday)]
    given = {
        cell["data-day"]: [words(one) for one in cell.select(".give .drug")]
        for cell in page.select("td.day")
        if cell.select(".give")
    }
    b12 = samples.DAILY + samples.EVERY_OTHER_DAY + samples.TWICE_WEEKLY + samples.MONTHLY
    expected: dict[str, list[str]] = {}
    for drug, days in (("synthetic ACTH", samples.ACTH), ("vitamin B12", b12)):
        for day in days:
            expected.setdefault(day.isoformat(), []).append(drug)
    assert given == expected
    assert len(given) == 24


def test_a_day_stands_under_its_weekday_in_its_week() -> None:
    page = soup(export(samples.case_report(), "html"))
    rows = 0
    for row in page.select("table.month tbody tr"):
        rows += 1
        for column, cell in enumerate(row.find_all("td")):
            if cell.get("data-day"):
                day = date.fromisoformat(str(cell["data-day"]))
                assert day.weekday() == column
                assert str(day.isocalendar().week) == words(row.find("th"))
                assert words(cell).split()[0] == str(day.day)
    assert rows == 6 + 5 + 5 + 5


def test_closed_days_are_shown_without_colour_too() -> None:
    page = soup(export(samples.case_report(CLOSED), "html"))
    closed = page.select("td.closed")
    assert len(closed) == sum(
        date(2026, month, day).weekday() >= 5
        for month, days in ((3, 31), (4, 30), (5, 31), (6, 30))
        for day in range(1, days + 1)
    )
    assert all("closed" in words(cell) for cell in closed)
    assert not soup(export(samples.case_report(), "html")).select("td.closed")


def test_months_without_a_dose_take_one_line() -> None:
    days = [date(2026, 11, 2), date(2027, 3, 1)]
    of = samples.phase("a", "a", "a", None, TimesPerWeek(1), days, 2, 2)
    given = samples.untimed(of, days, samples.dose("1 mg"))
    page = soup(export(samples.checked(samples.protocol("p", "p"), given), "html"))
    assert words(page.select_one("p.pause")) == "December 2026 to February 2027: nothing is given."
    assert len(page.select("table.month")) == 2


def test_the_record_has_a_row_with_boxes_for_every_dose() -> None:
    page = soup(export(samples.case_report(), "html"))
    rows = page.select("table.record tbody tr")
    assert len(rows) == 30
    heads = [words(one) for one in page.select("table.record thead tr:last-child th")]
    assert heads[:5] == ["No.", "Planned date", "Time", "Drug and route", "Dose"]
    assert heads[5:] == ["Date", "Time", "Site", "Batch", "Initials"]
    assert all(len(row.select("td.box")) == 5 for row in rows)
    assert words(rows[0]) == (
        "1 Mon 2 Mar 2026 twice a week: 1 of 12 not set ● synthetic ACTH intramuscular"
        " 25 units 1 of 12"
    )
    assert words(rows[-1]) == (
        "30 Mon 29 Jun 2026 monthly: 3 of 3 not set ■ vitamin B12 intramuscular 100 mcg 18 of 18"
    )


def test_what_else_a_ward_needs_is_there() -> None:
    page = soup(export(samples.case_report(), "html", label="Bed 4"))
    text = words(page.find("main"))
    for needed in (
        "Bed 4",
        "Patient sticker",
        "30 doses on 24 days ; injections on 24 days.",
        "Plan p-5f0c1b7e9a2d4836",
        "b12-acth-infantile-spasms (case report)",
        "intramuscular: daily, 7 doses; every other day, 4 doses; twice a week, 4 doses;"
        " monthly, 3 doses 18 1.8 mg Mon 2 Mar 2026 Mon 29 Jun 2026",
        "twice_weekly_for: 2 weeks (decided by Dr Example on 2026-03-01)",
        "Both courses start on the same day.",
        "100 mcg is within 30 mcg to 1000 mcg (US label, cyanocobalamin injection)",
        "range not checked",
        "he was given 100 mcg monthly for 3 months.",
        samples.case_report().protocol.content_hash,
        "not a medical device and does not replace clinical judgement",
    ):
        assert needed in text, needed
    assert 'counter(page) " of " counter(pages)' in str(page.find("style"))


def test_every_printed_page_names_the_plan() -> None:
    style_sheet = str(soup(export(samples.case_report(), "html")).find("style"))
    assert '@top-right { content: "Plan p-5f0c1b7e9a2d4836"' in style_sheet
    assert 'content: "b12-acth-infantile-spasms, content 0f343b093112"' in style_sheet


def test_overrides_come_before_any_dose() -> None:
    data = export(samples.overridden(), "html")
    page = soup(data)
    assert words(page.select_one(".overrides")) == (
        "Recorded overrides 100 mg is far above 1000 mcg [dose-range for b12 100 mg] Recorded"
        " override: Dr Example, on 2026-01-30, because: as printed; the author was asked the dose"
        " of ACTH is not stated [dose-not-stated for acth] Recorded override: Dr Example, on"
        " 2026-01-30, because: decided at the bedside"
    )
    assert data.index(b'class="overrides"') < data.index(b"100 mg</span>")
    assert words(page.select_one(".findings")) == (
        "To look at Warning: 4 doses are on closed days. To do: move them or accept it."
        " [closed-day]"
    )
    assert "a remark for the author" not in words(page.find("main"))
    notes = [words(one) for one in page.select("table.record .note")]
    assert len(notes) == 4
    assert all("recorded override, see page 1" in note for note in notes)
    assert "month has no day 31: moved to 2026-02-28" in notes[3]


def test_a_plan_without_remarks_shows_no_empty_boxes() -> None:
    page = soup(export(samples.twice_a_day(), "html"))
    assert page.select_one(".overrides") is None
    assert page.select_one(".findings") is None
    assert "no injections" in words(page.select_one(".visits"))
    assert "oral: daily at 08:00, 20:00, 10 doses" in words(page.select_one(".glance"))


def test_no_text_becomes_markup() -> None:
    data = export(samples.hostile(), "html", label="<img src=x onerror=alert(1)>")
    page = soup(data)
    assert not page.select("script, img, b")
    drugs = [words(one) for one in page.select("table.record .drug")]
    assert drugs == [" ".join(clean(drug).split()) for drug in samples.HOSTILE]
    assert data.count(b"</style>") == 1


def test_css_text_cannot_end_its_string() -> None:
    assert (
        css_text('a"; } </style>') == '"a\\000022\\00003b \\00007d \\00003c\\00002fstyle\\00003e"'
    )
    with pytest.raises(ValueError, match="cannot close"):
        style("</style>")
    assert tag("p", "<b>", None, class_='"') == '<p class="&quot;">&lt;b&gt;</p>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"dose">100 mcg</span></div>', '"dose">1000 mcg</span></div>'),
        ('"dose">100 mcg</span><span', '"dose">1000 mcg</span><span'),
        ('"dose">100 mcg</span><span', '"dose">100 mg</span><span'),
        ('"date">Tue 3 Mar', '"date">Wed 4 Mar'),
        ('"date">Tue 3 Mar', '"date">Wed 3 Mar'),
        ('data-day="2026-03-03"', 'data-day="2026-03-04"'),
        ('"of-course">3 of 18', '"of-course">4 of 18'),
        ("daily: 3 of 7", "daily: 2 of 7"),
        ("daily: 3 of 7", "daily"),
        ('class="unset">not set', 'class="clock">08:00'),
        ('<div class="give c1" data-id="b12/daily/1">', '<div class="give c1">'),
        ('class="drug">vitamin B12', 'class="drug">vitamin B1'),
        ("<h2>Totals", "<script>alert(1)</script><h2>Totals"),
        ("<h2>Totals", '<p style="x"></p><h2>Totals'),
        ("<h2>Totals", "<!-- --><h2>Totals"),
        ("<h2>Totals", "</p><h2>Totals"),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    checked = samples.case_report()
    text = export(checked, "html").decode()
    assert old in text, old
    with pytest.raises(ExportMismatch):
        check(text.replace(old, new, 1).encode(), checked, None)
