"""Findings: coded, placed remarks about a protocol or a plan, and the refusals they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Severity(StrEnum):
    """How far a finding reaches: an error stops every export until it is mended or overridden."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Reader(StrEnum):
    """Who meets the finding: whoever writes the protocol file, or whoever works with one plan."""

    AUTHOR = "author"
    PLAN = "plan"


class Place(Struct, frozen=True):
    """A position in a text: line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Rule(Struct, frozen=True):
    """What a finding is an instance of. `code` never changes once published; `why` says what harm
    the rule prevents; `may_override` marks clinical judgements that a plan can record."""

    code: str
    severity: Severity
    reader: Reader
    why: str
    may_override: bool = False


class Reading(Struct, frozen=True):
    """One of several ways to understand the same words, with what would follow from it."""

    title: str
    lines: tuple[str, ...]


class Override(Struct, frozen=True):
    """A recorded decision to go on in spite of a finding: who decided, when, and why."""

    code: str
    about: str
    by: str
    on: str
    why: str

    def without_reason(self) -> Override:
        """The same decision, without who took it and why."""
        return replace(self, by="", why="")

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        why = f": {self.why}" if self.why else ""
        return f"{self.code} for {self.about}: overridden{by} on {self.on}{why}"


class Finding(Struct, frozen=True):
    """A remark: the rule it is an instance of, what was found, how to mend it, and where it is.

    `about` names the inputs the finding rests on; an override holds for exactly these, so that it
    lapses when they change.
    """

    rule: Rule
    what: str
    mend: str
    place: Place | None = None
    about: str = ""
    readings: tuple[Reading, ...] = ()
    override: Override | None = None

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def stands(self) -> bool:
        """Whether the finding stops an export."""
        return self.rule.severity is Severity.ERROR and self.override is None

    def at(self, place: Place | None) -> Finding:
        return self if self.place is not None else replace(self, place=place)

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        lines = [f"{head}{self.rule.severity} [{self.code}] {self.what}"]
        for reading in self.readings:
            lines.append(f"    {reading.title}:")
            lines.extend(f"      {line}" for line in reading.lines)
        lines.append(f"    why it matters: {self.rule.why}")
        lines.append(f"    mend: {self.mend}")
        if self.override:
            lines.append(f"    {self.override}")
        return "\n".join(lines)


_MOST_QUOTED = 60


def quoted(text: object) -> str:
    """What was typed, in quotes, cut off where it is long: a message must stay readable."""
    typed = str(text)
    return repr(typed if len(typed) <= _MOST_QUOTED else f"{typed[:_MOST_QUOTED]}…")


def by_place(finding: Finding) -> tuple[int, int]:
    """The order in which findings about a file are read."""
    return (finding.place.line, finding.place.column) if finding.place else (0, 0)


class Misread(ValueError):
    """A text that cannot be taken as the value it stands for; whoever knows the place adds it."""

    def __init__(self, rule: Rule, what: str, mend: str) -> None:
        super().__init__(what)
        self.rule, self.what, self.mend = rule, what, mend

    def finding(self, place: Place | None = None) -> Finding:
        return Finding(self.rule, self.what, self.mend, place)


class Refusal(Exception):
    """One or more findings of error severity: no result is given."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        if not self.findings:
            raise ValueError("a refusal needs at least one finding")
        super().__init__("\n".join(str(finding) for finding in self.findings))


def refuse(
    rule: Rule,
    what: str,
    mend: str,
    place: Place | None = None,
    *,
    about: str = "",
    readings: tuple[Reading, ...] = (),
) -> Refusal:
    """A refusal of one finding, to be raised."""
    return Refusal([Finding(rule, what, mend, place, about, readings)])
