"""The table of usual doses and limits: its rows, read from the package's file and from a site's.

A row says for one drug, by which routes and for whom, either what is usual (`low` to `high`) or the
most that may be given (`limit`), per dose, day, week or lifetime, perhaps per kg or m². A site's
file has the same rows. Where it has one for a drug, route and time that the package's table has
too, only the site's counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from regimen import rules
from regimen.finding import Finding, Misread, Place, Refusal, quoted
from regimen.language.kinds import AMOUNT, LINE, TEXT
from regimen.language.nodes import Document, read_nodes
from regimen.language.shapes import Shape, block, key, not_empty, one_or_several, reads, several
from regimen.language.shaping import shaped
from regimen.protocol import AgeOn, Measure
from regimen.quantity import Quantity
from regimen.route import Route, read_route
from regimen.timing import CalendarSpan, read_calendar_span

DOSE, DAY, WEEK, LIFETIME = "dose", "day", "week", "lifetime"
_TIMES = (DOSE, DAY, WEEK, LIFETIME)
_SCALES = {"kg": Measure.WEIGHT, "m2": Measure.BSA}


class Basis(Struct, frozen=True):
    """What an amount of a row is per: a time, and a measure where it scales."""

    time: str
    scale: Measure | None = None

    def __str__(self) -> str:
        sign = {Measure.WEIGHT: "kg/", Measure.BSA: "m²/"}
        return f"{sign[self.scale] if self.scale else ''}{self.time}"


def read_basis(text: str) -> Basis:
    """`dose`, `day`, `kg/day`, `m2/lifetime`. Raises Misread."""
    scale, slash, time = text.rpartition("/")
    if time not in _TIMES or (bool(slash) and scale not in _SCALES):
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is not a basis",
            "write dose, day, week or lifetime; before it kg/ or m2/, if it scales: kg/day",
        )
    return Basis(time, _SCALES.get(scale))


class Ages(Struct, frozen=True):
    """From an age on, and under an age; None where there is no such edge."""

    low: CalendarSpan | None
    high: CalendarSpan | None

    def holds(self, age: AgeOn) -> bool:
        """Whether the age lies between the edges."""
        if self.low is not None and not age.reached(self.low):
            return False
        return self.high is None or not age.reached(self.high)


_AGES = re.compile(
    r"(?:from )?(?P<low>\S+ \S+) to under (?P<high>\S+ \S+)|from (?P<from>\S+ \S+)"
    r"|under (?P<under>\S+ \S+)"
)


def read_ages(text: str) -> Ages:
    """`from 18 years`, `under 2 years`, `1 month to under 12 years`. Raises Misread."""
    match = _AGES.fullmatch(text)
    if match is None:
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} does not say for which ages",
            "write from 18 years, under 2 years, or 1 month to under 12 years",
        )
    low, high = match["low"] or match["from"], match["high"] or match["under"]
    return Ages(
        read_calendar_span(low) if low else None, read_calendar_span(high) if high else None
    )


def _read_route(text: str) -> Route | None:
    """None stands for every route by injection."""
    return None if text == "injection" else read_route(text)


def read_measure(text: str) -> Measure:
    if text not in set(Measure):
        raise Misread(rules.UNKNOWN_WORD, f"{quoted(text)} is not a measure", "write weight or bsa")
    return Measure(text)


class Row(Shape):
    """A row of the table."""

    drug: str = key(LINE, "its usual name")
    also: tuple[str, ...] = key(one_or_several(LINE), "its other names", absent=())
    route: tuple[Route | None, ...] = key(
        one_or_several(reads(_read_route)), "the routes, or injection for all of that kind"
    )
    population: str = key(LINE, "for whom, in words")
    age: Ages | None = key(reads(read_ages), "for which ages, if not for all", absent=None)
    without: Measure | None = key(
        reads(read_measure), "the row counts only where this is not known", absent=None
    )
    per: Basis = key(reads(read_basis), "what the amounts are per")
    low: Quantity | None = key(AMOUNT, "the least that is usual", absent=None)
    high: Quantity | None = key(AMOUNT, "the most that is usual", absent=None)
    limit: Quantity | None = key(AMOUNT, "the most that may be given", absent=None)
    source: str = key(TEXT, "where that is written")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.lower() for name in (self.drug, *self.also))

    @property
    def amounts(self) -> tuple[Quantity, ...]:
        found = (self.low, self.high, self.limit)
        return tuple(amount for amount in found if amount is not None)

    def by(self, route: Route | None) -> bool:
        """Whether the row is about this route."""
        if route is None:
            return False
        injected = [each is None or each.by_injection for each in self.route]
        return (
            route in self.route
            or (None in self.route and route.by_injection)
            or (route is Route.PARENTERAL and any(injected))
        )

    def counts_at(self, age: AgeOn | None) -> bool:
        """Whether the row is for a patient of this age, as far as that is known."""
        return self.age is None or age is None or self.age.holds(age)

    def counts_later(self, age: AgeOn | None) -> bool:
        """Whether the patient is still too young for the row, and what is usual by it would be too
        much all the same: not where it is per kg, of which the young are given more."""
        if self.age is None or age is None or self.age.low is None:
            return False
        return self.per.scale is not Measure.WEIGHT and not age.reached(self.age.low)

    def words(self) -> str:
        """`30 mcg to 1000 mcg per dose, all ages`."""
        amounts = f"at most {self.limit}" if self.limit else f"{self.low} to {self.high}"
        return f"{amounts} per {self.per}, {self.population}"


class _Table(Shape):
    """The table."""

    rows: tuple[Row, ...] = key(not_empty(several(block(Row))), "the rows")


_NAME = "usual_ranges.yaml"


@cache
def _own_text() -> str:
    return Path(__file__).with_name(_NAME).read_text(encoding="utf-8")  # a part of the package


@cache
def usual_doses() -> tuple[Row, ...]:
    """All rows of the package's table, each with its source."""
    return read_rows(_own_text(), _NAME)


