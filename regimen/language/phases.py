"""One phase from its texts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Place
from regimen.language import phase_days, phase_dosing, phase_extent, phase_timing
from regimen.language.levels import PhaseReader
from regimen.language.phase_shape import PhaseShape
from regimen.protocol import (
    Condition,
    Junction,
    ParameterType,
    Phase,
    Ref,
    Table,
)
from regimen.route import Route
from regimen.timing import ElapsedSpan, MonthEnd

if TYPE_CHECKING:
    from regimen.protocol.tolerance import Tolerance

P = ParameterType


def read_phase(reader: PhaseReader, when: tuple[Condition, ...]) -> Phase:
    own, place = reader.levels.own, reader.document.place(reader.levels.path)
    assert isinstance(own, PhaseShape)
    if reader.levels.course is None:
        place = reader.document.key_place(reader.levels.path)
    _idle(reader, own)
    drug = reader.nearest("drug", str)
    begins = phase_timing.begins(reader)
    phase = partial(
        Phase,
        key=reader.key(own.name),
        name=own.name,
        drug=drug or reader.course,
        route=read_route(reader, place),
        dose=(dose := phase_dosing.dose(reader, place)),
        pattern=(days := phase_days.pattern(reader, place)),
        extent=phase_extent.extent(reader, phase_days.example(days), place),
        times=phase_timing.times(reader, phase_days.example(days)),
        begins=begins,
        course_begins=phase_timing.course_begins(reader),
        junction=reader.nearest("junctions", Junction),
        month_end=reader.nearest("month_end", MonthEnd) or MonthEnd.CLAMP,
        over=_over(reader),
        products=phase_dosing.products(reader, drug or reader.course),
        caps=phase_dosing.caps(reader),
        rounding=(rounding := phase_dosing.rounding(reader)),
        dealing=phase_dosing.dealing(reader, dose, rounding),
        tolerance=_tolerance(reader),
        sites=_sites(reader),
        may_overlap=own.overlap,
        when=when,
        place=place,
        places=reader.places,
    )
    read = phase(needs=reader.needs(), tables=tuple(reader.tables))
    written = begins or read.course_begins
    if own.repeat is None and (written is None or not written.several):
        return read
    from regimen.language.rounds import in_rounds  # few phases come again

    return in_rounds(reader, read)


def _idle(reader: PhaseReader, own: PhaseShape) -> None:
    """A finding for each key of the phase's own that has nothing to decide."""
    if reader.levels.course is None:
        return
    if own.junctions is not None and own.begins is not None:
        reader.find(
            rules.TWO_WAYS,
            "junctions and begins both say where the phase begins",
            "keep one of them",
            reader.document.key_place((*reader.levels.path, "junctions")),
        )
    for key in ("junctions", "overlap"):
        again = key == "overlap" and own.repeat is not None  # it may lie beside its own rounds
        if reader.at == 0 and key in own.stated_keys and not again:
            reader.find(
                rules.UNUSED_KEY,
                f"{key} decides nothing here: no phase comes before the first",
                "remove it, or write it on the phase that it is meant for",
                reader.document.key_place((*reader.levels.path, key)),
            )


def _over(reader: PhaseReader) -> ElapsedSpan | Ref | Table | None:
    found = reader.level("over")
    return reader.elapsed_span(found[0].over, "over", found[1]) if found else None


def _tolerance(reader: PhaseReader) -> Tolerance | None:
    if all(reader.level(key) is None for key in ("window", "min_gap", "late")):
        return None
    from regimen.language.tolerance import tolerance  # few protocols have any

    return tolerance(reader)


def _sites(reader: PhaseReader) -> tuple[str, ...]:
    found = reader.level("sites")
    if found is None:
        return ()
    shape, path, key = found
    sites = reader.listed(shape.sites or (), (*path, key), ())
    assert not isinstance(sites, Ref)
    return sites


def read_route(reader: PhaseReader, place: Place) -> Route | Ref | Table:
    found = reader.level("route")
    if found is None:
        reader.find(
            rules.NO_ROUTE,
            f"{reader.title} has no route",
            "write route: intramuscular (or another); or not stated, if the source is silent",
            place,
        )
        return Route.PARENTERAL
    shape, path, _ = found
    assert shape.route is not None
    return reader.value(shape.route, "route", path, (), (P.ROUTE, "the route"))
