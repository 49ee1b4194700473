"""The broken files of this folder, and what the program says of each.

`<code>.yaml` is a protocol that leads to the finding `<code>` and to no other; where the finding is
about a plan, `<code>.plan.yaml` lies beside it. `<code>.csv` is a table to compare with the plan of
`outside-range.yaml`. What cannot lie in a file is made in here.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import yaml
from msgspec.structs import replace as replaced

from regimen import checks, planning, rules
from regimen.checks import after_each, conservation, recount
from regimen.engine.expansion import expand
from regimen.engine.totals import total
from regimen.finding import Finding, Refusal, Rule
from regimen.planning import Given
from regimen.product import Content, Taken
from regimen.schedule import Schedule, Totals

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden.txt"
_MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
_ID = "5f0c1b7e9a2d48361c6e0a94d37b2f58"

# What no file shows, and how it is met instead.
MADE_HERE = ("not-text", "too-large", "recount-differs", "pieces-differ", "dose-alone")


@dataclass(frozen=True)
class Expected:
    """A row of `expected.yaml`. `place` is a line, a column, and what stands there."""

    code: str
    place: tuple[int, int, str] | None
    severity: str
    reader: str
    says: tuple[str, ...]
    readings: tuple[str, ...]
    also: tuple[str, ...]
    given: Mapping[str, str]
    runs_cases: bool
    broken: str
    mended: str


def expectations() -> dict[str, Expected]:
    """Every row of `expected.yaml`, by its code."""
    text = (FOLDER / "expected.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=yaml.BaseLoader)
    found = {code: _expected(code, dict(row)) for code, row in rows.items()}
    assert found, "no expectations"
    return found


def _expected(code: str, row: dict[str, object]) -> Expected:
    def listed(key: str) -> tuple[str, ...]:
        items = row.pop(key, [])
        assert isinstance(items, list)
        return tuple(items)

    def block(key: str) -> dict[str, str]:
        items = row.pop(key, {})
        assert isinstance(items, dict)
        return items

    mended = block("mended")
    place = None
    if "line" in row:
        place = (int(str(row.pop("line"))), int(str(row.pop("column"))), str(row.pop("at")))
    found = Expected(
        code=code,
        place=place,
        severity=str(row.pop("severity")),
        reader=str(row.pop("reader")),
        says=listed("says"),
        readings=listed("readings"),
        also=listed("also"),
        given=block("given"),
        runs_cases=row.pop("cases", "no") == "yes",
        broken=mended.get("from", ""),
        mended=mended.get("to", ""),
    )
    assert not row, f"{code}: what is {', '.join(row)}?"
    return found


# --- the rules


def all_rules() -> dict[str, Rule]:
    """Every rule of the language, the engine and the checks, by its code."""
    found = list(rules.all_rules())
    for check in (
        *checks.ON_SCHEDULE,
        *checks.AS_WRITTEN,
        *checks.AGAINST_RANGES,
        *checks.ON_PROTOCOL,
    ):
        module = inspect.getmodule(check)
        assert module is not None
        found += [value for value in vars(module).values() if isinstance(value, Rule)]
    return {rule.code: rule for rule in found}


# --- the files


def protocol_text(code: str) -> bytes:
    return (FOLDER / f"{code}.yaml").read_bytes()


def plan_text(code: str) -> bytes | None:
    path = FOLDER / f"{code}.plan.yaml"
    return path.read_bytes() if path.exists() else None


def table_text(code: str) -> bytes | None:
    path = FOLDER / f"{code}.csv"
    return path.read_bytes() if path.exists() else None


def place_text(code: str, expected: Expected) -> str:
    """The text that the finding's place is in."""
    table = table_text(code)
    if table is not None:
        return table.decode()
    plan = plan_text(code)
    in_plan = plan is not None and expected.reader == "plan"
    text = plan if plan is not None and in_plan else protocol_text(code)
    return text.decode()


def files() -> set[str]:
    """The codes that a file of this folder is named for."""
    names = {path.name.removesuffix(".yaml") for path in FOLDER.glob("*.yaml")}
    names |= {path.stem for path in FOLDER.glob("*.csv")}
    return {name.removesuffix(".plan") for name in names - {"expected"}}


# --- what is found


def findings(expected: Expected) -> tuple[Finding, ...]:
    """What the program says of the code's file. Raises whatever is not a Refusal."""
    code = expected.code
    if code == "recount-differs":
        return tuple(miscounted())
    if code == "pieces-differ":
        return tuple(made_up_wrong())
    if code == "dose-alone":
        return tuple(one_round_short())
    table = table_text(code)
    if table is not None:
        return compared_with(table, f"{code}.csv")
    text = made_here(code) if code in MADE_HERE else protocol_text(code)
    plan = plan_text(code) if code not in MADE_HERE else None
    return found_in(text, plan, expected, f"{code}.yaml")


def found_in(text: bytes, plan: bytes | None, expected: Expected, name: str) -> tuple[Finding, ...]:
    try:
        protocol = planning.read_protocol(text, name)
        if expected.runs_cases:
            results = planning.test(protocol)
            return tuple(finding for result in results for finding in result.findings)
        if plan is not None:
            plan_file = planning.read_plan_file(plan, name.replace(".yaml", ".plan.yaml"))
            made = planning.plan_of(plan_file, protocol)
        elif expected.given:
            given = {key: Given(value) for key, value in expected.given.items()}
            made = planning.make_plan(protocol, given, plan_id=_ID, made=_MADE)
        else:
            return ()
        return planning.examine(protocol, made).findings
    except Refusal as refusal:
        return refusal.findings


