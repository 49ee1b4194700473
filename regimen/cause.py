"""Why something is not as the protocol has it, in words and by the record."""

from __future__ import annotations

from msgspec import Struct


class Cause(Struct, frozen=True):
    """Why a dose is not as the protocol has it: what was done, by which entry of the record, and
    who wrote that entry and why, unless that is left out."""

    what: str
    entry: int
    told: str = ""

    def __str__(self) -> str:
        """`held (entry 4, Dr Example: fever)`, `held (entry 4)`."""
        return f"{self.what} (entry {self.entry}{', ' if self.told else ''}{self.told})"

    def without_reason(self) -> Cause:
        return Cause(self.what, self.entry)


def without_reason(why: str | Cause) -> str | Cause:
    return why.without_reason() if isinstance(why, Cause) else why
