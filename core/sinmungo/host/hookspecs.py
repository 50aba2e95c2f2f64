"""Every hook of sinmungo, in one file.

`sinmungo_slices` and `sinmungo_manifest` are sync and only declare, at load. The others are async.
`on_event` is strict: it runs inside the transaction of the act, and if it raises, the act is
undone. `company_hints` is isolated: it runs under a SAVEPOINT and a time limit, and if it fails the
page goes on without it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import pluggy

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx
    from sinmungo.host.types import Event, Hint, Manifest, Slice

PROJECT = "sinmungo"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def sinmungo_manifest() -> "Manifest":  # type: ignore[empty-body]
    """Return the plugin's manifest."""


@hookspec
def sinmungo_slices() -> "Sequence[Slice]":  # type: ignore[empty-body]
    """Return the slices of core or of a plugin: 1..n."""


@hookspec
async def on_event(ctx: "Ctx", event: "Event", subject_id: UUID) -> None:
    """React to an event inside its transaction. Strict: raising undoes the whole act.

    Called for plugins that are active in `ctx.city`, in the order of their slugs, for five seconds
    at most.
    """


@hookspec
async def company_hints(ctx: "Ctx", company_id: UUID) -> "Sequence[Hint]":  # type: ignore[empty-body]
    """Return remarks shown beside a company's name at intake and on its pages.

    Isolated: at most 0.5 s, own SAVEPOINT; a failure is kept and counted against the plugin.
    """
