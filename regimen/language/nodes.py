"""YAML text to plain mappings, lists and texts, with the place of every key and value.

Every scalar stays the text that was typed. Built from the parser's events rather than from a
loader, so that anchors, aliases, tags and depth are refused before anything is built from them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import yaml

from regimen import rules
from regimen.finding import Finding, Place, Refusal, refuse

MOST_BYTES = 256 * 1024
MOST_DEPTH = 12
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is absent without libyaml

Path = tuple[str | int, ...]
Tree = dict[str, "Tree"] | list["Tree"] | str


@dataclass(slots=True)
class Document:
    """The tree, and where each path of it stands: the value, and the key where there is one."""

    file: str
    tree: Tree
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where the value at `path` stands, or the nearest thing around it that was written."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values[path]

    def key_place(self, path: Path) -> Place:
        return self.keys.get(path) or self.place(path)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read; `key` is the mapping's key waiting for its
    value."""

    tree: dict[str, Tree] | list[Tree]
    path: Path
    flow: bool
    key: str | None = None


def read_nodes(text: bytes | str, file: str) -> Document:
    """The tree of a YAML text. Raises Refusal, all duplicate keys and the like in one."""
    return _Reader(_decoded(text, file), file).read()


def _decoded(text: bytes | str, file: str) -> str:
    start = Place(file, 1, 1)
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise refuse(
            rules.TOO_LARGE,
            f"the file has {size} bytes; at most {MOST_BYTES} are read",
            "split the regimen into several protocols",
            start,
        )
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        decoded.encode("utf-8")
    except UnicodeError:
        raise refuse(
            rules.NOT_TEXT, "the file is not UTF-8 text", "save the file as UTF-8", start
        ) from None
    for number, line in enumerate(decoded.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if char not in "\t\r" and char > "~" and unicodedata.category(char) in _UNSEEN:
                raise refuse(
                    rules.BAD_TEXT,
                    f"the character U+{ord(char):04X} cannot be seen, or reorders what is seen",
                    "remove it",
                    Place(file, number, column),
                )
    return decoded


_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.document: Document | None = None
        self.stack: list[_Open] = []
        self.findings: list[Finding] = []

    def read(self) -> Document:
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                self.take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            assert mark is not None  # the parser always says where it stopped
            raise refuse(
                rules.NOT_YAML,
                f"the file cannot be read as YAML: {error.problem or error.context}",
                "check indentation, colons, brackets and quotes on this line and the one before",
                Place(self.file, mark.line + 1, mark.column + 1),
            ) from None
        except yaml.YAMLError as error:
            raise refuse(
                rules.NOT_YAML,
                f"the file cannot be read as YAML: {str(error).splitlines()[0]}",
                "remove control characters",
                Place(self.file, 1, 1),
            ) from None
        if self.findings:
            raise Refusal(self.findings)
        if self.document is None:
            raise refuse(
                rules.EMPTY_FILE, "the file is empty", "write a protocol", Place(self.file, 1, 1)
            )
        return self.document

    def at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None  # the parser marks every event
        return Place(self.file, mark.line + 1, mark.column + 1)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise refuse(
                rules.ALIAS, f"*{event.anchor} repeats a value", "write it out", self.at(event)
            )
        if (anchor := getattr(event, "anchor", None)) is not None:
            raise refuse(rules.ALIAS, f"&{anchor} marks a value", "remove the mark", self.at(event))
        if (tag := getattr(event, "tag", None)) is not None:
            raise refuse(rules.TAG, f"the tag {tag} is not read", "remove it", self.at(event))
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self.open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.document is not None:
            raise refuse(
                rules.SEVERAL_DOCUMENTS,
                "the file holds more than one YAML document",
                "keep one regimen per file and remove the line ---",
                self.at(event),
            )

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self.at(event)
        if len(self.stack) >= MOST_DEPTH:
            raise refuse(
                rules.TOO_DEEP,
                f"more than {MOST_DEPTH} levels of nesting",
                "no part of the language is nested this deep; check indentation and brackets",
                place,
            )
        tree: dict[str, Tree] | list[Tree] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self.stack and isinstance(self.stack[-1].tree, dict) and self.stack[-1].key is None:
            raise refuse(
                rules.KEY_NOT_TEXT,
                "a list or block stands where a key belongs",
                "write a word as the key",
                place,
            )
        path = self.add(tree, place)
        self.stack.append(_Open(tree, path, bool(event.flow_style)))

    def scalar(self, event: yaml.ScalarEvent) -> None:
        value, place = str(event.value), self.at(event)
        top = self.stack[-1] if self.stack else None
        if top is None or isinstance(top.tree, list) or top.key is not None:
            if top is not None and top.flow and top.key and value == "" and event.implicit[0]:
                self.cut_by_comma(top, top.key)
            self.add(value, place)
            return
        path = (*top.path, value)
        if value in top.tree:
            self.findings.append(
                Finding(
                    rules.DUPLICATE_KEY,
                    f"the key {value!r} stands twice; first at line {self.keys(path).line}",
                    "keep one of the two",
                    place,
                )
            )
        top.key = value
        if self.document is not None:
            self.document.keys[path] = place

    def keys(self, path: Path) -> Place:
        assert self.document is not None
        return self.document.keys[path]

    def cut_by_comma(self, top: _Open, key: str) -> None:
        """`{dose: 1,015 mg}` reads as dose 1 and a key "015 mg" without a value."""
        if key[:1].isdigit():
            self.findings.append(
                Finding(
                    rules.COMMA_CUT,
                    f"a comma inside {{…}} ends the value, so {key!r} was read as a key",
                    "write the number without a comma",
                    self.keys((*top.path, key)),
                )
            )

    def add(self, tree: Tree, place: Place) -> Path:
        """Put a value where it belongs and return its path."""
        if not self.stack:
            self.document = Document(self.file, tree, {(): place})
            return ()
        top = self.stack[-1]
        if isinstance(top.tree, list):
            path: Path = (*top.path, len(top.tree))
            top.tree.append(tree)
        else:
            assert top.key is not None
            path = (*top.path, top.key)
            top.tree[top.key] = tree
            top.key = None
        assert self.document is not None
        self.document.values[path] = place
        return path
