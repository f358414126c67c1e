"""What all tests share: how much hypothesis tries.

``ci`` is what every run does. ``HYPOTHESIS_PROFILE=thorough python -m pytest -k ...`` looks much longer, for a bug that
hides.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "ci", max_examples=100, stateful_step_count=40, deadline=None, print_blob=True, suppress_health_check=slow
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=3000, stateful_step_count=80)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
