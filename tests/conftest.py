"""How many random examples the property tests try: many, or few while the engine is mutated."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

USUAL = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
settings.register_profile("many", USUAL, max_examples=250)
settings.register_profile("few", USUAL, max_examples=15)
settings.load_profile(os.environ.get("EXAMPLES", "many"))
