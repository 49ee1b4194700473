"""Reads calendars with libical, the C library of GNOME and KDE, by way of its shared library."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, str, str, int, tuple[int, ...]]


class _Time(ctypes.Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = (
        ("year", ctypes.c_int),
        ("month", ctypes.c_int),
        ("day", ctypes.c_int),
        ("hour", ctypes.c_int),
        ("minute", ctypes.c_int),
        ("second", ctypes.c_int),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    )


class _Duration(ctypes.Structure):
    """struct icaldurationtype of libical 3."""

    _fields_ = (
        ("is_neg", ctypes.c_int),
        ("days", ctypes.c_uint),
        ("weeks", ctypes.c_uint),
        ("hours", ctypes.c_uint),
        ("minutes", ctypes.c_uint),
        ("seconds", ctypes.c_uint),
    )


class _Trigger(ctypes.Structure):
    """struct icaltriggertype of libical 3."""

    _fields_ = (("time", _Time), ("duration", _Duration))


class Libical:
    """The library, if it is installed."""

    def __init__(self) -> None:
        found = ctypes.util.find_library("ical")
        if found is None:
            raise SystemExit("libical is not installed; on Debian: apt-get install libical3")
        self.calls = ctypes.CDLL(found)
        self.name = "libical " + _version()
        for name, result in _RESULTS.items():
            getattr(self.calls, name).restype = result

    def read(self, data: bytes) -> list[Row]:
        """What it finds, in the order of the identities. Fails where it finds an error."""
        root = self._call("icalparser_parse_string", data)
        assert root, "it is no calendar"
        assert self.calls.icalcomponent_count_errors(ctypes.c_void_p(root)) == 0
        found = sorted(self.row(each) for each in self.parts(root, b"VEVENT"))
        self._call("icalcomponent_free", root)
        return found

    def row(self, event: int) -> Row:
        status = self.text(event, b"STATUS")
        alarms = self.parts(event, b"VALARM")
        return (
            self._call("icalcomponent_get_uid", event).decode(),
            self.told(self._call("icalcomponent_get_dtstart", event)),
            self.told(self._call("icalcomponent_get_dtend", event))
            if self.text(event, b"DTEND")
            else "",
            self._call("icalcomponent_get_summary", event).decode(),
            status.decode(),
            int(self.text(event, b"SEQUENCE")),
            tuple(self.seconds(each) for each in alarms),
        )

    def told(self, at: Any) -> str:
        if at.is_date:
            return f"{at.year:04}-{at.month:02}-{at.day:02}"
        if not at.zone:
            moment = datetime(at.year, at.month, at.day, at.hour, at.minute, at.second)
            return moment.isoformat()
        zone = ctypes.c_void_p(at.zone)
        instant = self.calls.icaltime_as_timet_with_zone(at, zone)
        return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%dT%H:%M:%SZ}"

    def seconds(self, alarm: int) -> int:
        trigger = self._property(alarm, b"TRIGGER")
        lead = self._call("icalproperty_get_trigger", trigger).duration
        days = lead.weeks * 7 + lead.days
        seconds = ((days * 24 + lead.hours) * 60 + lead.minutes) * 60 + lead.seconds
        return -int(seconds) if lead.is_neg else int(seconds)

    def parts(self, of: int, name: bytes) -> Iterator[int]:
        kind = self.calls.icalcomponent_string_to_kind(name)
        part = self._call("icalcomponent_get_first_component", of, kind)
        while part:
            yield part
            part = self._call("icalcomponent_get_next_component", of, kind)

    def text(self, of: int, name: bytes) -> bytes:
        found = self._property(of, name)
        if not found:
            return b""
        text: bytes = self._call("icalproperty_get_value_as_string", found)
        return text

    def _property(self, of: int, name: bytes) -> int | None:
        kind = self.calls.icalproperty_string_to_kind(name)
        found: int | None = self._call("icalcomponent_get_first_property", of, kind)
        return found

    def _call(self, name: str, first: int | bytes | None, *more: int) -> Any:
        handle = ctypes.c_void_p(first) if isinstance(first, int) else first
        return getattr(self.calls, name)(handle, *more)


_RESULTS: dict[str, Any] = {
    "icalparser_parse_string": ctypes.c_void_p,
    "icalcomponent_get_first_component": ctypes.c_void_p,
    "icalcomponent_get_next_component": ctypes.c_void_p,
    "icalcomponent_get_first_property": ctypes.c_void_p,
    "icalcomponent_get_uid": ctypes.c_char_p,
    "icalcomponent_get_summary": ctypes.c_char_p,
    "icalcomponent_get_dtstart": _Time,
    "icalcomponent_get_dtend": _Time,
    "icalproperty_get_value_as_string": ctypes.c_char_p,
    "icalproperty_get_trigger": _Trigger,
    "icaltime_as_timet_with_zone": ctypes.c_long,
}


def _version() -> str:
    """The release of the library that is loaded, from the name of its file."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    files = {os.path.realpath(line.split(" ")[-1]) for line in maps if "libical.so" in line}
    (file,) = files
    return Path(file).name.removeprefix("libical.so.")
