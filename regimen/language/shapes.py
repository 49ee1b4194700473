"""How shapes are declared: plain classes whose keys say how their texts are read.

A shape is compiled into a schema for pydantic's validator when it is first used. The validator is
called directly: building pydantic's model classes would take longer than all else the command line
does (docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from msgspec import Struct
from pydantic_core import PydanticCustomError, SchemaValidator

from regimen import rules
from regimen.finding import Misread, quoted

MISREAD = "misread"  # the error type that carries a Misread's rule, words and mend
BY = "by "  # how the one key of a table begins
Core = dict[str, Any]  # a core schema; pydantic_core checks it when it compiles it


class Kind(Struct, frozen=True):
    """What may stand at a key: a core schema, and the shape inside it, if there is one; `several`
    says whether a path through it names one of several."""

    core: Core
    inside: type[Shape] | None = None
    several: bool = False
    itself: bool = False  # whether the shape inside is the one around it


class Key(Struct, frozen=True):
    """One key of a shape: what it may hold, its sentence for the language reference, whether it
    must be there, and its value where it is absent."""

    kind: Kind
    description: str
    name: str
    needed: bool
    absent: object


_NEEDED = object()


def key(kind: Kind, description: str, *, name: str = "", absent: object = _NEEDED) -> Any:
    """A key of a shape; `name` is how it is written where Python reserves the word."""
    return Key(kind, description, name, absent is _NEEDED, absent)


class Shape:
    """The base of all shapes. An instance holds the value of every key, absent ones included."""

    keys: ClassVar[dict[str, Key]] = {}  # by attribute
    __pydantic_fields_set__: set[str]

    def __init_subclass__(cls) -> None:
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Key)}
        inherited: dict[str, Key] = {}
        for base in reversed(cls.__bases__):
            inherited = getattr(base, "keys", {}) | inherited
        cls.keys = inherited | own

    @property
    def stated_keys(self) -> set[str]:
        """The attributes of the keys that were written."""
        return self.__pydantic_fields_set__

    @classmethod
    def written_keys(cls) -> dict[str, Key]:
        """The keys by the name they are written with."""
        return {each.name or attribute: each for attribute, each in cls.keys.items()}


def validator(shape: type[Shape]) -> SchemaValidator:
    """The compiled shape; each is compiled once."""
    if shape not in _COMPILED:
        _COMPILED[shape] = SchemaValidator(_core_of(shape))
    return _COMPILED[shape]


_COMPILED: dict[type[Shape], SchemaValidator] = {}


def _core_of(shape: type[Shape]) -> Core:
    fields = {}
    for attribute, each in shape.keys.items():
        core = each.kind.core if each.kind.inside is None else _expanded(each.kind.core)
        if not each.needed:
            core = {"type": "default", "schema": core, "default": each.absent}
        fields[attribute] = {
            "type": "model-field",
            "schema": core,
            "validation_alias": each.name or attribute,
        }
    return {
        "type": "model",
        "cls": shape,
        "schema": {"type": "model-fields", "fields": fields, "extra_behavior": "forbid"},
    }


def _expanded(core: Core) -> Core:
    """The core with the shape in it compiled, which was only named until now."""
    if core["type"] == _NAMED:
        return _core_of(core["shape"])
    if core["type"] == "tuple":
        return core | {"items_schema": [_expanded(each) for each in core["items_schema"]]}
    inner = "values_schema" if core["type"] == "dict" else "schema"
    return core | {inner: _expanded(core[inner])}


_NAMED = "named"


# --- kinds


def reads(read: Callable[[str], object]) -> Kind:
    """A text that `read` takes; its Misread becomes an error that keeps its rule."""

    def validate(value: object) -> object:
        try:
            return read(_text(value))
        except Misread as misread:
            raise as_error(misread) from None

    return Kind({"type": "function-plain", "function": {"type": "no-info", "function": validate}})


def block(shape: type[Shape]) -> Kind:
    return Kind({"type": _NAMED, "shape": shape}, shape)


def word_or_block(word: str, shape: type[Shape]) -> Kind:
    """One word of the language, or a block."""

    def validate(value: object, otherwise: Callable[[object], object]) -> object:
        if not isinstance(value, str):
            return otherwise(value)
        if value == word:
            return value
        what = f"{quoted(value)} has no meaning here"
        mend = f"write {word}, or a block with {', '.join(shape.written_keys())}"
        raise as_error(Misread(rules.UNKNOWN_WORD, what, mend))

    function = {"type": "no-info", "function": validate}
    inner = {"type": _NAMED, "shape": shape}
    return Kind({"type": "function-wrap", "function": function, "schema": inner}, shape)


def several_of_itself(shape: Callable[[], type[Shape]]) -> Kind:
    """A list of a shape within that shape, which is compiled when one is met."""

    def validate(value: object) -> object:
        listed = several(block(shape()))
        if shape() not in _NESTED:
            _NESTED[shape()] = SchemaValidator(_expanded(listed.core))
        return _NESTED[shape()].validate_python(value)

    core = {"type": "function-plain", "function": {"type": "no-info", "function": validate}}
    return Kind(core, several=True, itself=True)


_NESTED: dict[type[Shape], SchemaValidator] = {}


def several(kind: Kind) -> Kind:
    """A list."""
    core = {"type": "tuple", "items_schema": [kind.core], "variadic_item_index": 0}
    return Kind(core, kind.inside, several=True)


def one_or_several(kind: Kind) -> Kind:
    """A list that is not empty, or one value in the place of a list of one."""
    return Kind(_after(_listed, several(kind).core), kind.inside, several=True)


def named(kind: Kind) -> Kind:
    """A block of names that the author chooses."""
    core = {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": kind.core}
    return Kind(core, kind.inside, several=True)


def not_empty(kind: Kind) -> Kind:
    """A list or block that holds something."""
    return Kind(_after(_filled, kind.core), kind.inside, kind.several)


def no_more_than(most: int, kind: Kind) -> Kind:
    """A list or block of no more than so many: longer ones are slips, and would be slow to refuse
    later."""

    def check(value: object) -> object:
        if isinstance(value, (list, dict)) and len(value) > most:
            what = f"{len(value)} entries stand here, and at most {most} are read"
            raise as_error(
                Misread(rules.ABSURD, what, "leave out what is not meant, or split the regimen")
            )
        return value

    return Kind(_after(check, kind.core), kind.inside, kind.several)


def or_table(kind: Kind) -> Kind:
    """The kind, or a table of it by a measure or a choice: a block with the one key `by NAME`."""

    def validate(value: object, otherwise: Callable[[object], object]) -> object:
        if not isinstance(value, dict):
            return otherwise(value)
        from regimen.language.table_shapes import read_table  # few protocols have one

        return read_table(value, core)

    function = {"type": "no-info", "function": validate}
    core = {"type": "function-wrap", "function": function, "schema": kind.core}
    return Kind(core, kind.inside, kind.several)


def or_keyed(kind: Kind, value: Kind) -> Kind:
    """The kind, or a block of `value` under names that the author chooses, none of them a table."""

    def validate(found: object, otherwise: Callable[[object], object]) -> object:
        if not isinstance(found, dict) or next(iter(found), "").startswith(BY):
            return otherwise(found)
        from regimen.language.table_shapes import read_keyed  # few protocols have one

        return read_keyed(found, value.core)

    function = {"type": "no-info", "function": validate}
    core = {"type": "function-wrap", "function": function, "schema": kind.core}
    return Kind(core, kind.inside, kind.several)


def _after(check: Callable[[object], object], core: Core) -> Core:
    function = {"type": "no-info", "function": check}
    return {"type": "function-before", "function": function, "schema": core}


def as_error(misread: Misread) -> PydanticCustomError:
    """The misread as the validator carries it to where its place is known."""
    return PydanticCustomError(
        MISREAD, "{what}", {"what": misread.what, "mend": misread.mend, "rule": misread.rule}
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misread(
            rules.WRONG_SHAPE,
            "a list or a block stands where one value belongs",
            "write one value here",
        )
    if value == "":
        raise Misread(rules.EMPTY_VALUE, "the key has no value", "write one, or remove the key")
    return value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else _filled(value)


def _filled(value: object) -> object:
    if value in ([], {}):
        raise as_error(
            Misread(
                rules.EMPTY_VALUE,
                "the brackets are empty",
                "write what belongs in them, or remove the key",
            )
        )
    return value
