"""What a new city knows about companies: its places, and the first texts of consents."""

from collections.abc import Mapping
from typing import Any

from sinmungo.companies import consents
from sinmungo.companies.places import places, set_places
from sinmungo.host.context import Ctx


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Write `dongs` and `complexes` of `[companies]` and the first texts. Repeatable."""
    await consents.seed(ctx)
    await seed_places(ctx, table)


async def seed_places(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Take the lists of a file, unless the city has its own."""
    known = await places(ctx)
    dongs, complexes = table.get("dongs", []), table.get("complexes", [])
    if not (known.dongs or known.complexes) and (dongs or complexes):
        await set_places(ctx, dongs="\n".join(dongs), complexes="\n".join(complexes))
