"""The calendars that other programs are asked to read, and what they must find in them.

Every time zone has another name here, so that a reader can only use the definition that stands in
the file. What must be found comes from the schedule, never from the calendar's bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from regimen import planning
from regimen.export import export
from regimen.export.identity import uid_of
from regimen.export.zones import certain, observances
from regimen.protocol import Every
from regimen.record import Issued, IssuedEvent, Manner, RecordEntry
from regimen.reminders import AtClock, read_reminder
from regimen.route import Route
from regimen.schedule import Administration, CheckedSchedule, Dated, Status
from regimen.timing import CalendarSpan, ElapsedSpan, SpanUnit
from tests import samples
from tests.golden.regenerate import golden

ZONES = (
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Santiago",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Pacific/Apia",
)
MANY = 3000
FALSE = "a wrong definition of Rome"
# An entry as it must be read: identity, begin, end, words, status, how often it changed, and how
# many seconds after its begin each reminder comes.
Row = tuple[str, str, str, str, str, int, tuple[int, ...]]


class Judged(Struct, frozen=True):
    """A calendar, and what there is to find in it. Of a false one that is not what is said in it."""

    name: str
    data: bytes
    rows: tuple[Row, ...]
    false: bool = False

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def digest(self) -> str:
        return digest(self.rows)


def digest(rows: object) -> str:
    """A fingerprint of what was read, whichever program read it."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def calendars() -> tuple[Judged, ...]:
    """All of them."""
    with _locked_zones():
        return tuple(_all())


def _all() -> Iterator[Judged]:
    found = [Judged("case report", golden("ics").read_bytes(), rows(samples.case_report()))]
    found += _texts()
    found += _floating()
    found += [each for zone in ZONES for each in _over_every_change(zone)]
    found += _many()
    rome = next(each for each in found if each.name == "Europe/Rome, first")
    yield from found
    yield _false(rome)


