"""Who may call a handler. Each handler says so itself; the loader refuses one that does not."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from sinmungo.errors import ForbiddenError, PasswordChangeNeededError, SignInNeededError
from sinmungo.host.checks import PERMISSION, PUBLIC
from sinmungo.web.scope import scope_of

_BEFORE_CHANGE = "before_change"


def needs(permission: str, *, before_change: bool = False) -> dict[str, Any]:
    """Return `opt` for a handler that needs this permission: `@get(opt=needs("cases.read"))`.

    With `before_change` it also answers those who must first change a temporary password.
    """
    return {PERMISSION: permission, _BEFORE_CHANGE: before_change}


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
    if me.must_change and not handler.opt.get(_BEFORE_CHANGE):
        raise PasswordChangeNeededError
    if not me.may(wanted):
        raise ForbiddenError
