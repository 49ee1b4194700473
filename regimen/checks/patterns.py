"""What can be told from a protocol's own text about its days."""

from __future__ import annotations

from collections.abc import Iterator

from regimen.checks.phases import phases
from regimen.finding import Finding, Refusal
from regimen.protocol import OnDays, Protocol, Ref


def beyond_cycles(protocol: Protocol) -> Iterator[Finding]:
    """Listed days that may lie beyond their cycle."""
    for phase in phases(protocol):
        days = phase.pattern
        if isinstance(days, OnDays) and not isinstance(days.cycle, Ref):
            from regimen.engine.listed import refuse_beyond

            try:
                refuse_beyond(phase, days)
            except Refusal as refusal:
                yield from refusal.findings
