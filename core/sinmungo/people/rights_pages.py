"""The admin's page of what each role may do: a table, what would change, what was changed."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post

from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.people import rights
from sinmungo.people.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/people/roles"
_CHANGED = "그 사이에 권한이나 쓰는 기능이 바뀌었습니다. 지금의 표에서 다시 골라 주세요."
_LOOK_AGAIN = "미리 본 뒤에 고른 것이 바뀌어 다시 보여 드립니다. 확인하고 저장해 주세요."


class RolesController(Controller):
    """`/admin/people/roles`."""

    path = "/roles"

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show which role may do what."""
        return _page(request, await rights.matrix(ctx))

    @post("/", opt=needs(MANAGE), status_code=200)
    async def change(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show what would change, or save what was shown."""
        form, now = await read_form(request), await rights.matrix(ctx)
        if form["_mark"] != now.mark:
            return _page(request, now, problem=_CHANGED, status=StaleError.status)
        ticked = _ticked(form)
        try:
            seen = await rights.preview(ctx, now, _wanted(now, ticked))
        except (InvalidError, RefusedError) as error:
            return _page(request, now, problem=error.message, status=error.status)
        if form["_act"] != "save" or not seen.changes:
            return _page(request, now, seen, ticked)
        if form["_seen"] != _digest(seen):
            return _page(request, now, seen, ticked, problem=_LOOK_AGAIN)
        return await _save(request, ctx, now, seen)

    @get("/history", opt=needs(MANAGE))
    async def history(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show who changed which rights when."""
        return page(request, "people/roles_history.html", entries=await rights.history(ctx))

    @post("/restore", opt=needs(MANAGE), status_code=200)
    async def restore(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the table as it was before a change, or as declared; saving it is a change."""
        form, now = await read_form(request), await rights.matrix(ctx)
        change = form.uuid("change")
        wanted = await _former(ctx, now, change)
        seen = await rights.preview(ctx, now, wanted)
        problem = "" if seen.changes else "지금과 같습니다. 바뀌는 것이 없습니다."
        return _page(request, now, seen, _after(now, seen), problem=problem)


async def _former(ctx: Ctx, now: rights.Matrix, change: UUID | None) -> rights.Wanted:
    return rights.as_declared(now) if change is None else await rights.before(ctx, change)


async def _save(request: Req, ctx: Ctx, now: rights.Matrix, seen: rights.Preview) -> Response[Any]:
    try:
        await rights.save(ctx, seen.wanted, now.version)
    except SinmungoError as error:
        return _page(request, now, seen, _after(now, seen), problem=error.message, status=412)
    return see_other(PATH, "역할의 권한을 바꿨습니다. 다음 화면부터 바로 그렇게 됩니다.")


def _ticked(form: Form) -> set[rights.Cell]:
    pairs = (item.partition(":") for item in form["right"].split(",") if ":" in item)
    return {(role, code) for role, _, code in pairs}


def _wanted(now: rights.Matrix, ticked: set[rights.Cell]) -> rights.Wanted:
    """Return what differs from now; boxes that cannot be changed are not sent and stay."""
    return {
        (role, code): (role, code) in ticked
        for code, permission in now.permissions.items()
        for role in rights.STAFF_ROLES
        if not rights.fixed(role, code) and ((role, code) in ticked) != now.holds(role, permission)
    } | {cell: True for cell in ticked if cell[1] not in now.permissions}


def _after(now: rights.Matrix, seen: rights.Preview) -> set[rights.Cell]:
    """Return the boxes that are ticked once the preview is saved."""
    held = _held(now)
    for change in seen.changes:
        cell = change.role, change.permission
        held = held | {cell} if change.new else held - {cell}
    return held


def _held(now: rights.Matrix) -> set[rights.Cell]:
    found = now.permissions.items()
    return {(r, code) for code, p in found for r in rights.STAFF_ROLES if now.holds(r, p)}


def _digest(seen: rights.Preview) -> str:
    cells = sorted((c.role, c.permission, c.new) for c in seen.changes)
    return sha256(repr(cells).encode()).hexdigest()[:16]


def _page(
    request: Req,
    now: rights.Matrix,
    seen: rights.Preview | None = None,
    ticked: set[rights.Cell] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response[str]:
    return page(
        request,
        "people/roles.html",
        status=status,
        matrix=now,
        roles=rights.STAFF_ROLES,
        fixed=rights.fixed,
        ticked=_held(now) if ticked is None else ticked | {c for c in _held(now) if _is_fixed(c)},
        seen=seen,
        digest=_digest(seen) if seen else "",
        problem=problem,
    )


def _is_fixed(cell: rights.Cell) -> bool:
    return bool(rights.fixed(*cell))
