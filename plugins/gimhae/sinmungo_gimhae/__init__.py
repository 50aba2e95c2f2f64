"""What 김해시 has beside the common service: its words and rules for the 상시상담실."""

from collections.abc import Sequence
from pathlib import Path

from sinmungo.sdk import Component, Manifest, Slice, hookimpl
from sinmungo_gimhae.metadata import metadata
from sinmungo_gimhae.rooms import SLICE as ROOMS

MANIFEST = Manifest(
    slug="gimhae",
    title="김해시 전용 기능",
    version="0.2.0",
    requires_sdk=">=1.0,<2",
    component=Component("gimhae", Path(__file__).parent / "migrations", metadata),
    requires=("bookings",),
    guide=Path(__file__).parent / "guide",
)


@hookimpl
def sinmungo_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return MANIFEST


@hookimpl
def sinmungo_slices() -> Sequence[Slice]:
    """Return the plugin's slices."""
    return (ROOMS,)
