"""Holds and stops as they bear on doses that were moved: by the clinic's days, or by an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regimen.engine.record import Slot
from regimen.plan import Plan
from regimen.record import Held, RecordEntry, Stopped, counted
from regimen.schedule import Status


def holds(plan: Plan, course: str) -> tuple[Held, ...]:
    """The holds of a course that shift what is left: no dose is moved into them."""
    return tuple(
        what
        for _, what in _pauses(plan)
        if isinstance(what, Held) and what.shift and course in (what.courses or (course,))
    )


def leave_out(slots: Sequence[Slot], plan: Plan) -> None:
    """Take out what stands behind a stop, or in a hold that leaves out what falls into it, because
    it was moved there; what somebody has put there stays."""
    pauses = list(_pauses(plan))
    for slot in slots:
        for entry, what in () if slot.fixed else pauses:
            if what.courses and slot.ideal.course not in what.courses:
                continue
            if isinstance(what, Stopped) and slot.day >= what.since:
                slot.status = Status.STOPPED
                slot.why.append(entry.cause("stopped"))
                break
            if isinstance(what, Held) and not what.shift and what.since <= slot.day < what.until:
                slot.status = Status.HELD
                slot.why.append(entry.cause("held"))
                break


def _pauses(plan: Plan) -> Iterator[tuple[RecordEntry, Held | Stopped]]:
    for entry in counted(plan.entries):
        if isinstance(entry.what, Held | Stopped):
            yield entry, entry.what
