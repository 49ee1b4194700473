"""What the tables of spellings and tricks are put into, and the codes of what is then found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from regimen import planning
from regimen.finding import Finding, Refusal

HEAD = "regimen: 1\nid: strict\ntitle: Strict\nstatus: local\nsources: [{cite: none}]\n"
MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

# The key's line as it stands in the course, and the rest of the course around it.
COURSES = {
    "dose": "every: 1 day, for: 1 week, dose: '{}'",
    "doses": "every: 1 day, dose: 1 mg, doses: '{}'",
    "for": "every: 1 day, dose: 1 mg, for: '{}'",
    "every": "doses: 3, dose: 1 mg, every: '{}'",
    "times_per_week": "doses: 3, dose: 1 mg, times_per_week: '{}'",
    "begins": "every: 1 day, doses: 3, dose: 1 mg, begins: '{}'",
    "before": "every: 1 day, dose: 1 mg, before: '{}'",
    "round": "every: 1 day, doses: 3, dose: 1 mg, round: '{}'",
    "max": "every: 1 day, doses: 3, dose: 1 mg, max: '{}'",
    "at": "every: 1 day, doses: 3, dose: 1 mg, at: '{}'",
    "on": "doses: 3, dose: 1 mg, on: '{}'",
    "route": "every: 1 day, doses: 3, dose: 1 mg, route: '{}'",
    "drug": "every: 1 day, doses: 3, dose: 1 mg, drug: '{}'",
    "overlap": "every: 1 day, doses: 3, dose: 1 mg, overlap: '{}'",
    "month_end": "every: 1 day, doses: 3, dose: 1 mg, month_end: '{}'",
    "taper by": "every: 1 day, taper: {{from: 4 mg, by: '{}', to: 0 mg, each: 1 week}}",
    "taper to": "every: 1 day, taper: {{from: 4 mg, by: 1 mg, to: '{}', each: 1 week}}",
    "taper each": "every: 1 day, taper: {{from: 4 mg, by: 1 mg, to: 0 mg, each: '{}'}}",
}

# Spellings of a number, as they may stand before a unit or alone.


def with_value(key: str, text: str) -> str:
    course = COURSES[key].format(text.replace("'", "''"))
    route = "" if key == "route" else "route: oral, "
    return (
        f"courses:\n  a: {{{route}{course}}}\n"
        "  b: {route: oral, dose: 1 mg, every: 1 day, doses: 2}\n"
    )


def codes_of(text: str, given: dict[str, str]) -> list[str]:
    protocol = planning.read_protocol(text, "strict.yaml")
    texts = {name: planning.Given(each) for name, each in given.items()}
    try:
        plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
        found = planning.examine(protocol, plan).findings
    except Refusal as refusal:
        found = refusal.findings
    return [finding.code for finding in found]


def codes(text: bytes | str) -> list[str]:
    return [finding.code for finding in findings(text)]


def findings(text: bytes | str) -> list[Finding]:
    return list(_findings(text))


def _findings(text: bytes | str) -> Iterator[Finding]:
    try:
        planning.read_protocol(text, "strict.yaml")
    except Refusal as refusal:
        yield from refusal.findings
