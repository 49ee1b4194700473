"""The cases of a protocol from their texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from regimen import rules
from regimen.finding import Finding, quoted
from regimen.language.nodes import Document, Path
from regimen.language.schema import CaseShape, ExpectedShape
from regimen.protocol import (
    Case,
    Expected,
    ExpectedProduct,
)


def read_case(
    document: Document,
    at: int,
    shape: CaseShape,
    courses: Collection[str],
    visits: Collection[str],
    products: Collection[str],
    findings: list[Finding],
) -> Case:
    """One case; what is wrong with it is added to `findings`."""
    names = [*courses, *visits]
    path: Path = ("cases", at)
    place = document.place(path)
    expected = shape.expect or {}
    if bool(expected) is (shape.refused is not None):
        findings.append(
            Finding(
                rules.TWO_WAYS,
                f"case {quoted(shape.name)} expects {'two things' if expected else 'nothing'}",
                "write expect with courses, or refused with a finding's code",
                place,
            )
        )
    for key in expected:
        if key not in names:
            findings.append(
                Finding(
                    rules.UNKNOWN_ANCHOR,
                    f"case {quoted(shape.name)}: there is no course{' or visit' if visits else ''}"
                    f" {quoted(key)}",
                    f"use one of: {', '.join(names)}",
                    document.key_place((*path, "expect", key)),
                )
            )
    return Case(
        name=shape.name,
        given=shape.given,
        expected=tuple(
            _expected(document, key, each, (*path, "expect", key), findings, key in visits)
            for key, each in expected.items()
        ),
        refused=shape.refused,
        place=place,
        places={key: document.place((*path, "given", key)) for key in shape.given},
        products=tuple(_products(document, shape, path, products, findings)),
    )


def _products(
    document: Document,
    shape: CaseShape,
    path: Path,
    products: Collection[str],
    findings: list[Finding],
) -> Iterator[ExpectedProduct]:
    path = (*path, "products")
    if shape.products and shape.refused is not None:
        findings.append(
            Finding(
                rules.TWO_WAYS,
                "nothing is used up in a plan that is refused",
                "keep one of refused and products",
                document.key_place(path),
            )
        )
    for key, expected in shape.products.items():
        if key not in products:
            findings.append(
                Finding(
                    rules.UNKNOWN_PRODUCT,
                    f"there is no product {quoted(key)}",
                    f"use one of: {', '.join(products)}"
                    if products
                    else "describe it under products: its drug, form and strength",
                    document.key_place((*path, key)),
                )
            )
        if not expected.stated_keys:
            findings.append(
                Finding(
                    rules.EMPTY_VALUE,
                    f"the case expects nothing of {key}",
                    "write containers, given or left_over",
                    document.place((*path, key)),
                )
            )
        yield ExpectedProduct(
            key,
            expected.containers,
            expected.given,
            expected.left_over,
            document.place((*path, key)),
        )


def _expected(
    document: Document,
    course: str,
    shape: ExpectedShape,
    path: Path,
    findings: list[Finding],
    visit: bool,
) -> Expected:
    own = ("times",) if visit else ("doses", "total", "amounts", "finishes")
    if not shape.stated_keys:
        findings.append(
            Finding(
                rules.EMPTY_VALUE,
                f"the case expects nothing of {course}",
                f"write {', '.join(own)}, first, last or dates",
                document.place(path),
            )
        )
    for key in ("doses", "total", "amounts", "finishes") if visit else ("times",):
        if key in shape.stated_keys:
            findings.append(
                Finding(
                    rules.UNKNOWN_KEY,
                    f"{key} says nothing of a {'visit' if visit else 'course'}",
                    f"write {'times, for how often it is' if visit else 'doses'}",
                    document.key_place((*path, key)),
                )
            )
    return Expected(
        course=course,
        doses=shape.times if visit else shape.doses,
        total=shape.total,
        first=shape.first,
        last=shape.last,
        dates=shape.dates,
        finishes=shape.finishes,
        amounts=shape.amounts,
        place=document.place(path),
    )
