"""A plan: one protocol for one patient, with what only the prescriber or the patient can tell, and
everything that was recorded since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct, field

from regimen.finding import Override
from regimen.timing import Moment, Weekday

if TYPE_CHECKING:
    from regimen.record import RecordEntry

T_co = TypeVar("T_co", covariant=True)


class Answer(Struct, Generic[T_co], frozen=True):
    """The value given for a parameter or measure, as it was written, and who decided it when."""

    value: T_co
    text: str
    by: str | None = None
    on: date | None = None
    why: str | None = None


class Size(Answer[T_co], Generic[T_co], frozen=True):
    """A measure as it counts for one dose: `because` says where the value comes from. Without
    `exact` it rests on a root, and what is worked out from it must be rounded. `doubts` are the
    values for which its formula was not made."""

    because: str = ""
    exact: bool = True
    doubts: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """`id` is random and carries no meaning; `made` is when the plan was made, in UTC, and stands
    for "now" wherever an export needs one."""

    id: str
    protocol_id: str
    protocol_hash: str
    made: datetime
    start: Moment
    zone: str | None = None
    answers: Mapping[str, Answer[object]] = field(default_factory=dict)
    closed: frozenset[Weekday] = frozenset()
    overrides: tuple[Override, ...] = ()
    entries: tuple[RecordEntry, ...] = ()

    @property
    def decided(self) -> tuple[Override, ...]:
        """Every finding that was accepted, with the plan or since."""
        if not self.entries:
            return self.overrides
        from regimen.record import accepted

        return (*self.overrides, *accepted(self.entries))
