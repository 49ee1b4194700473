"""Every scalar stays the text that was typed, and tricks of the file format are refused."""

from __future__ import annotations

import pytest

from regimen import planning
from regimen.protocol import DoseExpression, Protocol
from tests.errors.strict import HEAD, codes, findings, with_value

# --- every scalar stays the text that was typed


SCALARS = {
    "0.10 mg": ("dose", "0.1 mg"),
    "1.50 mg": ("dose", "1.5 mg"),
    "100 mcg": ("dose", "100 mcg"),
    "010": ("drug", "010"),
    "0x1F": ("drug", "0x1F"),
    "1e3": ("drug", "1e3"),
    "1_000": ("drug", "1_000"),
    "1:30": ("drug", "1:30"),
    "no": ("drug", "no"),
    "off": ("drug", "off"),
    "null": ("drug", "null"),
    "~": ("drug", "~"),
    "2026-03-02": ("drug", "2026-03-02"),
    ".inf": ("drug", ".inf"),
    "=": ("drug", "="),
    "08:00": ("at", "08:00:00"),
    "yes": ("overlap", "True"),
}


@pytest.mark.parametrize(("text", "expected"), SCALARS.items())
def test_scalars_stay_what_was_typed(text: str, expected: tuple[str, str]) -> None:
    key, meant = expected
    written = with_value(key, text).replace(f"'{text}'", text)  # not in quotes
    protocol = planning.read_protocol(HEAD + written, "strict.yaml")
    assert value_of(protocol, key) == meant


def value_of(protocol: Protocol, key: str) -> str:
    phase = protocol.courses[0].phases[0]
    if key == "dose":
        assert isinstance(phase.dose, DoseExpression)
        return str(phase.dose.amount)
    if key == "at":
        assert isinstance(phase.times, tuple)
        return str(phase.times[0])
    return str(phase.may_overlap if key == "overlap" else phase.drug)


def test_words_that_yaml_would_turn_into_truth_are_choices() -> None:
    text = (
        "parameters: {given: {type: choice, ask: Was it given?, choices: {yes: it was, no: not}}}\n"
        + with_value("drug", "x").replace("drug:", "when: {given: no}, drug:")
    )
    protocol = planning.read_protocol(HEAD + text, "strict.yaml")
    assert list(protocol.parameters["given"].choices) == ["yes", "no"]
    assert protocol.courses[0].when[0].choices == ("no",)


# --- tricks of the file format


BODY = with_value("dose", "1 mg")
WHOLE = HEAD + BODY
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
NINES = "9" * 100_000
COURSE = "{route: oral, dose: 1 mg, every: 1 day, doses: 1}"


def in_dose(text: str) -> str:
    return HEAD + f"courses:\n  a: {{route: oral, every: 1 day, doses: 3, dose: {text}}}\n"


