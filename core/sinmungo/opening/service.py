"""Runs every check of the city's slices, and opens the city when nothing essential is missing."""

from functools import partial

import msgspec

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host import opening
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.host import isolated
from sinmungo.host.types import Check, Finding
from sinmungo.opening.events import CITY, CityOpened

CHECK_SECONDS = 2.0
STATES = {"DONE": "됨", "TODO": "할 일", "LOOK": "확인 필요"}
_FAILED = Finding("LOOK", "점검하지 못했습니다. 운영자에게 알려 주세요.")


class Item(msgspec.Struct):
    """A check with what it found now."""

    code: str
    title: str
    why: str
    href: str
    essential: bool
    state: str
    text: str


class Overview(msgspec.Struct):
    """The whole list. `ready`: nothing essential is missing. `opened_at`: "" while it is shut."""

    items: list[Item]
    ready: bool
    open: bool
    opened_at: str


async def overview(ctx: Ctx) -> Overview:
    """Run every check now."""
    checks = [(s.plugin, c) for s in ctx.host.active_slices(ctx.city) for c in s.slice.checks]
    ordered = sorted(checks, key=lambda found: (found[1].order, found[1].code))
    items = [await _item(ctx, plugin, check) for plugin, check in ordered]
    opened = await opening.opened_at(ctx)
    return Overview(
        items=items,
        ready=not any(i.essential and i.state == "TODO" for i in items),
        open=opened != "",
        opened_at=opened or "",
    )


async def _item(ctx: Ctx, plugin: str | None, check: Check) -> Item:
    """Run one, isolated like a hook: a check that fails hides no other."""
    where, ask = f"check {check.code}", partial(_asked, ctx, check)
    found = await isolated(ctx, plugin or "core", where, ask, CHECK_SECONDS) or _FAILED
    return Item(
        code=check.code,
        title=check.title,
        why=check.why,
        href=check.href,
        essential=check.essential,
        state=found.state,
        text=found.text,
    )


async def _asked(ctx: Ctx, check: Check) -> Finding:
    found = await check.run(ctx)
    if not isinstance(found, Finding):
        raise TypeError("a check must return a Finding")
    return found


async def open_city(ctx: Ctx) -> None:
    """Let companies in. Raises RefusedError while something essential is missing, or if it is open.

    There is no way back: what companies were told must go on answering.
    """
    found = await overview(ctx)
    if found.open:
        raise RefusedError("이미 개통했습니다.")
    missing = [i.title for i in found.items if i.essential and i.state == "TODO"]
    if missing:
        raise RefusedError(f"먼저 마쳐야 할 일이 있습니다: {', '.join(missing)}")
    await opening.set_open(ctx)
    event = CityOpened(opening_id=clock.uuid7())
    await emit(ctx, event, subject_kind=CITY, subject_id=event.opening_id, seq=1)
