"""Whatever is calculated, shared, put on times, tapered and rounded: no cap is ever passed.

What counts is what is given: the sums are taken over the administrations of the schedule, day by day
and, where real hours are counted, over any 24 hours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction

from hypothesis import given

from regimen import planning
from regimen.engine.days import is_elapsed
from regimen.engine.expansion import expand
from regimen.schedule import Administration, Schedule
from tests.properties import strategies
from tests.properties.reference import Reader
from tests.properties.reference.stated import Phase
from tests.properties.reference.texts import as_list, read_amount, read_dose
from tests.properties.reference.units import canonical
from tests.properties.strategies import Sample
from tests.properties.strategies.making import FEWER
from tests.properties.test_engine_agrees import plan_for

DAY = timedelta(hours=24)


def amount_of(each: Administration) -> Fraction:
    assert each.dose is not None
    dose = each.dose.ordered
    return canonical(dose.value, dose.unit.name)[0]


def limit(reader: Reader, text: str) -> tuple[Fraction, str]:
    cap = read_dose(reader.text(text))
    size = Fraction(1)
    if cap.scale:
        size = Fraction(reader.answer(cap.scale).split()[0])
    return canonical(cap.amount, cap.unit)[0] * size, cap.per


def most_in_a_day(doses: list[Administration]) -> Fraction:
    """The largest sum of a local day; where real hours are counted, of any 24 of them."""
    if is_elapsed(doses[0].phase.pattern):
        timed = [(each.instant, amount_of(each)) for each in doses if each.instant is not None]
        return max(
            sum((amount for at, amount in timed if begin <= at < begin + DAY), Fraction(0))
            for begin, _ in timed
        )
    by_day: dict[object, Fraction] = defaultdict(Fraction)
    for each in doses:
        by_day[each.day] += amount_of(each)
    return max(by_day.values())


def check(schedule: Schedule, reader: Reader) -> Counter[str]:
    """Counts the caps that were looked at, and those that were reached."""
    seen: Counter[str] = Counter()
    for course in reader.courses():
        for phase in reader.certain(course):
            seen += check_phase(schedule, reader, phase)
    return seen


def check_phase(schedule: Schedule, reader: Reader, phase: Phase) -> Counter[str]:
    seen: Counter[str] = Counter()
    doses = [
        each
        for each in schedule.of_course(phase.course)
        if each.dose is not None and phase.key in (each.phase.written.name, "1")
    ]
    for text in as_list(phase.stated(("max",)).get("max", [])) if doses else []:
        most, per = limit(reader, text)
        found = max(map(amount_of, doses)) if per == "dose" else most_in_a_day(doses)
        assert found <= most, f"{phase.course}.{phase.key}: {found} passes {text}"
        seen[per] += 1
        seen["reached"] += found == most
    return seen


LOOKED_AT: Counter[str] = Counter()


@FEWER
@given(strategies.samples())
def test_no_cap_is_passed(sample: Sample) -> None:
    protocol = planning.read_protocol(strategies.to_yaml(sample.protocol), "sample.yaml")
    schedule = expand(protocol, plan_for(protocol, sample.answers, sample.start))
    reader = Reader(sample.protocol, sample.answers, sample.start)
    LOOKED_AT.update(check(schedule, reader))


def test_caps_were_looked_at() -> None:
    """After the one above: caps occurred, and some of them were reached."""
    assert LOOKED_AT["reached"] > 0
    assert read_amount("1 mg")
