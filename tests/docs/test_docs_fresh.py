"""The generated pages are what `make docs` would write now."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import build
from docs.generate import findings, language
from docs.generate.codes import modules, rules_of
from regimen import rules


def test_no_page_is_stale() -> None:
    assert build.stale() == [], "run make docs"


def test_check_says_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "PAGES", {"one.md": lambda: "one\n", "two.md": lambda: "two\n"})
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    (tmp_path / "docs" / "two.md").write_text("changed by hand\n", encoding="utf-8")
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/two.md is stale: run make docs\n"
    assert build.main(["--chekc"]) == 2


def test_every_code_has_an_example_or_says_why_not() -> None:
    codes = {rule.code for rule in rules.all_rules()}
    codes |= {rule.code for module in modules() for rule in rules_of(module)}
    assert codes - set(findings.examples()) == set(findings.NEVER_SEEN)


def test_every_key_of_the_language_has_forms() -> None:
    chapters = language.chapters()
    forms = [
        form for chapter in chapters for key in chapter["keys"].values() for form in key["forms"]
    ]
    assert len(chapters) > 12
    assert len(forms) > 100


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("    id:\n", "    ident:\n", "ident"),
        ("means: the only version there is", "meant: the only version", "meant"),
        ("code: language-version", "code: absurd", "expected absurd, found language-version"),
        ("regimen: 1}, means", "regimen: 3}, means", "not a version"),
    ],
)
def test_a_wrong_form_is_refused(
    before: str, after: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = language.FORMS.read_text(encoding="utf-8")
    assert before in text
    wrong = tmp_path / "language.yaml"
    wrong.write_text(text.replace(before, after), encoding="utf-8")
    monkeypatch.setattr(language, "FORMS", wrong)
    with pytest.raises(language.BadFormsError, match=words):
        language.page()
