"""HTML that is escaped by construction: whatever is not markup already is text."""

from __future__ import annotations

import html
import re

from regimen.export.words import clean


class Html(str):
    """Markup made by `tag` or `join`; every other text is escaped on its way in."""

    __slots__ = ()


_EMPTY = frozenset({"meta", "col"})


def tag(name: str, /, *content: str | None, **attributes: str | None) -> Html:
    """`<name attribute="value">content</name>`. A trailing underscore is dropped from an
    attribute's name and others become hyphens; None leaves an attribute or a content out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*content)}</{name}>")


def join(*content: str | None) -> Html:
    """The contents one after the other."""
    return Html("".join(_escaped(each) for each in content if each is not None))


def style(sheet: str) -> Html:
    """A style element. Its text is not escaped, so it must be our own, with `css_text` in it."""
    if "</" in sheet:
        raise ValueError("a style sheet cannot close its element")
    return Html(f"<style>\n{sheet}</style>")


def css_text(text: str) -> str:
    """The text as a CSS string. Everything but letters, digits and a few signs is written as its
    code point (CSS Syntax Level 3, section 4.3.7), so that no text can end the string."""
    return '"' + re.sub(r"[^A-Za-z0-9 .:,_-]", _code_point, clean(text)) + '"'


def _code_point(match: re.Match[str]) -> str:
    return f"\\{ord(match[0]):06x}"


def _escaped(content: str) -> str:
    return content if isinstance(content, Html) else html.escape(clean(content))
