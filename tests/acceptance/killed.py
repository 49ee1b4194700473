"""Writes entries into a plan's file, each in a process that is killed somewhere in the writing of
the file, and says of each what became of it: `python killed.py PLAN COUNT SEED`."""

from __future__ import annotations

import os
import random
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from regimen.cli import files
from regimen.cli.plan_store import change
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.record import RecordEntry, Stopped, TakenBack

LINES = 32  # that a writing goes through, and a few more, so that some end well


class Killer:
    """Kills this very process at the given line, counted, of the module that writes files."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Killer | None:
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line":
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def kill_at(line: int) -> None:
    writing = files.write

    def watched(name: str, data: bytes, *, replacing: bool) -> None:
        sys.settrace(Killer(line))  # from here on only: it is slow
        writing(name, data, replacing=replacing)
        sys.settrace(None)

    files.write = watched


def write(plan: str, why: str) -> None:
    def decide(_: Protocol, known: Plan) -> RecordEntry:
        what = TakenBack(1) if known.entries else Stopped((), known.start.day)
        written = datetime(2026, 1, 1, tzinfo=UTC)
        return RecordEntry(len(known.entries) + 1, what, written, "N Example", why)

    change(plan, decide)


def main(plan: str, count: int, seed: int) -> None:
    chance, path = random.Random(seed), Path(plan)
    write(str(path.with_name("other.yaml")), "once, so that no child has to load the program")
    for number in range(count):
        before, at = path.read_bytes(), chance.randint(1, LINES)
        child = os.fork()
        if not child:
            kill_at(at)
            write(plan, f"entry {number}")
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        after = path.read_bytes()
        kept = after != before
        whole = not kept or (after.startswith(before) and after.endswith(b"\n"))
        print(number, code, "kept" if kept else "lost", "whole" if whole else "torn", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
