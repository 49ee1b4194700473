"""Reads the specification tables of this folder, strictly.

A table is YAML: `rule`, `title`, `why`, `unless_said` (what the rows leave out) and `rows`. A row
says what is meant in a sentence (`means`), gives a piece of a protocol and of a plan, and expects
exactly one thing. Every scalar stays the text that stands in the table, and so does every piece.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

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
        """In ASCII, so that pytest takes as a test's name what it prints as one."""
        words = re.findall(r"[a-z0-9]+", self.means.lower())
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


def weekday(text: str) -> str:
    """`2026-03-02 (Monday)`, for a text that begins with a date."""
    return f"{text} ({date.fromisoformat(text[:10]):%A})"
