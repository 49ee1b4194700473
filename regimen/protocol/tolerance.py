"""How early and how late a dose may be, how close to another, and what follows if it is late
(rule T9)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from regimen.protocol.when import PointOf
from regimen.timing import Span


class Window(Struct, frozen=True):
    """How long before and after its moment a dose is as good; None where that is not said."""

    early: Span | None
    late: Span | None

    def __str__(self) -> str:
        sides = ((self.early, "early"), (self.late, "late"))
        return " and ".join(f"up to {span} {side}" for span, side in sides if span is not None)


class MinGap(Struct, frozen=True):
    """The least time from the dose before, or from the first or last dose that `after` names."""

    span: Span
    after: PointOf | None = None

    def __str__(self) -> str:
        if self.after is None:
            return f"at least {self.span} after the dose before"
        phase = f", {self.after.phase}" if self.after.phase else ""
        return f"at least {self.span} after {self.after.point.words} of {self.after.course}{phase}"


class LateAction(StrEnum):
    """What is done about a dose that is late."""

    SHIFT = "shift"
    KEEP = "keep"
    SKIP = "skip"
    REVIEW = "review"
    RESTART = "restart"


_DONE = {
    LateAction.SHIFT: "give it and shift the later dates by as much",
    LateAction.KEEP: "give it and keep the later dates",
    LateAction.SKIP: "leave it out and keep the later dates",
    LateAction.REVIEW: "give nothing before the prescriber has decided",
    LateAction.RESTART: "begin again",
}


class Delay(Struct, frozen=True):
    """A length of time since the last dose given, from `low` to `high`, each in it or not; None is
    no edge."""

    low: Span | None
    high: Span | None
    low_in: bool = True
    high_in: bool = False

    def __str__(self) -> str:
        if self.low is None:
            return f"{'up to' if self.high_in else 'under'} {self.high}"
        if self.high is None:
            return f"{'from' if self.low_in else 'over'} {self.low}"
        begins = "from" if self.low_in and self.high_in else "" if self.low_in else "over"
        return f"{begins} {self.low} {'up to' if self.high_in else 'to under'} {self.high}".strip()


class LateRule(Struct, frozen=True):
    """What is done where the time since the last dose given lies in `delay`; `phase` is where the
    course begins again, and None is its first one."""

    delay: Delay
    action: LateAction
    phase: str | None = None

    def __str__(self) -> str:
        at = f" at {self.phase}" if self.phase else ""
        return f"{self.delay}, {_DONE[self.action]}{at}"


class Tolerance(Struct, frozen=True):
    """All three; `late` holds every delay, ascending, or is empty."""

    window: Window | None = None
    min_gaps: tuple[MinGap, ...] = ()
    late: tuple[LateRule, ...] = ()

    def sentences(self) -> Iterator[str]:
        if self.window is not None:
            yield f"May be given {self.window}."
        for gap in self.min_gaps:
            yield f"A{str(gap)[1:]}."
        if self.late:
            rules = "; ".join(map(str, self.late))
            yield f"If late, counted from the last dose given: {rules}."
