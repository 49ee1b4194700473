"""docs/language.md, from the schema and the forms in docs/language.yaml, each of which is run."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from docs.generate.attempt import START, attempt, in_words
from docs.generate.codes import link
from docs.generate.markdown import code, fenced, table, words
from regimen.finding import Finding, Refusal
from regimen.language import measure_shape, phase_shape, schema
from regimen.language.shapes import Shape
from tests.spec.tables import as_written, weekday

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "docs" / "language.yaml"
EXAMPLE = "b12-acth-infantile-spasms"

_WHERE = {
    "PhaseKeys": "on a phase, on its course or at the top of the file",
    "WhenKeys": "on a phase or on a course",
    "PhaseShape": "on a phase, or on a course of one phase",
    "RepeatShape": "under `repeat`",
    "TotalShape": "under `until`",
    "ProtocolShape": "at the top of the file",
    "TaperShape": "in a taper",
    "WindowShape": "in a window",
    "VisitShape": "in a visit",
    "AsNeededShape": "in what is given as needed",
    "ParameterShape": "in a parameter",
    "MeasureShape": "in a measure",
    "ProductShape": "in a product",
    "ExpectedProductShape": "in a product under `products` of a case",
    "SourceShape": "in a source",
    "CaseShape": "in a case",
    "ExpectedShape": "in a course or visit under `expect`",
}
_ELSEWHERE = {
    "begins": "on a phase or on a course",
    "repeat": "on a phase or on a course",
    "phases": "on a course, or on an entry of its phases",
}

INTRODUCTION = """\
# The language

Every key of a protocol file: what it means, where it may stand, how it is written, and what is
refused. The descriptions come from the program's own schema, and every line of the tables was run
when this page was made. How dates and doses follow from the words is in
[the specification](specification.md), every finding in [the list of findings](findings.md).

## A whole file

"""
HOW_TO_TRY = """\
Read it back in sentences, and make a schedule of it:

```console
$ regimen show {example}
$ regimen schedule {example} --start 2026-03-02 --set twice_weekly_for="2 weeks"
```

Your own file is given by its path, wherever a protocol's name may stand.

