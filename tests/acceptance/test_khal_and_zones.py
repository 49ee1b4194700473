"""khal shows each dose of a calendar that was handed out for the third time at its moment, though it
does not know the zone by its name: the definition that stands in the calendar is all it has."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.acceptance.khal import Khal
from tests.properties.readers.calendars import calendars

# Half an hour of summer time; changes around Ramadan; the south; and the usual.
ZONES = ("Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Europe/Rome")


@pytest.mark.parametrize("zone", ZONES)
def test_khal_shows_every_dose_at_its_moment(zone: str, tmp_path: Path) -> None:
    name = f"{zone}, once more"
    (judged,) = (each for each in calendars() if each.name == name)
    assert zone.encode() not in judged.data
    file = tmp_path / "calendar.ics"
    file.write_bytes(judged.data)
    khal = Khal(tmp_path / "khal", "UTC")
    khal.take_in(file)
    standing = [each for each in judged.rows if each[4] != "CANCELLED"]
    assert len(standing) > 40
    assert khal.shown("{start} {title}", date(2025, 1, 1), 2000) == sorted(
        f"{datetime.fromisoformat(start):%Y-%m-%d %H:%M} {words}"
        for _, start, _, words, _, _, _ in standing
    )
