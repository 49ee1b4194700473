"""The phases that the checks of a protocol's own text go through."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.protocol import Phase, Protocol


def phases(protocol: Protocol) -> Iterator[Phase]:
    """Every phase; one with tables as it is for each patient."""
    for course in protocol.courses:
        for phase in course.phases:
            if phase.tables:
                from regimen.engine.tables import variants  # few protocols have tables

                yield from variants(phase)
            else:
                yield phase
