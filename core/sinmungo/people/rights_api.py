"""What each role may do, over the API."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import JSONBody

from sinmungo.host.context import Ctx
from sinmungo.people import rights
from sinmungo.people.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class RightLine(msgspec.Struct):
    """A permission, the roles that hold it here, and those that hold it as declared."""

    permission: str
    title: str
    group: str
    roles: list[str]
    declared: list[str]


class RightPage(msgspec.Struct):
    """Every permission of the city; there is no second page."""

    items: list[RightLine]
    row_version: int
    next: str | None = None


class RightIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a role shall hold a permission; null: as declared."""

    role: str
    permission: str
    granted: bool | None


class RightsIn(msgspec.Struct, forbid_unknown_fields=True):
    """The cells to change; all others stay."""

    changes: list[RightIn]


class CellOut(msgspec.Struct):
    """A cell before and after; how many officers gain or lose the permission by it."""

    role: str
    permission: str
    old: bool
    new: bool
    gain: int
    lose: int


class PreviewOut(msgspec.Struct):
    """What saving would change, and how many officers could do more or less than now."""

    changes: list[CellOut]
    gain: int
    lose: int


class PastCell(msgspec.Struct):
    """A cell before and after a change of the past."""

    role: str
    permission: str
    old: bool
    new: bool


class PastChange(msgspec.Struct):
    """One change: when, by whom (이름 + 직위), which cells."""

    id: UUID
    at: datetime
    who: str
    changes: list[PastCell]


class PastPage(msgspec.Struct):
    """Every change, the newest first; there is no second page."""

    items: list[PastChange]
    next: str | None = None


class RightsApi(Controller):
    """`/api/v1/people/rights`."""

    path = "/rights"
    tags = ("people",)

    @get("/", opt=needs(MANAGE))
    async def show(self, ctx: CtxDep) -> Response[RightPage]:
        """Return which role may do what."""
        return await _answer(ctx)

    @put("/", opt=needs(MANAGE))
    async def change(
        self, request: Req, ctx: CtxDep, data: JSONBody[RightsIn]
    ) -> Response[RightPage]:
        """Let roles hold permissions, or no more; all cells that are not named stay."""
        await rights.save(ctx, _wanted(data), if_match(request))
        return await _answer(ctx)

    @post("/preview", opt=needs(MANAGE), status_code=200)
    async def preview(self, ctx: CtxDep, data: JSONBody[RightsIn]) -> PreviewOut:
        """Return what these changes would do; nothing is saved."""
        seen = await rights.preview(ctx, await rights.matrix(ctx), _wanted(data))
        return msgspec.convert(seen, PreviewOut, from_attributes=True)

    @get("/history", opt=needs(MANAGE))
    async def history(self, ctx: CtxDep) -> PastPage:
        """Return who changed which rights when."""
        entries = await rights.history(ctx)
        return PastPage([msgspec.convert(e, PastChange, from_attributes=True) for e in entries])


def _wanted(data: RightsIn) -> dict[rights.Cell, bool | None]:
    return {(c.role, c.permission): c.granted for c in data.changes}


async def _answer(ctx: Ctx) -> Response[RightPage]:
    now = await rights.matrix(ctx)
    items = [
        RightLine(
            p.code,
            p.title,
            group.title,
            [r for r in rights.STAFF_ROLES if now.holds(r, p)]
            + [r for r in p.roles if r not in rights.STAFF_ROLES],
            list(p.roles),
        )
        for group in now.groups
        for p in group.permissions
    ]
    return with_etag(RightPage(items, now.version), now.version)
