"""What 부천시 has beside the common service. One slice so far: `project100`."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sinmungo.sdk import Component, Ctx, Event, Hint, Manifest, Slice, hookimpl
from sinmungo_bucheon.metadata import metadata
from sinmungo_bucheon.project100 import SLICE as PROJECT100
from sinmungo_bucheon.project100 import reactions
from sinmungo_bucheon.settings import Settings

MANIFEST = Manifest(
    slug="bucheon",
    title="부천시 전용 기능",
    version="0.1.0",
    requires_sdk=">=1.0,<2",
    component=Component(
        "bucheon",
        Path(__file__).parent / "migrations",
        metadata,
        append_only=("bucheon_project100_signals",),
    ),
    settings=Settings,
    guide=Path(__file__).parent / "guide",
)


@hookimpl
def sinmungo_manifest() -> Manifest:
    """Return the plugin's manifest."""
    return MANIFEST


@hookimpl
def sinmungo_slices() -> Sequence[Slice]:
    """Return the plugin's slices."""
    return (PROJECT100,)


@hookimpl
async def on_event(ctx: Ctx, event: Event, subject_id: UUID) -> None:
    """Keep the cases of the companies in the project, and which of their rules were proposed."""
    del subject_id
    await reactions.note_case(ctx, event)
    await reactions.note_proposal(ctx, event)


@hookimpl
async def company_hints(ctx: Ctx, company_id: UUID) -> Sequence[Hint]:
    """Say at intake that a company is in the project, and with whom."""
    return await reactions.hints(ctx, company_id)
