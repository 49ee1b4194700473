"""How long: the extent of a phase from its texts (rule T3)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from regimen import rules
from regimen.finding import Place
from regimen.language.levels import PhaseReader, stated
from regimen.language.nodes import Path
from regimen.language.phase_days import DAYS
from regimen.language.phase_dosing import DOSING
from regimen.language.phase_shape import PhaseKeys
from regimen.language.texts import NotStated
from regimen.protocol import (
    Anchor,
    Cycles,
    DateGiven,
    Doses,
    Extent,
    For,
    Offsets,
    OnDays,
    ParameterType,
    Pattern,
    Ref,
    Until,
    WholeList,
)

P = ParameterType

EXTENT = ("for", "doses", "times", "cycles", "before", "through", "until", "whichever_first")


class _Itself(Struct, frozen=True):
    """A key that says by itself how long a phase lasts, with its extent (None: a taper's levels)
    and what may cut it short."""

    key: str
    path: Path
    extent: Extent | None
    why: str
    cut_by: tuple[str, ...] = ()


def extent(reader: PhaseReader, days: Pattern | Ref, place: Place) -> Extent | Ref | None:
    found = reader.level(*EXTENT)
    if found is not None and found[2] == "cycles" and _without_cycle(reader, days, found[1]):
        return WholeList()
    itself = _itself(reader, days)
    if itself is None:
        return read_extent(reader, found, place)
    if found is None:
        return itself.extent
    _, path, key = found
    if len(path) < len(itself.path):  # farther away
        reader.taken.discard((*path, key))
    elif key in itself.cut_by:
        return read_extent(reader, found, place)
    else:
        _two_ways(reader, itself, key, path)
    return itself.extent


def _itself(reader: PhaseReader, days: Pattern | Ref) -> _Itself | None:
    taper, listed = reader.level(*DOSING), None
    if isinstance(days, Offsets) or (isinstance(days, OnDays) and days.cycle is None):
        found = reader.level(*DAYS)
        assert found is not None
        why = "such a list lasts as long as itself"
        listed = _Itself(found[2], found[1], WholeList(), why, cut_by=("before", "through"))
    if taper is None or taper[2] != "taper":
        return listed
    if listed is not None:
        _two_ways(reader, listed, "taper", taper[1])
    return _Itself("taper", taper[1], None, "a taper lasts as long as its levels")


def _two_ways(reader: PhaseReader, itself: _Itself, key: str, path: Path) -> None:
    reader.find(
        rules.TWO_WAYS,
        f"{itself.key} and {key} both say how long the phase lasts",
        f"remove one; {itself.why}",
        reader.document.key_place((*path, key)),
    )


def _without_cycle(reader: PhaseReader, days: Pattern | Ref, path: Path) -> bool:
    """Whether a number of cycles has nothing to count, with the finding that says so."""
    place = reader.document.key_place((*path, "cycles"))
    if isinstance(days, OnDays):
        if days.cycle is None:
            reader.find(
                rules.MISSING_KEY,
                f"{reader.title} has cycles and does not say how long a cycle is",
                "write cycle: 21 days (or another)",
                place,
            )
        return days.cycle is None
    reader.find(
        rules.NO_EXTENT,
        f"{reader.title} does not say how long: cycles are counted of listed days",
        "list the days of a cycle, as in days: 1-21; or write for: 2 weeks or doses: 12",
        place,
    )
    return True


def read_extent(
    reader: PhaseReader, found: tuple[PhaseKeys, Path, str] | None, place: Place
) -> Extent | Ref:
    if found is None:
        reader.find(
            rules.NO_EXTENT,
            f"{reader.title} does not say how long{reader.again}",
            f"write for: 2 weeks, {reader.by_count}, cycles: 6, or before or through an anchor; or"
            " for: not stated, if the source is silent",
            place,
        )
        return Doses(1)
    shape, path, key = found
    if stated(shape, key) == NotStated():
        return reader.gap((*path, key), P.EXTENT, "the duration")
    if key == "for":
        return For(reader.any_span(shape.for_, key, path))
    if key in ("doses", "times"):
        count: Any = stated(shape, key)
        gap = (P.NUMBER, f"the number of {key}")
        return Doses(reader.value(count, key, path, (P.NUMBER,), gap))
    if key == "cycles":
        assert shape.cycles is not None
        gap = (P.NUMBER, "the number of cycles")
        return Cycles(reader.value(shape.cycles, key, path, (P.NUMBER,), gap))
    if key in ("until", "whichever_first"):
        from regimen.language import phase_ends  # few phases end so

        return phase_ends.until(reader, shape, path, place, key)
    anchor = stated(shape, key)
    assert isinstance(anchor, Anchor)
    return Until(reader.anchor(anchor, path, key), key == "through", _horizon(reader, anchor))


def _horizon(reader: PhaseReader, anchor: Anchor) -> Ref | None:
    """Up to where a phase is drawn whose end is a date that comes to be known on the way."""
    if not isinstance(anchor.base, DateGiven):
        return None
    declared = reader.parameters.get(anchor.base.ref.name)
    if declared is None or declared.decided is None:
        return None
    from regimen.language.phase_ends import horizon

    return horizon(reader, declared.place)
