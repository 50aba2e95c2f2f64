"""Who may call a handler. Each handler says so itself; the loader refuses one that does not."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from sinmungo.errors import (
    ForbiddenError,
    MissingError,
    NotOpenError,
    PasswordChangeNeededError,
    SignInNeededError,
)
from sinmungo.host.checks import PERMISSION, PUBLIC
from sinmungo.host.opening import is_open
from sinmungo.web.scope import scope_of

OPERATOR = "operator"
HEAVY = "heavy"
_BEFORE_CHANGE = "before_change"
_BEFORE_OPENING = "before_opening"


def needs(permission: str, *, before_change: bool = False) -> dict[str, Any]:
    """Return `opt` for a handler that needs this permission: `@get(opt=needs("cases.read"))`.

    With `before_change` it also answers those who must first change a temporary password.
    """
    return {PERMISSION: permission, _BEFORE_CHANGE: before_change}


def operators_only(*, before_change: bool = False) -> dict[str, Any]:
    """Return `opt` for a handler of the operator's desk, which belongs to no city."""
    return {PERMISSION: OPERATOR, _BEFORE_CHANGE: before_change}


def heavy(opt: dict[str, Any]) -> dict[str, Any]:
    """Return `opt` for a handler whose work is long: few of a city run at once (web/quota.py)."""
    return {**opt, HEAVY: True}


def public(*, before_opening: bool = False) -> dict[str, Any]:
    """Return `opt` for a handler that anyone may call, once the city is open to companies.

    With `before_opening` it also answers in a city that is still being furnished.
    """
    return {PERMISSION: PUBLIC, _BEFORE_OPENING: before_opening}


async def require_permission(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard of the whole application: 401 without identity, 403 without the permission."""
    wanted = handler.opt.get(PERMISSION)
    unit = scope_of(connection.scope)
    if handler.opt.get(HEAVY) and unit.city is not None:
        # Before the city's transaction begins: who waits here holds no connection.
        unit.at_end(await connection.app.state.quota.enter(unit.city.id))
        unit.seconds = connection.app.state.runtime.settings.heavy_timeout
    if wanted == PUBLIC or handler.opt.get("static"):
        await _require_open(connection, handler)
        return
    if wanted == OPERATOR:
        await _require_operator(connection, handler)
        return
    if not isinstance(wanted, str):
        raise ForbiddenError
    me = await unit.identity()
    if me.kind != "OFFICER":
        raise SignInNeededError
    if me.must_change and not handler.opt.get(_BEFORE_CHANGE):
        raise PasswordChangeNeededError
    if not me.may(wanted):
        raise ForbiddenError


async def _require_operator(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let in whom the desk's own session names; a city's host has no desk."""
    unit = scope_of(connection.scope)
    if unit.city is not None:
        raise MissingError
    unit.operator = await connection.app.state.find_operator(connection)
    if unit.operator is None:
        raise SignInNeededError
    if unit.operator.must_change and not handler.opt.get(_BEFORE_CHANGE):
        raise PasswordChangeNeededError


async def _require_open(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Keep companies out of a city that is not open yet; its own officers may look around."""
    unit = scope_of(connection.scope)
    if unit.city is None or handler.opt.get(_BEFORE_OPENING):
        return
    ctx = await unit.ctx()
    if ctx.me.kind != "OFFICER" and not await is_open(ctx):
        raise NotOpenError
