"""A protocol from its shape: inheritance, references and what the words imply, all resolved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from regimen import rules
from regimen.finding import Finding, Misread, Place, Refusal, by_place, quoted, refuse
from regimen.language import texts
from regimen.language.anchoring import unknown_anchors
from regimen.language.case_reading import read_case
from regimen.language.levels import Levels, PhaseReader, phase_keys
from regimen.language.nodes import MOST_FINDINGS, Document, Path, read_nodes
from regimen.language.parameters import RESERVED, Parameters
from regimen.language.phase_shape import CourseShape, PhaseShape, WhenKeys
from regimen.language.phases import read_phase
from regimen.language.schema import ProtocolShape
from regimen.language.shaping import shaped
from regimen.protocol import (
    AsNeeded,
    Condition,
    Course,
    Group,
    OneOf,
    Phase,
    Protocol,
    Ref,
    Source,
    Timed,
    Visit,
    tables_in,
)

if TYPE_CHECKING:
    from regimen.language.products import Products
    from regimen.product import Product

MOST_PHASES = 200
MOST_ROWS = 500  # of all tables
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def read_protocol(text: bytes | str, file: str) -> Protocol:
    """A protocol file's text as a Protocol; `file` names it in findings.

    Raises Refusal with every finding that can be told at once.
    """
    document = read_nodes(text, file)
    shape = shaped(document, ProtocolShape)
    data = text if isinstance(text, bytes) else text.encode()
    findings: list[Finding] = []
    parameters = Parameters(document, findings)
    content_hash = hashlib.sha256(data).hexdigest()
    return _Builder(document, shape, content_hash, findings, parameters).protocol()


def _leaves(shape: PhaseShape) -> int:
    """How many phases are written in it, also in groups."""
    return 1 if shape.phases is None else sum(map(_leaves, shape.phases))


def _with_groups(shape: PhaseShape, path: Path) -> Iterator[tuple[PhaseShape, Path]]:
    """The course or group that lists phases, and every group in it."""
    if shape.phases is not None:
        yield shape, path
        for at, phase in enumerate(shape.phases):
            yield from _with_groups(phase, (*path, "phases", at))


class _Builder(Struct):
    document: Document
    shape: ProtocolShape
    content_hash: str
    findings: list[Finding]
    parameters: Parameters
    taken: set[Path] = field(default_factory=set)
    products: Products | None = None

    def protocol(self) -> Protocol:
        shape = self.shape
        self.header()
        asked = self.parameters
        for name, parameter in shape.parameters.items():
            asked.declare(name, parameter)
        asked.measures(shape.measures)
        asked.refer_decided()
        if shape.products:
            self.shelf()
        courses = tuple(self.courses())
        visits = tuple(self.visits())
        as_needed = tuple(self.as_needed()) if shape.as_needed else ()
        asked.find_unused()
        if self.products is not None:
            self.products.find_unused()
        self.overridden()
        self.findings.extend(unknown_anchors((*courses, *visits)))
        if any("until" in phase.places for course in courses for phase in course.phases):
            from regimen.language.phase_ends import misread_totals  # few phases end so

            self.findings.extend(misread_totals(courses))
        decided = [each for each in asked.by_name.values() if each.decided is not None]
        if decided and not self.findings:
            from regimen.language.decisions import unreachable  # few protocols have any

            self.findings.extend(unreachable(decided, (*courses, *visits)))
        if as_needed:
            from regimen.language.as_needed import unknown_moments

            self.findings.extend(unknown_moments(as_needed, (*courses, *visits)))
        entries = (*shape.visits, *[each.name for each in decided])
        cases = tuple(
            read_case(
                self.document,
                at,
                case,
                shape.courses,
                entries,
                shape.products,
                self.findings,
            )
            for at, case in enumerate(shape.cases)
        )
        if self.findings:
            found = dict.fromkeys(self.findings)  # what phases inherit is found once for each
            raise Refusal(sorted(found, key=by_place)[:MOST_FINDINGS])
        return Protocol(
            id=shape.id,
            title=shape.title,
            status=shape.status,
            sources=tuple(Source(each.cite, each.says) for each in shape.sources),
            assumes=shape.assumes,
            parameters=asked.by_name,
            courses=courses,
            cases=cases,
            place=self.document.place(()),
            content_hash=self.content_hash,
            visits=visits,
            as_needed=as_needed,
            products=self.products.by_name if self.products is not None else {},
            measures=asked.derived,
        )

    def shelf(self) -> Products:
        """The protocol's products, read when something asks for them first."""
        if self.products is None:
            from regimen.language.products import Products

            known = self.parameters.by_name
            self.products = Products(self.document, self.findings, known)
            for name, product in self.shape.products.items():
                self.products.declare(name, product)
        return self.products

    def find(self, finding: Finding) -> None:
        self.findings.append(finding)

    def key_place(self, *path: str | int) -> Place:
        return self.document.key_place(path)

    def header(self) -> None:
        shape = self.shape
        if not _ID.fullmatch(shape.id):
            self.find(
                Finding(
                    rules.BAD_NAME,
                    f"{quoted(shape.id)} is not an id",
                    "use small letters, digits and single hyphens: b12-acth-infantile-spasms",
                    self.document.place(("id",)),
                )
            )
        if shape.status != "local" and not any(source.says for source in shape.sources):
            self.find(
                Finding(
                    rules.UNCITED,
                    f"the status is {shape.status}, but no source says what it stands on",
                    "quote the source's words under says, or write status: local",
                    self.document.place(("sources",)),
                )
            )
        if not shape.courses:
            self.find(
                Finding(
                    rules.MISSING_KEY,
                    "there are no courses",
                    "write at least one course",
                    self.document.place(("courses",)),
                )
            )

    def courses(self) -> Iterator[Course]:
        phases = rows = 0
        for key, shape in self.shape.courses.items():
            place = self.key_place("courses", key)
            if not self.named(key, RESERVED, "name the course otherwise and write drug:", place):
                continue
            phases += _leaves(shape)
            if phases > MOST_PHASES:
                raise refuse(
                    rules.ABSURD,
                    f"more than {MOST_PHASES} phases",
                    "split the regimen into several protocols",
                    place,
                )
            built = tuple(self.phases(key, shape))
            rows += sum(len(table.rows) for each in built for table in tables_in(each.tables))
            if rows > MOST_ROWS:
                raise refuse(
                    rules.ABSURD,
                    f"more than {MOST_ROWS} rows of tables",
                    "split the regimen into several protocols",
                    place,
                )
            self.unique(built)
            drug = built[0].drug if built else key
            when = self.when(shape, ("courses", key))
            yield Course(key=key, drug=drug, phases=built, when=when, place=place)

    def visits(self) -> Iterator[Visit]:
        taken = (*RESERVED, *self.shape.courses)
        for key, shape in self.shape.visits.items():
            path: Path = ("visits", key)
            place = self.document.key_place(path)
            if not self.named(key, taken, "name the visit otherwise", place):
                continue
            from regimen.language.visits import read_visit  # few protocols have any

            reader = self.reader(key, Levels((shape, path), None, (self.shape, ())), 0)
            days = read_visit(reader)
            self.gather(reader)
            days = replace(days, needs=self.parameters.needed(days.needs))
            yield Visit(key=key, phases=(days,), when=self.when(shape, path), place=place)

    def as_needed(self) -> Iterator[AsNeeded]:
        from regimen.language.as_needed import read_as_needed

        taken = (*RESERVED, *self.shape.courses, *self.shape.visits)
        for key, shape in self.shape.as_needed.items():
            path: Path = ("as_needed", key)
            place = self.document.key_place(path)
            if not self.named(key, taken, "name it otherwise and write drug:", place):
                continue
            reader = self.reader(key, Levels((shape, path), None, None), 0)
            item = read_as_needed(reader, self.when(shape, path))
            self.gather(reader)
            phase = replace(item.phase, needs=self.parameters.needed(item.phase.needs))
            yield replace(item, phases=(phase,))

    def named(self, key: str, taken: Collection[str], mend: str, place: Place) -> bool:
        """Whether the key may name a course or visit; a finding where it may not."""
        try:
            texts.read_name(key)
        except Misread as misread:
            self.find(misread.finding(place))
            return False
        if key in taken:
            what = f"the name {quoted(key)} already has a meaning"
            self.find(Finding(rules.DUPLICATE_NAME, what, mend, place))
            return False
        return True

    def phases(self, course: str, shape: CourseShape) -> Iterator[Phase]:
        path: Path = ("courses", course)
        protocol = (self.shape, ())
        if shape.phases is None:
            yield from self.read(course, Levels((shape, path), None, protocol), 0)
            return
        groups: tuple[Group, ...] = ()
        if shape.repeat is not None or (shape.begins is not None and shape.begins.several):
            from regimen.language.rounds import course_group  # few protocols have any

            reader = self.reader(course, Levels((shape, path), None, protocol), 0)
            groups = (course_group(reader),)
            self.gather(reader)
        around = Levels((shape, path), (shape, path), protocol)
        yield from self.listed(course, shape, around, groups, ())
        for key in ("name", "overlap"):
            if key in shape.stated_keys:
                self.find(
                    Finding(
                        rules.UNKNOWN_KEY,
                        f"{key} belongs to a phase, not to a course that lists its phases",
                        f"move {key} to the phase of {course} that it is meant for",
                        self.key_place(*path, key),
                    )
                )

    def listed(
        self,
        course: str,
        shape: PhaseShape,
        around: Levels,
        groups: tuple[Group, ...],
        when: tuple[Condition, ...],
    ) -> Iterator[Phase]:
        """The phases that a course or group lists; `around` are the levels at the list."""
        path = (*around.path, "phases")
        if not shape.phases:
            title = f"group {quoted(shape.name or '')}" if around.groups else f"course {course}"
            self.find(
                Finding(
                    rules.EMPTY_VALUE,
                    f"{title} has no phases",
                    "write at least one phase",
                    self.document.place(path),
                )
            )
        read = 0
        for at, phase in enumerate(shape.phases or ()):
            levels = Levels((phase, (*path, at)), around.course, around.protocol, around.groups)
            conditions = (*when, *self.when(phase, levels.path))
            if phase.phases is None:
                for each in self.read(course, levels, read, conditions, groups):
                    read += 1
                    yield each
                continue
            from regimen.language.rounds import read_group  # few protocols have any

            reader = self.reader(course, levels, read, groups)
            reader.kind, read = "group", read + 1
            group = read_group(reader)
            self.gather(reader)
            inside = replace(levels, groups=((phase, levels.path), *around.groups))
            yield from self.listed(course, phase, inside, (*groups, group), conditions)

    def read(
        self,
        course: str,
        levels: Levels,
        at: int,
        when: tuple[Condition, ...] = (),
        groups: tuple[Group, ...] = (),
    ) -> Iterator[Phase]:
        """The phase that is written at these levels, the `at`-th of its list; as several where it
        is a taper by frequency."""
        if not any(shape.taper is not None for shape, _ in levels):
            yield self.phase(self.reader(course, levels, at, groups), when, groups)
            return
        from regimen.language.frequency import contradictions, frequency_taper, one_by_one

        found = frequency_taper(levels)
        if found is None:
            yield self.phase(self.reader(course, levels, at, groups), when, groups)
            return
        taper, nearer = found
        self.findings.extend(contradictions(levels, taper, nearer, self.document))
        self.taken.add((*list(levels)[nearer][1], "taper"))
        for number, each in enumerate(one_by_one(levels, taper)):
            yield self.phase(self.reader(course, each, at + number, groups), when, groups)

    def phase(
        self,
        reader: PhaseReader,
        when: tuple[Condition, ...],
        groups: tuple[Group, ...],
    ) -> Phase:
        phase = read_phase(reader, when)
        self.gather(reader)
        if groups:
            needs = (name for part in (phase, *groups) for name in part.needs)
            tables = tuple(table for group in groups for table in group.tables)
            phase = replace(
                phase,
                groups=(*groups, *phase.groups),
                needs=tuple(dict.fromkeys(needs)),
                tables=(*phase.tables, *tables),
            )
        if not self.shape.measures:
            return phase
        return replace(phase, needs=self.parameters.needed(phase.needs))

    def reader(
        self, course: str, levels: Levels, at: int, groups: tuple[Group, ...] = ()
    ) -> PhaseReader:
        known, derived = self.parameters.by_name, self.parameters.derived
        keys = tuple(group.key for group in groups)
        return PhaseReader(
            self.document, course, levels, at, known, self.bound, derived, group_keys=keys
        )

    def gather(self, reader: PhaseReader) -> None:
        """Take in what reading one phase or visit has found, implied and referred to."""
        self.findings.extend(reader.findings)
        self.taken |= reader.taken
        for parameter in reader.implied:
            self.parameters.imply(parameter)
        for reference in reader.references:
            self.parameters.refer(reference)
        for measure, place in reader.measured:
            self.parameters.measured(measure, place)
        for measure, per, place in reader.scaled:
            self.parameters.scales(measure, per, place)

    def bound(
        self, names: tuple[str | Ref, ...], drug: str, place: Place
    ) -> tuple[Product, ...] | OneOf:
        return self.shelf().bound(names, drug, place)

    def unique(self, phases: tuple[Phase, ...]) -> None:
        seen: dict[str, Timed] = {}
        for phase in phases:
            for part in (*phase.groups, phase):
                first = seen.setdefault(part.key, part)
                if first.place != part.place:
                    self.find(_told_apart(first, part))

    def when(self, shape: PhaseShape | WhenKeys, path: Path) -> tuple[Condition, ...]:
        if not shape.when:
            return ()
        from regimen.language.conditions import read_conditions  # few protocols have branches

        return read_conditions(shape.when, path, self.parameters)

    def overridden(self) -> None:
        """A finding for each key that is written for several phases, none of which takes it."""
        levels = [
            level
            for course, shape in self.shape.courses.items()
            for level in _with_groups(shape, ("courses", course))
        ]
        for shape, path in levels if not self.findings else ():
            for key in phase_keys(shape):
                if (*path, key) not in self.taken:
                    self.find(
                        Finding(
                            rules.UNUSED_KEY,
                            f"{key} decides nothing here: every phase says otherwise or needs none",
                            "remove it, or remove what overrides it from the phase it is meant for",
                            self.key_place(*path, key),
                        )
                    )


def _told_apart(first: Timed, second: Timed) -> Finding:
    names = [quoted(each.name or each.key) for each in (first, second)]
    return Finding(
        rules.DUPLICATE_NAME,
        f"the phases {names[0]} (line {first.place.line}) and {names[1]} cannot be told apart: in a"
        f" calendar both are {quoted(second.key)}",
        "give each phase of a course a name of its own, different in its letters (a to z) or"
        " digits",
        second.place,
    )
