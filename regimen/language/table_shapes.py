"""The shape of tables by a measure or a choice, `by weight: {under 15 kg: …, from 15 kg: …}`, and
of doses on times, `{08:00: …, 20:00: …}`."""

from __future__ import annotations

from pydantic_core import SchemaValidator

from regimen import rules
from regimen.finding import Misread
from regimen.language.shapes import BY, Core, Kind, as_error, named, no_more_than, not_empty
from regimen.language.texts import KeyedText, TableText

MOST_ROWS = 100  # of a table
MOST_KEYS = 1000  # that doses stand on: days, clock times, distances


def read_table(block: dict[str, object], value: Core) -> TableText:
    """The block as a table whose rows hold what `value` describes; what its rows are for is read
    where the measure or choice is known. Raises what the validator collects."""
    head = next(iter(block), "")
    if len(block) != 1 or not head.startswith(BY):
        raise as_error(
            Misread(
                rules.WRONG_SHAPE,
                "a block stands where one value belongs",
                "write one value; or a table with the one key by and a name, as in"
                " by weight: {under 15 kg: 5 mg, from 15 kg: 10 mg}",
            )
        )
    rows = named(no_more_than(MOST_ROWS, not_empty(named(Kind(value)))))
    read: dict[str, dict[str, object]] = SchemaValidator(rows.core).validate_python(block)
    return TableText(head.removeprefix(BY), tuple(read[head].items()))


def read_keyed(block: dict[str, object], value: Core) -> KeyedText:
    """The block as doses on times. Raises what the validator collects."""
    rows = no_more_than(MOST_KEYS, not_empty(named(Kind(value))))
    read: dict[str, object] = SchemaValidator(rows.core).validate_python(block)
    return KeyedText(tuple(read.items()))
