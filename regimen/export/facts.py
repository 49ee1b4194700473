"""What stands beside the doses wherever there is room for it: totals, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from decimal import Decimal

from regimen.export.not_given import not_given_texts, so_far_texts
from regimen.export.refusals import ExportMismatch
from regimen.export.words import (
    DISCLAIMER,
    answer_text,
    clean,
    moment_text,
    override_text,
    overrides,
    plan_findings,
    tolerance_texts,
)
from regimen.finding import Finding
from regimen.quantity import Quantity, decimal_text
from regimen.schedule import CheckedSchedule, RangeCheck, Total

TOTAL_HEADER = (
    "by",
    "drug",
    "course",
    "phase",
    "doses",
    "total",
    "unit",
    "highest",
    "highest_unit",
    "first",
    "last",
)


def totals_of(checked: CheckedSchedule) -> Iterator[tuple[str, Total]]:
    """Every total with what it is by, the widest first."""
    totals = checked.totals
    for by, group in (
        ("drug", totals.by_drug),
        ("course", totals.by_course),
        ("phase", totals.by_phase),
    ):
        for total in group:
            yield by, total


def total_cells(checked: CheckedSchedule) -> Iterator[tuple[object, ...]]:
    """The totals as rows under TOTAL_HEADER; amounts are Decimal, and blank where the doses are
    not stated."""
    for by, total in totals_of(checked):
        yield (
            by,
            total.drug,
            total.course,
            total.phase,
            total.doses,
            *_amount(total.amount),
            *_amount(total.highest),
            total.first.day,
            total.last.day,
        )


def _amount(amount: Quantity | None) -> tuple[Decimal | None, str | None]:
    if amount is None:
        return None, "not stated"
    return Decimal(exact(amount)), amount.unit.name


def exact(amount: Quantity) -> str:
    """Its number as a plain decimal. Raises ExportMismatch where there is none."""
    text = decimal_text(amount.value)
    if text is None:
        raise ExportMismatch(f"{amount} has no exact decimal")
    return text


def injection_days(checked: CheckedSchedule) -> int:
    """On how many days something is injected."""
    days: set[date] = {
        each.day
        for each in checked.administrations
        if each.phase.route is not None and each.phase.route.by_injection
    }
    return len(days)


def about(checked: CheckedSchedule, label: str | None) -> Iterator[tuple[str, str]]:
    """Where the schedule comes from and what must be known to use it, as pairs of name and text."""
    protocol, plan = checked.protocol, checked.plan
    if label:
        yield "label", label
    yield "protocol", protocol.id
    yield "title", protocol.title
    yield "status", protocol.status
    yield "content hash", f"SHA-256 {protocol.content_hash}"
    yield "plan", plan.id
    yield "made", f"{plan.made.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    yield "start", moment_text(plan.start)
    yield "zone", plan.zone or "none: clock times are local"
    for override in overrides(checked):
        yield "override", override_text(override)
    for finding in plan_findings(checked):
        yield "finding", finding_text(finding)
    for name, answer in plan.answers.items():
        yield "decided", answer_text(name, answer)
    for text in checked.schedule.worked_out:
        yield "worked out", text
    for item in checked.as_needed:
        yield "as needed", clean(str(item))
    for text in tolerance_texts(checked):
        yield "early or late", text
    for text in not_given_texts(checked.schedule):
        yield "not given", text
    for text in so_far_texts(checked.schedule):
        yield "so far", text
    for assumption in protocol.assumes:
        yield "assumption", assumption
    for source in protocol.sources:
        yield "source", source.cite
        if source.says:
            yield "quoted words", source.says
    for check in checked.ranges:
        yield "usual range", range_text(check)
    yield "please note", DISCLAIMER


def finding_text(finding: Finding) -> str:
    """A plan finding in one sentence each for what was found and what to do."""
    return clean(
        f"{finding.rule.severity} [{finding.code}]: {finding.what}. To do: {finding.mend}."
    )


def range_text(check: RangeCheck) -> str:
    source = f" ({check.source})" if check.source else ""
    return clean(f"{check.drug}, course {check.course}: {check.result}{source}")
