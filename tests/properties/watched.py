"""The package, loaded so that every value it computes is looked at: is it a float?

`python -m tests.properties.watched` loads `regimen` through a loader that wraps every operation and
call, reads, expands and checks every shipped protocol's cases and some random protocols, and prints
as JSON how many values were seen where, and the places where one was a float. The export rooms and the
faces are not wrapped: they write fonts and columns.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from hypothesis import given, settings

from tests.properties.strategies import Sample, Scope, samples, to_yaml

ROOT = Path(__file__).parents[2]
UNWATCHED = ("regimen.export", "regimen.cli", "regimen.web")
SEEN: Counter[str] = Counter()
FLOATS: set[str] = set()


def seen(value: Any, where: str) -> Any:
    SEEN[where.partition(":")[0]] += 1
    if type(value) is float:
        FLOATS.add(where)
    return value


class Wrapping(ast.NodeTransformer):
    def __init__(self, module: str) -> None:
        self.module = module

    def _wrapped(self, node: ast.expr) -> ast.expr:
        self.generic_visit(node)
        where = ast.Constant(f"{self.module}:{node.lineno}")
        call = ast.Call(ast.Name("__seen__", ast.Load()), [node, where], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return self._wrapped(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        return self._wrapped(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return self._wrapped(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node  # annotations are not computed

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        node.body = [self.visit(each) for each in node.body]  # a pattern is no expression
        return node


class Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)  # never from a cache of the plain code
        tree = Wrapping(self.name).visit(ast.parse(self.get_data(path)))
        return compile(tree, path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__seen__"] = seen
        super().exec_module(module)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not name.startswith("regimen") or name.startswith(UNWATCHED):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = Loader(name, spec.origin)
        return spec


def _run(text: bytes | str, name: str, given: dict[str, str] | None) -> int:
    """Expand a protocol with these answers, or with those of each of its cases."""
    from regimen import planning

    protocol, made = planning.read_protocol(text, name), datetime(2026, 1, 1, tzinfo=UTC)
    cases = [case.given for case in protocol.cases if case.refused is None]
    for answers in cases if given is None else [given]:
        texts = {key: planning.Given(answer) for key, answer in answers.items()}
        plan = planning.make_plan(protocol, texts, plan_id="0" * 32, made=made)
        planning.examine(protocol, plan)
    return len(cases)


@settings(max_examples=20, derandomize=True, database=None, deadline=None)
@given(samples(Scope(pins=False, clocks=False)))
def _random(sample: Sample) -> None:
    given = {**sample.answers, "start": sample.start}
    del given["zone"]
    _run(to_yaml(sample.protocol), "sample.yaml", given)


def main() -> None:
    sys.meta_path.insert(0, Finder())
    paths = sorted((ROOT / "protocols").glob("*.yaml"))
    run = sum(_run(path.read_bytes(), path.name, None) for path in paths)
    _random()
    print(json.dumps({"cases": run, "seen": SEEN, "floats": sorted(FLOATS)}))


if __name__ == "__main__":
    main()
