"""Mutated files: whatever is done to a protocol or a plan, it is read or it is refused.

Nothing else is raised, nothing takes long, and no message speaks of the program. The mutants are
the same in every run. The seeds are the shipped protocols and three files of `seeds/` in which every
key of the language occurs.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from regimen import planning
from regimen.finding import Finding, Refusal
from regimen.language import measure_shape, phase_shape, schema
from regimen.language.nodes import read_nodes
from regimen.language.shapes import Shape
from regimen.planning import Given
from regimen.protocol import Parameter, ParameterType, Protocol
from tests.errors.test_errors import INTERNALS

ROOT = Path(__file__).parents[2]
SEEDS = sorted([*ROOT.glob("protocols/*.yaml"), *Path(__file__).parent.glob("seeds/*.yaml")])
# of each seed, by each way; fewer of the shipped protocols, which say much the same
MUTANTS, OF_SHIPPED = 250, 70
MADE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

Tree = Any  # of plain dicts, lists and texts

# Values that may be written somewhere, right or wrong there.
VALUES: tuple[Tree, ...] = (
    *("not stated", "$how_long", "$how_much", "$nothing", "$", "start", "previous.end", ""),
    *("alpha.end", "one.third.last", "1 day", "2 weeks", "6 to 7 days", "8 hours", "100 years"),
    *("9999", "10000", "0", "1", "7", "24", "1 mg", "0 mg", "5 IU", "1 mg/kg", "1 mg/kg/day"),
    *("10 mg/week", "3 g in all", "0,5 mg", "yes", "no", "mon", "08:00", "24:00", "2026-02-30"),
    *("2 mg/dose", "nearest 1 mg, ties up", "down to 5 mg", "up to 7 IU, within 1000 %", "wait"),
    *("at once", "clamp", "first-of-next", "oral", "IM", "1 %", "5 m", "200 mg/m2", "b12.last"),
    *("1 day after start", "5 years before start", "3 hours after start", "$gap before one.first"),
    *([], {}, ["mon", "mon"], ["08:00", "$x"], ["not stated", "mon"], {"a": {"b": "c"}}),
    {"response": "poor"},
    {"from": "1 mg", "by": "1 IU", "to": "0 mg", "each": "1 day"},
    {"from": "3 mg", "by": "1 mg", "to": "0 mg", "each": "5 days", "per": "day"},
    {"from": "8 mg", "steps": ["10 % of current to 4 mg", "1 mg to 0 mg"], "each": "1 day"},
    {"times_per_day": ["3", "1"], "each": "2 days"},
    {"by weight": {"under 10 kg": "1 mg", "from 10 kg": "2 mg/kg"}},
    {"by response": {"good": "1 week", "poor": "2 weeks"}},
    {"08:00": "2 mg", "20:00": "1 mg"},
    {"mon/wed": "2/3", "other days": "1/3"},
    {"1": "160 mg", "8-9": "80 mg"},
    {"every": "4 weeks", "times": "3"},
    {"offsets": ["0 days", "3 months"]},
    {"early": "1 day", "late": "2 days"},
    *(["1-3", "8"], ["0 hours", "8 hours", "2 days"], ["07:00", "21:00"], "21 days", "46 hours"),
    *(
        "90 minutes",
        "1 hour before alpha.each",
        "beta.finish",
        "AUC 5 by weight",
        "10 % of current",
    ),
    *(
        "mosteller",
        "each dose",
        "each cycle",
        "if changed by 5 %",
        "nearest piece, ties up",
        "halves",
    ),
)
ANSWERS: dict[ParameterType, tuple[str, ...]] = {
    ParameterType.DURATION: ("1 day", "2 weeks", "8 hours", "3 months", "100 years"),
    ParameterType.QUANTITY: ("10 mg", "5 IU", "1 g", "0 mg", "2.5 mg", "100 mcg"),
    ParameterType.NUMBER: ("1", "2", "7", "9", "10000"),
    ParameterType.DATE: ("2026-02-28", "2026-03-10", "2199-12-31", "1900-01-01"),
    ParameterType.WEEKDAYS: ("mon", "mon, thu", "sat,sun"),
    ParameterType.MEASURE: ("7.5 kg", "20 kg", "0.5 m2", "1.2 m2", "not yet", "9 kg on 2026-03-01"),
    ParameterType.DOSE: ("6 mg/kg/day", "10 mg/week", "2 mg in all", "1 mg"),
    ParameterType.ROUTE: ("oral", "IM"),
    ParameterType.AGE: ("7 months", "40 years", "born 2025-08-12", "born 2020-02-29", "3 days"),
    ParameterType.CHOICE: ("good", "poor"),
    ParameterType.PATTERN: ("2 days", "2 times a week", "mon, thu", "every 1 month"),
    ParameterType.CLOCKS: ("08:00", "08:00, 20:00", "02:30", "00:00,23:59"),
    ParameterType.GIVEN_BEFORE: ("0 mg", "0 mg", "300 mg", "40 mg/m2", "5 IU"),
    ParameterType.TIME: ("08:00", "20:30", "00:00", "02:30"),
    ParameterType.EXTENT: ("12 doses", "2 weeks", "3 months"),
}
STARTS = ("2026-03-02", "2026-01-31", "2026-03-28 21:30", "2028-02-29", "2199-06-01", "1900-01-01")
ZONES = ("Europe/Rome", "America/New_York", "Africa/Casablanca", "Antarctica/Troll")


def mutants(seed: Path) -> int:
    return OF_SHIPPED if seed.parent.name == "protocols" else MUTANTS


def test_every_kind_of_answer_is_tried() -> None:
    asked_otherwise = {ParameterType.MOMENT, ParameterType.ZONE}
    assert set(ANSWERS) | asked_otherwise == set(ParameterType)


# --- the whole way


def met(text: bytes | str, random: Random, count: Counter[str]) -> list[Finding]:
    """Every finding on the way from the text to a checked schedule."""
    try:
        protocol = planning.read_protocol(text, "mutant.yaml")
        count["read"] += 1
        assert list(planning.sentences(protocol))
        found = list(from_cases(protocol))
        answers = {name: Given(answer) for name, answer in answered(protocol, random).items()}
        plan = planning.make_plan(protocol, answers, plan_id="0" * 32, made=MADE)
        kept = planning.read_plan_file(planning.plan_text(plan), "plan.yaml")
        assert planning.plan_of(kept, protocol) == plan
        schedule = planning.examine(protocol, plan)
        count["scheduled"] += 1
        for each in schedule.administrations[:20]:
            assert each.why_this_day()
            assert each.why_this_dose()
        return [*found, *schedule.findings]
    except Refusal as refusal:
        return list(refusal.findings)


def from_cases(protocol: Protocol) -> Iterator[Finding]:
    if protocol.cases:
        for result in planning.test(protocol):
            yield from result.findings


def answered(protocol: Protocol, random: Random) -> dict[str, str]:
    answers = {"start": random.choice(STARTS), "zone": random.choice(ZONES)}
    for name, parameter in protocol.parameters.items():
        if random.random() < (0.3 if parameter.optional or parameter.gap else 0.97):
            answers[name] = answer(parameter, random)
    return answers


def answer(parameter: Parameter, random: Random) -> str:
    if parameter.choices:
        return random.choice(list(parameter.choices))
    if parameter.count is not None:
        clocks = parameter.type is ParameterType.CLOCKS
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        items = [f"{hour:02}:00" for hour in range(24)] if clocks else days
        return ", ".join(random.sample(items, parameter.count))
    if parameter.at_least is not None and random.random() < 0.7:
        return str(parameter.at_least)
    return random.choice(ANSWERS[parameter.type])


def examine(mutants: Iterator[bytes | str], random: Random) -> None:
    count: Counter[str] = Counter()
    for mutant in mutants:
        count["mutants"] += 1
        found = met(mutant, random, count)
        count["refused"] += bool(found)
        for finding in found:
            assert INTERNALS.findall(f"{finding.what}\n{finding.mend}") == [], mutant
            assert len(finding.what) < 600, mutant
    assert count["mutants"] >= OF_SHIPPED
    assert count["refused"] > count["mutants"] // 4


# --- mutants of the text


TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
BITS = (
    *(",", ":", " ", "-", "\n", "#", "'", '"', "{", "}", "[", "]", "&", "*", "!", "|", ">", "%"),
    *("@", "`", "?", "\t", "0", "$", ".", "/", "\u00a0", "\u202e", "\x00", "\u00e9", "\u00bd"),
)
NUMBERS = ("0", "1", "7", "31", "99", "1000", "100000", "9999999999", "1.5", "-1", "1e3", "1,5")


def flipped(text: str, random: Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(random.choice((1, 1, 2, 5))):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def tokens_swapped(text: str, random: Random) -> str:
    tokens = TOKEN.findall(text)
    one, other = random.randrange(len(tokens)), random.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return "".join(tokens)


def token_lost(text: str, random: Random) -> str:
    tokens = TOKEN.findall(text)
    del tokens[random.randrange(len(tokens))]
    return "".join(tokens)


def bit_put_in(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice(BITS) + text[at:]


def lines_swapped(text: str, random: Random) -> str:
    lines = text.split("\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def line_doubled(text: str, random: Random) -> str:
    lines = text.split("\n")
    lines.insert(random.randrange(len(lines)), random.choice(lines))
    return "\n".join(lines)


def piece_lost(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + text[at + random.randrange(80) :]


def number_changed(text: str, random: Random) -> str:
    match = random.choice(list(re.finditer(r"[0-9]+", text)))
    return text[: match.start()] + random.choice(NUMBERS) + text[match.end() :]


BY_TEXT: tuple[Callable[[str, Random], bytes | str], ...] = (
    flipped,
    tokens_swapped,
    token_lost,
    bit_put_in,
    lines_swapped,
    line_doubled,
    piece_lost,
    number_changed,
)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_mutated_files_are_read_or_refused(seed: Path) -> None:
    text, random = seed.read_text(encoding="utf-8"), Random(seed.stem)
    examine((random.choice(BY_TEXT)(text, random) for _ in range(mutants(seed))), random)


# --- mutants of the structure


def paths(tree: Tree, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, inner in items:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*path, key))


def at(tree: Tree, path: tuple[str | int, ...]) -> Tree:
    for key in path:
        tree = tree[key]
    return tree


def key_lost(tree: Tree, random: Random) -> None:
    path = random.choice(list(paths(tree)))
    del at(tree, path[:-1])[path[-1]]


def value_changed(tree: Tree, random: Random) -> None:
    path = random.choice(list(paths(tree)))
    at(tree, path[:-1])[path[-1]] = copy.deepcopy(random.choice(VALUES))


def values_swapped(tree: Tree, random: Random) -> None:
    one, other = random.choice(list(paths(tree))), random.choice(list(paths(tree)))
    first, second = copy.deepcopy(at(tree, one)), copy.deepcopy(at(tree, other))
    at(tree, one[:-1])[one[-1]] = second
    if one != other[: len(one)] and other != one[: len(other)]:
        at(tree, other[:-1])[other[-1]] = first


def key_added(tree: Tree, random: Random) -> None:
    blocks = [tree, *(at(tree, path) for path in paths(tree) if isinstance(at(tree, path), dict))]
    key = random.choice(list(phase_shape.CourseShape.written_keys()))
    random.choice(blocks)[key] = copy.deepcopy(random.choice(VALUES))


def item_doubled(tree: Tree, random: Random) -> None:
    lists = [found for path in paths(tree) if isinstance(found := at(tree, path), list) and found]
    items = random.choice(lists)
    items.append(copy.deepcopy(random.choice(items)))


BY_STRUCTURE = (key_lost, value_changed, value_changed, values_swapped, key_added, item_doubled)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_rearranged_files_are_read_or_refused(seed: Path) -> None:
    text, random = seed.read_text(encoding="utf-8"), Random(f"{seed.stem} rearranged")
    tree = read_nodes(text, seed.name).tree
    examine((rearranged(tree, random) for _ in range(mutants(seed))), random)


def rearranged(tree: Tree, random: Random) -> str:
    mutant = copy.deepcopy(tree)
    for _ in range(random.choice((1, 1, 2, 3))):
        random.choice(BY_STRUCTURE)(mutant, random)
    written: str = yaml.safe_dump(mutant, sort_keys=False, allow_unicode=True, width=1000)
    return written


# --- mutants of plans


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_mutated_plans_are_read_or_refused(seed: Path) -> None:
    random, refused = Random(f"{seed.stem} plan"), 0
    protocol = planning.read_protocol(seed.read_bytes(), seed.name)
    text = plan_of(protocol, random)
    for _ in range(mutants(seed)):
        mutant = random.choice(BY_TEXT)(text, random)
        try:
            plan = planning.plan_of(planning.read_plan_file(mutant, "plan.yaml"), protocol)
            found = planning.examine(protocol, plan).findings
        except Refusal as refusal:
            found = refusal.findings
        refused += bool(found)
        for finding in found:
            assert INTERNALS.findall(f"{finding.what}\n{finding.mend}") == [], mutant
    assert refused > OF_SHIPPED // 4


def plan_of(protocol: Protocol, random: Random) -> str:
    """A right plan: that of a case, or answers that are drawn until they suit each other."""
    for number in range(5000):
        answers = answered(protocol, random) | {"start": "2026-03-02", "closed": "sat, sun"}
        if number < len(protocol.cases):
            answers |= protocol.cases[number].given
        elif number % 2:
            least = {name: each.at_least for name, each in protocol.parameters.items()}
            answers |= {name: str(each) for name, each in least.items() if each is not None}
        texts = {
            name: Given(each, "Dr Example", None, "a reason") for name, each in answers.items()
        }
        try:
            plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=MADE)
            planning.examine(protocol, plan)
        except Refusal:
            continue
        return planning.plan_text(plan)
    raise AssertionError(f"no answers suit {protocol.id}")


# --- anything at all


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_anything_at_all_is_read_or_refused(text: bytes | str) -> None:
    with pytest.raises(Refusal):
        planning.read_protocol(text, "anything.yaml")


# --- the seeds


def test_every_key_of_the_language_occurs_in_a_seed() -> None:
    assert len(SEEDS) >= 6
    trees = [read_nodes(path.read_bytes(), path.name).tree for path in SEEDS]
    written = {key for tree in trees for path in paths(tree) for key in path}
    homes = (schema, phase_shape, measure_shape)
    shapes = [each for home in homes for each in vars(home).values() if isinstance(each, type)]
    known = {key for shape in shapes if issubclass(shape, Shape) for key in shape.written_keys()}
    assert len(known) > 40
    assert known <= written


def test_the_seeds_are_right() -> None:
    for path in SEEDS:
        protocol = planning.read_protocol(path.read_bytes(), path.name)
        assert all(result.passed for result in planning.test(protocol)), path.name
