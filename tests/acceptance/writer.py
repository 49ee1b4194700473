"""A process that writes entries into a plan's file, one after the other, and says of each that it
was kept: `python writer.py PLAN COUNT NAME PAUSE`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from regimen.cli.plan_store import change
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.record import RecordEntry, Stopped, TakenBack


def main(plan: str, count: int, name: str, pause: float) -> None:
    for number in range(count):

        def decide(_: Protocol, known: Plan, why: str = f"{name} {number}") -> RecordEntry:
            what = TakenBack(1) if known.entries else Stopped((), known.start.day)
            written = datetime(2026, 1, 1, tzinfo=UTC)
            return RecordEntry(len(known.entries) + 1, what, written, name, why)

        change(plan, decide)
        print(f"{name} {number}", flush=True)
        time.sleep(pause)  # so that another writer has its turn


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
