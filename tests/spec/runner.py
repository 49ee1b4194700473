"""Runs the rows of the specification tables through `planning`."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime

import yaml

from regimen import planning
from regimen.comparison import Comparison
from regimen.export.limits import limit_line, sum_of
from regimen.figures import Per
from regimen.finding import Finding, Misread, Override, Refusal
from regimen.protocol import Protocol
from regimen.quantity import read_quantity
from regimen.schedule import Administration, CheckedSchedule, Entry
from regimen.timing import read_moment
from tests.spec.shown import SHOWN, difference_text, figure, figure_name
from tests.spec.tables import LOADER, Plain, Row

_PLAN_ID = "0" * 32
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_TOTALS = ("doses", "amount", "first", "last")


def run(row: Row) -> None:
    """Raises AssertionError where the row does not hold."""
    assert row.expects in _RUNNERS
    _RUNNERS[row.expects](row)


def protocol_of(row: Row) -> Protocol:
    """The row's protocol. Raises Refusal."""
    return planning.read_protocol(row.protocol_text, "protocol.yaml")


def schedule_of(row: Row) -> CheckedSchedule:
    """The row's schedule, fit for export. Raises Refusal."""
    protocol = protocol_of(row)
    given = {name: planning.Given(text) for name, text in row.given.items()}
    overrides = tuple(
        Override(code, about, "Dr Example", "2000-01-01", "the row accepts it")
        for code, about in row.accepts.items()
    )
    plan = planning.make_plan(protocol, given, plan_id=_PLAN_ID, made=_MADE, overrides=overrides)
    if row.record:
        text = f"{planning.plan_text(plan)}entries:\n{_entries_text(row.record)}"
        plan = planning.plan_of(planning.read_plan_file(text, "plan.yaml"), protocol)
    if row.site:
        return planning.check(protocol, plan, ranges=planning.read_ranges(row.site, "site.yaml"))
    return planning.check(protocol, plan)


def _entries_text(record: str) -> str:
    """The row's entries, with who wrote them when and why, where the row does not say."""
    entries = yaml.load(record, Loader=LOADER)
    unless_said = {"written": "2000-01-02T00:00:00Z", "by": "N Example", "why": "the row says so"}
    dumped: str = yaml.safe_dump([unless_said | entry for entry in entries], sort_keys=False)
    return textwrap.indent(dumped, "  ")


def _run_choices(row: Row) -> None:
    """The dates to which each choice about a missed or moved dose would lead."""
    schedule = schedule_of(row)
    protocol, plan, what = schedule.protocol, schedule.plan, dict(row.decide)
    found: dict[str, Plain] = {}
    if "missed" in what:
        dose, at = what.pop("missed"), what.pop("at", None)
        late = None if at is None else read_moment(at)
        choices = planning.choices_of_missed(protocol, plan, dose, late)
    else:
        dose, to = what.pop("moved"), what.pop("to")
        choices = planning.choices_of_move(protocol, plan, dose, read_moment(to))
    assert not what, f"not known under decide: {what}"
    course, _, _ = dose.partition("/")
    for words, outcome in choices:
        if outcome is None:
            found[words] = "needs a moment"
        elif isinstance(outcome, Refusal):
            found[words] = f"refused: {outcome.findings[0].code}"
        else:
            found[words] = [each.day.isoformat() for each in outcome.of_course(course)]
    _same(found, row.expected)


def comparison_of(row: Row) -> Comparison:
    """The row's schedule, compared with the table beside it. Raises Refusal."""
    table = row.theirs.encode()
    return planning.compare(schedule_of(row), table, "theirs.csv", drugs={}, columns={})


def findings_of(row: Row) -> tuple[Finding, ...]:
    """What the row's refusal, or else its schedule, says."""
    try:
        if row.kind == "amount":
            read_quantity(row.piece)
            return ()
        if row.theirs:
            return comparison_of(row).checked.findings
        return schedule_of(row).findings
    except Misread as misread:
        return (misread.finding(),)
    except Refusal as refusal:
        return refusal.findings


