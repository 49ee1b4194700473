"""The phases that the checks of a protocol's own text go through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regimen.protocol import Phase, Protocol


def phases(protocol: Protocol) -> Iterator[Phase]:
    """Every phase, and what is given as needed; one with tables as it is for each patient."""
    yield from scheduled(protocol)
    yield from _by_patient(item.phase for item in protocol.as_needed)


def scheduled(protocol: Protocol) -> Iterator[Phase]:
    """Every phase of a course; one with tables as it is for each patient."""
    yield from _by_patient(phase for course in protocol.courses for phase in course.phases)


def _by_patient(phases: Iterable[Phase]) -> Iterator[Phase]:
    for phase in phases:
        if phase.tables:
            from regimen.engine.tables import variants  # few protocols have tables

            yield from variants(phase)
        else:
            yield phase
