"""What 대구광역시 has beside the common service: 기업애로 자문단 over core's `experts`."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sinmungo.sdk import Component, Ctx, Event, Manifest, Slice, hookimpl
from sinmungo_daegu.delegation import SLICE as DELEGATION
from sinmungo_daegu.metadata import metadata
from sinmungo_daegu.pool import SLICE as POOL
from sinmungo_daegu.pool.rules import check_rule

MANIFEST = Manifest(
    slug="daegu",
    title="대구광역시 전용 기능",
    version="0.2.0",
    requires_sdk=">=1.0,<2",
    component=Component("daegu", Path(__file__).parent / "migrations", metadata),
    requires=("experts",),
    guide=Path(__file__).parent / "guide",
)


@hookimpl
def sinmungo_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return MANIFEST


@hookimpl
def sinmungo_slices() -> Sequence[Slice]:
    """Return the plugin's slices."""
    return (POOL, DELEGATION)


@hookimpl
async def on_event(ctx: Ctx, event: Event, subject_id: UUID) -> None:
    """Hold the city's own line where core leaves the number to the city."""
    del ctx, subject_id
    check_rule(event)
