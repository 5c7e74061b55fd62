"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples every time: a red build is a change, never a throw of dice. No deadline: the
# machines that build are shared.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
