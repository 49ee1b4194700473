"""A treatment protocol and a start date become dated administrations with exact doses.

    >>> from datetime import date
    >>> import regimen
    >>> checked = regimen.schedule(
    ...     "b12-acth-infantile-spasms",
    ...     start=date(2026, 3, 2),
    ...     parameters={"twice_weekly_for": "2 weeks"},
    ... )
    >>> len(checked.administrations)
    30
    >>> for total in checked.totals.by_drug:
    ...     print(total.drug, total.doses, total.amount)
    vitamin B12 18 1.8 mg
    synthetic ACTH 12 300 units

Importing this package loads none of its libraries; the first call does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regimen.comparing import WrongMapping
    from regimen.comparison import Comparison
    from regimen.export import ExportMismatch, MissingLibrary
    from regimen.figures import Summary
    from regimen.finding import Finding, Override, Refusal
    from regimen.library import NotFound
    from regimen.plan import Plan
    from regimen.protocol import Protocol
    from regimen.schedule import CheckedSchedule

__all__ = [
    "CheckedSchedule",
    "Comparison",
    "ExportMismatch",
    "Finding",
    "MissingLibrary",
    "NotFound",
    "Override",
    "Plan",
    "Protocol",
    "Refusal",
    "Summary",
    "WrongMapping",
    "__version__",
    "compare",
    "export",
    "plan_text",
    "protocol_ids",
    "read_plan",
    "read_protocol",
    "schedule",
    "totals",
]

__version__: str

_Source = str | os.PathLike[str]


def schedule(
    protocol: _Source,
    *,
    start: date | datetime | str | None = None,
    parameters: Mapping[str, object] | None = None,
    zone: str | None = None,
    closed: str | Iterable[str] = (),
    overrides: Iterable[Override] = (),
    by: str | None = None,
    ranges: _Source | None = None,
) -> CheckedSchedule:
    """The schedule of one patient, of a protocol by its id in the library or the path of its file.

    `parameters` answers the protocol's questions by name, each as the text a plan file would hold
    (`"2 weeks"`, `"7.5 kg"`); dates, clock times, whole numbers and lists of them are taken too,
    and a float never is. `closed` are the weekdays on which nothing can be given, `by` is who
    decided the answers, and `zone` is asked for where a protocol has clock times. `ranges` is the
    path of a site's own table of usual doses and limits, which stands before the program's.

    Each call makes a new plan with a new random id, and so another set of calendar entries. To
    issue the same calendar again, keep `plan_text(checked.plan)` in a file and give its path as
    `protocol`, alone.

    Raises Refusal, whose `findings` name every open question and every error; NotFound where
    there is no such protocol; and TypeError for a float or anything else that is no clear text.

        >>> import regimen
        >>> regimen.schedule("b12-acth-infantile-spasms", start="2026-03-02")
        Traceback (most recent call last):
        regimen.finding.Refusal: ...twice_weekly_for is missing: How long is vitamin B12 given...
    """
    from regimen import planning
    from regimen.library import opened
    from regimen.library import ranges as _ranges

    answers = dict(parameters or {})
    for name, value in (("start", start), ("zone", zone)):
        if value is not None:
            if name in answers:
                raise TypeError(f"{name} is given twice, once among the parameters")
            answers[name] = value
    if weekdays := closed if isinstance(closed, str) else tuple(closed):
        answers["closed"] = weekdays
    on = date.today() if by is not None else None
    given = {
        name: planning.Given(_text(name, value), by=by, on=on) for name, value in answers.items()
    }
    recorded = tuple(overrides)
    found, plan = opened(protocol)
    if plan is None:
        plan = planning.make_plan(
            found,
            given,
            plan_id=os.urandom(16).hex(),
            made=datetime.now(UTC).replace(microsecond=0),
            overrides=recorded,
        )
    elif given or recorded:
        raise TypeError("a plan file already says its start, answers and overrides: give it alone")
    site = planning.NO_SITE if ranges is None else _ranges(ranges)
    return planning.check(found, plan, ranges=site)


def totals(
    checked: CheckedSchedule, per: str | Iterable[str] = ("drug", "course", "phase")
) -> Summary:
    """What the schedule adds up to, each figure with the doses it is the sum of.

    `per` is one or several of drug, course, phase, treatment-week (7 days each, counted from the
    plan's start), calendar-week (Monday to Sunday), month and ingredient (what is inside combined
    products). Raises ValueError for another word.

        >>> import regimen
        >>> two_weeks = {"twice_weekly_for": "2 weeks"}
        >>> checked = regimen.schedule(
        ...     "b12-acth-infantile-spasms", start="2026-03-02", parameters=two_weeks
        ... )
        >>> march, *_ = regimen.totals(checked, per="month").figures
        >>> print(march.period.name, march.drug, march.doses, march.amount)
        2026-03 vitamin B12 15 1.5 mg
    """
    from regimen import planning
    from regimen.figures import Per

    wanted = (per,) if isinstance(per, str) else tuple(per)
    known = [str(each) for each in Per]
    for each in wanted:
        if each not in known:
            raise ValueError(f"{each!r} is nothing to add up per; there are {', '.join(known)}")
    return planning.totals(checked, [Per(each) for each in wanted])


def compare(
    checked: CheckedSchedule,
    table: _Source,
    *,
    drugs: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Comparison:
    """Every difference between the schedule and a .csv file: an independent calculation, or what
    another system says.

    `drugs` gives our name for a drug that the file calls otherwise; `columns` the name of the
    column for the date, time, zone, drug, dose, unit or route where the file's own names do not say
    it, or an empty text for one that is to be left alone. Raises Refusal with the line and column
    of every value that cannot be taken in one way only, NotFound, and WrongMapping.

        >>> import os, regimen, tempfile
        >>> two_weeks = {"twice_weekly_for": "2 weeks"}
        >>> checked = regimen.schedule(
        ...     "b12-acth-infantile-spasms", start="2026-03-02", parameters=two_weeks
        ... )
        >>> theirs = regimen.export(checked, "csv").replace(b"25,units", b"20,units", 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "theirs.csv")
        ...     with open(path, "wb") as file:
        ...         _ = file.write(theirs)
        ...     comparison = regimen.compare(checked, path)
        >>> for each in comparison.differences:
        ...     print(each.kind, each.ours.id, each.ours.dose, each.theirs.dose)
        other dose acth/phase-1/1 25 units 20 units
    """
    from regimen import planning
    from regimen.library import read_table

    data, name = read_table(table)
    return planning.compare(checked, data, name, drugs=drugs or {}, columns=columns or {})


def export(
    what: CheckedSchedule | Summary | Comparison, format: str, label: str | None = None
) -> bytes:
    """The schedule as csv, xlsx, ics, json or html; its totals, or the differences of a comparison,
    as csv or json: read back and found to say the same.

    `label` is a short text of your own ("Bed 4") that begins every calendar entry. Raises
    ValueError for another format, ExportMismatch, and MissingLibrary for xlsx without openpyxl.

        >>> import regimen
        >>> two_weeks = {"twice_weekly_for": "2 weeks"}
        >>> checked = regimen.schedule(
        ...     "b12-acth-infantile-spasms", start="2026-03-02", parameters=two_weeks
        ... )
        >>> len(regimen.export(checked, "csv").splitlines())
        31
    """
    from regimen.export import (
        COMPARISON_FORMATS,
        FORMATS,
        TOTALS_FORMATS,
        export_comparison,
        export_totals,
    )
    from regimen.export import export as export_schedule
    from regimen.figures import Summary
    from regimen.schedule import CheckedSchedule

    if isinstance(what, CheckedSchedule):
        _refuse_unknown(format, FORMATS)
        return export_schedule(what, format, label=label)
    if label is not None:
        raise ValueError("only a schedule has a place for a label")
    if isinstance(what, Summary):
        _refuse_unknown(format, TOTALS_FORMATS)
        return export_totals(what, format)
    _refuse_unknown(format, COMPARISON_FORMATS)
    return export_comparison(what, format)


def _refuse_unknown(format: str, formats: Iterable[str]) -> None:
    if format not in formats:
        raise ValueError(f"{format!r} is not a format; there are {', '.join(formats)}")


def read_protocol(source: _Source) -> Protocol:
    """A protocol by its id in the library, or from the path of its file, or a plan's protocol.

    Raises Refusal and NotFound.

        >>> import regimen
        >>> [course.drug for course in regimen.read_protocol("b12-acth-infantile-spasms").courses]
        ['vitamin B12', 'synthetic ACTH']
    """
    from regimen.library import opened

    return opened(source)[0]


def read_plan(source: _Source) -> Plan:
    """The plan in a plan file, held against the protocol it was made for. Raises Refusal,
    NotFound, and ValueError where the file is a protocol."""
    from regimen.library import opened

    plan = opened(source)[1]
    if plan is None:
        raise ValueError(f"{os.fspath(source)} is a protocol, not a plan")
    return plan


def plan_text(plan: Plan) -> str:
    """The text of the plan's file, which `schedule` and `read_plan` take back."""
    from regimen import planning

    return planning.plan_text(plan)


