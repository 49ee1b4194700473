"""Random valid protocols, as the plain dicts that their files would spell out.

`samples()` draws one `Sample`: a protocol, the answers its parameters need, and a start. Courses
are grown phase by phase; a phase that the reference refuses, or that would overlap or crowd the
one before it, is given a `begins` of its own, and failing that is replaced by a plain one. So
nothing is thrown away, and what comes out is meant to be accepted.
"""

from __future__ import annotations

from tests.properties.strategies.making import Sample, Scope
from tests.properties.strategies.samples import samples
from tests.properties.strategies.texts import to_yaml

__all__ = ["Sample", "Scope", "samples", "to_yaml"]
