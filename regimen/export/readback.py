"""The comparison of what was written, read back by other code, with the schedule it came from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from fractions import Fraction

from msgspec import Struct

from regimen.export.refusals import ExportMismatch
from regimen.export.words import clean
from regimen.quantity import UNITS
from regimen.schedule import NOT_STATED, Administration, CheckedSchedule, Dated, Entry


class Said(Struct, frozen=True):
    """What an export says about one administration, or about one entry without a drug. `key` is its
    id, or what stands for it there; `dose` and `unit` are None where the export says that the dose
    is not stated. `taken` is the key, number and unit of what is taken of each product."""

    key: str
    day: dt.date
    time: dt.time | None
    zone: str | None
    drug: str
    dose: Fraction | None
    unit: str | None
    number: int
    of: int
    course_number: int
    course_of: int
    what: str | None = None  # of an entry without a drug
    finish: dt.datetime | None = None  # of a timed infusion, by the clock on the wall
    taken: tuple[tuple[str, Fraction, str], ...] = ()


def entry_said(
    key: str,
    day: dt.date,
    time: dt.time | None,
    zone: str | None,
    place: tuple[int, int],
    what: str,
    again: tuple[int, int] | None = None,
) -> Said:
    """What an export says about an entry without a drug; `again` is its place, where the export
    says that twice."""
    course_number, course_of = again or place
    return Said(
        key=key,
        day=day,
        time=time,
        zone=zone,
        drug="",
        dose=None,
        unit=None,
        number=place[0],
        of=place[1],
        course_number=course_number,
        course_of=course_of,
        what=what,
    )


_NAMES = {name: unit.name for unit in UNITS for name in (unit.name, unit.singular) if name}
OPEN = rf"{NOT_STATED}|weigh first|first measure [a-z0-9_]+(?: and [a-z0-9_]+)*"
AMOUNT = rf"(?:[0-9\u202f]+(?:\.[0-9]+)? (?:{'|'.join(map(re.escape, _NAMES))})|{OPEN})"


def amount_read(text: str) -> tuple[Fraction | None, str | None]:
    """The number and the unit's name of a dose printed for people; both None where it is printed
    as not stated. Raises ExportMismatch."""
    if re.fullmatch(OPEN, text):
        return None, None
    if not re.fullmatch(AMOUNT, text):
        raise ExportMismatch(f"{text!r} does not read as a dose")
    number, _, unit = text.partition(" ")
    return Fraction(number.replace("\u202f", "")), _NAMES[unit]


def compare(
    checked: CheckedSchedule,
    said: Iterable[Said],
    key: Callable[[Dated], str] = lambda dated: clean(dated.id),
    *,
    zoned: bool = True,
    keyed: bool = True,
) -> None:
    """Every administration and every entry without a drug, once each and in any order. `zoned` is
    false where the format has no column for the zone, `keyed` where it does not name products by
    their keys. Raises ExportMismatch at the first difference."""
    expected = {
        key(each): _expected(checked, each, key(each), zoned=zoned, keyed=keyed)
        for each in checked.administrations
    }
    expected |= {key(each): _entry(checked, each, key(each), zoned) for each in checked.entries}
    if len(expected) != len(checked.administrations) + len(checked.entries):
        raise ExportMismatch("two administrations have the same identity")
    met: set[str] = set()
    for one in said:
        if one.key in met:
            raise ExportMismatch(f"{one.key} is there twice")
        if one.key not in expected:
            raise ExportMismatch(f"{one.key} is not an administration of the schedule")
        met.add(one.key)
        _same(expected[one.key], one)
    missing = expected.keys() - met
    if missing:
        raise ExportMismatch(f"{len(missing)} administrations are missing: {min(missing)} ...")


def _same(expected: Said, said: Said) -> None:
    for name in Said.__struct_fields__:
        should, does = getattr(expected, name), getattr(said, name)
        if should != does:
            raise ExportMismatch(
                f"{said.key}: {name} was written as {does!r} and should be {should!r}"
            )


def _expected(
    checked: CheckedSchedule, administration: Administration, key: str, *, zoned: bool, keyed: bool
) -> Said:
    # Taken from the schedule itself and not from rows.py, so that a slip there is seen here.
    dose = administration.dose
    return Said(
        key=key,
        day=administration.day,
        time=administration.time,
        zone=checked.plan.zone if zoned and administration.time is not None else None,
        drug=clean(administration.drug),
        dose=dose.ordered.value if dose else None,
        unit=dose.ordered.unit.name if dose else None,
        number=administration.number,
        of=administration.phase.count,
        course_number=administration.course_number,
        course_of=administration.phase.course_count,
        finish=_finish(administration),
        taken=tuple(
            (each.product.key if keyed else "", each.amount.value, each.amount.unit.name)
            for each in (dose.taken if dose else ())
        ),
    )


def _finish(administration: Administration) -> dt.datetime | None:
    finish = administration.finish
    if finish is None or finish.time is None:
        return None
    return dt.datetime.combine(finish.day, finish.time)


def _entry(checked: CheckedSchedule, entry: Entry, key: str, zoned: bool) -> Said:
    zone = checked.plan.zone if zoned and entry.time is not None else None
    place = (entry.number, entry.of)
    return entry_said(key, entry.day, entry.time, zone, place, clean(entry.what))
