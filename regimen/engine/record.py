"""The record applied to the ideal dates: what was given stands, what was missed, held, moved or
stopped goes where the entries say (rule T9's patient).

Every dose keeps the identity of its ideal slot; given doses never move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from difflib import get_close_matches

from msgspec import Struct, field

from regimen import rules
from regimen.cause import Cause
from regimen.finding import Finding, Refusal, quoted
from regimen.plan import Plan
from regimen.record import (
    Clinic,
    Given,
    Held,
    Missed,
    Moved,
    RecordEntry,
    Reduced,
    Scope,
    Stopped,
    Then,
    counted,
)
from regimen.schedule import Administration, Entry, Schedule, Status
from regimen.timing import Moment


class Placed(Struct):
    """Something on its way from its ideal moment to where it is: the day and time it stands at now,
    and why it is not where it was. `by_hand` marks a day that somebody chose, which no rule moves
    again."""

    day: date
    time: time | None
    why: list[str | Cause] = field(default_factory=list)
    by_hand: bool = False

    @property
    def moment(self) -> Moment:
        return Moment(self.day, self.time)

    def kept(self, to: Moment) -> Moment:
        """The moment to which it goes: at its own clock time, where only a day is named."""
        return Moment(to.day, to.time or self.time)

    def put(self, to: Moment, why: str | Cause) -> None:
        self.day, self.time = to.day, to.time
        self.by_hand = True
        self.why.append(why)


class Slot(Placed, kw_only=True):
    """One dose, and what became of it; `later` is by how much its window has moved with what was
    before it."""

    ideal: Administration
    status: Status = Status.PLANNED
    later: timedelta = timedelta()

    @property
    def open(self) -> bool:
        """Whether it is still to be given."""
        return self.status is Status.PLANNED

    @property
    def fixed(self) -> bool:
        """Whether no rule moves it: it was given, or somebody chose its day."""
        return self.by_hand or not self.open


class VisitSlot(Placed, kw_only=True):
    """One visit."""

    ideal: Entry


def recorded(schedule: Schedule, plan: Plan) -> tuple[list[Slot], list[VisitSlot]]:
    """Every dose and every visit where the record puts it, in ideal order. Raises Refusal with a
    finding for each entry that names no dose, visit or course of the plan, or moves a dose that was
    given."""
    return _Record(schedule).after(counted(plan.entries))


class _Record:
    def __init__(self, schedule: Schedule) -> None:
        protocol = schedule.protocol
        self.slots = [Slot(each.day, each.time, ideal=each) for each in schedule.administrations]
        self.visits = [VisitSlot(each.day, each.time, ideal=each) for each in schedule.visits]
        self.by_id = {slot.ideal.id: slot for slot in self.slots}
        self.courses = [course.key for course in protocol.courses]
        self.keys = [visit.key for visit in protocol.visits]
        self.findings: list[Finding] = []

    def after(self, entries: Iterable[RecordEntry]) -> tuple[list[Slot], list[VisitSlot]]:
        for entry in entries:
            self.apply(entry)
        if self.findings:
            raise Refusal(self.findings)
        return self.slots, self.visits

    def apply(self, entry: RecordEntry) -> None:
        what = entry.what
        match what:
            case Given():
                self.given(entry, what)
            case Missed():
                self.missed(entry, what)
            case Moved():
                self.moved(entry, what)
            case Held() | Stopped():
                self.paused(entry, what)
            case Reduced(course=course):
                self.known(entry, (course,))
            case Clinic(courses=courses, gaps=gaps, visits=visits):
                self.known(entry, dict.fromkeys((*courses, *gaps)))
                self.among(entry, "visit", visits, self.keys)

    # --- one dose

    def slot(self, entry: RecordEntry, dose: str) -> Slot | None:
        """The dose an entry is about, if it is still to be given; else a finding."""
        slot = self.by_id.get(dose)
        if slot is None:
            self.find(entry, f"there is no dose {dose!r} in this plan", _MEND_ID)
            return None
        if not slot.open:
            what = f"{dose} is {slot.status} already"
            self.find(entry, what, "take the earlier entry back first, if it was wrong")
            return None
        return slot

    def given(self, entry: RecordEntry, what: Given) -> None:
        slot = self.slot(entry, what.dose)
        if slot is None:
            return
        if (what.at.day, what.at.time or slot.time) != (slot.day, slot.time):
            slot.put(what.at, f"given on {what.at}")
        slot.status = Status.GIVEN

    def missed(self, entry: RecordEntry, what: Missed) -> None:
        slot = self.slot(entry, what.dose)
        if slot is None:
            return
        if what.at is None:
            slot.status = Status.MISSED
            slot.why.append(entry.cause("missed"))
            return
        before = slot.day
        following = self.following(slot, Scope.COURSE)
        slot.put(slot.kept(what.at), entry.cause(f"missed on {slot.moment}, given late"))
        if what.then is Then.SHIFT:
            self.shift(following, what.at.day - before, entry)

    def moved(self, entry: RecordEntry, what: Moved) -> None:
        visit = next((each for each in self.visits if each.ideal.id == what.dose), None)
        if visit is not None:
            if what.scope is not Scope.DOSE:
                said = f"{what.dose} is a visit, with which nothing else moves"
                self.find(entry, said, f"write scope: {Scope.DOSE}")
            visit.put(visit.kept(what.to), entry.cause(f"moved from {visit.moment}"))
            return
        slot = self.slot(entry, what.dose)
        if slot is None:
            return
        before = slot.day
        following = self.following(slot, what.scope)
        slot.put(slot.kept(what.to), entry.cause(f"moved from {slot.moment}"))
        by = what.to.day - before
        self.shift(following, by, entry)
        if what.scope is Scope.ALL:
            self.shift_visits(before, by, entry)

    # --- several

    def following(self, slot: Slot, scope: Scope) -> list[Slot]:
        """What is still to be given after this dose, as far as the scope reaches."""
        if scope is Scope.DOSE:
            return []
        return [each for each in self.slots if each is not slot and _reaches(scope, slot, each)]

    def shift(self, slots: Iterable[Slot], by: timedelta, entry: RecordEntry) -> None:
        for slot in slots:
            if by:
                slot.day += by
                slot.later += by
                slot.why.append(entry.cause(f"moved by {by.days:+} days"))

    def shift_visits(self, since: date, by: timedelta, entry: RecordEntry) -> None:
        """Visits from a day on move with all that is given; those that somebody has put stay."""
        for visit in self.visits:
            if by and visit.day >= since and not visit.by_hand:
                visit.day += by
                visit.why.append(entry.cause(f"moved by {by.days:+} days"))

    def paused(self, entry: RecordEntry, what: Held | Stopped) -> None:
        if not self.known(entry, what.courses):
            return
        for slot in self.slots:
            course = slot.ideal.course
            if not slot.open or slot.day < what.since:
                continue
            if what.courses and course not in what.courses:
                continue
            if isinstance(what, Stopped):
                slot.status = Status.STOPPED
                slot.why.append(entry.cause("stopped"))
            elif what.shift:
                self.shift([slot], what.until - what.since, entry)
            elif slot.day < what.until:
                slot.status = Status.HELD
                slot.why.append(entry.cause("held"))
        if isinstance(what, Held) and what.shift and not what.courses:
            self.shift_visits(what.since, what.until - what.since, entry)

    def known(self, entry: RecordEntry, courses: Iterable[str]) -> bool:
        return self.among(entry, "course", courses, self.courses)

    def among(
        self, entry: RecordEntry, what: str, names: Iterable[str], known: Sequence[str]
    ) -> bool:
        """Whether the plan has all of these courses or visits; a finding for each it has not."""
        unknown = [name for name in names if name not in known]
        for name in unknown:
            close = get_close_matches(name, known, n=1)
            meant = f"; did you mean {quoted(close[0])}?" if close else ""
            mend = f"use one of: {', '.join(known)}" if known else f"leave out the {what}"
            self.find(entry, f"there is no {what} {quoted(name)} in this plan{meant}", mend)
        return not unknown

    def find(self, entry: RecordEntry, what: str, mend: str) -> None:
        words = f"entry {entry.number}: {what}"
        self.findings.append(Finding(rules.BAD_ENTRY, words, mend, entry.place))


_MEND_ID = "copy the dose's id from the schedule, as in b12/daily/3"


def _reaches(scope: Scope, slot: Slot, other: Slot) -> bool:
    if not other.open:
        return False
    if scope is Scope.ALL:
        return other.day >= slot.day
    same = other.ideal.course == slot.ideal.course
    if scope is Scope.PHASE:
        same = same and other.ideal.phase.key == slot.ideal.phase.key
    return same and other.ideal.course_number > slot.ideal.course_number
