"""Doses on days when the clinic is open: each move by the plan's stated policy, never below the
minimum gap, never out of the window, and shown beside the ideal date.

Courses are placed one after the other, in the order in which the plan lists them, so that a later
one can be asked to come on the days of an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from regimen import rules
from regimen.engine.pauses import holds
from regimen.engine.record import Slot
from regimen.finding import Finding, Place, Reading, Refusal, refuse
from regimen.plan import Plan
from regimen.protocol import TimesPerWeek
from regimen.record import Clinic, Clinics, MoveTo
from regimen.schedule import AppliedPhase
from regimen.timing import CalendarSpan

REACH = 13  # days that a dose is moved at most: farther away, somebody has to decide
_SHOWN = 4  # days on either side that a refusal explains
_DAY = timedelta(days=1)


class _Limit(NamedTuple):
    """A day that a dose may not pass, itself allowed, and what sets it."""

    day: date
    words: str


class _Limits(NamedTuple):
    earliest: tuple[_Limit, ...]
    latest: tuple[_Limit, ...]

    def against(self, day: date) -> str | None:
        """What forbids the day; None where nothing does."""
        for limit in self.earliest:
            if day < limit.day:
                return limit.words
        for limit in self.latest:
            if day > limit.day:
                return limit.words
        return None


def placed(slots: list[Slot], clinics: Clinics, plan: Plan) -> None:
    """Move what is still to be given off the closed days. Raises Refusal with a finding for each
    course with a dose for which there is no day, naming what every near day would violate."""
    findings: list[Finding] = []
    taken: set[date] = set()
    for course in clinics.given():
        visited = [
            slot for slot in slots if slot.ideal.course == course and slot.status.takes_place
        ]
        findings += _Course(course, visited, clinics, taken, plan).placed()
        taken.update(slot.day for slot in visited)
    if findings:
        raise Refusal(findings)


class _Met(NamedTuple):
    """A dose that must move, and found no day."""

    slot: Slot
    meant: date
    limits: _Limits


class _Course:
    """One course's doses that take place, in order, on their way to open days."""

    def __init__(
        self, course: str, slots: list[Slot], clinics: Clinics, taken: set[date], plan: Plan
    ) -> None:
        self.course, self.slots, self.clinics, self.taken = course, slots, clinics, taken
        self.holds = holds(plan, course)
        self.carried = timedelta()

    def closed_on(self, day: date) -> str | None:
        """Why nothing of the course is given at the clinic on that day."""
        for hold in self.holds:
            if hold.since <= day < hold.until:
                return f"held until {hold.until}"
        return self.clinics.closed_on(day)

    def clinic_for(self, slot: Slot) -> Clinic | None:
        """What is said of the clinic for the dose; None where it is not given there then."""
        found = self.clinics.on(slot.day)
        return None if found is None or self.course not in found[0].courses else found[0]

    def placed(self) -> list[Finding]:
        nowhere: list[_Met] = []
        for at, slot in enumerate(self.slots):
            clinic = self.clinic_for(slot)
            if slot.fixed or clinic is None:
                continue
            meant = slot.day + self.carried
            is_open = self.closed_on(meant) is None
            if is_open and not self.carried and not self.joins(clinic, slot, meant):
                continue
            limits = self.limits(clinic, at, meant)
            found = next(self.candidates(clinic, slot, meant, limits), None)
            if found is None:
                nowhere.append(_Met(slot, meant, limits))
            else:
                self.put(clinic, slot, meant, found, limits.against(meant))
        return [self.nowhere(nowhere)] if nowhere else []

    def put(
        self, clinic: Clinic, slot: Slot, meant: date, found: date, forbidden: str | None
    ) -> None:
        along = f"moved along by {self.carried.days:+} days to {meant}" if self.carried else ""
        if found != meant:
            closed = self.closed_on(meant) or forbidden or _TOGETHER
            along += f"{'; ' if along else ''}{meant} moved to {found}: {closed}"
        if along:
            slot.why.append(along)
        if clinic.follow:
            self.carried += found - meant
        slot.day = found

    # --- which days

    def joins(self, clinic: Clinic, slot: Slot, meant: date) -> bool:
        """Whether the dose stands on an open day and could spare a visit by another."""
        return clinic.together and meant not in self.taken and bool(_free(slot, meant))

    def candidates(
        self, clinic: Clinic, slot: Slot, meant: date, limits: _Limits
    ) -> Iterator[date]:
        """The open days on which the dose may be given, the best first."""
        days = [
            day
            for day in near(meant, clinic.move)
            if self.closed_on(day) is None and limits.against(day) is None
        ]
        if clinic.together and meant not in self.taken:
            stays = self.closed_on(meant) is None
            free = _free(slot, meant)
            yield from (day for day in free if day in self.taken and day in days)
            yield from (day for day in days if day in self.taken and not stays)
        yield from days

    def limits(self, clinic: Clinic, at: int, meant: date) -> _Limits:
        """What bounds the dose: its neighbours by the minimum gap, and its window."""
        slot = self.slots[at]
        gap = self.gap(clinic, slot)
        earliest, latest = _window(slot)
        before, after = self.settled(at, meant)
        for day in before:
            earliest.append(_Limit(day + _DAY * gap.days, f"less than {gap} after {day}"))
        for day in after:
            latest.append(_Limit(day - _DAY * gap.days, f"less than {gap} before {day}"))
        return _Limits(tuple(earliest), tuple(latest))

    def settled(self, at: int, meant: date) -> tuple[list[date], list[date]]:
        """The last day before this dose, and the first one after it, of the doses that will not
        move any more; none where there is no such dose. What somebody has put past its neighbours
        is where it is."""
        before, after = list[date](), list[date]()
        for other, slot in enumerate(self.slots):
            if other < at:
                (after if slot.by_hand and slot.day > meant else before).append(slot.day)
            elif other > at and self.stays(slot):
                (before if slot.day < meant else after).append(slot.day)
        return ([max(before)] if before else []), ([min(after)] if after else [])

    def stays(self, slot: Slot) -> bool:
        """Whether a dose whose turn is still to come is on its day already."""
        clinic = self.clinic_for(slot)
        if slot.fixed or clinic is None:
            return True
        return not (clinic.follow or self.closed_on(slot.day))

    def gap(self, clinic: Clinic, slot: Slot) -> CalendarSpan:
        """The least distance between two doses. Raises Refusal where nobody has stated it."""
        phase = slot.ideal.phase
        stated = _stated_gap(phase) or clinic.gaps.get(phase.course)
        if stated is None:
            raise refuse(
                rules.MISSING_INPUT,
                f"{slot.ideal.id} cannot stay on its day, and nothing says how close two doses of"
                f" {phase.course} may come",
                "ask the prescriber, and write it under clinic, as in gaps:"
                f" {{{phase.course}: 1 day}} (regimen plan clinic --gap)",
                self.place_of(slot),
            )
        return stated

    def place_of(self, slot: Slot) -> Place | None:
        """Where it is said what holds for the dose."""
        found = self.clinics.on(slot.day)
        assert found is not None
        return found[1]

    def nowhere(self, met: list[_Met]) -> Finding:
        """The finding about the first dose without a day, and how many are like it."""
        slot, meant, limits = met[0]
        where = self.place_of(slot)
        days = [meant + _DAY * step for step in range(-_SHOWN, _SHOWN + 1)]
        lines = [
            f"{day} ({day:%A}): {self.closed_on(day) or limits.against(day) or _OTHER_WAY}"
            for day in days
        ]
        more = f"; and {len(met) - 1} more like it" if len(met) > 1 else ""
        return Finding(
            rules.NO_CLINIC_DAY,
            f"{slot.ideal.id}, {slot.ideal.drug}, falls on {meant}"
            f" ({self.closed_on(meant) or limits.against(meant)}), and no day may take its"
            f" place{more}",
            "move the dose by hand, with the prescriber's word; or open the clinic",
            where,
            readings=(Reading("the days around it", tuple(lines)),),
            about=f"{slot.ideal.id}: {meant}",
        )


