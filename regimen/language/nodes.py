"""YAML text to plain mappings, lists and texts, with the place of every key and value.

Every scalar stays the text that was typed. Built from the parser's events rather than from a
loader, so that anchors, aliases, tags and depth are refused before anything is built from them.
"""

from __future__ import annotations

import re
import unicodedata

import yaml
from msgspec import Struct, field

from regimen import rules
from regimen.finding import Finding, Misread, Place, Refusal, quoted, refuse

MOST_BYTES = 256 * 1024
# Of a plan, which keeps what was handed out: three thousand entries, all changed ten times.
MOST_OF_A_PLAN = 4 * 1024 * 1024
MOST_DEPTH = 12
MOST_FINDINGS = 100  # nobody reads more of them at once
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C one is absent without libyaml

Path = tuple[str | int, ...]
Tree = dict[str, "Tree"] | list["Tree"] | str


class Document(Struct):
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


class _Open(Struct):
    """A mapping or list that is still being read; `key` is the mapping's key waiting for its
    value, and `key_end` where that key ends in the text."""

    tree: dict[str, Tree] | list[Tree]
    path: Path
    flow: bool
    key: str | None = None
    key_end: int = 0


def read_nodes(
    text: bytes | str,
    file: str,
    most: int = MOST_BYTES,
    mend: str = "split the regimen into several protocols",
) -> Document:
    """The tree of a YAML text of at most `most` bytes; `mend` says what to do about a larger one.
    Raises Refusal, all duplicate keys and the like in one."""
    return _Reader(decoded(text, file, most, mend), file).read()


def decoded(text: bytes | str, file: str, most: int, mend: str) -> str:
    """The text of a file of at most `most` bytes, without anything in it that cannot be seen.
    Raises Refusal; `mend` says what to do about a larger one."""
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > most:
        raise refuse(
            rules.TOO_LARGE,
            f"the file has {size} bytes; at most {most} are read",
            mend,
            Place(file, 1, 1),
        )
    try:
        read = text.decode() if isinstance(text, bytes) else text
        read.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        before = text[: error.start]
        raise refuse(
            rules.NOT_TEXT,
            "the file is not UTF-8 text",
            "save the file as UTF-8",
            _after(before.decode() if isinstance(before, bytes) else before, file),
        ) from None
    read = read.removeprefix("\ufeff")
    at = unseen(read)
    if at is not None:
        raise Refusal([hidden(read[at]).finding(_after(read[:at], file))])
    return read


def _after(before: str, file: str) -> Place:
    """The place where the text goes on."""
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


_UNUSUAL = re.compile(r"[^\t\n\r -~]")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters without a shape


def unseen(text: str) -> int | None:
    """Where the first character stands that cannot be seen or reorders what is seen, if any."""
    for match in _UNUSUAL.finditer(text):
        if unicodedata.category(match[0]) in _UNSEEN or match[0] in _BLANK:
            return match.start()
    return None


def hidden(char: str) -> Misread:
    """What is said of a character that is not to be seen."""
    return Misread(
        rules.BAD_TEXT,
        f"the character U+{ord(char):04X} cannot be seen, or changes the order of what is seen",
        "delete it, or type the words around it anew",
    )


_PROBLEMS = (  # a part of the parser's message, and what it means to whoever wrote the file
    ("mapping values", "a colon follows a value, or a key is indented too far"),
    ("tab", "a tab stands where spaces indent"),
    ("start any token", "a value begins with a tab or with one of %, @ and `"),
    ("',' or", "inside brackets a comma or the closing bracket is missing"),
    ("end of stream", "a quote that was opened is not closed"),
    ("document indicator", "a quote that was opened is not closed"),
    ("':'", "a key has no colon after it"),
    ("escape", "a backslash inside double quotes is not understood"),
    ("hexdec", "a backslash inside double quotes is not understood"),
)


