"""The products of a protocol: described without contradiction, and bound to phases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from fractions import Fraction

from msgspec import Struct, field

from regimen import rules
from regimen.finding import Finding, Misread, Place, Rule, quoted
from regimen.language import texts
from regimen.language.nodes import Document, Path
from regimen.language.product_texts import Strength
from regimen.language.schema import ProductShape
from regimen.product import Content, Form, Product, Rest, Split
from regimen.protocol import OneOf, Parameter, Ref
from regimen.quantity import Dimension


class Products(Struct):
    """Every product by its name, and which of them something is made of."""

    document: Document
    findings: list[Finding]  # the protocol's own list
    parameters: Mapping[str, Parameter]
    by_name: dict[str, Product] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # those that could not be read included
    used: set[str] = field(default_factory=set)

    def declare(self, name: str, shape: ProductShape) -> None:
        path: Path = ("products", name)
        self.known.add(name)
        found = list(_Reader(self.document, shape, path).findings(name))
        self.findings += found
        if not found:
            self.by_name[name] = _product(name, shape, self.document.key_place(path))

    def bound(
        self, written: tuple[str | Ref, ...], drug: str, place: Place
    ) -> tuple[Product, ...] | OneOf:
        """What stands at a phase's `product`, with findings for what cannot stand there."""
        if len(written) == 1 and isinstance(written[0], Ref):
            parameter = self.parameters.get(written[0].name)
            names = list(parameter.choices) if parameter else []
            self.found(names, drug, place)
            return OneOf(written[0], {each: self.by_name[each] for each in self.readable(names)})
        names = [each for each in written if isinstance(each, str)]
        if len(set(names)) != len(written):
            self.find(
                rules.WRONG_SHAPE,
                "product: in a list every name is written out, and stands once",
                "list every product once; or write one $choice for the whole list",
                place,
            )
        self.found(names, drug, place)
        products = tuple(self.by_name[each] for each in self.readable(names))
        if any(each.is_measured for each in products) and not _one_liquid(products):
            self.find(
                rules.WRONG_PRODUCT,
                f"of {', '.join(names)}, {_measured(products)} is drawn up, and the file does not"
                " say how much of which",
                "name one product, or containers of one liquid that differ only in size and are"
                " discarded once opened; or leave it to the plan: product: $choice",
                place,
            )
        return products

    def readable(self, names: list[str]) -> Iterator[str]:
        return (each for each in names if each in self.by_name)

    def found(self, names: list[str], drug: str, place: Place) -> None:
        """A finding for each name that is no product, or none of this drug."""
        self.used.update(names)
        for name in names:
            product = self.by_name.get(name)
            if name not in self.known:
                close = get_close_matches(name, self.known, n=1)
                self.used.update(close)
                self.find(
                    rules.UNKNOWN_PRODUCT,
                    f"there is no product {quoted(name)}"
                    + (f"; did you mean {quoted(close[0])}?" if close else ""),
                    "describe it under products: its drug, form and strength",
                    place,
                )
            elif product is not None and drug not in product.names:
                self.find(
                    rules.WRONG_PRODUCT,
                    f"{name} holds {' and '.join(dict.fromkeys(product.names))}, and the course"
                    f" gives {drug}",
                    "name a product of the course's drug, or call both by one name",
                    place,
                )

    def find_unused(self) -> None:
        for name in sorted(self.known - self.used):
            self.find(
                rules.UNUSED_PRODUCT,
                f"no dose is made up of {name}",
                f"write product: {name} on its course, or remove it",
                self.document.key_place(("products", name)),
            )

    def find(self, rule: Rule, what: str, mend: str, place: Place) -> None:
        self.findings.append(Finding(rule, what, mend, place))


def _one_liquid(products: tuple[Product, ...]) -> bool:
    """Whether they are containers of one liquid in several sizes, each opened for one dose."""
    first, *others = products
    if not others:
        return True
    same = all(
        (each.step, each.per is not None and _in(each)) == (first.step, _in(first))
        for each in others
    )
    return same and all(
        each.once_opened is Rest.DISCARDED
        and each.size is not None
        and each.step is not None
        and each.size.over(each.step).denominator == 1
        for each in products
    )


def _in(product: Product) -> tuple[tuple[str, Fraction], ...]:
    """How much of each drug is in one unit of volume."""
    assert product.per is not None
    return tuple((each.drug, each.amount.base / product.per.base) for each in product.contents)


def _measured(products: tuple[Product, ...]) -> str:
    return next(each.key for each in products if each.is_measured)


# --- one product


def _product(name: str, shape: ProductShape, place: Place) -> Product:
    """The product of a shape that raised no finding."""
    contains = shape.contains or {}
    if shape.strength is not None:
        contains = {shape.drug: shape.strength}
    kept = shape.once_opened
    return Product(
        key=name,
        drug=shape.drug,
        form=shape.form,
        contents=tuple(Content(drug, each.amount) for drug, each in contains.items()),
        per=next(iter(contains.values())).per,
        size=shape.size,
        split=shape.split or Split.NEVER,
        # A pack of pieces keeps what is left in it unless the file says otherwise; of a liquid
        # the file must say.
        once_opened=Rest.KEPT if kept is None else kept,
        step=shape.measured_to,
        place=place,
    )


