"""What every test shares: how hypothesis runs."""

from __future__ import annotations

from hypothesis import settings

# A shared two-core machine stalls now and then; the time limit of a test is pytest-timeout's business.
settings.register_profile("juru", deadline=None, print_blob=True)
settings.load_profile("juru")
