"""docs/specification.md, from the tables of tests/spec."""

from __future__ import annotations

from collections.abc import Iterator

from docs.generate.codes import link
from docs.generate.markdown import code, table, words
from tests.spec.tables import COURSE, Plain, Row, Table, tables, weekday

INTRODUCTION = f"""\
# The specification

What a protocol means, rule by rule, as tables that can be checked with a calendar and a pencil.
Each row is also a test: the words on its left are read, the plan is made, and what comes out is
compared with its right. Expected dates and doses were counted by hand or taken from the source that
the row names. Where tools and publications contradict each other, the language can say either, and
the row says which one it is.

A row shows the keys of one course, called `{COURSE}`, or a larger piece of a protocol that begins
with the key it stands under. The pieces are shown as they are typed. "Found" are remarks that stay
on the schedule; "refused" rows have no schedule, and the message holds the words that are quoted.
"""


def page() -> str:
    chapters = sorted(tables(), key=_order)
    contents = [f"- [{_title(each)}](#{each.name}), {len(each.rows)} rows" for each in chapters]
    return "\n".join([INTRODUCTION, *contents, "", *(_chapter(each) for each in chapters)])


def _order(of: Table) -> tuple[int, str]:
    """Time, then doses, then the rest."""
    numbered = of.rule[1:].isdigit()
    return ("TD".find(of.rule[0]) if numbered else 2), of.name


def _title(of: Table) -> str:
    return of.title if of.rule == of.title else f"{of.rule}: {of.title}"


def _chapter(of: Table) -> str:
    parts = [f'<a id="{of.name}"></a>', f"## {_title(of)}", of.why]
    if of.unless_said:
        defaults = ", ".join(f"`{key}: {text}`" for key, text in of.unless_said.items())
        parts.append(f"Unless a row says otherwise: {defaults}.")
    headers = ["", "what is meant", "what is typed", "what is given", "what comes out", "source"]
    parts.append(table(headers, (_row(row) for row in of.rows)))
    return "\n\n".join(parts) + "\n"


def _row(row: Row) -> list[str]:
    outcome = "<br>".join(_outcome(row))
    given = "<br>".join(_given(row))
    return [str(row.number), words(row.means), code(row.piece), given, outcome, words(row.source)]


def _given(row: Row) -> Iterator[str]:
    for name, text in row.given.items():
        known = name == "start" and text[:4].isdigit() and _is_date(text)
        yield f"{name}: {words(weekday(text) if known else text)}"
    if row.record:
        yield f"recorded:<br>{code(row.record)}"
    for name, text in row.decide.items():
        yield f"to be decided: {name} {words(text)}"
    for finding, about in row.accepts.items():
        yield f"accepted: `{finding}` for {words(about)}"
    if row.theirs:
        yield f"theirs:<br>{code(row.theirs)}"


def _is_date(text: str) -> bool:
    try:
        weekday(text)
    except ValueError:
        return False
    return True


def _outcome(row: Row) -> Iterator[str]:
    if row.expects == "refused":
        yield f"refused: {link(str(row.expected))}"
        yield from (f"“{words(each)}”" for each in row.says)
        return
    if row.expects == "prints":
        yield from (code(each) for each in _lines(row.expected))
    else:
        separator = ", " if row.expects == "dates" else "<br>"
        yield _shown(row.expected, separator)
    for finding in row.finds:
        yield f"found: {link(finding)}"
    for day, note in row.notes.items():
        yield f"note on {day}: {words(note)}"
    for day, reason in row.because.items():
        yield f"because, on {day}: {words(reason)}"


def _lines(expected: Plain) -> list[str]:
    return [expected] if isinstance(expected, str) else [str(each) for each in expected]


def _shown(expected: Plain, separator: str) -> str:
    if isinstance(expected, list):
        return separator.join(words(str(each)) for each in expected)
    if isinstance(expected, dict):
        outer = any(not isinstance(each, str) for each in expected.values())
        return ("<br>" if outer else ", ").join(
            f"{words(name)}: {_shown(each, separator)}" for name, each in expected.items()
        )
    return words(expected)
