"""Pydantic at the border: a document into a shape, and every error in our words at its place."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from regimen import rules
from regimen.finding import Finding, Refusal, by_place, quoted
from regimen.language import schema
from regimen.language.nodes import MOST_FINDINGS, Document, Path, Tree

ShapeT = TypeVar("ShapeT", bound=BaseModel)


def shaped(document: Document, shape: type[ShapeT]) -> ShapeT:
    """The document as `shape`. Raises Refusal with a finding for every error in it, up to as many
    as anyone reads."""
    try:
        return shape.model_validate(document.tree)
    except ValidationError as errors:
        found = errors.errors(include_url=False)[:MOST_FINDINGS]
        raise Refusal(
            sorted([_finding(document, shape, error) for error in found], key=by_place)
        ) from None


def _finding(document: Document, shape: type[BaseModel], error: ErrorDetails) -> Finding:
    path: Path = error["loc"]
    match error["type"]:
        case schema.MISREAD:
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


def _unknown_key(document: Document, shape: type[BaseModel], path: Path) -> Finding:
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


def known_keys(shape: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand in the block at `path`."""
    current, parts = shape, list(path)
    while parts:
        inner, listed = _model_in(_fields(current)[str(parts.pop(0))])
        current = inner
        if listed:
            parts.pop(0)  # an index, or a name that the author chose
    return list(_fields(current))


def _fields(shape: type[BaseModel]) -> dict[str, object]:
    return {info.alias or name: info.annotation for name, info in shape.model_fields.items()}


def _model_in(annotation: object, listed: bool = False) -> tuple[type[BaseModel], bool]:
    """The model inside an annotation such as Mapping[str, Model] | None, and whether it is one of
    several there."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, listed
    several = listed or get_origin(annotation) in (tuple, Mapping)
    for part in get_args(annotation):
        if part is not type(None) and part is not str and part is not Ellipsis:
            return _model_in(part, several)
    raise TypeError(f"no model in {annotation}")


def _inside(path: Path) -> str:
    return f" in {_named(path[:-1])}" if len(path) > 1 else ""


def _where(path: Path, what: str) -> str:
    names = _named(path)
    return f"{names}: {what}" if names else what


def _named(path: Path) -> str:
    """`courses.b12.phases`: the place tells which of several."""
    return ".".join(part[:_MOST_SHOWN] for part in path if isinstance(part, str))


_MOST_SHOWN = 40  # characters of a key
