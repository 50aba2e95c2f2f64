"""A plugin's pages, API, reports, settings: none may hold a request, or end the process, for ever.

A page that hangs holds one of the few connections to the database, so it is cut off. Time spent
waiting for what the client sends does not count: a slow line is not the plugin's fault.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sinmungo.host.failures import Failure, is_blameless
from sinmungo.host.host import Host
from sinmungo.host.watching import BLOCK_SECONDS, BlockedError, unblocked
from sinmungo.web.scope import RequestScope

type Asgi = Callable[[Any, Any, Any], Awaitable[None]]

ROUTE_SECONDS = 15.0
_API_DEPTH = 2
_FACES = ("office", "admin")
_DECLARED = ("reporting", "settings")  # pages of core about what a plugin declares


def parts_below_face(path: str) -> list[str]:
    """Return the parts of a path without its face: ["cases", "new"] of /office/cases/new."""
    parts = path.strip("/").split("/")
    if parts[0] in _FACES:
        return parts[1:]
    if parts[:_API_DEPTH] == ["api", "v1"]:
        return parts[_API_DEPTH:]
    return parts


def blamed(host: Host, path: str) -> str | None:
    """Return the plugin whose code a path runs (routes, reports, settings), or None for core's."""
    parts = parts_below_face(path)
    if not parts:
        return None
    if parts[0] in _DECLARED and len(parts) > 1:
        return host.owner(parts[1])
    return parts[0] if host.blamed(parts[0]) else None


async def bounded(app: Asgi, scope: Any, receive: Any, send: Any, unit: RequestScope) -> None:
    """Run a request for 15 seconds at most; what would end the process becomes its `fault`.

    So does a step of it that holds up the process for three.
    Time stands still while the client is sending, and no longer counts once the answer began.
    """
    limit, answered = asyncio.timeout(ROUTE_SECONDS), False

    def give(seconds: float | None) -> None:
        if not limit.expired():
            now = asyncio.get_running_loop().time()
            limit.reschedule(None if seconds is None or answered else now + seconds)

    async def patient() -> Any:
        give(None)
        try:
            return await receive()
        finally:
            give(ROUTE_SECONDS)

    async def answering(message: Any) -> None:
        nonlocal answered
        answered = True
        give(None)
        await send(message)

    try:
        async with limit:
            await unblocked(app(scope, patient, answering), BLOCK_SECONDS)
    except TimeoutError as error:
        if not limit.expired():
            raise
        unit.fault = error
    except (SystemExit, KeyboardInterrupt, BlockedError) as error:
        unit.fault = error


def fault_of(unit: RequestScope, plugin: str, scope: Any) -> list[Failure]:
    """Return the fault to keep against a plugin, if the request ended with one."""
    if unit.fault is None or is_blameless(unit.fault):
        return []
    where = f"{scope['method']} {scope.get('path_template') or '/' + plugin}"
    return [Failure(plugin, where, type(unit.fault).__name__)]
