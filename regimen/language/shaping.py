"""Pydantic at the border: a document into a shape, and every error in our words at its place."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TypeVar

from pydantic_core import ErrorDetails, ValidationError

from regimen import rules
from regimen.finding import Finding, Refusal, by_place, quoted
from regimen.language.nodes import MOST_FINDINGS, Document, Path, Tree
from regimen.language.shapes import MISREAD, Shape, validator

ShapeT = TypeVar("ShapeT", bound=Shape)


def shaped(document: Document, shape: type[ShapeT]) -> ShapeT:
    """The document as `shape`. Raises Refusal with a finding for every error in it, up to as many
    as anyone reads."""
    try:
        found: ShapeT = validator(shape).validate_python(document.tree)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)[:MOST_FINDINGS]
        findings = [_finding(document, shape, error) for error in errors]
        raise Refusal(sorted(findings, key=by_place)) from None
    return found


def _finding(document: Document, shape: type[Shape], error: ErrorDetails) -> Finding:
    path: Path = error["loc"]
    match error["type"]:
        case kind if kind == MISREAD:
            context = error["ctx"]
            return Finding(
                context["rule"],
                _where(path, context["what"]),
                context["mend"],
                document.place(path),
            )
        case "extra_forbidden":
            return _unknown_key(document, shape, path)
        case "missing":
            return Finding(
                rules.MISSING_KEY,
                f"the key {quoted(path[-1])} is missing{_inside(path)}",
                f"write {path[-1]}: with its value",
                document.place(path),
            )
        case kind:
            return _wrong_shape(document, path, kind, error["input"])


def _wrong_shape(document: Document, path: Path, kind: str, found: Tree) -> Finding:
    if found == "":
        return Finding(
            rules.EMPTY_VALUE,
            _where(path, "the key has no value"),
            "write one, or remove the key",
            document.place(path),
        )
    wanted = "a list" if kind in ("tuple_type", "list_type") else "a block of keys and values"
    return Finding(
        rules.WRONG_SHAPE,
        _where(path, f"{wanted} belongs here"),
        f"write {wanted}",
        document.place(path),
    )


def _unknown_key(document: Document, shape: type[Shape], path: Path) -> Finding:
    key = str(path[-1])
    known = known_keys(shape, path[:-1])
    close = get_close_matches(key, known, n=1)
    return Finding(
        rules.UNKNOWN_KEY,
        f"the key {quoted(key)} is not known{_inside(path)}"
        + (f"; did you mean {quoted(close[0])}?" if close else ""),
        f"use one of: {', '.join(known)}",
        document.key_place(path),
    )


def known_keys(shape: type[Shape], path: Path) -> list[str]:
    """The keys that may stand in the block at `path`."""
    parts = list(path)
    while parts:
        kind = shape.written_keys()[str(parts.pop(0))].kind
        if not kind.itself:
            assert kind.inside is not None  # only a block has keys
            shape = kind.inside
        if kind.several:
            parts.pop(0)  # an index, or a name that the author chose
    return list(shape.written_keys())


def _inside(path: Path) -> str:
    return f" in {_named(path[:-1])}" if len(path) > 1 else ""


def _where(path: Path, what: str) -> str:
    names = _named(path)
    return f"{names}: {what}" if names else what


def _named(path: Path) -> str:
    """`courses.b12.phases`: the place tells which of several."""
    return ".".join(part[:_MOST_SHOWN] for part in path if isinstance(part, str))


_MOST_SHOWN = 40  # characters of a key
