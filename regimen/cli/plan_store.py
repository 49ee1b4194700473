"""A plan's file under change: one writer at a time, each change appended, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regimen.cli import files
from regimen.cli.terminal import WrongUse

if TYPE_CHECKING:
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.record import RecordEntry

PATIENCE = 5  # seconds to wait for another writer


def change(
    name: str, decide: Callable[[Protocol, Plan], RecordEntry | None]
) -> tuple[Protocol, Plan, Plan]:
    """Append to the plan's file the entry that `decide` makes of the plan as it stands, if any.

    Nobody else writes the file from the moment it is read until it is written. Returns the
    protocol, the plan before and the plan after. Raises Refusal, NotFound and WrongUse, and then
    the file is as it was.
    """
    from regimen import planning
    from regimen.library import opened, read

    with locked(name):
        protocol, before = opened(name)
        if before is None:
            raise WrongUse(
                f"{name!r} is a protocol; name a plan file (regimen plan new makes one)."
            )
        entry = decide(protocol, before)
        if entry is None:
            return protocol, before, before
        text = planning.appended(read(name)[0].decode(), entry)
        after = planning.plan_of(planning.read_plan_file(text, name), protocol)
        if planning.with_entry(before, entry) != after:
            raise WrongUse("the plan would not be read back as it is; nothing was written.")
        files.write(name, text.encode(), replacing=True)
    return protocol, before, after


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the plan's file against other writers. Raises WrongUse where another holds it."""
    from filelock import FileLock, Timeout

    folder, file = os.path.split(os.path.realpath(name))
    try:
        with FileLock(os.path.join(folder, f".{file}.lock"), timeout=PATIENCE):
            yield
    except Timeout:
        raise WrongUse(
            f"another program is writing {name!r}; nothing was changed. Try again."
        ) from None
