"""Hypothesis knows no deadline here: a machine that is busy elsewhere is no fault of the code."""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