def read_rows(text: bytes | str, file: str) -> tuple[Row, ...]:
    """The rows of a table. Raises Refusal with every finding."""
    document = read_nodes(text, file)
    rows = shaped(document, _Table).rows
    findings = list(_contradictions(document, rows))
    if findings:
        raise Refusal(findings)
    return rows


def _contradictions(document: Document, rows: tuple[Row, ...]) -> Iterator[Finding]:
    for at, row in enumerate(rows):
        place = document.place(("rows", at))
        yield from _wrong_amounts(row, place)
        for earlier in rows[:at]:
            if _answers_the_same(earlier, row):
                yield Finding(
                    rules.TWO_WAYS,
                    f"two rows of {row.drug} say the same per {row.per} for the same people",
                    "keep one of them, or tell them apart by route, age or population",
                    place,
                )


def _wrong_amounts(row: Row, place: Place) -> Iterator[Finding]:
    stated = tuple(amount is not None for amount in (row.low, row.high, row.limit))
    if stated not in ((True, True, False), (False, False, True)):
        yield Finding(
            rules.MISSING_KEY,
            f"the row of {row.drug} does not say what is usual, or the most that may be given",
            "write low and high, or limit alone; what is usual and what is the most are two rows",
            place,
        )
    elif len({amount.unit.dimension for amount in row.amounts}) > 1:
        yield Finding(
            rules.DIMENSION,
            f"the amounts of {row.drug} are not of one kind",
            "write both amounts in one kind of unit",
            place,
        )
    elif row.amounts[0] > row.amounts[-1]:
        yield Finding(
            rules.BAD_QUANTITY,
            f"{row.drug}: {row.low} is more than {row.high}",
            "check the amounts and their units",
            place,
        )


def _answers_the_same(one: Row, other: Row) -> bool:
    return (
        bool(set(one.names) & set(other.names))
        and any(one.by(route) and other.by(route) for route in Route)
        and one.per == other.per
        and (one.limit is None) is (other.limit is None)
        and one.age == other.age
        and one.population == other.population
    )


# --- the rows for a plan


class Ranges(Struct, frozen=True):
    """The rows that count: the package's, and a site's before them."""

    site: tuple[Row, ...] = ()

    def about(self, drugs: Iterable[str]) -> tuple[Row, ...]:
        """The rows about any of these drugs, the site's first."""
        wanted = {drug.lower() for drug in drugs}
        site = [row for row in self.site if wanted & set(row.names)]
        own = [
            row
            for row in _own_rows(frozenset(wanted))
            if not any(_replaces(each, row) for each in site)
        ]
        return (*site, *own)


NO_SITE = Ranges()


def _replaces(site: Row, own: Row) -> bool:
    """Whether a site's row answers what the package's answers."""
    return (
        bool(set(site.names) & set(own.names))
        and site.per.time == own.per.time
        and any(site.by(route) and own.by(route) for route in Route)
    )


@cache
def _own_rows(drugs: frozenset[str]) -> tuple[Row, ...]:
    """The package's rows about these drugs. Only their text is read: the table is long, and a
    schedule must start fast."""
    head, *rows = re.split(r"(?m)^(?=  - drug:)", _own_text())
    about = [row for row in rows if any(drug in row.lower() for drug in drugs)]
    if not about:
        return ()
    found = read_rows(head + "".join(about), _NAME)
    return tuple(row for row in found if drugs & set(row.names))
