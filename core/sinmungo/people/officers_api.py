"""Officers over the API: names for choosing one, and what the admin's screen can do."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.people import officers
from sinmungo.people import queries as q
from sinmungo.people.api import phone_of
from sinmungo.people.permissions import DESK, MANAGE
from sinmungo.people.service import NewOfficer, person
from sinmungo.web.access import needs
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req

MAX_PAGE = 200


class OfficerLine(msgspec.Struct):
    """An officer in a list; login and state are shown to those who manage people."""

    id: UUID
    name: str
    post: str
    unit_id: UUID | None
    unit_name: str | None
    login: str | None = None
    state: str | None = None


class OfficerPage(msgspec.Struct):
    """Officers by login; `next` is the cursor of the next page."""

    items: list[OfficerLine]
    next: str | None


class PostOut(msgspec.Struct):
    """A post; `valid_to` is the first day without it."""

    unit_id: UUID
    unit_name: str
    title: str
    is_head: bool
    valid_from: date
    valid_to: date | None


class GrantOut(msgspec.Struct):
    """A role, past ones too: who gave and took it, when."""

    role: str
    granted_at: datetime
    granted_by: UUID | None
    revoked_at: datetime | None
    revoked_by: UUID | None


class OfficerOut(msgspec.Struct):
    """A whole account. `row_version` is also the ETag."""

    id: UUID
    login: str
    name: str
    email: str
    phone: str | None
    state: str
    must_change: bool
    locked: bool
    roles: list[str]
    posts: list[PostOut]
    grants: list[GrantOut]
    row_version: int


class OfficerIn(msgspec.Struct, kw_only=True):
    """A new officer with one post."""

    login: str
    name: str
    unit_id: UUID
    title: str
    roles: list[str] = []
    is_head: bool = False
    email: str | None = None
    phone: str | None = None
    valid_from: date | None = None


class OfficerPatch(msgspec.Struct):
    """Fields to set; what is left out stays, null clears it."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET


class RolesIn(msgspec.Struct):
    """The roles the officer is to hold, all of them."""

    roles: list[str]


class MoveIn(msgspec.Struct, kw_only=True):
    """A new post from a day on (default today)."""

    unit_id: UUID
    title: str
    is_head: bool = False
    valid_from: date | None = None


class SecretOut(msgspec.Struct):
    """A temporary password, told once; it must be changed at the first sign-in."""

    id: UUID
    temporary_password: str


