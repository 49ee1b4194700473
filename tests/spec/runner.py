"""Reads the specification tables of this folder, strictly, and runs their rows through `planning`.

A table is YAML: `rule`, `title`, `why`, `unless_said` (what the rows leave out) and `rows`. A row
says what is meant in a sentence (`means`), gives a piece of a protocol and of a plan, and expects
exactly one thing. Every scalar stays the text that stands in the table, and so does every piece.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from regimen import planning
from regimen.comparison import Comparison, Difference
from regimen.export.comparison_words import said
from regimen.export.limits import limit_line, sum_of
from regimen.export.totals_table import sum_text
from regimen.figures import Figures, Per
from regimen.finding import Finding, Misread, Override, Refusal
from regimen.product import taken_text
from regimen.protocol import Protocol
from regimen.quantity import read_quantity
from regimen.schedule import Administration, CheckedSchedule, Entry, Total, place_in_words
from regimen.timing import read_moment

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

# What a row hands over; a phase is a course that has one phase.
PIECES = ("phase", "course", "protocol", "amount")
# What a row may expect, one of them.
EXPECTATIONS = (
    "dates",
    "administrations",
    "not_given",
    "places",
    "infusions",
    "total",
    "figures",
    "limits",
    "ranges",
    "differences",
    "visits",
    "at_most",
    "pieces",
    "supplies",
    "identities",
    "visit_days",
    "clinic_days",
    "choices",
    "prints",
    "refused",
)
EXTRAS = (
    "means",
    "given",
    "record",
    "decide",
    "accepts",
    "site",
    "theirs",
    "finds",
    "notes",
    "because",
    "says",
    "source",
    "vector",
)
COURSE = "a"  # the name of a row's only course
# What other systems and standards say happens, in matters of time: which of them says it. Where one
# gives two examples, or two of them differ, each has its letter.
VECTORS = {
    "1": "mrgsolve ev_seq",
    "2": "mrgsolve ev_seq, wait",
    "3a": "mrgsolve ev_seq, wait",
    "3b": "mrgsolve ev_seq, ii",
    "4a": 'rxode2 etSeq, waitII "+ii"',
    "4b": 'rxode2 etSeq, waitII "smart"',
    "5a": "mrgsolve, until",
    "5b": "rxode2, until",
    "6": "mrgsolve, until",
    "7a": "mrgsolve ev_days",
    "7b": "mrgsolve ev_days",
    "8": "rxode2",
    "9": "FHIR R5 example medicationrequest0303",
    "10": "FHIR R5 example medicationrequest0313",
    "11": "FHIR Timing",
    "12": "OpenMRS",
    "13a": "OpenMRS",
    "13b": "OpenMRS",
    "14a": "CDC CDSi",
    "14b": "CDC CDSi",
    "15a": "java.util.Calendar, .NET, dateutil relativedelta",
    "15b": "java.util.Calendar, .NET, dateutil relativedelta",
    "16": "RFC 5545, BYMONTHDAY=31",
    "17a": "CDC CDSi",
    "17b": "CDC CDSi",
    "18": "medTimer",
    "19": "pmxtricks",
    "24": "German dosage profile of FHIR",
    "27": "in New York across 2026-03-08",
}

_HEADER = """\
regimen: 1
id: specification
title: One row of the specification
status: local
sources: [{cite: the row itself}]
"""
_PLAN_ID = "0" * 32
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_TOTALS = ("doses", "amount", "first", "last")

Plain = str | list["Plain"] | dict[str, "Plain"]


class BadTableError(Exception):
    """The table itself is wrong: the row that is, and how."""


@dataclass(frozen=True)
class Row:
    table: str
    number: int
    means: str
    kind: str  # one of PIECES
    piece: str
    expects: str  # one of EXPECTATIONS
    expected: Plain
    unless_said: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict)
    accepts: Mapping[str, str] = field(default_factory=dict)
    site: str = ""  # a site's table of usual doses and limits
    finds: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    source: str = ""
    vector: str = ""  # which of what other systems say happens it holds; see VECTORS
    theirs: str = ""  # the table that the row's schedule is compared with
    record: str = ""  # the entries of the plan's record
    decide: Mapping[str, str] = field(default_factory=dict)  # what is to be chosen about

    @property
    def id(self) -> str:
        words = "".join(char if char.isalnum() else " " for char in self.means.lower()).split()
        return f"{self.table}-{self.number:02}-{'-'.join(words[:9])}"

    @property
    def protocol_text(self) -> str:
        """The row's piece with everything around it that a protocol file needs."""
        if self.kind == "protocol":
            stated = set(_mapping(yaml.compose(self.piece, Loader=LOADER), "protocol"))
            lines = [self.piece]
        else:
            stated = set()
            lines = ["courses:", f"  {COURSE}:", textwrap.indent(self.piece, "    ")]
        defaults = [f"{key}: {text}" for key, text in self.unless_said.items() if key not in stated]
        return _HEADER + "\n".join([*defaults, *lines]) + "\n"


