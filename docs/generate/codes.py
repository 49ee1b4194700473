"""Where the finding of a code is explained."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from regimen import checks
from regimen.finding import Rule


def modules() -> Iterator[ModuleType]:
    """The modules of the clinical checks."""
    for found in pkgutil.iter_modules(checks.__path__):
        yield importlib.import_module(f"regimen.checks.{found.name}")


def rules_of(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def link(code: str) -> str:
    """The code, as a link to its section."""
    clinical = {rule.code for module in modules() for rule in rules_of(module)}
    return f"[`{code}`]({'checks' if code in clinical else 'findings'}.md#{code})"
