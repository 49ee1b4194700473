"""How many random examples the property tests try: many, or few while the engine is mutated."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

USUAL = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
settings.register_profile("many", max_examples=250, phases=[Phase.generate], **USUAL)
settings.register_profile("few", max_examples=15, phases=[Phase.generate], **USUAL)
settings.load_profile(os.environ.get("EXAMPLES", "many"))