@dataclass(frozen=True)
class Table:
    name: str
    rule: str
    title: str
    why: str
    unless_said: Mapping[str, str]
    rows: tuple[Row, ...]


# --- reading


def tables(folder: Path = FOLDER) -> tuple[Table, ...]:
    """All tables of a folder. Raises BadTableError, also where there is none."""
    found = tuple(
        read_table(path.read_text(encoding="utf-8"), path.stem)
        for path in sorted(folder.glob("*.yaml"))
    )
    if not found:
        raise BadTableError(f"no table in {folder}")
    return found


def read_table(text: str, name: str) -> Table:
    """One table. Raises BadTableError."""
    nodes = _mapping(yaml.compose(text, Loader=LOADER), name)
    _only(nodes, ("rule", "title", "why", "unless_said", "rows"), name)
    for key in ("rule", "title", "why", "rows"):
        if key not in nodes:
            raise BadTableError(f"{name}: no {key}")
    unless_said = _texts(nodes["unless_said"], name) if "unless_said" in nodes else {}
    rows = nodes["rows"]
    if not isinstance(rows, yaml.SequenceNode) or not rows.value:
        raise BadTableError(f"{name}: no rows")
    return Table(
        name,
        _text(nodes["rule"], name),
        _text(nodes["title"], name),
        _text(nodes["why"], name),
        unless_said,
        tuple(
            _row(node, text, name, number, unless_said) for number, node in enumerate(rows.value, 1)
        ),
    )


def _row(
    node: yaml.Node, text: str, table: str, number: int, unless_said: Mapping[str, str]
) -> Row:
    where = f"{table}, row {number}"
    nodes = _mapping(node, where)
    _only(nodes, (*PIECES, *EXPECTATIONS, *EXTRAS), where)
    kind = _one_of(nodes, PIECES, where)
    expects = _one_of(nodes, EXPECTATIONS, where)
    if "means" not in nodes:
        raise BadTableError(f"{where}: no means")
    expected = _plain(nodes[expects], where)
    if not expected:
        raise BadTableError(f"{where}: expects nothing")
    row = Row(
        table=table,
        number=number,
        means=_text(nodes["means"], where),
        kind=kind,
        piece=as_written(nodes[kind], text),
        expects=expects,
        expected=expected,
        unless_said=unless_said,
        given=_texts(nodes["given"], where) if "given" in nodes else {},
        accepts=_texts(nodes["accepts"], where) if "accepts" in nodes else {},
        site=as_written(nodes["site"], text) if "site" in nodes else "",
        finds=tuple(_list(nodes["finds"], where)) if "finds" in nodes else (),
        notes=_texts(nodes["notes"], where) if "notes" in nodes else {},
        because=_texts(nodes["because"], where) if "because" in nodes else {},
        says=tuple(_list(nodes["says"], where)) if "says" in nodes else (),
        source=_text(nodes["source"], where) if "source" in nodes else "",
        vector=_text(nodes["vector"], where) if "vector" in nodes else "",
        theirs=_text(nodes["theirs"], where) if "theirs" in nodes else "",
        record=as_written(nodes["record"], text) if "record" in nodes else "",
        decide=_texts(nodes["decide"], where) if "decide" in nodes else {},
    )
    if row.vector and (row.vector not in VECTORS or VECTORS[row.vector] not in row.source):
        raise BadTableError(f"{where}: no source {VECTORS.get(row.vector)} for {row.vector}")
    if expects == "refused" and not row.says:
        raise BadTableError(f"{where}: a refusal must say something: says is missing")
    if row.says and expects != "refused" and not row.finds:
        raise BadTableError(f"{where}: says belongs to refused or finds")
    return row


