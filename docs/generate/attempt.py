"""What becomes of a protocol's text: read, its cases run, or a plan made and scheduled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from regimen import planning
from regimen.finding import Finding, Refusal, Severity
from regimen.schedule import CheckedSchedule

START = "2026-03-02"
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_SHOWN = 4


def attempt(
    text: str | bytes, given: Mapping[str, str] | None = None
) -> tuple[CheckedSchedule | None, tuple[Finding, ...]]:
    """The schedule, where there is one, and every finding on the way."""
    try:
        protocol = planning.read_protocol(text, "protocol.yaml")
        if protocol.cases:
            results = planning.test(protocol)
            return None, tuple(finding for each in results for finding in each.findings)
        answers = {"start": START, **(given or {})}
        plan = planning.make_plan(
            protocol,
            {name: planning.Given(words) for name, words in answers.items()},
            plan_id="0" * 32,
            made=_MADE,
        )
        schedule = planning.check(protocol, plan)
    except Refusal as refusal:
        return None, refusal.findings
    return schedule, schedule.findings


def in_words(schedule: CheckedSchedule | None, findings: tuple[Finding, ...]) -> str:
    """The outcome of a form that may be written. Raises Refusal where it may not."""
    codes = {finding.code for finding in findings}
    if codes == {"missing-input"}:
        asked = [f"`{finding.what.partition(' ')[0]}`" for finding in findings]
        return f"asks for {' and '.join(asked)}"
    if "not-stated" in codes and codes <= {"not-stated", "nothing-scheduled"}:
        return "waits until the gap is filled, or accepted on record"
    if any(finding.rule.severity is not Severity.NOTICE for finding in findings):
        raise Refusal(findings)
    if schedule is None:
        return "the case passes"
    return _administrations(schedule)


def _administrations(schedule: CheckedSchedule) -> str:
    given = [each for each in schedule.administrations if each.course == "a"]
    count = f"{len(given)} dose{'s' if len(given) > 1 else ''}"
    doses = list(dict.fromkeys(str(each.dose or each.open_words) for each in given))
    if len(doses) == 1:
        shown, of = [str(each.moment) for each in given], f" of {doses[0]}"
    else:
        shown, of = [f"{each.moment} {each.dose or each.open_words}" for each in given], ""
    if len(shown) > _SHOWN:
        shown = [*shown[:2], "…", shown[-1]]
    visits = [f"{each.name} {each.moment}" for each in schedule.entries]
    beside = f"; {', '.join(visits)}" if visits else ""
    return f"{count}{of}: {', '.join(shown)}{beside}"
