"""Whether a city has opened its doors to companies.

A new city is furnished behind closed doors: officers work in it, but what needs no sign-in is shut.
Cities from before this was asked hold no such setting and are open. Opening is for good, so a
process asks once per city.
"""

from sinmungo import clock
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.context import Ctx

OPENED_AT = "opening.opened_at"
_CLOSED = ""
_opened: set[str] = set()


async def opened_at(ctx: Ctx) -> str | None:
    """Return when the city was opened (ISO, UTC), "" while it is not, None if it never was shut."""
    found: str | None = (await get_settings(ctx, {OPENED_AT: None}))[OPENED_AT]
    return found


async def is_open(ctx: Ctx) -> bool:
    """Whether companies may come in."""
    if ctx.city.id in _opened:
        return True
    if await opened_at(ctx) == _CLOSED:
        return False
    _opened.add(ctx.city.id)
    return True


async def keep_closed(ctx: Ctx) -> None:
    """Let a city that is being made begin behind closed doors."""
    await set_setting(ctx, OPENED_AT, _CLOSED)


async def set_open(ctx: Ctx) -> None:
    """Open the city's doors, as of now."""
    await set_setting(ctx, OPENED_AT, clock.now().isoformat())
