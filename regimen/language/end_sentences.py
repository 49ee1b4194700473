"""Ends that depend on something, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from regimen.language.measure_sentences import scale_in_words
from regimen.protocol import (
    DoseExpression,
    Earliest,
    LastDose,
    Timed,
    TotalOf,
    UntilStopped,
    UntilTotal,
)

if TYPE_CHECKING:
    from regimen.language.sentences import PhaseWords

_LAST = {
    LastDose.WHOLE: "the last dose whole, also where it passes that",
    LastDose.PART: "the last dose in part if need be",
    LastDose.OMIT: "without the dose that would pass that",
}


def end_words(words: PhaseWords, phase: Timed) -> str:
    """The extent of the phase: one of the kinds that depend on something."""
    extent = phase.extent
    if isinstance(extent, Earliest):
        ends = [words.extent_of(replace(phase, extent=end)) for end in extent.ends]
        return f"{', '.join(ends[:-1])} or {ends[-1]}, whichever comes first"
    if isinstance(extent, UntilStopped):
        return "until it is stopped"
    assert isinstance(extent, UntilTotal)
    amount = extent.amount
    total = (
        scale_in_words(amount)
        if isinstance(amount, DoseExpression)
        else words.value(amount, "total")
    )
    of = "course" if extent.of is TotalOf.COURSE else "lifetime"
    return f"until {total} of the {of} are given, {_LAST[extent.last]}"