@contextmanager
def _locked_zones() -> Iterator[None]:
    """The zones of the locked tzdata package: governments change their minds, and a machine's own
    may be of another year."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(())
    ZoneInfo.clear_cache()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        ZoneInfo.clear_cache()


# --- what must be found


def rows(checked: CheckedSchedule) -> tuple[Row, ...]:
    """What the schedule and its record say of each entry."""
    handed_out: dict[str, tuple[int, IssuedEvent]] = {}
    manner = Manner()
    for entry in checked.plan.entries:
        issued = entry.what
        assert isinstance(issued, Issued)
        manner = issued.manner
        for name, event in issued.events.items():
            number = handed_out[name][0] + 1 if name in handed_out else 0
            handed_out[name] = number, event
    dated: list[Dated] = [*checked.administrations, *checked.entries]
    found = [
        (
            uid_of(checked.plan.id, each.id),
            _told(each.day, each.time, each.instant),
            _end(each),
            _words(each, manner),
            "",
            handed_out[each.id][0] if handed_out else 0,
            tuple(_reminds(each, manner, checked.plan.zone)),
        )
        for each in dated
    ]
    for name, (number, event) in handed_out.items():
        if event.withdrawn:
            found.append(_gone(checked, name, number, event))
    return tuple(sorted(found))


def _told(day: date, clock: time | None, instant: datetime | None) -> str:
    if instant is not None:
        return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return day.isoformat() if clock is None else f"{day.isoformat()}T{clock:%H:%M:%S}"


def _end(dated: Dated) -> str:
    if dated.time is None:
        return (dated.day + timedelta(days=1)).isoformat()
    finish = dated.finish_instant if isinstance(dated, Administration) else None
    return "" if finish is None else _told(dated.day, dated.time, finish)


def _words(dated: Dated, manner: Manner) -> str:
    assert isinstance(dated, Administration)
    assert dated.dose is not None
    label = f"{manner.label}: " if manner.label else ""
    given = " · given" if dated.status is Status.GIVEN else ""
    return (
        f"{label}{dated.drug} {dated.dose} {dated.phase.route}"
        f" · dose {dated.course_number} of {dated.phase.course_count}{given}"
    )


def _reminds(dated: Dated, manner: Manner, zone: str | None) -> Iterator[int]:
    assert isinstance(dated, Administration)
    for reminder in manner.remind if dated.status is Status.PLANNED else ():
        if isinstance(reminder, AtClock):
            begin = dated.instant or datetime.combine(dated.day, dated.time or time.min)
            wall = datetime.combine(dated.day - timedelta(reminder.days), reminder.clock)
            if dated.instant is not None and zone is not None:
                wall = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            yield int((wall - begin) / timedelta(seconds=1))
        elif dated.time is not None:
            span = reminder.span
            yield -60 * span.minutes if isinstance(span, ElapsedSpan) else -86400 * span.days


def _gone(checked: CheckedSchedule, name: str, number: int, event: IssuedEvent) -> Row:
    instant, at = None, event.at
    if at.time is not None and checked.plan.zone is not None:
        wall = datetime.combine(at.day, at.time)
        instant = wall.replace(tzinfo=ZoneInfo(checked.plan.zone))
        if not certain(ZoneInfo(checked.plan.zone), wall):
            instant, at = None, at.on_date()
    end = (at.day + timedelta(days=1)).isoformat() if at.time is None else ""
    uid = uid_of(checked.plan.id, name)
    return uid, _told(at.day, at.time, instant), end, event.words, "CANCELLED", number, ()


# --- handing out


def handed_out(checked: CheckedSchedule, manner: Manner) -> CheckedSchedule:
    """The schedule after one more edition of its calendar."""
    issued, _, _ = planning.edition(checked, manner)
    assert issued is not None
    entries = checked.plan.entries
    written = samples.MADE + timedelta(days=1 + len(entries))
    plan = replace(
        checked.plan, entries=(*entries, RecordEntry(len(entries) + 1, issued, written, "N"))
    )
    return replace(checked, schedule=replace(checked.schedule, plan=plan))


def with_doses(checked: CheckedSchedule, given: list[Administration]) -> CheckedSchedule:
    return replace(checked, schedule=replace(checked.schedule, administrations=tuple(given)))


def _judged(name: str, checked: CheckedSchedule) -> Judged:
    data = _plain(export(checked, "ics"))
    zone = checked.plan.zone
    if zone is not None:
        # Each its own name: some programs keep a zone by its name from file to file.
        data = data.replace(zone.encode(), b"X-" + _code(name))
        assert zone.encode() not in data
    return Judged(name, data, rows(checked))


def _code(name: str) -> bytes:
    return hashlib.sha256(name.encode()).hexdigest()[:12].encode()


_DESCRIPTION = re.compile(rb"(?<=\r\n)DESCRIPTION:[^\r]*(?:\r\n [^\r]*)*(?=\r\nTRANSP:)")


def _plain(data: bytes) -> bytes:
    """The calendar with short descriptions: the reasons in them are worded anew now and then, and
    their words are read in the case report."""
    return _DESCRIPTION.sub(rb"DESCRIPTION:a\\, b\\; c\\\\ d\\n" + "mcg → µg".encode(), data)


# --- which calendars


def _texts() -> Iterator[Judged]:
    checked = samples.case_report()
    manner = Manner(
        label='Bed 4; "a, b" \\n — ' + "ä" * 40, remind=(read_reminder("18:00 the day before"),)
    )
    first = handed_out(checked, manner)
    yield _judged("case report, first", first)
    given, moved, _, *others = first.administrations
    again = with_doses(
        first,
        [
            replace(given, status=Status.GIVEN),
            replace(moved, day=moved.day - timedelta(days=3)),
            *others,
        ],
    )
    yield _judged("case report, again", handed_out(again, manner))


def _floating() -> Iterator[Judged]:
    reminders = tuple(map(read_reminder, ("30 minutes before", "1 day before")))
    first = handed_out(samples.twice_a_day(zone=None), Manner(remind=reminders))
    yield _judged("no zone, first", first)
    again = with_doses(first, list(first.administrations[1:]))
    yield _judged("no zone, again", handed_out(again, Manner(remind=reminders)))


def _over_every_change(zone: str) -> Iterator[Judged]:
    """Doses at night, at noon and late on the days around every change of the zone's clocks in
    three years; then some before and after that span, and the first and last of it withdrawn."""
    info = ZoneInfo(zone)
    changes = observances(
        info, datetime(2026, 1, 2, tzinfo=UTC), datetime(2028, 12, 30, tzinfo=UTC)
    )
    near = {each.onset.date() + timedelta(days=n) for each in changes for n in (-1, 0, 1)}
    quarterly = {date(2026 + n // 4, n % 4 * 3 + 1, 15) for n in range(12)}
    checked = _doses(zone, sorted(near | quarterly), (time(1, 45), time(12, 30), time(23, 30)))
    reminder = Manner(remind=(read_reminder("18:00 the day before"),))
    first = handed_out(checked, reminder)
    yield _judged(f"{zone}, first", first)

    early, noon, late, *others, last = first.administrations
    again = [
        _on(noon, zone, date(2025, 6, 1)),
        replace(late, status=Status.GIVEN),
        *others,
        _on(early, zone, date(2029, 7, 1)),
    ]
    assert last not in again
    second = handed_out(with_doses(first, again), reminder)
    yield _judged(f"{zone}, again", second)
    # Now the dose that was beyond the span is withdrawn as well, there.
    yield _judged(f"{zone}, once more", handed_out(with_doses(second, again[1:-1]), reminder))


def _on(dose: Administration, zone: str, day: date) -> Administration:
    assert dose.time is not None
    return replace(dose, day=day, instant=samples.instant(day, dose.time, zone))


def _doses(zone: str, days: list[date], clocks: tuple[time, ...]) -> CheckedSchedule:
    count = len(days) * len(clocks)
    every_day = Every(CalendarSpan(1, SpanUnit.DAY))
    of = samples.phase("x", "x", "drug X", Route.ORAL, every_day, days, count, count)
    given = samples.timed(of, days, clocks, samples.dose("1 mg"), zone)
    return samples.checked(samples.protocol("p", "Doses at clock times"), given, zone=zone)


def _many() -> Iterator[Judged]:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(MANY // 2)]
    first = handed_out(_doses("Europe/Rome", days, (time(8), time(20))), Manner())
    given = [*first.administrations]
    given[MANY // 2] = replace(given[MANY // 2], status=Status.GIVEN)
    yield _judged(f"{MANY} entries, again", handed_out(with_doses(first, given[:-1]), Manner()))


def _false(of: Judged) -> Judged:
    """A calendar whose zone is defined an hour off: who finds the right times in it does not read
    the definition."""
    wrong = of.data.replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300")
    assert wrong != of.data
    wrong = wrong.replace(b"X-" + _code(of.name), b"X-" + _code(FALSE))
    return Judged(FALSE, wrong, of.rows, false=True)
