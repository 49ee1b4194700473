"""Routes of administration: a closed list, printed in full; abbreviations only on input."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from regimen import rules
from regimen.finding import Misread, quoted


class Route(StrEnum):
    """The route's printed name. PARENTERAL is for sources that say no more than that."""

    BUCCAL = "buccal"
    INHALED = "inhaled"
    INTRADERMAL = "intradermal"
    INTRAMUSCULAR = "intramuscular"
    INTRANASAL = "intranasal"
    INTRATHECAL = "intrathecal"
    INTRAVENOUS = "intravenous"
    OPHTHALMIC = "ophthalmic"
    ORAL = "oral"
    PARENTERAL = "parenteral"
    RECTAL = "rectal"
    SUBCUTANEOUS = "subcutaneous"
    SUBLINGUAL = "sublingual"
    TOPICAL = "topical"
    TRANSDERMAL = "transdermal"

    @property
    def by_injection(self) -> bool:
        return self in _INJECTIONS


_INJECTIONS = frozenset(
    {
        Route.INTRADERMAL,
        Route.INTRAMUSCULAR,
        Route.INTRATHECAL,
        Route.INTRAVENOUS,
        Route.PARENTERAL,
        Route.SUBCUTANEOUS,
    }
)
_ABBREVIATIONS = {"im": Route.INTRAMUSCULAR, "iv": Route.INTRAVENOUS, "po": Route.ORAL}


def read_route(text: str) -> Route:
    """A route by its name, or IM, IV, PO. Raises Misread."""
    lowered = text.lower()
    if lowered in _ABBREVIATIONS:
        return _ABBREVIATIONS[lowered]
    try:
        return Route(lowered)
    except ValueError:
        close = get_close_matches(lowered, list(Route), n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise Misread(
            rules.UNKNOWN_WORD,
            f"{quoted(text)} is not a route{hint}",
            f"use one of: {', '.join(Route)}",
        ) from None
