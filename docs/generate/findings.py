"""docs/findings.md and docs/checks.md, from the rules, with messages the program really gave."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType

from docs.generate import language
from docs.generate.attempt import attempt
from docs.generate.codes import link, modules, rules_of
from docs.generate.markdown import fenced, table, words
from regimen import checks, planning, rules
from regimen.checks import ranges, usual_range
from regimen.finding import Finding, Reader, Refusal, Rule, Severity
from tests.spec.runner import findings_of
from tests.spec.tables import tables

_HEAD = "regimen: 1\nid: example\ntitle: An example\nstatus: local\nsources: [{cite: An example}]\n"
_COURSE = "courses:\n  a: {drug: drug A, dose: 10 mg, every: 1 day, for: 1 week}\n"
WHOLE = f"{_HEAD}route: oral\n{_COURSE}"

# Findings that no row of a table can show: they lie in the file as a text, or beside the protocol.
TEXTS: dict[str, str | bytes] = {
    "too-large": WHOLE + "#" * 300_000,
    "too-deep": "regimen: " + "[" * 20 + "]" * 20,
    "not-text": WHOLE.encode() + b"\xff",
    "not-yaml": WHOLE.replace("1 week}", "1 week"),
    "empty-file": "",
    "several-documents": f"{WHOLE}---\n{WHOLE}",
    "alias": WHOLE.replace("dose: 10 mg", "dose: &usual 10 mg"),
    "tag": WHOLE.replace("dose: 10 mg", "dose: !!str 10 mg"),
    "key-not-text": WHOLE.replace("route: oral", "[route]: oral"),
    "no-route": _HEAD + _COURSE,
}
NEVER_SEEN = {
    "recount-differs": "No protocol leads to it: it guards against an error in the program itself.",
    "pieces-differ": "No protocol leads to it: it guards against an error in the program itself.",
    "dose-alone": "No protocol leads to it: it guards against an error in the program itself.",
}

_READERS = {
    Reader.AUTHOR: "for the author of the protocol",
    Reader.PLAN: "for whoever works with the plan",
}
_MEANING = {
    Severity.ERROR: "An error stops every export until it is mended or, where that is allowed,"
    " overridden on record.",
    Severity.WARNING: "A warning stays on the schedule and on every export.",
    Severity.NOTICE: "A notice is a remark, and stops nothing.",
}


# --- the rules, and an example of each


def examples() -> dict[str, Finding]:
    """A finding of every code that the tables, the language page or the texts above lead to."""
    found: dict[str, Finding] = {}
    for finding in _findings():
        found.setdefault(finding.code, finding)
    return found


def _findings() -> Iterator[Finding]:
    for each in tables():
        for row in each.rows:
            if row.expects == "refused" or row.finds:
                wanted = (row.expected, *row.finds)
                yield from (found for found in findings_of(row) if found.code in wanted)
    yield from language.refusals()
    for code, text in TEXTS.items():
        yield from (found for found in attempt(text)[1] if found.code == code)
    yield from _raised(lambda: planning.test(planning.read_protocol(WHOLE, "protocol.yaml")))
    yield from _raised(_wrong_protocol)


def _raised(refusing: Callable[[], object]) -> Iterator[Finding]:
    try:
        refusing()
    except Refusal as refusal:
        yield from refusal.findings


def _wrong_protocol() -> None:
    """A plan that was made for the protocol before it was changed."""
    schedule, _ = attempt(WHOLE)
    assert schedule is not None
    plan = planning.read_plan_file(planning.plan_text(schedule.plan), "plan.yaml")
    changed = planning.read_protocol(WHOLE.replace("10 mg", "5 mg"), "protocol.yaml")
    planning.plan_of(plan, changed)


# --- the pages


def findings_page() -> str:
    shown = examples()
    known = rules.all_rules()
    parts = [
        "# Findings",
        "Every remark that the program makes about the text of a protocol or a plan, or on the way"
        " from it to dated doses. The codes never change. What the clinical checks find is in"
        " [the list of checks](checks.md).",
        *_MEANING.values(),
        table(
            ["code", "severity", "why it matters"],
            [[f"[`{rule.code}`](#{rule.code})", rule.severity, words(rule.why)] for rule in known],
        ),
        *(part for rule in known for part in _section(rule, shown, "##")),
    ]
    return "\n\n".join(parts) + "\n"


def checks_page() -> str:
    shown = examples()
    parts = [
        "# Checks",
        "What is held against every protocol and every schedule before anything leaves the program."
        " An export is made only of a schedule in which no error stands. Findings about the text of"
        " a file are in [the list of findings](findings.md).",
        *_MEANING.values(),
    ]
    for module in modules():
        name = module.__name__.rpartition(".")[2].replace("_", " ")
        parts += [f"## {name.capitalize()}", inspect.getdoc(module) or "", _listed(module)]
        for rule in rules_of(module):
            parts += _section(rule, shown, "###")
        others = _others(module)
        if others:
            parts.append(f"It also finds {', '.join(link(rule.code) for rule in others)}.")
        if module is usual_range:
            parts += ["### The usual doses", _usual_doses()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _section(rule: Rule, shown: dict[str, Finding], level: str) -> Iterator[str]:
    override = "; may be overridden on record" if rule.may_override else ""
    yield f"{level} `{rule.code}`"
    yield f"{rule.severity.capitalize()}, {_READERS[rule.reader]}{override}: {rule.why}."
    if rule.code in shown:
        yield fenced(str(shown[rule.code]), "text")
    elif rule.code in NEVER_SEEN:
        yield NEVER_SEEN[rule.code]
    else:
        raise LookupError(f"{rule.code}: no row of any table shows it; write one in tests/spec")


def _listed(module: ModuleType) -> str:
    rows = []
    of_schedules = (*checks.ON_SCHEDULE, *checks.AS_WRITTEN, *checks.AGAINST_RANGES)
    for when, listed in (("a protocol", checks.ON_PROTOCOL), ("a schedule", of_schedules)):
        for check in listed:
            if check.__module__ == module.__name__:
                doc = inspect.getdoc(check)
                if not doc:
                    raise LookupError(f"{check.__qualname__} has no docstring")
                rows.append([check.__name__.replace("_", " "), f"of {when}", words(doc)])
    return table(["check", "", "what it finds"], rows)


def _others(module: ModuleType) -> list[Rule]:
    """The rules of regimen.rules that the module names."""
    tree = ast.parse(inspect.getsource(module))
    names = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "rules"
    }
    named = [value for name, value in vars(rules).items() if name in names]
    return [rule for rule in named if isinstance(rule, Rule) and rule is not rules.UNKNOWN_WORD]


def _usual_doses() -> str:
    return table(
        ["drug", "route", "", "source"],
        [
            [
                words(", ".join((row.drug, *row.also))),
                " or ".join(str(route or "every route by injection") for route in row.route),
                words(row.words()),
                words(row.source),
            ]
            for row in ranges.usual_doses()
        ],
    )