def _run_schedule(row: Row) -> None:
    schedule = schedule_of(row)
    assert schedule.administrations
    shown = SHOWN[row.expects](schedule)
    found: Plain = shown
    if not isinstance(row.expected, dict) or (
        row.expects == "total" and set(row.expected) <= set(_TOTALS)
    ):
        assert len(shown) == 1, f"several courses: {list(shown)}"
        found = next(iter(shown.values()))
    expected = _without_days(found, row.expected)
    _same(_asked_for(found, expected), expected)
    codes = tuple(finding.code for finding in schedule.findings if finding.override is None)
    assert codes == row.finds
    _says(row, schedule.findings)
    _noted(row, schedule)


def _without_days(found: Plain, expected: Plain) -> Plain:
    """The courses that are expected to have days, when the others (`b: []`) have none."""
    if not isinstance(found, dict) or not isinstance(expected, dict):
        return expected
    none = {key for key, each in expected.items() if each == []}
    assert not none & found.keys(), f"{sorted(none)} should have none: {found}"
    return {key: each for key, each in expected.items() if key not in none}


def _asked_for(found: Plain, expected: Plain) -> Plain:
    """Of a total, only what the row asks for."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {
            key: _asked_for(value, expected[key]) for key, value in found.items() if key in expected
        }
    return found


def _same(found: Plain, expected: Plain) -> None:
    assert found == expected


def _noted(row: Row, schedule: CheckedSchedule) -> None:
    notes: dict[str, str] = {}
    dated: list[Administration | Entry] = [*schedule.administrations, *schedule.entries]
    for each in dated:
        words = schedule.notes_of(each)
        if words:
            notes[each.day.isoformat()] = words
    for day, words in row.notes.items():
        assert words in notes.get(day, ""), f"{day}: {notes.get(day)!r} does not say {words!r}"
    if row.notes:
        assert set(notes) == set(row.notes)
    for day, words in row.because.items():
        why = [each.why_this_dose() for each in schedule.administrations if str(each.day) == day]
        assert any(words in each for each in why), f"{day}: {why} does not say {words!r}"


def _run_figures(row: Row) -> None:
    """Every row of the figures is named; of each, what the table asks for."""
    schedule = schedule_of(row)
    assert isinstance(row.expected, dict)
    summary = planning.totals(schedule, map(Per, row.expected))
    for per, expected in row.expected.items():
        figures = [each for each in summary.figures if each.per == per]
        found: dict[str, Plain] = {figure_name(each, figures): figure(each) for each in figures}
        assert isinstance(expected, dict)
        assert list(found) == list(expected)
        _same(_asked_for(found, expected), expected)
    assert tuple(each.code for each in schedule.findings if each.override is None) == row.finds


def _run_limits(row: Row) -> None:
    """Each limit in a line, with what comes nearest to it, or `none`."""
    schedule = schedule_of(row)
    planning.totals(schedule, [Per.DRUG])  # the recount
    found = [
        "; ".join(filter(None, (limit_line(each, schedule), sum_of(each))))
        for each in schedule.limits
    ]
    _same([*found] or "none", row.expected)


def _run_ranges(row: Row) -> None:
    """What was held against a usual range, and what was not, a line each."""
    schedule = schedule_of(row)
    _same([f"{each.drug}: {each.result}" for each in schedule.ranges], row.expected)
    assert tuple(each.code for each in schedule.findings if each.override is None) == row.finds


def _run_differences(row: Row) -> None:
    """The differences in order; `none` where nothing differs."""
    comparison = comparison_of(row)
    assert comparison.lines
    found = [difference_text(comparison, each) for each in comparison.differences]
    _same([*found] or "none", row.expected)


def _run_prints(row: Row) -> None:
    if row.kind == "amount":
        assert str(read_quantity(row.piece)) == row.expected
        return
    assert list(planning.sentences(protocol_of(row))) == row.expected


def _run_refused(row: Row) -> None:
    findings = [finding for finding in findings_of(row) if finding.stands]
    assert findings, "nothing is refused"
    assert row.expected in [finding.code for finding in findings], [str(each) for each in findings]
    _says(row, tuple(finding for finding in findings if finding.code == row.expected))


def _says(row: Row, findings: tuple[Finding, ...]) -> None:
    text = "\n".join(str(finding) for finding in findings)
    for words in row.says:
        assert words in text, f"{words!r} is not said in:\n{text}"


_RUNNERS = {
    **dict.fromkeys(SHOWN, _run_schedule),
    "figures": _run_figures,
    "differences": _run_differences,
    "limits": _run_limits,
    "ranges": _run_ranges,
    "choices": _run_choices,
    "prints": _run_prints,
    "refused": _run_refused,
}
