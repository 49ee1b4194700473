"""The clinic's days from their texts: what is closed, and what becomes of doses on such days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from regimen import rules
from regimen.finding import Misread, quoted
from regimen.language.kinds import LINE, TEXT, read_yes
from regimen.language.shapes import Shape, key, named, not_empty, one_or_several, reads
from regimen.record import Clinic, MoveTo
from regimen.timing import (
    CalendarSpan,
    Weekday,
    read_calendar_span,
    read_date,
    read_weekday,
)

_DATED = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?: (?P<name>\S.*))?")


def read_closed(text: str) -> Weekday | tuple[date, str]:
    """`sun`, or a date with its name: `2026-04-06 Easter Monday`. Raises Misread."""
    match = _DATED.fullmatch(text)
    if match is None:
        return read_weekday(text)
    return read_date(match["day"]), match["name"] or "closed that day"


def read_move(text: str) -> MoveTo:
    if text not in set(MoveTo):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is no way to move a dose",
            f"use one of: {', '.join(MoveTo)}",
        )
    return MoveTo(text)


def read_following(text: str) -> bool:
    if text not in ("stay", "move along"):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} does not say what becomes of the doses after a moved one",
            "use one of: stay, move along",
        )
    return text == "move along"


def read_gap(text: str) -> CalendarSpan:
    """The least distance between two doses, in days or weeks. Raises Misread."""
    gap = read_calendar_span(text)
    if gap.months:
        raise Misread(
            rules.BAD_DURATION, f"{quoted(text)} has no one length", "write it in days or weeks"
        )
    return gap


class ClinicShape(Shape):
    """When the clinic is closed, and what becomes of the doses on such days."""

    closed: tuple[Weekday | tuple[date, str], ...] = key(
        one_or_several(reads(read_closed)), "weekdays, and dates with their names"
    )
    courses: tuple[str, ...] = key(
        not_empty(one_or_several(TEXT)),
        "the courses given at the clinic, in the order in which they find their days",
    )
    move: MoveTo = key(reads(read_move), "where a dose on a closed day goes")
    following: bool = key(
        reads(read_following), "whether what comes after a moved dose moves along"
    )
    together: bool = key(
        reads(read_yes), "whether doses seek a day on which another course is given", absent=False
    )
    gaps: Mapping[str, CalendarSpan] = key(
        named(reads(read_gap)),
        "the least days between two doses of a course, where the protocol does not say",
        absent={},
    )
    visits: tuple[str, ...] = key(
        one_or_several(TEXT), "the visits that are kept at the clinic", absent=()
    )
    holidays: str | None = key(
        LINE, "the country, and region, whose public holidays are among the dates", absent=None
    )


def clinic_of(shape: ClinicShape, since: date | None) -> Clinic:
    weekdays = [each for each in shape.closed if isinstance(each, Weekday)]
    dates = dict(each for each in shape.closed if not isinstance(each, Weekday))
    return Clinic(
        frozenset(weekdays),
        dates,
        shape.courses,
        shape.move,
        shape.following,
        shape.together,
        dict(shape.gaps),
        shape.holidays or "",
        shape.visits,
        since,
    )


def clinic_content(clinic: Clinic) -> dict[str, object]:
    """The clinic as it is written into a plan's file."""
    closed = [str(weekday) for weekday in sorted(clinic.weekdays)]
    closed += [f"{day} {name}" for day, name in sorted(clinic.dates.items())]
    content: dict[str, object] = {
        "closed": closed,
        "courses": list(clinic.courses),
        "move": str(clinic.move),
        "following": "move along" if clinic.follow else "stay",
        "together": "yes" if clinic.together else "no",
    }
    if clinic.gaps:
        content["gaps"] = {course: str(gap) for course, gap in clinic.gaps.items()}
    if clinic.visits:
        content["visits"] = list(clinic.visits)
    if clinic.holidays:
        content["holidays"] = clinic.holidays
    return content
