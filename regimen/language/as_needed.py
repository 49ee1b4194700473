"""What is given as needed from its texts: a dose, its reason, its limits and its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regimen import rules
from regimen.finding import Finding, Place
from regimen.language import phase_dosing, phase_timing
from regimen.language.anchoring import anchors_of, unknown
from regimen.language.levels import PhaseReader
from regimen.language.phase_extent import read_extent
from regimen.language.phase_shape import AsNeededShape, TotalShape
from regimen.language.phases import read_route
from regimen.language.texts import NotStated
from regimen.protocol import (
    AsNeeded,
    Cap,
    CapBasis,
    Condition,
    DoseExpression,
    Doses,
    Extent,
    Once,
    OnceADay,
    Phase,
    Previous,
    Ref,
    Table,
    Timeline,
)
from regimen.timing import CalendarSpan, MonthEnd

_ENDS = ("for", "doses", "before", "through", "until")
_STATED = (
    ("dose", rules.NO_DOSE, "a dose that is given as needed must be stated"),
    ("route", rules.NO_ROUTE, "what is given as needed has a stated route"),
    ("for_", rules.NO_EXTENT, "how long something may be given as needed must be stated"),
    ("doses", rules.NO_EXTENT, "how often something may be given as needed must be stated"),
)


def read_as_needed(reader: PhaseReader, when: tuple[Condition, ...]) -> AsNeeded:
    """The item, whose conditions are read for it as a whole."""
    own, place = reader.levels.own, reader.document.key_place(reader.levels.path)
    assert isinstance(own, AsNeededShape)
    phase = _phase(reader, place)
    for key, rule, what in _STATED:
        if getattr(own, key) == NotStated():
            mend = "leave it out of the protocol if the source does not say it"
            reader.find(rule, what, mend, reader.places[key.rstrip("_")])
    _limited(reader, own, phase, place)
    return AsNeeded(
        key=reader.course,
        phases=(phase,),
        when=when,
        place=place,
        reason=own.reason,
        per_day=own.per_day,
        min_gap=own.min_gap,
    )


def _phase(reader: PhaseReader, place: Place) -> Phase:
    """Its dose, as that of a phase that gives it once."""
    drug = reader.nearest("drug", str) or reader.course
    dose, route = phase_dosing.dose(reader, place), read_route(reader, place)
    if isinstance(dose, DoseExpression) and dose.share is not None:
        reader.find(
            rules.PER_DAY_ON_REST_DAYS,
            "an amount is to be shared among doses that are given as needed",
            "write the dose for each time, and the limit of a day as per_day or max",
            reader.places["dose"],
        )
    begins, extent = phase_timing.begins(reader), _extent(reader, place)
    caps, rounding = phase_dosing.caps(reader), phase_dosing.rounding(reader)
    products = phase_dosing.products(reader, drug)
    return Phase(
        key="as-needed",
        name=None,
        drug=drug,
        route=route,
        dose=dose,
        pattern=Once(),
        extent=extent,
        times=OnceADay(Ref(f"{reader.course}.at")),  # which no plan can pin: nothing implies it
        begins=begins,
        course_begins=None,
        junction=None,
        month_end=MonthEnd.CLAMP,
        caps=caps,
        rounding=rounding,
        dealing=phase_dosing.dealing(reader, dose, rounding),
        products=products,
        may_overlap=False,
        when=(),
        needs=reader.needs(),
        tables=tuple(reader.tables),
        place=place,
        places=reader.places,
    )


def _extent(reader: PhaseReader, place: Place) -> Extent | Ref:
    found = reader.level(*_ENDS)
    if found is None:
        reader.find(
            rules.NO_EXTENT,
            f"{reader.title} does not say for how long",
            "write for: 3 days, doses: 12, before or through an anchor, or until: stopped",
            place,
        )
        return Doses(1)
    if isinstance(found[0].until, TotalShape):
        reader.find(
            rules.WRONG_SHAPE,
            f"{reader.title}: a total does not end what need not be given at all",
            "write doses, the most that may be given; or until: stopped",
            reader.document.place((*found[1], "until")),
        )
        return Doses(1)
    return read_extent(reader, found, place)


def _limited(reader: PhaseReader, own: AsNeededShape, phase: Phase, place: Place) -> None:
    """A finding where nothing limits the doses of a day."""
    if isinstance(own.min_gap, CalendarSpan) and own.min_gap.months:
        reader.find(
            rules.BAD_DURATION,
            f"{own.min_gap} is no least time between doses that are given as needed",
            "write hours, days or weeks",
            reader.document.place((*reader.levels.path, "min_gap")),
        )
    if any(cap.basis not in (CapBasis.DOSE, CapBasis.DAY) for cap in _all_caps(phase.caps)):
        reader.find(
            rules.UNLIMITED,
            "of what is given as needed, only limits per dose and per day are counted",
            "write the limit per day, as in max: 4 g/day; or per_day with until",
            reader.places["max"],
        )
    if own.per_day is None and own.min_gap is None and not _limits_a_day(phase.caps):
        reader.find(
            rules.UNLIMITED,
            f"{reader.course} is given as needed and nothing limits it in a day",
            "write per_day: 4, min_gap: 6 hours, or max: 4 g/day",
            place,
        )


def _all_caps(caps: tuple[Cap, ...] | Table) -> tuple[Cap, ...]:
    """The limits, of every row where they stand in a table."""
    if isinstance(caps, Table):
        rows: list[Any] = [row.value for row in caps.rows]
        return tuple(cap for row in rows for cap in _all_caps(row))
    return caps


def _limits_a_day(caps: tuple[Cap, ...] | Table) -> bool:
    """Whether one of the limits, or one in every row, is an amount per day."""
    if isinstance(caps, Table):
        rows: list[Any] = [row.value for row in caps.rows]
        return all(map(_limits_a_day, rows))
    return any(cap.basis is CapBasis.DAY for cap in caps)


def unknown_moments(
    items: tuple[AsNeeded, ...], timelines: tuple[Timeline, ...]
) -> Iterator[Finding]:
    """A finding for each item that begins or ends at nothing."""
    known = {each.key: each for each in timelines}
    for item in items:
        for anchor, place in anchors_of(item.phase):
            if isinstance(anchor.base, Previous):
                yield Finding(
                    rules.UNKNOWN_ANCHOR,
                    "what is given as needed has no previous phase",
                    "name the course or phase it follows, or start",
                    place,
                )
            else:
                yield from unknown(anchor, place, known, first=False)
