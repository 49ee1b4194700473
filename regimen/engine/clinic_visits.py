"""Visits on days when the clinic is open: each by the plan's stated policy and on its own, since
nothing but a day without a drug hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from regimen import rules
from regimen.engine.clinic_days import REACH, near
from regimen.engine.record import VisitSlot
from regimen.finding import Finding, Place, Refusal
from regimen.record import Clinic, Clinics


def visits_placed(visits: Sequence[VisitSlot], clinics: Clinics) -> None:
    """Move the visits that are kept at the clinic off its closed days, never two of one kind to one
    day. Raises Refusal with a finding for each that finds no day."""
    findings = []
    for key in clinics.kept():
        same = [visit for visit in visits if visit.ideal.name == key]
        for visit in same:
            said, closed = clinics.on(visit.day), clinics.closed_on(visit.day)
            if said is None or key not in said[0].visits or visit.by_hand or closed is None:
                continue
            clinic, where = said
            taken = {each.day for each in same if each is not visit}
            found = _open_day(visit, clinic, clinics, taken)
            if found is None:
                findings.append(_nowhere(visit, closed, where))
                continue
            visit.why.append(f"{visit.day} moved to {found}: {closed}")
            visit.day = found
    if findings:
        raise Refusal(findings)


def _open_day(visit: VisitSlot, clinic: Clinic, clinics: Clinics, taken: set[date]) -> date | None:
    days = near(visit.day, clinic.move)
    return next((day for day in days if day not in taken and not clinics.closed_on(day)), None)


def _nowhere(visit: VisitSlot, closed: str, where: Place | None) -> Finding:
    return Finding(
        rules.NO_CLINIC_DAY,
        f"{visit.ideal.id}, {visit.ideal.what}, falls on {visit.day} ({closed}), and no day within"
        f" {REACH} days of it, in the direction in which the plan moves, may take its place",
        "move the visit by hand; or open the clinic",
        where,
        about=f"{visit.ideal.id}: {visit.day}",
    )
