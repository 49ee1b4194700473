"""The small texts of the exports: what is seen of a text, and how days are written."""

from __future__ import annotations

from datetime import date, time

import pytest

from regimen.export.words import clean, day_text, moment_text, month_title
from regimen.timing import Moment


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("vitamin B12", "vitamin B12"),
        ("Gençpınar 12\u202f000", "Gençpınar 12\u202f000"),  # noqa: RUF001
        ("a\r\nb\nc\td", "a b c d"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
        ("100\u202e001", "100\ufffd001"),
        ("a\u200bb\ufeffc\u2066d", "a\ufffdb\ufffdc\ufffdd"),
        ("a\x00b\x1bc\x7fd", "a\ufffdb\ufffdc\ufffdd"),
        ("\ud800", "\ufffd"),
        ("\u0645\u06cc\u200c\u062f", "\u0645\u06cc\u200c\u062f"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, seen: str) -> None:
    assert clean(text) == seen


def test_days_are_written_so_that_they_have_one_reading() -> None:
    assert day_text(date(2026, 3, 2)) == "Mon 2 Mar 2026"
    assert day_text(date(2027, 12, 31)) == "Fri 31 Dec 2027"
    assert moment_text(Moment(date(2026, 3, 2), time(8, 5))) == "Mon 2 Mar 2026 08:05"
    assert month_title(2028, 2) == "February 2028"