def _in_words(problem: str) -> str:
    """The parser's complaint in the words of whoever wrote the file."""
    known = (words for part, words in _PROBLEMS if part in problem)
    return next(known, "its structure breaks here")


def _span(event: yaml.Event) -> tuple[int, int]:
    """From where to where in the text the event reaches."""
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None  # the parser marks every event
    return start.index, end.index


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
            problem = error.problem or ""
            mark = error.problem_mark
            if "unexpected" in problem and error.context_mark is not None:
                mark = error.context_mark  # where the quote was opened
            assert mark is not None  # the parser always says where it stopped
            raise refuse(
                rules.NOT_YAML,
                f"the file cannot be read: {_in_words(problem)}",
                "check indentation, colons, brackets and quotes on this line and the one before;"
                " a text that holds a colon and a space stands in quotes",
                Place(self.file, mark.line + 1, mark.column + 1),
            ) from None
        if self.findings:
            raise Refusal(self.findings[:MOST_FINDINGS])
        if self.document is None or self.document.tree == "":
            raise refuse(
                rules.EMPTY_FILE,
                "the file says nothing",
                "write the protocol or plan that it is to hold",
                Place(self.file, 1, 1),
            )
        return self.document

    def at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None  # the parser marks every event
        return Place(self.file, mark.line + 1, mark.column + 1)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise refuse(
                rules.ALIAS,
                f"*{event.anchor} repeats a value that is written elsewhere",
                "write the value out; a text that begins with * stands in quotes",
                self.at(event),
            )
        if (anchor := getattr(event, "anchor", None)) is not None:
            raise refuse(
                rules.ALIAS,
                f"&{anchor} marks a value, to be repeated elsewhere",
                "remove the mark; a text that begins with & stands in quotes",
                self.at(event),
            )
        if (tag := getattr(event, "tag", None)) is not None:
            raise refuse(
                rules.TAG,
                f"the tag {quoted(tag)} stands before a value",
                "remove it; a text that begins with ! stands in quotes",
                self.at(event),
            )
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self.open(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.document is not None:
            raise refuse(
                rules.SEVERAL_DOCUMENTS,
                "with this line a second document begins inside the file",
                "keep one regimen in a file, and remove the line ---",
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
        if (at := unseen(value)) is not None:  # written as an escape, as in "\u200b"
            self.findings.append(hidden(value[at]).finding(place))
        top = self.stack[-1] if self.stack else None
        if top is None or isinstance(top.tree, list) or top.key is not None:
            if top is not None and top.flow and top.key and value == "":
                self.cut_by_comma(top, top.key, event)
            self.add(value, place)
            return
        if not value:
            raise refuse(
                rules.KEY_NOT_TEXT,
                "a colon stands without a key before it",
                "write the key, or put the text in quotes",
                place,
            )
        path = (*top.path, value)
        if value in top.tree:
            self.findings.append(
                Finding(
                    rules.DUPLICATE_KEY,
                    f"the key {quoted(value)} stands twice; first at line {self.keys(path).line}",
                    "keep one of the two",
                    place,
                )
            )
        top.key, top.key_end = value, _span(event)[1]
        assert self.document is not None  # the block that the key stands in
        self.document.keys.setdefault(path, place)

    def keys(self, path: Path) -> Place:
        assert self.document is not None
        return self.document.keys[path]

    def cut_by_comma(self, top: _Open, key: str, value: yaml.ScalarEvent) -> None:
        """`{dose: 1,015 mg}` reads as dose 1 and a key "015 mg" without a colon or a value."""
        if ":" not in self.text[top.key_end : _span(value)[0]]:
            self.findings.append(
                Finding(
                    rules.COMMA_CUT,
                    f"a comma inside {{…}} ends the value, so {quoted(key)} was read as a key of"
                    " its own",
                    "write the number without a comma"
                    if key[0].isdigit()
                    else "put the whole value in quotes, or give the key its value",
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