class OfficersApi(Controller):
    """`/api/v1/people/officers`."""

    path = "/officers"
    tags = ("people",)

    @get("/", opt=needs(DESK))
    async def list_all(
        self, ctx: CtxDep, cursor: FromQuery[str | None] = None, limit: FromQuery[int] = 100
    ) -> OfficerPage:
        """Return officers, for choosing one: names, posts and units of the active ones."""
        manages, size = ctx.me.may(MANAGE), max(1, min(limit, MAX_PAGE))
        rows = await ctx.db.all(
            q.OFFICERS_PAGE,
            on=clock.today(),
            after=decode_cursor(cursor, 1)[0] if cursor else "",
            state=None if manages else "ACTIVE",
            limit=size + 1,
        )
        more = encode_cursor(rows[size - 1].login) if len(rows) > size else None
        return OfficerPage([_line(ctx, row, whole=manages) for row in rows[:size]], more)

    @post("/", opt=needs(MANAGE))
    async def add(self, ctx: CtxDep, data: JSONBody[OfficerIn]) -> Response[SecretOut]:
        """Add an officer; the temporary password is told in this answer only."""
        new = NewOfficer(
            login=data.login,
            name=data.name,
            unit_id=data.unit_id,
            title=data.title,
            roles=tuple(data.roles),
            is_head=data.is_head,
            email=data.email,
            phone=phone_of(data.phone),
            valid_from=data.valid_from,
        )
        officer_id, password = await officers.add(ctx, new)
        response = _secret(officer_id, password, 1, status=201)
        response.headers["location"] = f"/api/v1/people/officers/{officer_id}"
        return response

    @get("/{officer_id:uuid}", opt=needs(MANAGE))
    async def show(self, ctx: CtxDep, officer_id: FromPath[UUID]) -> Response[OfficerOut]:
        """Return one officer."""
        return await _answer(ctx, officer_id)

    @patch("/{officer_id:uuid}", opt=needs(MANAGE))
    async def edit(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID], data: JSONBody[OfficerPatch]
    ) -> Response[OfficerOut]:
        """Change name, mail or telephone."""
        now = await officers.detail(ctx, officer_id)
        changed = officers.OfficerEdit(
            name=now.name if data.name is msgspec.UNSET else data.name,
            email=now.email if data.email is msgspec.UNSET else data.email,
            phone=now.phone if data.phone is msgspec.UNSET else phone_of(data.phone),
        )
        await officers.edit(ctx, officer_id, changed, if_match(request))
        return await _answer(ctx, officer_id)

    @put("/{officer_id:uuid}/roles", opt=needs(MANAGE))
    async def set_roles(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID], data: JSONBody[RolesIn]
    ) -> Response[OfficerOut]:
        """Grant and revoke roles, so that exactly these are held."""
        await officers.set_roles(ctx, officer_id, tuple(data.roles), if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/move", opt=needs(MANAGE), status_code=200)
    async def move(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID], data: JSONBody[MoveIn]
    ) -> Response[OfficerOut]:
        """Give a new post from a day on; the others end on that day."""
        to = msgspec.convert(data, officers.Move, from_attributes=True)
        await officers.move(ctx, officer_id, to, if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/disable", opt=needs(MANAGE), status_code=200)
    async def disable(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[OfficerOut]:
        """Switch the account off, at once."""
        identifier = request.app.state.runtime.identifier
        await officers.disable(ctx, identifier, officer_id, if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/enable", opt=needs(MANAGE), status_code=200)
    async def enable(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[OfficerOut]:
        """Switch the account on again."""
        await officers.enable(ctx, officer_id, if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/unlock", opt=needs(MANAGE), status_code=200)
    async def unlock(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[OfficerOut]:
        """Lift the lock after wrong passwords."""
        await officers.unlock(ctx, officer_id, if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/sign-out-everywhere", opt=needs(MANAGE), status_code=200)
    async def sign_out(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[OfficerOut]:
        """End every session of the officer."""
        identifier = request.app.state.runtime.identifier
        await officers.sign_out_everywhere(ctx, identifier, officer_id, if_match(request))
        return await _answer(ctx, officer_id)

    @post("/{officer_id:uuid}/reset-password", opt=needs(MANAGE), status_code=200)
    async def reset(
        self, request: Req, ctx: CtxDep, officer_id: FromPath[UUID]
    ) -> Response[SecretOut]:
        """Return a temporary password, told in this answer only."""
        identifier = request.app.state.runtime.identifier
        version = if_match(request)
        password = await officers.reset_password(ctx, identifier, officer_id, version)
        return _secret(officer_id, password, version + 1)


def _line(ctx: Ctx, row: q.OfficerRow, *, whole: bool) -> OfficerLine:
    shown = person(ctx, row)
    line = OfficerLine(row.id, shown.name, shown.post, row.unit_id, row.unit_name)
    if whole:
        line.login, line.state = row.login, row.state
    return line


def _secret(
    officer_id: UUID, password: str, row_version: int, status: int = 200
) -> Response[SecretOut]:
    response = with_etag(SecretOut(officer_id, password), row_version, status=status)
    response.headers["cache-control"] = "no-store"
    return response


async def _answer(ctx: Ctx, officer_id: UUID) -> Response[OfficerOut]:
    found = await officers.detail(ctx, officer_id)
    body = msgspec.convert(found, OfficerOut, from_attributes=True)
    return with_etag(body, found.row_version)
