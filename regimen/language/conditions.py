"""Conditions from their texts: a choice or a measure that decides presence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regimen import rules
from regimen.finding import Finding, Misread, Place, quoted
from regimen.language.levels import Reference
from regimen.language.nodes import Path
from regimen.language.parameters import Parameters
from regimen.protocol import Band, Condition, Parameter, ParameterType

if TYPE_CHECKING:
    from regimen.protocol.measures import Derived


def read_conditions(
    when: Mapping[str, tuple[str, ...]], path: Path, parameters: Parameters
) -> tuple[Condition, ...]:
    """All that must hold; what is wrong with them is added to the protocol's findings."""
    return tuple(
        _condition(name, texts, parameters.document.key_place((*path, "when", name)), parameters)
        for name, texts in when.items()
    )


def _condition(
    name: str, texts: tuple[str, ...], place: Place, parameters: Parameters
) -> Condition:
    if parameters.is_measure(name):
        return Condition(name, _bands(name, texts, place, parameters) or texts)
    parameters.refer(Reference(name, (ParameterType.CHOICE,), place))
    parameter = parameters.by_name.get(name)
    for text in texts:
        if parameter and parameter.choices and text not in parameter.choices:
            parameters.findings.append(
                Finding(
                    rules.UNKNOWN_WORD,
                    f"{quoted(text)} is not a choice of {name}",
                    f"use one of: {', '.join(parameter.choices)}",
                    place,
                )
            )
    return Condition(name, texts)


def _bands(
    name: str, texts: tuple[str, ...], place: Place, parameters: Parameters
) -> tuple[Band, ...]:
    """The bands of a measure of which one must hold."""
    parameters.measured(name, place)
    for raw in parameters.retaken(name):
        parameters.findings.append(
            Finding(
                rules.CANNOT_RETAKE,
                f"{raw} is taken again, and when must be known before the first dose",
                "write taken: once",
                place,
            )
        )
    measure = parameters.measure(name)
    if measure is None:
        return ()
    read = (_band(text, measure, place, parameters) for text in texts)
    return tuple(band for band in read if band is not None)


def _band(
    text: str, measure: Parameter | Derived, place: Place, parameters: Parameters
) -> Band | None:
    from regimen.language.bands import read_band  # few protocols branch by a measure

    try:
        return read_band(text, measure)
    except Misread as misread:
        parameters.findings.append(misread.finding(place))
        return None
