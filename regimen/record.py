"""What happened to a plan and was decided about it, entry by entry, in the order in which it was
written down. Nothing is ever overwritten: a change is one more entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from regimen.cause import Cause
from regimen.finding import Override, Place
from regimen.quantity import Quantity
from regimen.reminders import Reminder
from regimen.timing import CalendarSpan, Moment, Weekday

# --- where it is given


class MoveTo(StrEnum):
    """Where a dose goes that falls on a closed day."""

    NEXT = "next"
    PREVIOUS = "previous"
    NEAREST = "nearest"  # of two days as near, the later


class Clinic(Struct, frozen=True, tag="clinic"):
    """When the clinic is closed, and what becomes of doses on such days.

    `dates` are closed days with their names, public holidays among them. `courses` are those that
    are given at the clinic, in the order in which they find their days; with `follow` what comes
    after a moved dose in its course moves along, and with `together` a dose seeks a day on which a
    course before it is given. `gaps` are the least days between two doses of a course, where the
    protocol does not state them.
    """

    weekdays: frozenset[Weekday]
    dates: Mapping[date, str]
    courses: tuple[str, ...]
    move: MoveTo
    follow: bool
    together: bool
    gaps: Mapping[str, CalendarSpan]
    holidays: str = ""  # whose public holidays are among the dates, in words
    visits: tuple[str, ...] = ()  # those that are kept at the clinic
    since: date | None = None  # the first day it holds for; without one it always has

    def closed_on(self, day: date) -> str | None:
        """Why the clinic is closed on that day; None where it is open."""
        if day in self.dates:
            return self.dates[day]
        weekday = Weekday(day.weekday())
        return f"closed on {weekday.title}s" if weekday in self.weekdays else None


# --- what happened and was decided


class Scope(StrEnum):
    """What else moves with a dose."""

    DOSE = "this dose"
    PHASE = "rest of phase"
    COURSE = "rest of course"
    ALL = "everything after"


class Then(StrEnum):
    """What becomes of a dose that was not given when it was due."""

    SKIP = "skip"  # it is left out, and the other dates stay
    KEEP = "late, keep"  # it is given late, and the other dates stay
    SHIFT = "late, shift"  # it is given late, and what follows in its course moves by as much


class Given(Struct, frozen=True, tag="given"):
    """So much was given as this dose, at `at`."""

    dose: str
    at: Moment
    amount: Quantity


class Missed(Struct, frozen=True, tag="missed"):
    """A dose was missed; `at` is when it is given instead, unless it is skipped."""

    dose: str
    then: Then
    at: Moment | None = None


class Held(Struct, frozen=True, tag="held"):
    """Nothing of `courses` (of none named: of all) is given from `since` until the day `until`,
    itself not included. With `shift` what is left moves on by the hold's length, else what falls
    into the hold is left out."""

    courses: tuple[str, ...]
    since: date
    until: date
    shift: bool


class Moved(Struct, frozen=True, tag="moved"):
    """A dose is given at `to` instead, or a visit is kept then, and `scope` says what moves with it
    by as many days."""

    dose: str
    to: Moment
    scope: Scope


class Measured(Struct, frozen=True, tag="measured"):
    """A measure was taken on a day, as in `7.9 kg`."""

    name: str
    text: str
    on: date


class PartOf(StrEnum):
    """Of what a reduced dose is a part."""

    CALCULATED = "calculated"  # what the protocol says, before its caps and its rounding
    ORDERED = "ordered"  # what would be given


class Answered(Struct, frozen=True, tag="answered"):
    """Questions of the protocol were answered, each by its name, as in `5 mg`; an earlier answer
    to one of them no longer holds."""

    answers: Mapping[str, str]


class Reduced(Struct, frozen=True, tag="reduced"):
    """From the day `since` on, and before the day `until` if there is one, doses of `course` are
    this part of what they would be. Where `of` is not said, both readings must give the same."""

    course: str
    part: Fraction
    since: date
    until: date | None = None
    of: PartOf | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Stopped(Struct, frozen=True, tag="stopped"):
    """Nothing of `courses` (of none named: of all) is given from the day `since` on."""

    courses: tuple[str, ...]
    since: date


class Accepted(Struct, frozen=True, tag="accepted"):
    """A finding is accepted."""

    override: Override


class TakenBack(Struct, frozen=True, tag="taken back"):
    """An earlier entry was wrong and does not count. It stays where it is."""

    entry: int


class Manner(Struct, frozen=True):
    """How a calendar's entries are written: with whose own words first, whether with the names and
    reasons that stand in the plan's record, and when they remind."""

    label: str = ""
    reasons: bool = False
    remind: tuple[Reminder, ...] = ()


