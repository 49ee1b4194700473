"""A schedule: the administrations of a plan, each with its reasons, and that it was checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import TYPE_CHECKING

from msgspec import Struct

from regimen.finding import Finding, Refusal
from regimen.plan import Plan
from regimen.protocol import Protocol
from regimen.schedule.administration import (
    NOT_STATED,
    Administration,
    AppliedPhase,
    Beginning,
    Due,
    Status,
    place_in_words,
)
from regimen.schedule.beside import (
    AtMost,
    CutShort,
    Dependent,
    Entry,
    EntryKind,
    NeverBegun,
    OpenDecision,
)
from regimen.schedule.dose import Dose, DoseStage, DoseStep
from regimen.schedule.sums import Held, LimitCheck, RangeCheck, Total, Totals

if TYPE_CHECKING:
    from regimen.record import Clinics

__all__ = [
    "NOT_STATED",
    "Administration",
    "AppliedPhase",
    "AtMost",
    "Beginning",
    "CheckedSchedule",
    "CutShort",
    "Dated",
    "Dependent",
    "Dose",
    "DoseStage",
    "DoseStep",
    "Due",
    "Entry",
    "EntryKind",
    "Held",
    "LimitCheck",
    "NeverBegun",
    "OpenDecision",
    "RangeCheck",
    "Schedule",
    "Status",
    "Total",
    "Totals",
    "place_in_words",
]

Dated = Administration | Entry


class Schedule(Struct, frozen=True):
    """All administrations of a plan in the order of their moments, and all entries without a drug
    in theirs, with its findings."""

    protocol: Protocol
    plan: Plan
    phases: tuple[AppliedPhase, ...]
    administrations: tuple[Administration, ...]
    findings: tuple[Finding, ...] = ()
    going_on: tuple[str, ...] = ()  # courses and visits drawn up to the plan's horizon only
    never_begun: tuple[NeverBegun, ...] = ()
    entries: tuple[Entry, ...] = ()
    open_decisions: tuple[OpenDecision, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    cut_short: tuple[CutShort, ...] = ()
    as_needed: tuple[AtMost, ...] = ()
    worked_out: tuple[str, ...] = ()  # measures by a formula, as they count throughout, in words
    doubts: tuple[str, ...] = ()  # values for which a formula was not made
    removed: tuple[Administration, ...] = ()  # planned by the protocol, and not given
    ideal: Schedule | None = None  # as the protocol has it, where a record has changed it

    @property
    def every_dose(self) -> tuple[Administration, ...]:
        """What is given and what is not."""
        return (*self.administrations, *self.removed)

    @property
    def visits(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.kind is EntryKind.VISIT)

    def of_course(self, course: str) -> tuple[Administration, ...]:
        return tuple(each for each in self.administrations if each.course == course)

    @property
    def phases_once(self) -> tuple[AppliedPhase, ...]:
        """The phases, of each that comes again only the first round."""
        return tuple(phase for phase in self.phases if phase.round in (None, 1))

    @property
    def dated(self) -> list[Dated]:
        """Doses and entries in the order of their moments: those without a time open their day."""
        dated: list[Dated] = [*self.administrations, *self.entries]
        dated.sort(key=lambda each: (each.day, each.time or time.min))
        return dated

    def notes_of(self, dated: Dated) -> str:
        """What must stand beside it wherever it is shown."""
        notes = []
        if dated.clamped_from is not None:
            notes.append(f"month has no day {dated.clamped_from}: moved to {dated.day}")
        if dated.clock_note:
            notes.append(dated.clock_note)
        if dated.day.weekday() in self.plan.closed:
            notes.append("on a closed day")
        if self.plan.entries and (closed := _closed(self.plan, dated)):
            notes.append(f"the clinic is closed that day: {closed}")
        if isinstance(dated, Administration):
            notes.extend(_notes_of_dose(dated))
        else:
            notes.extend(map(str, dated.moved))
        return "; ".join(notes)

    @property
    def names_products(self) -> bool:
        """Whether any phase says of which products its doses are made up."""
        return any(phase.products for phase in self.phases)

    @property
    def visit_days(self) -> int:
        """On how many days something is given."""
        return len({each.day for each in self.administrations})

    @property
    def clinic_days(self) -> int | None:
        """On how many days the patient comes to the clinic, for doses or visits; None where nothing
        says what is given there."""
        from regimen.record import clinics_of

        clinics = clinics_of(self.plan.entries)
        if clinics is None:
            return None
        return len({each.day for each in self.dated if _at_clinic(clinics, each)})


def _at_clinic(clinics: Clinics, dated: Dated) -> bool:
    """Whether the plan says that it is given, or kept, at the clinic."""
    found = clinics.on(dated.day)
    if found is None:
        return False
    clinic, _ = found
    if isinstance(dated, Administration):
        return dated.course in clinic.courses
    return dated.name in clinic.visits


def _closed(plan: Plan, dated: Dated) -> str | None:
    """Why the clinic is closed on the day of a dose that is given there, or of any visit."""
    from regimen.record import clinics_of

    clinics = clinics_of(plan.entries)
    if clinics is None:
        return None
    is_visit = isinstance(dated, Entry) and dated.kind is EntryKind.VISIT
    return clinics.closed_on(dated.day) if is_visit or _at_clinic(clinics, dated) else None


def _notes_of_dose(dose: Administration) -> Iterator[str]:
    if place := place_in_words(dose):
        yield place
    if dose.dose is not None and (limit := dose.dose.limit):
        yield f"limited: {limit}"
    if dose.dose is not None and (reduction := dose.dose.reduction):
        yield f"reduced: {reduction}"
    if dose.phase.over is not None:
        until = f", until {dose.finish}" if dose.finish else ""
        yield f"over {dose.phase.over}{until}"
    if dose.dose is None:
        yield dose.open_words
    if dose.site is not None:
        yield f"site: {dose.site}"
    if dose.due is not None:
        yield f"window {dose.due}"
    yield from map(str, dose.moved)
    if dose.status is not Status.PLANNED:
        yield str(dose.status)


class CheckedSchedule(Struct, frozen=True):
    """A schedule in which no error stands: the only thing an export accepts.

    Raises Refusal when it is made from a schedule with a standing error, so that a calendar of an
    unchecked plan cannot be written by any path.
    """

    schedule: Schedule
    totals: Totals
    ranges: tuple[RangeCheck, ...]
    limits: tuple[LimitCheck, ...] = ()

    def __post_init__(self) -> None:
        standing = [finding for finding in self.schedule.findings if finding.stands]
        if standing:
            raise Refusal(standing)

    @property
    def plan(self) -> Plan:
        return self.schedule.plan

    @property
    def protocol(self) -> Protocol:
        return self.schedule.protocol

    @property
    def administrations(self) -> tuple[Administration, ...]:
        return self.schedule.administrations

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.schedule.findings

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.schedule.entries

    @property
    def as_needed(self) -> tuple[AtMost, ...]:
        return self.schedule.as_needed

    def notes_of(self, dated: Dated) -> str:
        return self.schedule.notes_of(dated)

    @property
    def visit_days(self) -> int:
        return self.schedule.visit_days
