"""Units and one's own account over the API: what the screens can do."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.people import account, units
from sinmungo.people import queries as q
from sinmungo.people.permissions import DESK, MANAGE, SELF
from sinmungo.people.service import add_unit, list_units, unit
from sinmungo.text import phone
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class UnitOut(msgspec.Struct):
    """A department, bureau or team; `valid_to` is the first day without it."""

    id: UUID
    name: str
    kind: str
    parent_id: UUID | None
    phone: str | None
    valid_from: date
    valid_to: date | None
    successor_id: UUID | None
    row_version: int


class UnitPage(msgspec.Struct):
    """All units of a day; there is no second page."""

    items: list[UnitOut]
    next: str | None = None


class UnitIn(msgspec.Struct):
    """A new unit; `kind` is BUREAU, DEPARTMENT or TEAM."""

    name: str
    kind: str
    parent_id: UUID | None = None
    phone: str | None = None
    valid_from: date | None = None


class UnitPatch(msgspec.Struct):
    """Either a new name, from a day on (default today), or a telephone number."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    valid_from: date | None = None
    phone: str | msgspec.UnsetType | None = msgspec.UNSET


class CloseIn(msgspec.Struct):
    """The first day without the unit, and who takes its posts and records."""

    valid_to: date
    successor_id: UUID | None = None


class MeOut(msgspec.Struct):
    """Who one is, and what one may do."""

    id: UUID
    name: str
    post: str
    unit_id: UUID | None
    unit_name: str
    roles: list[str]
    permissions: list[str]


class TokenOut(msgspec.Struct):
    """A personal API token; the token itself is told only when it is made."""

    id: UUID
    label: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class TokenPage(msgspec.Struct):
    """One's own tokens, newest first."""

    items: list[TokenOut]
    next: str | None = None


class TokenIn(msgspec.Struct):
    """What the token is for, and how many days it holds (null: for ever)."""

    label: str
    days: int | None = account.DEFAULT_DAYS


class NewToken(msgspec.Struct):
    """The token, told once."""

    token: str


def phone_of(text: str | None, field: str = "phone") -> str | None:
    """Return a telephone number as it is kept, or None; `InvalidError` names the field."""
    try:
        return phone.display(phone.parse(text)) if text else None
    except phone.PhoneError as problem:
        raise InvalidError({field: problem.message}) from None


class UnitsApi(Controller):
    """`/api/v1/people/units`."""

    path = "/units"
    tags = ("people",)

    @get("/", opt=needs(DESK))
    async def list_all(self, ctx: CtxDep, on: FromQuery[date | None] = None) -> UnitPage:
        """Return the units that exist on a day (default today)."""
        return UnitPage([_unit_out(row) for row in await list_units(ctx, on)])

    @post("/", opt=needs(MANAGE))
    async def add(self, ctx: CtxDep, data: JSONBody[UnitIn]) -> Response[UnitOut]:
        """Add a unit."""
        unit_id = await add_unit(
            ctx,
            name=data.name,
            kind=data.kind,
            parent_id=data.parent_id,
            phone=phone_of(data.phone),
            valid_from=data.valid_from,
        )
        response = await _unit_answer(ctx, unit_id, status=201)
        response.headers["location"] = f"/api/v1/people/units/{unit_id}"
        return response

    @get("/{unit_id:uuid}", opt=needs(DESK))
    async def show(self, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[UnitOut]:
        """Return one unit, past ones too."""
        return await _unit_answer(ctx, unit_id)

    @patch("/{unit_id:uuid}", opt=needs(MANAGE))
    async def change(
        self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID], data: JSONBody[UnitPatch]
    ) -> Response[UnitOut]:
        """Rename the unit or set its telephone number."""
        version = if_match(request)
        if isinstance(data.name, str):
            await units.rename(
                ctx, unit_id, name=data.name, valid_from=data.valid_from, row_version=version
            )
            version += 1
        if data.phone is not msgspec.UNSET:
            await units.set_phone(ctx, unit_id, phone_of(data.phone), version)
        return await _unit_answer(ctx, unit_id)

    @post("/{unit_id:uuid}/close", opt=needs(MANAGE), status_code=200)
    async def close(
        self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID], data: JSONBody[CloseIn]
    ) -> Response[UnitOut]:
        """End the unit on a day; its posts go on in the successor."""
        await units.close(
            ctx,
            unit_id,
            valid_to=data.valid_to,
            successor_id=data.successor_id,
            row_version=if_match(request),
        )
        return await _unit_answer(ctx, unit_id)

    @post("/{unit_id:uuid}/reopen", opt=needs(MANAGE), status_code=200)
    async def reopen(self, request: Req, ctx: CtxDep, unit_id: FromPath[UUID]) -> Response[UnitOut]:
        """Take the unit's end back; the posts that it moved come back."""
        await units.reopen(ctx, unit_id, if_match(request))
        return await _unit_answer(ctx, unit_id)


class MeApi(Controller):
    """`/api/v1/people/me`."""

    path = "/me"
    tags = ("people",)

    @get("/", opt=needs(SELF))
    async def show(self, ctx: CtxDep) -> MeOut:
        """Return who one is."""
        me = ctx.me
        return MeOut(
            account.own_id(ctx),
            me.name,
            me.post,
            me.unit_id,
            me.unit_name,
            sorted(me.roles),
            sorted(me.permissions),
        )

    @get("/tokens", opt=needs(SELF))
    async def tokens(self, ctx: CtxDep) -> TokenPage:
        """Return one's own API tokens with their last use (to the minute)."""
        rows = await account.list_tokens(ctx)
        return TokenPage([msgspec.convert(r, TokenOut, from_attributes=True) for r in rows])

    @post("/tokens", opt=needs(SELF))
    async def make_token(self, ctx: CtxDep, data: JSONBody[TokenIn]) -> Response[NewToken]:
        """Make an API token; it is told in this answer only."""
        token = await account.make_token(ctx, data.label, data.days)
        return Response(NewToken(token), headers={"cache-control": "no-store"})

    @delete("/tokens/{token_id:uuid}", opt=needs(SELF))
    async def revoke_token(self, ctx: CtxDep, token_id: FromPath[UUID]) -> None:
        """Revoke one of one's own tokens, at once."""
        await account.revoke_token(ctx, token_id)


def _unit_out(row: q.UnitRow) -> UnitOut:
    return msgspec.convert(row, UnitOut, from_attributes=True)


async def _unit_answer(ctx: Ctx, unit_id: UUID, status: int = 200) -> Response[UnitOut]:
    row = await unit(ctx, unit_id)
    return with_etag(_unit_out(row), row.row_version, status=status)