_TOGETHER = "to come together with another drug"
_OTHER_WAY = "not in the direction in which the plan moves doses"


def near(meant: date, move: MoveTo) -> list[date]:
    """The day that is meant, then the days that the policy turns to, in its order."""
    later = [meant + _DAY * step for step in range(1, REACH + 1)]
    earlier = [meant - _DAY * step for step in range(1, REACH + 1)]
    if move is MoveTo.NEXT:
        return [meant, *later]
    if move is MoveTo.PREVIOUS:
        return [meant, *earlier]
    return [meant, *(day for pair in zip(later, earlier, strict=True) for day in pair)]


def _stated_gap(phase: AppliedPhase) -> CalendarSpan | None:
    """What the protocol says of the least time between two doses, in days."""
    tolerance = phase.written.tolerance
    gaps = [] if tolerance is None else [each.span for each in tolerance.min_gaps if not each.after]
    days = [gap for gap in gaps if isinstance(gap, CalendarSpan)]
    return max(days, key=lambda gap: gap.days, default=None)


def _tolerated(slot: Slot) -> tuple[int | None, int | None]:
    """How many days early and late the dose may be, where the protocol says so."""
    due, ideal = slot.ideal.due, slot.ideal.day
    if due is None:
        return None, None
    early = None if due.since is None else (ideal - due.since.day).days
    return early, None if due.to is None else (due.to.day - ideal).days


def _window(slot: Slot) -> tuple[list[_Limit], list[_Limit]]:
    """The first and the last day that the protocol allows, where it says so, around the day on
    which protocol and record put the dose: what the clinic carries along carries no window."""
    early, late = _tolerated(slot)
    words = f"outside the window around {slot.day}"
    return (
        [] if early is None else [_Limit(slot.day - _DAY * early, words)],
        [] if late is None else [_Limit(slot.day + _DAY * late, words)],
    )


def _free(slot: Slot, meant: date) -> tuple[date, ...]:
    """The days to which a dose on an open day may go to spare a visit, the nearest first: as far
    as a stated window reaches; and since `twice a week` names no days, one day more or less."""
    early, late = _tolerated(slot)
    if early is None and late is None and isinstance(slot.ideal.phase.pattern, TimesPerWeek):
        early = late = 1
    days = [meant + _DAY * step for step in range(-(early or 0), (late or 0) + 1) if step]
    return tuple(sorted(days, key=lambda day: (abs(day - meant), day)))
