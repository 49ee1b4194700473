"""One visit from its texts: the words of a phase for the days, and none for a drug."""

from __future__ import annotations

from regimen.language import phase_timing
from regimen.language.levels import PhaseReader, stated
from regimen.language.phase_days import DAYS, example, pattern
from regimen.language.phase_extent import EXTENT, extent
from regimen.language.phase_shape import VisitShape
from regimen.protocol import Doses, Extent, Once, Pattern, Ref, Table, VisitDays
from regimen.timing import MonthEnd


def read_visit(reader: PhaseReader) -> VisitDays:
    """The days of a visit, whose conditions are read for the visit as a whole."""
    (shape, path), *_ = reader.levels
    own, place = reader.levels.own, reader.document.key_place(path)
    assert isinstance(own, VisitShape)
    days: Pattern | Ref | Table = Once()
    how_long: Extent | Ref | None = Doses(1)
    if any(stated(shape, key) is not None for key in (*DAYS, *EXTENT)):
        days = pattern(reader, place)
        how_long = extent(reader, example(days), place)
    times, begins = phase_timing.times(reader, example(days)), phase_timing.begins(reader)
    visit = VisitDays(
        key="",
        name=None,
        what=own.what or reader.course.replace("_", " "),
        pattern=days,
        extent=how_long,
        times=times,
        begins=begins,
        course_begins=None,
        junction=None,
        month_end=reader.nearest("month_end", MonthEnd) or MonthEnd.CLAMP,
        may_overlap=False,
        when=(),
        needs=reader.needs(),
        tables=tuple(reader.tables),
        place=place,
        places=reader.places,
    )
    if begins is None or not begins.several:
        return visit
    from regimen.language.rounds import in_rounds  # few visits are tied to each dose

    return in_rounds(reader, visit)