class _Reader(Struct):
    """Holds the keys of one product against each other."""

    document: Document
    shape: ProductShape
    path: Path

    def findings(self, name: str) -> Iterator[Finding]:
        try:
            texts.read_name(name)
        except Misread as misread:
            yield misread.finding(self.document.key_place(self.path))
        shape = self.shape
        yield from self.names()
        strengths = self.strengths()
        if not strengths:
            yield self.missing("strength", "a product's strength", "strength: 1000 mcg in 1 mL")
            return
        yield from self.combination(strengths)
        yield from self.split()
        in_volume = strengths[0].per is not None
        if in_volume and shape.form.holds_liquid:
            yield from self.liquid()
            return
        if in_volume and shape.form is not Form.DROP:
            yield self.at(
                "form",
                rules.BAD_PRODUCT,
                f"the strength is an amount in a volume, and one {shape.form} is no volume",
                f"write the amount in one {shape.form}; or the container the liquid comes in: vial,"
                " ampoule, syringe or bottle",
            )
        yield from self.counted()

    def names(self) -> Iterator[Finding]:
        for drug in self.shape.contains or {}:
            try:
                texts.read_drug(drug)
            except Misread as misread:
                yield misread.finding(self.document.key_place((*self.path, "contains", drug)))

    def strengths(self) -> list[Strength]:
        """The strength of each drug in it."""
        shape = self.shape
        own = [] if shape.strength is None else [shape.strength]
        return [*own, *(shape.contains or {}).values()]

    def combination(self, strengths: list[Strength]) -> Iterator[Finding]:
        shape = self.shape
        if shape.strength is not None and shape.contains is not None:
            yield self.at(
                "contains",
                rules.TWO_WAYS,
                "strength and contains both say what is in it",
                "keep one of them",
            )
        if shape.contains is not None and len(shape.contains) == 1:
            yield self.at(
                "contains",
                rules.BAD_PRODUCT,
                "a combination holds more than one drug",
                "write strength instead, or add the other drugs",
            )
        if len({each.per for each in strengths}) > 1:
            yield self.at(
                "contains",
                rules.BAD_PRODUCT,
                "the drugs of one product stand in different volumes",
                "write every amount in the same volume, or none in a volume",
            )

    def split(self) -> Iterator[Finding]:
        shape = self.shape
        if shape.split not in (None, Split.NEVER) and not shape.form.may_be_split:
            yield self.at(
                "split",
                rules.BAD_PRODUCT,
                f"a {shape.form} cannot be broken into {shape.split}",
                "write split: never, or remove the key",
            )

    def liquid(self) -> Iterator[Finding]:
        """What must be known of a liquid, because parts of its containers are given."""
        shape = self.shape
        if shape.size is None:
            yield self.missing("size", f"how much one {shape.form} holds", "size: 1 mL")
        elif shape.size.unit.dimension is not Dimension.VOLUME:
            yield self.at(
                "size",
                rules.DIMENSION,
                f"the strength is in a volume, and the size is {shape.size.unit.dimension}",
                f"write how much one {shape.form} holds, as in size: 1 mL",
            )
        if shape.measured_to is None:
            yield self.missing(
                "measured_to", "the smallest volume that can be measured", "measured_to: 0.01 mL"
            )
        elif (
            shape.size is not None
            and shape.size.unit.dimension is Dimension.VOLUME
            and shape.measured_to > shape.size
        ):
            yield self.at(
                "measured_to",
                rules.BAD_PRODUCT,
                f"steps of {shape.measured_to} are larger than one {shape.form} of {shape.size}",
                "write the smallest volume that the syringe or cup shows",
            )
        if shape.once_opened is None:
            yield self.missing(
                "once_opened",
                f"what becomes of the rest of an opened {shape.form}",
                "once_opened: discard, or use within 28 days, or use until empty",
            )

    def counted(self) -> Iterator[Finding]:
        shape = self.shape
        if shape.measured_to is not None:
            yield self.at(
                "measured_to",
                rules.UNUSED_KEY,
                f"measured_to decides nothing here: a {shape.form} is counted, not measured",
                "remove it; or write the strength in a volume, as in 1000 mcg in 1 mL",
            )
        if shape.size is None:
            if shape.once_opened is not None:
                yield self.at(
                    "once_opened",
                    rules.UNUSED_KEY,
                    "once_opened decides nothing here: without a size there is nothing to open",
                    f"remove it, or write how many are in a {shape.form.pack}, as in size: 200"
                    f" {shape.form.unit.name}",
                )
        elif shape.size.unit is not shape.form.unit:
            yield self.at(
                "size",
                rules.DIMENSION,
                f"the form is {shape.form}, and the size is {shape.size.unit.dimension}",
                f"write how many are in a {shape.form.pack}, as in size: 30 {shape.form.unit.name}",
            )
        elif shape.once_opened is None and shape.form in (Form.DROP, Form.PUFF):
            yield self.missing(
                "once_opened",
                f"what becomes of the rest of an opened {shape.form.pack}",
                "once_opened: discard, or use within 28 days, or use until empty",
            )

    def at(self, key: str, rule: Rule, what: str, mend: str) -> Finding:
        where = ".".join(map(str, self.path))
        return Finding(rule, f"{where}: {what}", mend, self.document.place((*self.path, key)))

    def missing(self, key: str, what: str, mend: str) -> Finding:
        where = ".".join(map(str, self.path))
        return Finding(
            rules.MISSING_KEY,
            f"{where}: the key {quoted(key)} is missing: {what}",
            f"write {mend}",
            self.document.key_place(self.path),
        )
