"""Unequal doses at distances in hours: no 24 hours hold more than the limit of a day, and doses that
keep it are not changed."""

from __future__ import annotations

from fractions import Fraction

import yaml
from hypothesis import given
from hypothesis import strategies as st

from regimen import planning
from regimen.engine.expansion import expand
from tests.properties.test_engine_agrees import agree, plan_for

HEAD = """\
regimen: 1
id: timed
title: Timed
status: local
sources: [{cite: made up}]
route: oral
courses:
  a: {drug: drug A, max: %d mg/day, round: down to 0.001 mg, offsets: {%s}}
"""
START = "2026-03-02 08:00"  # no clock is changed near it
ANSWERS = {"zone": "Europe/Rome"}


@given(
    st.dictionaries(st.integers(0, 60), st.integers(1, 30), min_size=1, max_size=7),
    st.integers(5, 60),
)
def test_no_24_hours_hold_more_than_a_day_may(stated: dict[int, int], most: int) -> None:
    doses = dict(sorted(stated.items()))
    text = HEAD % (most, ", ".join(f"{hour} hours: {n} mg" for hour, n in doses.items()))
    protocol = planning.read_protocol(text, "timed.yaml")
    found = [
        each.dose for each in expand(protocol, plan_for(protocol, ANSWERS, START)).administrations
    ]
    given_mg = dict(zip(doses, (dose.ordered.value for dose in found if dose), strict=True))

    def in_24_hours(amounts: dict[int, Fraction] | dict[int, int], begin: int) -> Fraction:
        together = [amounts[hour] for hour in amounts if begin <= hour < begin + 24]
        return sum(map(Fraction, together), Fraction(0))

    assert agree(protocol, yaml.load(text, yaml.BaseLoader), ANSWERS, START) == len(doses)
    assert all(in_24_hours(given_mg, hour) <= most for hour in doses)
    for hour, amount in given_mg.items():
        with_it = [in_24_hours(doses, begin) for begin in doses if hour - 24 < begin <= hour]
        assert amount <= doses[hour]
        assert (amount == doses[hour]) is (max(with_it) <= most)