def compared_with(table: bytes, name: str) -> tuple[Finding, ...]:
    """What is found where a table is held against a plan; nothing where they agree."""
    protocol = planning.read_protocol(protocol_text("outside-range"), "outside-range.yaml")
    plan = planning.make_plan(protocol, {"start": Given("2026-03-02")}, plan_id=_ID, made=_MADE)
    try:
        checked = planning.check(protocol, plan)
        comparison = planning.compare(checked, table, name, drugs={}, columns={})
    except Refusal as refusal:
        return refusal.findings
    assert not comparison.differences
    return ()


def mended(expected: Expected) -> tuple[Finding, ...]:
    """What is found once the broken piece of the file is put right; then its cases pass as well."""
    broken, put_right = expected.broken.encode(), expected.mended.encode()
    table = table_text(expected.code)
    if table is not None:
        assert table.count(broken) == 1
        return compared_with(table.replace(broken, put_right), "mended.csv")
    text, plan = protocol_text(expected.code), plan_text(expected.code)
    if plan is not None:
        assert plan.count(broken) == 1
        plan = plan.replace(broken, put_right)
    else:
        assert text.count(broken) == 1
        text = text.replace(broken, put_right)
    found = found_in(text, plan, replace(expected, runs_cases=False), "mended.yaml")
    protocol = planning.read_protocol(text, "mended.yaml")
    results = planning.test(protocol) if protocol.cases else ()
    return (*found, *(finding for result in results for finding in result.findings))


def made_here(code: str) -> bytes:
    """A file that would be silly, or unreadable, to keep in the folder."""
    whole = protocol_text("no-cases")
    if code == "too-large":
        return whole + b"# one more line of the minutes\n" * 10_000
    latin = whole.decode().replace("haematology", "h\u00e4matology")
    return latin.encode("latin-1")


def miscounted() -> Iterator[Finding]:
    """What the recount says of totals that another program would have got wrong: no file leads
    there, so the totals are made of one dose less."""
    protocol = planning.read_protocol(protocol_text("outside-range"), "recount-differs.yaml")
    plan = planning.make_plan(protocol, {"start": Given("2026-03-02")}, plan_id=_ID, made=_MADE)
    with patch.object(recount, "total", _one_short):
        yield from recount.differs(expand(protocol, plan))


def one_round_short() -> Iterator[Finding]:
    """What is found where what comes with the last dose is lost: no file leads there."""
    protocol = planning.read_protocol(protocol_text("left-behind"), "dose-alone.yaml")
    plan = planning.make_plan(protocol, {"start": Given("2026-03-02")}, plan_id=_ID, made=_MADE)
    schedule = expand(protocol, plan)
    yield from after_each.each_has_its_round(replaced(schedule, phases=schedule.phases[:-1]))


def made_up_wrong() -> Iterator[Finding]:
    """What the conservation check says of pieces that are not the dose: no file leads there, so a
    tablet of half the strength is put in the place of the right one."""
    text = protocol_text("cannot-be-made").replace(b"7.5 mg", b"5 mg")
    protocol = planning.read_protocol(text, "pieces-differ.yaml")
    plan = planning.make_plan(protocol, {"start": Given("2026-03-02")}, plan_id=_ID, made=_MADE)
    yield from conservation.differ(with_half_the_strength(expand(protocol, plan)))


def with_half_the_strength(schedule: Schedule) -> Schedule:
    """The same pieces of the same product, of which each holds half as much."""
    (product,) = schedule.protocol.products.values()
    content = product.contents[0]
    weaker = replaced(
        product, contents=(Content(content.drug, content.amount.times(Fraction(1, 2))),)
    )
    phases = tuple(replaced(phase, products=(weaker,)) for phase in schedule.phases)
    given = []
    for each in schedule.administrations:
        assert each.dose is not None
        (taken,) = each.dose.taken
        dose = replaced(each.dose, taken=(Taken(weaker, taken.amount),))
        given.append(replaced(each, phase=phases[0], dose=dose))
    return replaced(schedule, phases=phases, administrations=tuple(given))


def _one_short(schedule: Schedule) -> Totals:
    given = schedule.administrations[:-1]
    return total(Schedule(schedule.protocol, schedule.plan, schedule.phases, given))


# --- the golden text


def golden() -> str:
    """Every message, in the order of the codes; the plan's hashes are not part of any."""
    parts = []
    for code, expected in sorted(expectations().items()):
        parts.append("\n\n".join(str(finding) for finding in findings(expected)))
        assert parts[-1], code
    return "\n\n\n".join(parts) + "\n"


def refresh_hashes() -> None:
    """Write each protocol's hash into the plan beside it, but for the one that must not fit."""
    for path in FOLDER.glob("*.plan.yaml"):
        code = path.name.removesuffix(".plan.yaml")
        if code != "wrong-protocol":
            fresh = hashlib.sha256(protocol_text(code)).hexdigest()
            lines = path.read_text(encoding="utf-8").split("\n")
            lines = [
                f"protocol_hash: {fresh}" if line.startswith("protocol_hash:") else line
                for line in lines
            ]
            path.write_text("\n".join(lines), encoding="utf-8")
