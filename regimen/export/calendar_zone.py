"""The zone of a calendar's clock times: its changes, and when a local time means one instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import (
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDDDTypes,
    vText,
    vUTCOffset,
)

from regimen.export.zones import Observance, certain, instant_read, observances
from regimen.schedule import CheckedSchedule, Dated
from regimen.timing import Moment


class CalendarZone:
    """The zone of the timed entries and its changes over their span, if there are any. `withdrawn`
    are the moments of entries that no longer stand."""

    def __init__(self, checked: CheckedSchedule, withdrawn: Iterable[Moment] = ()) -> None:
        dated: list[Dated] = [*checked.administrations, *checked.entries]
        instants = [each.instant for each in dated if each.instant is not None]
        instants += [
            each.finish_instant
            for each in checked.administrations
            if each.finish_instant is not None
        ]
        known = checked.plan.zone
        info = None if known is None else ZoneInfo(known)
        if info is not None:
            instants += [
                datetime.combine(each.day, each.time, info).astimezone(UTC)
                for each in withdrawn
                if each.time is not None
            ]
        self.name = known if instants else None
        self.info = info if instants else None
        self.observances: tuple[Observance, ...] = ()
        if self.info is not None:
            self.observances = observances(self.info, min(instants), max(instants))

    def moment(self, wall: datetime, instant: datetime) -> vDDDTypes:
        """The local time as the calendar has it."""
        if self.name is not None and self.says(wall, instant):
            return typed(wall, "TZID", self.name)
        # A clock time that is skipped or comes twice: only the instant means the same to all.
        return vDDDTypes(instant)

    def says(self, wall: datetime, instant: datetime) -> bool:
        """Whether every program reads the local time as the instant, with or without a knowledge
        of the zone."""
        assert self.info is not None
        return certain(self.info, wall) and instant_read(self.observances, wall) == instant

    def alone(self, wall: datetime) -> vDDDTypes | None:
        """A local time of which no instant was kept; None where it is skipped or comes twice."""
        if self.info is None:
            return vDDDTypes(wall)
        if not certain(self.info, wall):
            return None
        return typed(wall, "TZID", str(self.name))

    def instant(self, wall: datetime) -> datetime:
        """When a clock in the zone shows the local time (of two such times, the earlier)."""
        return wall.replace(tzinfo=self.info).astimezone(UTC)


def timezone(zone: CalendarZone) -> Timezone:
    """The definition of the zone, one part for each change (RFC 5545, section 3.6.5)."""
    found = Timezone()
    found["TZID"] = vText(str(zone.name))
    for each in zone.observances:
        part = TimezoneDaylight() if each.daylight else TimezoneStandard()
        part["DTSTART"] = vDDDTypes(each.onset)
        part["TZOFFSETFROM"] = vUTCOffset(each.before)
        part["TZOFFSETTO"] = vUTCOffset(each.after)
        part["TZNAME"] = vText(each.name)
        found.add_component(part)
    return found


def typed(value: date | datetime, parameter: str, of: str) -> vDDDTypes:
    """The value with its parameter written beside it."""
    written = vDDDTypes(value)
    written.params[parameter] = of
    return written
