"""The shape of a table by a measure or a choice: `by weight: {under 15 kg: …, from 15 kg: …}`."""

from __future__ import annotations

from pydantic_core import SchemaValidator

from regimen import rules
from regimen.finding import Misread
from regimen.language.shapes import Core, Kind, as_error, named, not_empty
from regimen.language.texts import TableText

_BY = "by "


def read_table(block: dict[str, object], value: Core) -> TableText:
    """The block as a table whose rows hold what `value` describes; what its rows are for is read
    where the measure or choice is known. Raises what the validator collects."""
    head = next(iter(block), "")
    if len(block) != 1 or not head.startswith(_BY):
        raise as_error(
            Misread(
                rules.WRONG_SHAPE,
                "a block stands where one value belongs",
                "write one value; or a table with the one key by and a name, as in"
                " by weight: {under 15 kg: 5 mg, from 15 kg: 10 mg}",
            )
        )
    rows = named(not_empty(named(Kind(value))))
    read: dict[str, dict[str, object]] = SchemaValidator(rows.core).validate_python(block)
    return TableText(head.removeprefix(_BY), tuple(read[head].items()))