def _only(nodes: Mapping[str, yaml.Node], known: tuple[str, ...], where: str) -> None:
    for key in nodes:
        if key not in known:
            raise BadTableError(f"{where}: unknown key {key!r}")


def _one_of(nodes: Mapping[str, yaml.Node], keys: tuple[str, ...], where: str) -> str:
    present = [key for key in keys if key in nodes]
    if len(present) != 1:
        raise BadTableError(f"{where}: needs exactly one of {', '.join(keys)}")
    return present[0]


def _mapping(node: yaml.Node | None, where: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise BadTableError(f"{where}: a block of keys and values belongs here")
    found = {_text(key, where): value for key, value in node.value}
    if len(found) != len(node.value):
        raise BadTableError(f"{where}: a key stands twice")
    return found


def _plain(node: yaml.Node, where: str) -> Plain:
    if isinstance(node, yaml.MappingNode):
        return {key: _plain(value, where) for key, value in _mapping(node, where).items()}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, where) for each in node.value]
    return _text(node, where)


def _text(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise BadTableError(f"{where}: one text belongs here")
    return str(node.value).strip()


def _texts(node: yaml.Node, where: str) -> dict[str, str]:
    return {key: _text(value, where) for key, value in _mapping(node, where).items()}


def _list(node: yaml.Node, where: str) -> list[str]:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise BadTableError(f"{where}: a list of texts belongs here")
    return [_text(each, where) for each in node.value]


def as_written(node: yaml.Node, text: str) -> str:
    """The piece as it stands in the table, without the table's indentation."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    start, end = node.start_mark, node.end_mark
    assert start is not None
    assert end is not None
    return textwrap.dedent(" " * start.column + text[start.index : end.index]).rstrip()


# --- running


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
    shown = _SHOWN[row.expects](schedule)
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


def _visit_days(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _days_counted(schedule.visit_days)


def _days_counted(days: int | None) -> dict[str, Plain]:
    return {"all courses": f"{days} days"}


def _dates(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, lambda each: each.day.isoformat())


def _administrations(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _line)


def _infusions(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _infusion)


def _infusion(each: Administration) -> str:
    until = f"to {each.finish}" if each.finish else f"over {each.phase.over}"
    return f"{each.moment} {until}"


def _places(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, lambda each: f"{each.day.isoformat()} {place_in_words(each)}")


def _not_given(schedule: CheckedSchedule) -> dict[str, Plain]:
    """What the record has taken out, each with what became of it and why."""
    removed = schedule.schedule.removed
    lines = [f"{each.moment} {each.status}: {'; '.join(map(str, each.moved))}" for each in removed]
    found: dict[str, list[str]] = {}
    for each, line in zip(removed, lines, strict=True):
        found.setdefault(each.course, []).append(line)
    return {course: list(lines) for course, lines in found.items()}


def _pieces(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _by_course(schedule, _taken)


def _taken(each: Administration) -> str:
    taken = each.dose.taken if each.dose else ()
    return f"{each.moment} {taken_text(taken)}"


def _supplies(schedule: CheckedSchedule) -> dict[str, Plain]:
    """By product, not by course."""
    return {
        supply.product.key: {
            "dispensed": supply.dispensed,
            "given": str(supply.given),
            "opened": str(supply.opened),
            "waste": str(supply.waste),
            "wasted": " + ".join(map(str, supply.left_over)),
        }
        for supply in schedule.totals.by_product
    }


def _identities(schedule: CheckedSchedule) -> dict[str, Plain]:
    entries = _entries(schedule, lambda each: each.id)
    return _by_course(schedule, lambda each: each.id) | entries


def _visits(schedule: CheckedSchedule) -> dict[str, Plain]:
    return _entries(schedule, lambda each: str(each.moment))


def _at_most(schedule: CheckedSchedule) -> dict[str, Plain]:
    return {
        each.written.key: f"{each.doses} doses, {each.amount}, {each.when}"
        for each in schedule.schedule.as_needed
    }


def _entries(schedule: CheckedSchedule, shown: Callable[[Entry], str]) -> dict[str, Plain]:
    names = dict.fromkeys(each.name for each in schedule.entries)
    return {name: [shown(each) for each in schedule.entries if each.name == name] for name in names}


def _line(each: Administration) -> str:
    return f"{each.moment} {each.dose or each.open_words}"


def _by_course(
    schedule: CheckedSchedule, shown: Callable[[Administration], str]
) -> dict[str, Plain]:
    courses = dict.fromkeys(each.course for each in schedule.administrations)
    return {
        course: [shown(each) for each in schedule.administrations if each.course == course]
        for course in courses
    }


def _total(schedule: CheckedSchedule) -> dict[str, Plain]:
    return {str(each.course): _parts(each) for each in schedule.totals.by_course}


def _parts(total: Total) -> Plain:
    return {
        "doses": str(total.doses),
        "amount": "not stated" if total.amount is None else str(total.amount),
        "first": str(total.first),
        "last": str(total.last),
    }


def _run_figures(row: Row) -> None:
    """Every row of the figures is named; of each, what the table asks for."""
    schedule = schedule_of(row)
    assert isinstance(row.expected, dict)
    summary = planning.totals(schedule, map(Per, row.expected))
    for per, expected in row.expected.items():
        figures = [each for each in summary.figures if each.per == per]
        found: dict[str, Plain] = {_figure_name(each, figures): _figure(each) for each in figures}
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
    found = [_difference(comparison, each) for each in comparison.differences]
    _same([*found] or "none", row.expected)


def _difference(of: Comparison, difference: Difference) -> str:
    """`2026-03-02 drug A: other dose, 10 mg against 100 mg`"""
    ours, theirs = difference.ours, difference.theirs
    if ours is not None:
        what = f"{ours.day} {ours.drug}"
    else:
        assert theirs is not None
        what = f"{theirs.day} {theirs.named}"
    return f"{what}: {difference.kind}, {' against '.join(said(of, difference))}"


def _figure_name(of: Figures, among: list[Figures]) -> str:
    """`2026-03 drug A`, with its kind of unit where the drug has several."""
    place = (of.period.name if of.period else None, of.course, of.phase)
    names = [each for each in (*place, of.drug) if each]
    if (
        sum(
            (each.drug, each.course, each.phase, each.period)
            == (of.drug, of.course, of.phase, of.period)
            for each in among
        )
        > 1
    ):
        names += ["in", of.amount.unit.name] if of.amount else ["not known"]
    return " ".join(names)


def _figure(of: Figures) -> Plain:
    period: dict[str, Plain] = {}
    if of.period:
        period = {"from": str(of.period.first), "to": str(of.period.last)}
    return period | {
        "doses": str(of.doses),
        "total": str(of.amount or "not known"),
        "highest dose": str(of.highest_dose or "not known"),
        "most a day": f"{of.highest_day} on {of.highest_on}" if of.highest_day else "not known",
        "so far": str(of.cumulative or "not known"),
        "sum of": sum_text(of.parts),
    }


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


_SHOWN = {
    "dates": _dates,
    "visits": _visits,
    "at_most": _at_most,
    "administrations": _administrations,
    "places": _places,
    "infusions": _infusions,
    "not_given": _not_given,
    "pieces": _pieces,
    "supplies": _supplies,
    "identities": _identities,
    "visit_days": _visit_days,
    "clinic_days": lambda schedule: _days_counted(schedule.schedule.clinic_days),
    "total": _total,
}
_RUNNERS = {
    **dict.fromkeys(_SHOWN, _run_schedule),
    "figures": _run_figures,
    "differences": _run_differences,
    "limits": _run_limits,
    "ranges": _run_ranges,
    "choices": _run_choices,
    "prints": _run_prints,
    "refused": _run_refused,
}


def weekday(text: str) -> str:
    """`2026-03-02 (Monday)`, for a text that begins with a date."""
    return f"{text} ({date.fromisoformat(text[:10]):%A})"
