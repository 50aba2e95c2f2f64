"""Regional teams' dated grants over the API."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from sinmungo.people import regional
from sinmungo.people.permissions import MANAGE
from sinmungo.people.regional import Grant
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class GrantPage(msgspec.Struct):
    """Every grant; there is no second page."""

    items: list[Grant]
    next: str | None = None


class GrantIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A grant: `login` and `name` of a new account, or the `officer_id` of a former one."""

    agency: str
    valid_from: date
    until: date
    officer_id: UUID | None = None
    login: str = ""
    name: str = ""
    email: str | None = None


class GrantMade(msgspec.Struct):
    """The grant, and a new account's temporary password, told once."""

    id: UUID
    temporary_password: str


class RegionalApi(Controller):
    """`/api/v1/people/regional`."""

    path = "/regional"
    tags = ("people",)

    @get("/", opt=needs(MANAGE))
    async def list_all(self, ctx: CtxDep) -> GrantPage:
        """Return the grants of regional teams, past ones too."""
        return GrantPage(await regional.list_grants(ctx))

    @post("/", opt=needs(MANAGE))
    async def add(self, ctx: CtxDep, data: JSONBody[GrantIn]) -> Response[GrantMade]:
        """Let someone of a regional team look for some days; a password is told here only."""
        new = msgspec.convert(data, regional.NewGrant, from_attributes=True)
        grant_id, password = await regional.add(ctx, new)
        response = with_etag(GrantMade(grant_id, password), 1, status=201)
        response.headers["cache-control"] = "no-store"
        return response

    @get("/{grant_id:uuid}", opt=needs(MANAGE))
    async def show(self, ctx: CtxDep, grant_id: FromPath[UUID]) -> Response[Grant]:
        """Return one grant."""
        found = await regional.grant_of(ctx, grant_id)
        return with_etag(found, found.row_version)

    @post("/{grant_id:uuid}/end", opt=needs(MANAGE), status_code=200)
    async def end(self, request: Req, ctx: CtxDep, grant_id: FromPath[UUID]) -> Response[Grant]:
        """End a grant at once; the account is signed out everywhere."""
        identifier = request.app.state.runtime.identifier
        await regional.end(ctx, identifier, grant_id, if_match(request))
        found = await regional.grant_of(ctx, grant_id)
        return with_etag(found, found.row_version)
