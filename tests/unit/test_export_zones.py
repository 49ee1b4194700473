"""Our VTIMEZONE, read by a program that knows nothing else of the zone."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

from regimen.export import calendar
from regimen.export.zones import certain, instant_read, observances
from regimen.protocol import Every
from regimen.record import Manner
from regimen.route import Route
from regimen.schedule import CheckedSchedule
from regimen.timing import CalendarSpan, SpanUnit
from tests import samples
from tests.properties.readers.calendars import ZONES, handed_out, with_doses

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def plan(zone: str, days: list[date], clocks: tuple[time, ...]) -> CheckedSchedule:
    count = len(days) * len(clocks)
    of = samples.phase(
        "x", "x", "x", Route.ORAL, Every(CalendarSpan(1, SpanUnit.DAY)), days, count, count
    )
    given = samples.timed(of, days, clocks, samples.dose("1 mg"), zone)
    return samples.checked(samples.protocol("p", "p"), given, zone=zone)


def timezone_of(data: bytes) -> str:
    unfolded = data.decode().replace("\r\n ", "").replace("\r\n", "\n")
    return unfolded[unfolded.index("BEGIN:VTIMEZONE") : unfolded.index("BEGIN:VEVENT")]


@pytest.mark.parametrize("zone", ZONES)
def test_dateutil_reads_every_day_of_three_years_right(zone: str) -> None:
    data = calendar.write(plan(zone, [DAYS[0], DAYS[-1]], (time(12, 30),)), None)
    known = tz.tzical(io.StringIO(timezone_of(data))).get()
    assert known is not None
    for day in DAYS:
        for clock in (time(0, 30), time(12, 30), time(23, 30)):
            wall = datetime.combine(day, clock)
            if certain(ZoneInfo(zone), wall):
                right = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
                assert wall.replace(tzinfo=known).astimezone(UTC) == right, wall


@pytest.mark.parametrize("zone", ZONES)
def test_the_observances_give_every_hour_of_three_years(zone: str) -> None:
    info = ZoneInfo(zone)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    found = observances(info, begin, datetime(2029, 1, 1, tzinfo=UTC))
    checked = 0
    for hour in range(0, 3 * 365 * 24, 1):
        wall = (begin + timedelta(hours=hour)).astimezone(info).replace(tzinfo=None)
        if certain(info, wall):
            checked += 1
            assert instant_read(found, wall) == begin + timedelta(hours=hour)
    assert checked > 26_000


def test_the_onset_is_told_in_the_offset_before_it() -> None:
    # 29 March 2026, 01:00 UTC; 25 October 2026, 01:00 UTC (Directive 2000/84/EC).
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    standing, spring, autumn = observances(ZoneInfo("Europe/Rome"), first, last)
    assert (standing.before, standing.after, standing.name) == (hour, hour, "CET")
    assert standing.onset <= first.replace(tzinfo=None)
    assert (spring.onset, spring.before, spring.after) == (datetime(2026, 3, 29, 2), hour, 2 * hour)
    assert (autumn.onset, autumn.before, autumn.after) == (
        datetime(2026, 10, 25, 3),
        2 * hour,
        hour,
    )
    assert (spring.daylight, autumn.daylight) == (True, False)


def test_two_changes_close_together_are_both_found() -> None:
    # Morocco leaves and enters UTC+01:00 around Ramadan, in February and March 2027.
    found = observances(
        ZoneInfo("Africa/Casablanca"),
        datetime(2027, 1, 15, tzinfo=UTC),
        datetime(2027, 4, 1, tzinfo=UTC),
    )
    assert [each.onset.date() for each in found[1:]] == [date(2027, 2, 7), date(2027, 3, 14)]


def test_a_zone_that_never_changes_has_one_observance() -> None:
    (only,) = observances(
        ZoneInfo("Asia/Kathmandu"),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2036, 1, 1, tzinfo=UTC),
    )
    assert only.after == timedelta(hours=5, minutes=45)


def test_a_time_before_every_observance_is_no_instant() -> None:
    with pytest.raises(ValueError, match="before every observance"):
        instant_read([], datetime(2026, 1, 1))


def test_skipped_and_repeated_times_are_not_certain() -> None:
    rome = ZoneInfo("Europe/Rome")
    for wall, expected in (
        (datetime(2026, 3, 29, 1, 59), True),
        (datetime(2026, 3, 29, 2, 0), False),
        (datetime(2026, 3, 29, 2, 59), False),
        (datetime(2026, 3, 29, 3, 0), True),
        (datetime(2026, 10, 25, 1, 59), True),
        (datetime(2026, 10, 25, 2, 0), False),
        (datetime(2026, 10, 25, 3, 0), True),
    ):
        assert certain(rome, wall) is expected, wall
    assert not certain(ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 5, 1, 45))


def test_a_doubtful_time_is_withdrawn_as_a_day() -> None:
    days = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]
    first = handed_out(plan("Europe/Rome", days, (time(2, 30),)), Manner())
    kept, *_ = first.administrations
    checked = handed_out(with_doses(first, [kept]), Manner())
    data = calendar.write(checked, None)
    calendar.check(data, checked, None)
    starts = [line for line in data.decode().split("\r\n") if line.startswith("DTSTART")]
    assert [start for start in starts if ";" in start] == [
        "DTSTART;TZID=Europe/Rome:20261024T023000",
        "DTSTART;VALUE=DATE:20261025",
        "DTSTART;TZID=Europe/Rome:20261026T023000",
    ]


def test_doubtful_times_are_written_as_instants() -> None:
    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
    checked = plan("Europe/Rome", days, (time(2, 30),))
    data = calendar.write(checked, None)
    calendar.check(data, checked, None)
    starts = [line for line in data.decode().split("\r\n") if line.startswith("DTSTART")]
    assert [start for start in starts if "TZID" in start or start.endswith("Z")] == [
        "DTSTART;TZID=Europe/Rome:20260328T023000",
        "DTSTART:20260329T013000Z",
        "DTSTART;TZID=Europe/Rome:20261024T023000",
        "DTSTART:20261025T003000Z",
    ]
