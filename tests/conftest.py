from __future__ import annotations

from hypothesis import settings

# A shared machine is slow at times: time is measured in benchmarks, never in tests.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
