"""A plan's file: read, held against its protocol, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import yaml
from msgspec import Struct
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Override, Refusal, quoted, refuse
from regimen.language.entries import EntryShape, entries_of
from regimen.language.entry_texts import entry_text
from regimen.language.kinds import DAY, TEXT, read_version
from regimen.language.nodes import MOST_OF_A_PLAN, Document, read_nodes
from regimen.language.plans import PLAN_KEYS, Given, held_against
from regimen.language.shapes import Shape, block, key, named, one_or_several, reads, several
from regimen.language.shaping import shaped
from regimen.plan import Answer, Plan
from regimen.protocol import Age, Protocol
from regimen.record import RecordEntry
from regimen.timing import Moment, Weekday, read_instant, read_moment, read_weekday

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _read_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise Misread(
            rules.BAD_NAME,
            f"{quoted(text)} is not a plan's id",
            "let the program make the plan's id",
        )
    return text


def _read_hash(text: str) -> str:
    if not _HASH.fullmatch(text):
        raise Misread(
            rules.BAD_NAME,
            f"{quoted(text)} is not a protocol's hash",
            "let the program write the hash",
        )
    return text


class _AnswerShape(Shape):
    """An answer and who gave it."""

    value: str = key(TEXT, "the answer, as it was typed")
    by: str | None = key(TEXT, "who decided", absent=None)
    on: date | None = key(DAY, "when it was decided", absent=None)
    why: str | None = key(TEXT, "why", absent=None)


class _OverrideShape(Shape):
    """A decision to go on in spite of a finding."""

    finding: str = key(TEXT, "the finding's code")
    about: str = key(TEXT, "the inputs it holds for, as the finding names them")
    by: str = key(TEXT, "who decided")
    on: date = key(DAY, "when it was decided")
    why: str = key(TEXT, "why")


class PlanShape(Shape):
    """A plan file."""

    plan: str = key(reads(read_version), "the version of the language")
    id: str = key(reads(_read_id), "the plan's random id")
    protocol: str = key(TEXT, "the protocol's id")
    protocol_hash: str = key(reads(_read_hash), "the hash of the protocol's text")
    made: datetime = key(reads(read_instant), "when the plan was made, in UTC")
    start: Moment = key(reads(read_moment), "the day the treatment starts, with a time if need be")
    zone: str | None = key(TEXT, "the time zone, where doses have clock times", absent=None)
    answers: Mapping[str, _AnswerShape] = key(
        named(block(_AnswerShape)), "the answers to the protocol's questions", absent={}
    )
    closed: tuple[Weekday, ...] = key(
        one_or_several(reads(read_weekday)), "the weekdays on which nobody is there", absent=()
    )
    overrides: tuple[_OverrideShape, ...] = key(
        several(block(_OverrideShape)), "the recorded overrides", absent=()
    )
    entries: tuple[EntryShape, ...] = key(
        several(block(EntryShape)), "the record: what happened and was decided", absent=()
    )


class PlanFile(Struct, frozen=True):
    """A plan file that is read but not yet held against its protocol."""

    document: Document
    shape: PlanShape

    @property
    def protocol_id(self) -> str:
        return self.shape.protocol

    @property
    def protocol_hash(self) -> str:
        return self.shape.protocol_hash


def read_plan_file(text: bytes | str, file: str) -> PlanFile:
    """The plan file's text. Raises Refusal."""
    document = read_nodes(
        text, file, MOST_OF_A_PLAN, "stop this plan, and make one for what is still to come"
    )
    return PlanFile(document, shaped(document, PlanShape))


def plan_of(plan_file: PlanFile, protocol: Protocol) -> Plan:
    """The plan, its answers read for the protocol's parameters. Raises Refusal."""
    shape, document = plan_file.shape, plan_file.document
    if shape.protocol != protocol.id:
        what = f"the plan was made for {quoted(shape.protocol)}, and this is {protocol.id}"
        raise refuse(rules.WRONG_PROTOCOL, what, _MEND_PROTOCOL, document.place(("protocol",)))
    if shape.protocol_hash != protocol.content_hash:
        what = f"{protocol.id} was changed after the plan was made for it"
        raise refuse(rules.WRONG_PROTOCOL, what, _MEND_PROTOCOL, document.place(("protocol_hash",)))
    misplaced = [name for name in PLAN_KEYS if name in shape.answers]
    if misplaced:
        raise refuse(
            rules.UNKNOWN_INPUT,
            f"{misplaced[0]} stands among the answers, and is not one of the protocol's questions",
            f"write {misplaced[0]}: beside answers:",
            document.key_place(("answers", misplaced[0])),
        )
    given = {
        name: Given(each.value, each.by, each.on, each.why, document.place(("answers", name)))
        for name, each in shape.answers.items()
    }
    if shape.zone is not None:
        given["zone"] = Given(shape.zone, place=document.place(("zone",)))
    plan = held_against(
        protocol,
        given,
        shape.id,
        shape.made,
        shape.start,
        frozenset(shape.closed),
        tuple(
            Override(each.finding, each.about, each.by, each.on.isoformat(), each.why)
            for each in shape.overrides
        ),
    )
    if not shape.entries:
        return plan
    findings: list[Finding] = []
    entries = entries_of(document, ("entries",), shape.entries, findings)
    if findings:
        raise Refusal(findings)
    return replace(plan, entries=entries)


_MEND_PROTOCOL = "use the protocol's text that the plan was made for, or make a new plan"


def plan_text(plan: Plan) -> str:
    """The plan as the text of its file, which `read_plan_file` and `plan_of` read back alike."""
    content: dict[str, object] = {
        "plan": "1",
        "id": plan.id,
        "protocol": plan.protocol_id,
        "protocol_hash": plan.protocol_hash,
        "made": plan.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "start": str(plan.start),
    }
    if plan.zone is not None:
        content["zone"] = plan.zone
    if plan.answers:
        content["answers"] = {name: _answer(each) for name, each in plan.answers.items()}
    if plan.closed:
        content["closed"] = [str(weekday) for weekday in sorted(plan.closed)]
    if plan.overrides:
        content["overrides"] = [
            {
                "finding": each.code,
                "about": each.about,
                "by": each.by,
                "on": each.on,
                "why": each.why,
            }
            for each in plan.overrides
        ]
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return text if not plan.entries else appended(text, plan.entries)


def appended(text: str, entries: Iterable[RecordEntry]) -> str:
    """The plan file's text with these entries at its end: nothing before them changes."""
    if not _ENTRIES.search(text):
        text += "entries:\n"
    return text + "".join(entry_text(entry) for entry in entries)


_ENTRIES = re.compile(r"^entries:$", re.MULTILINE)


def _answer(answer: Answer[object]) -> dict[str, str]:
    value = answer.value
    text = f"born {value.born}" if isinstance(value, Age) and value.born else answer.text
    written = {"value": text, "by": answer.by, "why": answer.why}
    written["on"] = None if answer.on is None else answer.on.isoformat()
    return {key: text for key, text in written.items() if text is not None}