A value may be left to the plan: `$name` refers to a parameter, `not stated` says that the source is
silent, and some keys take a range (`6 to 7 days`). The plan then answers.
"""

Tree = Any  # a plain YAML tree, every scalar a text


class BadFormsError(Exception):
    """docs/language.yaml does not fit the schema, or the program does not do what it says."""


@dataclass(frozen=True)
class Entry:
    """A form or a refusal: what is written, as it stands in the file, and what it is put into."""

    shown: str
    text: str
    given: Mapping[str, str]
    means: str = ""
    code: str = ""


# --- reading docs/language.yaml


def chapters() -> list[dict[str, Tree]]:
    """The chapters with the entries of every key. Raises BadFormsError."""
    text = FORMS.read_text(encoding="utf-8")
    plain: list[dict[str, Tree]] = yaml.load(text, Loader=yaml.BaseLoader)
    nodes: Any = yaml.compose(text, Loader=yaml.BaseLoader)
    for chapter, node in zip(plain, nodes.value, strict=True):
        _complete(chapter)
        keys = _value(node, "keys")
        for key, block in chapter["keys"].items():
            for kind in ("forms", "refused"):
                if kind in block:
                    written = _value(_value(keys, key), kind).value
                    block[kind] = [
                        _entry(chapter, each, as_written(_value(of, "write"), text))
                        for each, of in zip(block[kind], written, strict=True)
                    ]
    return plain


def _value(node: Any, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)


def _complete(chapter: dict[str, Tree]) -> None:
    """Every key of the shape has its entry, and no other key has."""
    here, there = set(_fields(chapter["shape"])), set(chapter["keys"])
    if here != there:
        raise BadFormsError(f"{FORMS.name}, {chapter['shape']}: {sorted(here ^ there)}")
    for key, block in chapter["keys"].items():
        if not block.get("forms"):
            raise BadFormsError(f"{FORMS.name}, {chapter['shape']}, {key}: no forms")


def _entry(chapter: dict[str, Tree], entry: dict[str, Tree], shown: str) -> Entry:
    unknown = set(entry) - {"write", "without", "also", "given", "means", "code"}
    if unknown:
        raise BadFormsError(f"{FORMS.name}, {shown}: {sorted(unknown)}")
    tree = copy.deepcopy(chapter["base"])
    tree.update(copy.deepcopy(entry.get("also", {})))
    spot = tree
    for part in chapter["at"]:
        spot = spot[int(part) if isinstance(spot, list) else part]
    for key in entry.get("without", []):
        del spot[key]
    spot.update(entry["write"])
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    if not entry["write"]:
        shown = f"# without {', '.join(entry['without'])}"
    elif len(entry["write"]) == 1 and shown.startswith("{"):
        shown = shown[1:-1]  # a single key reads the same without the braces
    return Entry(
        shown,
        text,
        entry.get("given", {}),
        entry.get("means", ""),
        entry.get("code", ""),
    )


def _shape(name: str) -> type[Shape]:
    homes = (schema, phase_shape, measure_shape)
    found: type[Shape] = next(getattr(home, name) for home in homes if hasattr(home, name))
    return found


def _fields(shape: str) -> dict[str, Any]:
    """The keys that belong to the chapter of this shape."""
    own = {
        "PhaseShape": ("WhenKeys", "PhaseShape"),
        "ProtocolShape": ("ProtocolShape",),
        "VisitShape": ("VisitShape",),
    }.get(shape, (shape,))
    inherited = {
        "PhaseShape": "PhaseKeys",
        "ProtocolShape": "PhaseKeys",
        "VisitShape": "TimingKeys",
        "RepeatShape": "DaysKeys",
    }
    model = _shape(shape)
    above = _shape(inherited[shape]).written_keys() if shape in inherited else {}
    if "WhenKeys" in own:
        above = phase_shape.PhaseKeys.written_keys()
    if shape == "AsNeededShape":
        of_phases = phase_shape.PhaseShape.written_keys()
        own = ("min_gap",)  # of its own, and one duration
        above = {name: each for name, each in of_phases.items() if name not in own}
    if shape == "VisitShape":
        above = above | phase_shape.WhenKeys.written_keys()
    return {name: each for name, each in model.written_keys().items() if name not in above}


# --- running


def refusals() -> Iterator[Finding]:
    """The first finding of every refusal on the page, under its code."""
    for chapter in chapters():
        for block in chapter["keys"].values():
            for entry in block.get("refused", []):
                yield _refused(entry)


def _refused(entry: Entry) -> Finding:
    _, findings = attempt(entry.text, entry.given)
    for finding in findings:
        if finding.code == entry.code:
            return finding
    found = ", ".join(finding.code for finding in findings) or "nothing"
    raise BadFormsError(f"{entry.shown}: expected {entry.code}, found {found}")


def _result(entry: Entry) -> str:
    try:
        result = in_words(*attempt(entry.text, entry.given))
    except Refusal as refusal:
        raise BadFormsError(f"{entry.shown}: {refusal}") from None
    answers = ", ".join(f"{name} = {text}" for name, text in entry.given.items())
    return f"with {answers}: {result}" if answers else result


def _forms(chapter: dict[str, Tree], entries: list[Entry]) -> str:
    """The forms of a key; with their results, where the key makes a difference to any."""
    written = [
        (code(each.shown), each.means.replace("|", "\\|"), _result(each)) for each in entries
    ]
    usual = in_words(*attempt(_as_yaml(chapter["base"])))
    if all(result == usual for _, _, result in written):
        return table(["written", "means"], [each[:2] for each in written])
    return table(["written", "means", f"from {weekday(START)}"], written)


# --- writing


def page() -> str:
    example = (ROOT / "protocols" / f"{EXAMPLE}.yaml").read_text(encoding="utf-8")
    parts = [INTRODUCTION + fenced(example, "yaml protocol"), HOW_TO_TRY.format(example=EXAMPLE)]
    base: Tree = None
    for chapter in chapters():
        parts += _chapter(chapter, new=chapter["base"] != base)
        base = chapter["base"]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _chapter(chapter: dict[str, Tree], *, new: bool) -> Iterator[str]:
    yield f"## {chapter['title']}"
    yield chapter["words"]
    if new:
        yield "The examples are put into this file:"
        yield fenced(_as_yaml(chapter["base"]), "yaml protocol")
    else:
        yield "The examples are put into the same file."
    fields = _fields(chapter["shape"])
    for key, block in chapter["keys"].items():
        yield from _key(chapter, key, fields[key], block)


def _as_yaml(tree: Tree) -> str:
    return yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


class _Plain(yaml.SafeDumper):
    """Writes texts without quotes where the language needs none."""


_Plain.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text),
)
_Plain.yaml_implicit_resolvers = {}


def _key(chapter: dict[str, Tree], key: str, info: Any, block: dict[str, Tree]) -> Iterator[str]:
    shape = chapter["shape"]
    if not info.description:
        raise BadFormsError(f"{shape}.{key} has no description in the schema")
    described = info.description[0].upper() + info.description[1:]
    more = f" {block['more']}" if "more" in block else ""
    home = "WhenKeys" if key in phase_shape.WhenKeys.written_keys() else shape
    need = " It must be there." if info.needed else ""
    yield f"### `{key}`"
    yield f"{described}.{more}"
    yield f"*Stands {_ELSEWHERE.get(key, _WHERE[home])}.{need}*"
    yield _forms(chapter, block["forms"])
    refused = [(entry, _refused(entry)) for entry in block.get("refused", [])]
    if refused:
        rows = [
            [code(entry.shown), link(found.code), words(found.what)] for entry, found in refused
        ]
        yield table(["refused", "finding", "because"], rows)
