"""Reasons from a plan's record, told once: a fever that moves twenty doses is one reason."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.cause import Cause
from regimen.schedule import Administration, Dated, Schedule


class ToldOnce:
    """The notes of doses and visits that stand below each other. The first that an entry of the
    record has changed says who wrote it and why, and the others name the entry."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._told: set[int] = set()

    def notes_of(self, dated: Dated) -> str:
        note = self._schedule.notes_of(dated)
        for cause in _causes(dated):
            if cause.entry in self._told:
                note = note.replace(str(cause), str(cause.without_reason()))
            self._told.add(cause.entry)
        return note


def _causes(dated: Dated) -> Iterator[Cause]:
    for why in dated.moved:
        if isinstance(why, Cause):
            yield why
    if isinstance(dated, Administration) and dated.dose is not None:
        for step in dated.dose.steps:
            if isinstance(step.because, Cause):
                yield step.because