TRICKS: dict[str, tuple[bytes | str, str]] = {
    "billion laughs": (LAUGHS, "alias"),
    "an anchor deep inside": (in_dose("&x 1 mg"), "alias"),
    "nested anchors": (HEAD + f"courses: &c\n  a: &a {COURSE}\n", "alias"),
    "an alias of nothing": (in_dose("*x"), "alias"),
    "a merge of an alias": (HEAD + "courses:\n  a:\n    <<: *other\n", "alias"),
    "a merge of a block": (
        WHOLE.replace("{route: oral, every", "{<<: {route: oral}, every"),
        "unknown-key",
    ),
    "a python object": (in_dose("!!python/object/apply:os.system ['true']"), "tag"),
    "a python name": (in_dose("!!python/name:os.system x"), "tag"),
    "a string tag": (in_dose("!!str 1 mg"), "tag"),
    "a binary tag": (in_dose("!!binary aGVsbG8="), "tag"),
    "a tag without a name": (in_dose("! 1 mg"), "tag"),
    "a tag on the whole file": ("--- !!map\n" + WHOLE, "tag"),
    "a tag directive": ("%TAG ! tag:example.org,2026:\n---\n" + in_dose("!mg 1"), "tag"),
    "an unknown tag handle": (in_dose("!x!mg 1"), "not-yaml"),
    "another version of YAML": ("%YAML 3.0\n---\n" + WHOLE, "not-yaml"),
    "a key doubled deep inside": (
        WHOLE.replace("for: 1 week", "for: 1 week, for: 2 weeks"),
        "duplicate-key",
    ),
    "a key doubled in quotes": (
        WHOLE.replace("for: 1 week", "for: 1 week, 'for': 2 weeks"),
        "duplicate-key",
    ),
    "a key doubled by an escape": (
        WHOLE.replace("for: 1 week", 'for: 1 week, "f\\x6fr": 2 weeks'),
        "duplicate-key",
    ),
    "a course doubled": (WHOLE + f"  a: {COURSE}\n", "duplicate-key"),
    "a tab for indentation": (HEAD + "courses:\n\ta: {route: oral}\n", "not-yaml"),
    "a byte order mark": (b"\xef\xbb\xbf" + WHOLE.encode(), "ok"),
    "a byte order mark in a text": ("\ufeff" + WHOLE, "ok"),
    "a byte order mark inside": (WHOLE.replace("courses", "\ufeffcourses"), "bad-text"),
    "UTF-16": (WHOLE.encode("utf-16"), "not-text"),
    "Latin-1": (WHOLE.replace("none", "\u00e4").encode("latin-1"), "not-text"),
    "an overlong encoding": (WHOLE.encode().replace(b"none", b"\xc0\xaf"), "not-text"),
    "a surrogate in bytes": (WHOLE.encode().replace(b"none", b"\xed\xa0\x80"), "not-text"),
    "a surrogate in a text": (WHOLE.replace("none", "\ud800"), "not-text"),
    "a surrogate as an escape": (WHOLE.replace("none", '"\\ud800"'), "not-yaml"),
    "NUL": (WHOLE.replace("none", "no\x00ne"), "bad-text"),
    "NUL as an escape": (WHOLE.replace("none", '"no\\0ne"'), "bad-text"),
    "escape": (WHOLE.replace("none", "no\x1b[31mne"), "bad-text"),
    "delete": (WHOLE.replace("none", "no\x7fne"), "bad-text"),
    "a right-to-left override": (WHOLE.replace("none", "no\u202ene"), "bad-text"),
    "the same as an escape": (WHOLE.replace("none", '"no\\u202ene"'), "bad-text"),
    "the same in a comment": (WHOLE + "# \u202e\n", "bad-text"),
    "the same in a key": (WHOLE.replace("for:", '"f\\u202eor":'), "bad-text"),
    "a space without width": (WHOLE.replace("none", "no\u200bne"), "bad-text"),
    "a filler without shape": (WHOLE.replace("none", "no\u3164ne"), "bad-text"),
    "a line separator": (WHOLE.replace("none", "no\u2028ne"), "bad-text"),
    "a next line": (WHOLE.replace("none", "no\x85ne"), "bad-text"),
    "a private character": (WHOLE.replace("none", "no\ue000ne"), "bad-text"),
    "not a character": (WHOLE.replace("none", "no\uffffne"), "bad-text"),
    "old line ends": (WHOLE.replace("\n", "\r\n"), "ok"),
    "a drug on two lines": (WHOLE.replace("{route", '{drug: "a\\nb", route'), "bad-text"),
    "a huge number": (in_dose(f"{NINES} mg"), "absurd"),
    "a huge unit": (in_dose("1 " + "m" * 100_000), "unknown-unit"),
    "a huge dose": (in_dose("1 mg" + "/kg" * 30_000), "bad-quantity"),
    "a huge space": (in_dose('"1' + " " * 100_000 + 'mg"'), "ok"),
    "a huge title": (WHOLE.replace("Strict", "x" * 100_000), "bad-text"),
    "a huge anchor": (
        WHOLE.replace("for:", "begins: " + "a after " * 10_000 + "b, for:"),
        "bad-duration",
    ),
    "a huge range": (WHOLE.replace("1 week", f"{'1' * 50_000} to {'2' * 50_000} days"), "absurd"),
    "a huge key": (
        WHOLE.replace("for:", f"? {'x' * 100_000} : 1, for:"),
        "unknown-key",
    ),
    "a huge comment": (WHOLE + "#" * 200_000, "ok"),
    "too much of it": (WHOLE + "#" * 300_000, "too-large"),
    "ten thousand courses": (
        HEAD + "courses:\n" + "".join(f"  c{n}: {{}}\n" for n in range(10_000)),
        "absurd",
    ),
    "ten thousand parameters": (
        HEAD
        + "parameters:\n"
        + "".join(f"  p{n}: {{type: date, ask: x}}\n" for n in range(7_000))
        + BODY,
        "absurd",
    ),
    "twenty thousand unknown keys": (
        WHOLE + "".join(f"k{n}: 1\n" for n in range(20_000)),
        "unknown-key",
    ),
    "the same key all over": (WHOLE + "id: x\n" * 30_000, "duplicate-key"),
    "a deep list": (in_dose("[" * 100_000 + "]" * 100_000), "too-deep"),
    "a deep list left open": (in_dose("[" * 100_000), "too-deep"),
    "a deep block": (HEAD + "".join(" " * n + "a:\n" for n in range(500)), "too-deep"),
    "a deep key": ("? " * 50_000, "key-not-text"),
    "a quote left open": (WHOLE.replace("none", '"none'), "not-yaml"),
    "a bracket left open": (WHOLE.replace("doses: 2}", "doses: 2"), "not-yaml"),
    "a list for a key": (WHOLE.replace("courses:", "? [courses]\n:"), "key-not-text"),
    "no key": (WHOLE + "'': x\n", "key-not-text"),
    "a second document": (WHOLE + "---\n" + WHOLE, "several-documents"),
    "a second document that is empty": (WHOLE + "---\n", "several-documents"),
    "the end of a document": (WHOLE + "...\n", "ok"),
    "nothing": ("", "empty-file"),
    "a comment": ("# nothing\n", "empty-file"),
    "only the start of a document": ("---\n", "empty-file"),
    "an empty text": ("''\n", "empty-file"),
    "a list": ("- a\n- b\n", "wrong-shape"),
    "a word": ("null\n", "wrong-shape"),
    "a cap in an empty list": (WHOLE.replace("for:", "max: [], for:"), "empty-value"),
    "a condition in an empty block": (WHOLE.replace("for:", "when: {}, for:"), "empty-value"),
    "a colon without a value": (WHOLE.replace("for: 1 week", "for: "), "empty-value"),
    "a comma in a number": (in_dose("1,015 mg"), "comma-cut"),
    "a comma in a rounding": (
        WHOLE.replace("for:", "round: nearest 1 mg, ties up, for:"),
        "comma-cut",
    ),
}


@pytest.mark.parametrize(("text", "code"), TRICKS.values(), ids=TRICKS)
def test_tricks_of_the_file_format_are_refused(text: bytes | str, code: str) -> None:
    found = set(codes(text))
    assert found == (set() if code == "ok" else {code})


def test_a_message_stays_short_whatever_was_typed() -> None:
    examined = 0
    for text, _ in TRICKS.values():
        for finding in findings(text):
            examined += 1
            assert len(finding.what) < 400
            assert len(finding.mend) < 400
    assert examined > 100


def test_no_more_is_found_than_anyone_reads() -> None:
    assert len(findings(TRICKS["twenty thousand unknown keys"][0])) == 100
    assert len(findings(TRICKS["the same key all over"][0])) == 100
