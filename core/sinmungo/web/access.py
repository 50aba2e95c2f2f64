"""Who may call a handler. Each handler says so itself; the loader refuses one that does not."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from sinmungo.errors import ForbiddenError, SignInNeededError
from sinmungo.host.checks import PERMISSION, PUBLIC
from sinmungo.web.scope import scope_of


def needs(permission: str) -> dict[str, Any]:
    """Return `opt` for a handler that needs this permission: `@get(opt=needs("cases.read"))`."""
    return {PERMISSION: permission}


def public() -> dict[str, Any]:
    """Return `opt` for a handler that anyone may call."""
    return {PERMISSION: PUBLIC}


async def require_permission(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard of the whole application: 401 without identity, 403 without the permission."""
    wanted = handler.opt.get(PERMISSION)
    if wanted == PUBLIC or handler.opt.get("static"):
        return
    if not isinstance(wanted, str):
        raise ForbiddenError
    me = await scope_of(connection.scope).identity()
    if me.kind != "OFFICER":
        raise SignInNeededError
    if not me.may(wanted):
        raise ForbiddenError