def protocol_ids() -> list[str]:
    """The protocols of the library, by id."""
    from regimen import library

    return library.protocol_ids()


def _text(name: str, value: object) -> str:
    """The text a plan file would hold for the value; nothing that could be another amount."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.second or value.microsecond:
            raise TypeError(f"{name}: give the local time in whole minutes, without tzinfo")
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        if value.tzinfo is not None or value.second or value.microsecond:
            raise TypeError(f"{name}: give the clock time in whole minutes, without tzinfo")
        return f"{value:%H:%M}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(name, each) for each in value)
    if isinstance(value, float):
        raise TypeError(
            f"{name}: {value!r} is a float, which holds no exact amount;"
            " give a text with the unit, such as '0.5 mg'"
        )
    raise TypeError(f"{name}: give a text, as in '2 weeks' or '7.5 kg', not {type(value).__name__}")


_MODULES = {
    "CheckedSchedule": "regimen.schedule",
    "Comparison": "regimen.comparison",
    "ExportMismatch": "regimen.export",
    "Finding": "regimen.finding",
    "MissingLibrary": "regimen.export",
    "NotFound": "regimen.library",
    "Override": "regimen.finding",
    "Plan": "regimen.plan",
    "Protocol": "regimen.protocol",
    "Refusal": "regimen.finding",
    "Summary": "regimen.figures",
    "WrongMapping": "regimen.comparing",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from importlib import metadata  # takes longer to load than all the rest

            try:
                return metadata.version("regimen-scheduler")
            except metadata.PackageNotFoundError:  # run from a folder, never installed
                return "unknown"
        if name in _MODULES:
            from importlib import import_module

            return getattr(import_module(_MODULES[name]), name)
        raise AttributeError(f"module 'regimen' has no attribute {name!r}")


class _Package(ModuleType):
    """Importing a submodule binds its name in the package, and two submodules share theirs with a
    function above: `regimen.schedule` and `regimen.export` stay the functions."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
