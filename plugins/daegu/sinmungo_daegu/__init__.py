"""What 대구광역시 has beside the common service. One slice so far: `experts`."""

from collections.abc import Sequence
from pathlib import Path

from sinmungo.sdk import Component, Manifest, Slice, hookimpl
from sinmungo_daegu.experts import SLICE as EXPERTS
from sinmungo_daegu.metadata import metadata

MANIFEST = Manifest(
    slug="daegu",
    title="대구광역시 전용 기능",
    version="0.1.0",
    requires_sdk=">=1.0,<2",
    component=Component("daegu", Path(__file__).parent / "migrations", metadata),
)


@hookimpl
def sinmungo_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return MANIFEST


@hookimpl
def sinmungo_slices() -> Sequence[Slice]:
    """Return the plugin's slices."""
    return (EXPERTS,)
