"""The sentences of phases that come again, alone or in groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from regimen.protocol import DateGiven, Group, Once, Timed

if TYPE_CHECKING:
    from regimen.language.sentences import PhaseWords


def begun(words: PhaseWords) -> Iterator[str]:
    """Where the phase begins in its round, then the rounds of every group, the innermost first."""
    phases, phase = words.phases, words.phase
    depths = range(len(phase.groups))
    if _comes_with_each(phase):
        yield f"Begins {_at_each(words, phase.groups[-1])}."
        depths = depths[:-1]
    else:
        yield f"Begins {_beginning(words, phases, phase, len(phase.groups))}."
    for depth in reversed(depths):
        group = phase.groups[depth]
        beginning = _beginning(words, phases, group, depth)
        own = group.key == phase.key or not group.key
        name = "" if own else f" of {group.name or group.key}"
        if _several(group):
            yield f"Rounds{name}: {_at_each(words, group)}{_laid(words, group, ', then')}."
        elif isinstance(group.pattern, Once):
            yield f"Part of {group.name or group.key}, which begins {beginning}."
        else:
            yield f"Rounds{name}:{_laid(words, group, '')}, begun {beginning}."


def _comes_with_each(phase: Timed) -> bool:
    """Whether it is laid on every dose of another, and not on rounds that are laid there."""
    around = phase.groups[-1]
    return _several(around) and around.key in (phase.key, "") and isinstance(around.pattern, Once)


def _several(group: Group) -> bool:
    """Whether it comes with each dose of another."""
    return group.begins is not None and group.begins.several


def _at_each(words: PhaseWords, group: Group) -> str:
    assert group.begins is not None
    at = "" if group.begins.offset else "at "
    return f"{at}{words.anchor(group.begins)}"


def _laid(words: PhaseWords, group: Group, lead: str) -> str:
    if isinstance(group.pattern, Once):
        return ""
    parts = (words.some_days(group.pattern), words.extent_of(group))
    return f"{lead} {', '.join(part for part in parts if part)}"


def _beginning(words: PhaseWords, phases: tuple[Timed, ...], part: Timed, depth: int) -> str:
    """Where the phase, or the group at this depth, begins."""
    if part.begins is not None:
        at = "on " if isinstance(part.begins.base, DateGiven) else "at "
        return ("" if part.begins.offset else at) + words.anchor(part.begins)
    groups, phase = words.phase.groups, words.phase
    keys = [group.key for group in groups[:depth]]
    first = next(each for each in phases if [group.key for group in each.groups[:depth]] == keys)
    leads = (*first.groups, first)[depth].key == part.key
    if not leads or depth == 0:
        return words.beginning_of(part, leads)
    around = groups[depth - 1]
    if around.key == phase.key or not around.key:
        return "with each round"
    name = around.name or around.key
    comes_once = isinstance(around.pattern, Once) and not _several(around)
    return f"with {name}" if comes_once else f"with each round of {name}"
