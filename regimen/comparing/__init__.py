"""An independent calculation, or another system's schedule, held against ours dose by dose.

Pure: it is given the table's bytes, and opens, runs and fetches nothing. What can be read in one
way is taken, whatever its columns are called; every other value is refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from regimen.comparing.cells import text_of
from regimen.comparing.lines import plain, read_table
from regimen.comparing.pairing import Pair, pairs
from regimen.comparison import Comparison, Difference, Kind, Line, Sums
from regimen.export.words import still_open
from regimen.finding import quoted
from regimen.quantity import Dimension, Quantity
from regimen.schedule import Administration, CheckedSchedule


class WrongMapping(LookupError):
    """A drug's name was mapped that is on neither side; the message says which."""


def compare(
    checked: CheckedSchedule,
    data: bytes,
    file: str,
    *,
    drugs: Mapping[str, str],
    columns: Mapping[str, str],
) -> Comparison:
    """Every difference between the schedule and a table of doses.

    `file` names the table in messages. `drugs` gives our name for a drug of theirs, and `columns`
    the column for a meaning (`date`, `drug`, …), or an empty text where it is to be left alone.
    Raises Refusal where the table cannot be taken in one way only, and WrongMapping.
    """
    given = checked.administrations
    mapped = _mapped(given, drugs)
    table = read_table(text_of(data, file), file, columns, mapped)
    _refuse_idle(table.lines, drugs, file)
    has_time = "time" in table.header.at or any(line.time for line in table.lines)
    compared = {*table.header.at} | ({"time"} if has_time else set())
    found = pairs(given, table.lines, file)
    differences: list[Difference] = []
    agreeing = 0
    for pair in found:
        kinds = [*_kinds(checked, pair, compared)]
        differences += [Difference(kind, *pair) for kind in kinds]
        agreeing += not kinds
    return Comparison(
        checked=checked,
        file=file,
        lines=table.lines,
        columns=table.header.columns,
        unread=table.header.unread,
        remarks=tuple(_remarks(checked, found, compared)),
        drugs=dict(drugs),
        agreeing=agreeing,
        differences=tuple(differences),
        sums=tuple(_sums(given, table.lines)),
    )


# --- other names for our drugs


def _mapped(given: Iterable[Administration], drugs: Mapping[str, str]) -> dict[str, str]:
    """Our names by theirs. Raises WrongMapping where the plan has no such drug."""
    ours = {plain(each.drug): each.drug for each in given}
    for name in drugs.values():
        if plain(name) not in ours:
            raise WrongMapping(
                f"{quoted(name)} is no drug of this plan, which has {', '.join(ours.values())}"
            )
    return {plain(theirs): ours[plain(name)] for theirs, name in drugs.items()}


def _refuse_idle(lines: Iterable[Line], drugs: Mapping[str, str], file: str) -> None:
    found = {plain(line.drug) for line in lines}
    for name in drugs:
        if plain(name) not in found:
            raise WrongMapping(f"{file} has no drug {quoted(name)}")


# --- what came of it


def _kinds(checked: CheckedSchedule, pair: Pair, compared: set[str]) -> Iterator[Kind]:
    ours, theirs = pair
    if ours is None or theirs is None:
        yield Kind.EXTRA if ours is None else Kind.MISSING
        return
    if plain(ours.drug) != plain(theirs.named):
        yield Kind.OTHER_DRUG
    if ours.day != theirs.day:
        yield Kind.OTHER_DAY
    if "time" in compared and ours.time is not None:
        zones = (checked.plan.zone, theirs.zone)
        if ours.time != theirs.time or (all(zones) and zones[0] != zones[1]):
            yield Kind.OTHER_TIME
    if (ours.dose.ordered if ours.dose else None) != theirs.dose:
        yield Kind.OTHER_DOSE
    if "route" in compared and ours.phase.route is not theirs.route:
        yield Kind.OTHER_ROUTE
    if "over" in compared and ours.phase.over != theirs.over:
        yield Kind.OTHER_LENGTH


def _remarks(checked: CheckedSchedule, found: list[Pair], compared: set[str]) -> Iterator[str]:
    if "time" not in compared and any(each.time for each in checked.administrations):
        yield "The table has no clock times, so none were compared."
    if any(ours and theirs and theirs.time and not ours.time for ours, theirs in found):
        yield "Where the plan has no clock time, those of the table were not compared."
    unknown = [ours for ours, theirs in found if ours and theirs and not (ours.dose or theirs.dose)]
    if unknown:
        yield f"Of {len(unknown)} doses neither side has an amount: only their days were compared."
    if "route" not in compared:
        yield "The table has no routes, so none were compared."
    if "over" not in compared and any(each.phase.over for each in checked.administrations):
        yield "The table does not say how long infusions take, so that was not compared."
    if undecided := still_open(checked.schedule):
        yield f"The plan is {undecided}: what follows is not in it yet."


_Side = dict[tuple[str, Dimension | None], tuple[str, list[Quantity | None]]]


def _sums(given: Iterable[Administration], lines: Iterable[Line]) -> Iterator[Sums]:
    ours, theirs = _Side(), _Side()
    for each in given:
        _add(ours, each.drug, each.dose.ordered if each.dose else None)
    for line in lines:
        _add(theirs, line.named, line.dose)
    for key in dict.fromkeys([*ours, *theirs]):
        name, our_doses = ours.get(key, ("", []))
        their_name, their_doses = theirs.get(key, ("", []))
        yield Sums(
            drug=name or their_name,
            our_doses=len(our_doses),
            our_amount=_added(our_doses),
            their_doses=len(their_doses),
            their_amount=_added(their_doses),
        )


def _add(side: _Side, drug: str, dose: Quantity | None) -> None:
    dimension = dose.unit.dimension if dose else None
    side.setdefault((plain(drug), dimension), (drug, []))[1].append(dose)


def _added(doses: list[Quantity | None]) -> Quantity | None:
    stated = [dose for dose in doses if dose is not None]
    if not stated:
        return None
    result, *rest = stated
    for dose in rest:
        result += dose
    return result.for_total()