class Issued(Struct, frozen=True, tag="issued"):
    """An edition of the calendar was handed out. `events` holds what is new, changed or withdrawn
    in it, by the identity of the dose or visit: what was handed out is never forgotten, because
    phones keep it."""

    edition: int
    manner: Manner
    events: Mapping[str, IssuedEvent]


class IssuedEvent(Struct, frozen=True):
    """How a calendar entry was handed out: when it was to be, its words, and a fingerprint of all
    it said; without a fingerprint it was withdrawn."""

    at: Moment
    words: str
    fingerprint: str = ""

    @property
    def withdrawn(self) -> bool:
        return not self.fingerprint


What = (
    Clinic
    | Given
    | Missed
    | Held
    | Moved
    | Measured
    | Answered
    | Reduced
    | Stopped
    | Accepted
    | TakenBack
    | Issued
)


class RecordEntry(Struct, frozen=True, eq=False):
    """One line of the plan's record: what, when it was written (UTC), by whom and why. Where it
    stands in a file takes no part in comparisons."""

    number: int
    what: What
    written: datetime
    by: str
    why: str = ""
    verified_by: str | None = None
    place: Place | None = None

    def cause(self, what: str) -> Cause:
        """What this entry did to a dose, in words."""
        return Cause(what, self.number, f"{self.by}: {self.why}" if self.why else self.by)

    def _said(self) -> tuple[object, ...]:
        return self.number, self.what, self.written, self.by, self.why, self.verified_by

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordEntry) and self._said() == other._said()

    def __ne__(self, other: object) -> bool:  # a Struct brings its own
        return not self == other

    def __hash__(self) -> int:
        return hash((self.number, self.written))


# --- what counts


def counted(entries: tuple[RecordEntry, ...]) -> tuple[RecordEntry, ...]:
    """The entries that no later one takes back."""
    back = {each.what.entry for each in entries if isinstance(each.what, TakenBack)}
    return tuple(
        each for each in entries if each.number not in back and not isinstance(each.what, TakenBack)
    )


def accepted(entries: tuple[RecordEntry, ...]) -> tuple[Override, ...]:
    """The findings that were accepted since the plan was made."""
    return tuple(each.what.override for each in counted(entries) if isinstance(each.what, Accepted))


class Clinics(Struct, frozen=True):
    """What was said of the clinic's days, in the order in which it was said, and where: for each
    day the last word holds that was said for it."""

    said: tuple[tuple[Clinic, Place | None], ...]

    def on(self, day: date) -> tuple[Clinic, Place | None] | None:
        """What holds on that day; None before anything does."""
        for clinic, place in reversed(self.said):
            if clinic.since is None or clinic.since <= day:
                return clinic, place
        return None

    def closed_on(self, day: date) -> str | None:
        """Why the clinic is closed on that day; None where it is open."""
        found = self.on(day)
        return found[0].closed_on(day) if found else None

    def given(self) -> Iterator[str]:
        """The courses that are ever given there, in the order in which they find their days."""
        yield from dict.fromkeys(name for each, _ in reversed(self.said) for name in each.courses)

    def kept(self) -> Iterator[str]:
        """The visits that are ever kept there."""
        yield from dict.fromkeys(name for each, _ in reversed(self.said) for name in each.visits)


def clinics_of(entries: tuple[RecordEntry, ...]) -> Clinics | None:
    """When the clinic is closed, if anything was said of it."""
    said = [(each.what, each.place) for each in counted(entries) if isinstance(each.what, Clinic)]
    return Clinics(tuple(said)) if said else None
