"""A comparison in words that a table, a file and a screen share."""

from __future__ import annotations

from datetime import time

from regimen.comparison import Comparison, Difference, Kind
from regimen.export.words import NO_TIME, clean, day_text, dose_text
from regimen.schedule import NOT_STATED

NOTHING = "nothing"


def said(of: Comparison, difference: Difference) -> tuple[str, str]:
    """What either side says where they differ: `100 mcg`, `200 mcg`."""
    ours, theirs = difference.ours, difference.theirs
    our_dose = dose_text(ours) if ours is not None else NOTHING
    their_dose = str(theirs.dose or NOT_STATED) if theirs is not None else NOTHING
    if ours is None or theirs is None:
        return our_dose, their_dose
    match difference.kind:
        case Kind.OTHER_DAY:
            return day_text(ours.day), day_text(theirs.day)
        case Kind.OTHER_TIME:
            return _clock(ours.time, of.checked.plan.zone), _clock(theirs.time, theirs.zone)
        case Kind.OTHER_ROUTE:
            return str(ours.phase.route or "not stated"), str(theirs.route or "not stated")
        case Kind.OTHER_LENGTH:
            return str(ours.phase.over or "not stated"), str(theirs.over or "not stated")
        case Kind.OTHER_DRUG:
            return clean(ours.drug), clean(theirs.drug)
        case _:
            return our_dose, their_dose


def _clock(clock: time | None, zone: str | None) -> str:
    if clock is None:
        return NO_TIME
    return f"{clock:%H:%M} {zone}" if zone else f"{clock:%H:%M}"


def summary_of(of: Comparison) -> str:
    """`28 of 30 doses agree; 1 other dose, 1 missing.`"""
    doses = len(of.checked.administrations)
    if not of.differences:
        return f"No difference: all {doses} doses agree."
    counts = ", ".join(f"{count} {kind}" for kind in Kind if (count := of.count(kind)))
    return f"{of.agreeing} of {doses} doses agree; {counts}."
