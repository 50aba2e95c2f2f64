"""Sharing with regional teams over the API."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.cases import sharing
from sinmungo.cases.history import need_visible
from sinmungo.cases.permissions import SHARE, SHARED
from sinmungo.cases.types import Changed
from sinmungo.web.access import needs
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class ShareOut(msgspec.Struct):
    """A regional team of the city, and the case's open share with it (null: not shared)."""

    team_id: UUID
    team: str
    share_id: UUID | None
    reason: str
    shared_at: datetime | None


class SharePage(msgspec.Struct):
    """Every team of the city; there is no second page."""

    items: list[ShareOut]
    next: str | None = None


class ShareIn(msgspec.Struct, forbid_unknown_fields=True):
    """With which team, and why."""

    team_id: UUID
    reason: str


class SharedLine(msgspec.Struct):
    """A case of the list."""

    id: UUID
    case_no: str
    company_name: str
    category: str
    summary: str
    status: str
    registered_at: datetime
    due_at: datetime
    lead_unit_name: str | None


class SharedPage(msgspec.Struct):
    """A page of the cases shared with one's team, the newest first."""

    items: list[SharedLine]
    next: str | None


class StepOut(msgspec.Struct):
    """A line of the history."""

    at: datetime
    title: str


class SharedOut(SharedLine):
    """A shared case: no name, telephone or mail of a person."""

    content: str
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    implementation: str | None
    answer: str | None
    lead_unit_phone: str | None
    reason: str
    shared_at: datetime
    steps: list[StepOut]


class SharesApi(Controller):
    """`/api/v1/cases/{id}/shares`."""

    path = "/{case_id:uuid}/shares"
    tags = ("cases",)

    @get("/", opt=needs(SHARE))
    async def list_all(self, ctx: CtxDep, case_id: FromPath[UUID]) -> SharePage:
        """Return with which regional teams a case is shared."""
        return SharePage(await _shares(ctx, case_id))

    @post("/", opt=needs(SHARE), status_code=200)
    async def share(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], data: JSONBody[ShareIn]
    ) -> Response[Changed]:
        """Show a case to a regional team; If-Match is the case's."""
        version = if_match(request)
        changed = await sharing.share(ctx, case_id, data.team_id, data.reason, version)
        return with_etag(changed, changed.row_version)

    @post("/{share_id:uuid}/revoke", opt=needs(SHARE), status_code=200)
    async def revoke(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], share_id: FromPath[UUID]
    ) -> Response[Changed]:
        """Take a share back, at once; If-Match is the case's."""
        changed = await sharing.unshare(ctx, case_id, share_id, if_match(request))
        return with_etag(changed, changed.row_version)


class SharedApi(Controller):
    """`/api/v1/cases/shared`."""

    path = "/shared"
    tags = ("cases",)

    @get("/", opt=needs(SHARED))
    async def list_all(self, ctx: CtxDep, cursor: FromQuery[str | None] = None) -> SharedPage:
        """Return the cases shared with one's regional team."""
        before = msgspec.convert(decode_cursor(cursor, 1)[0], UUID) if cursor else None
        rows, following = await sharing.shared_cases(ctx, before)
        items = [msgspec.convert(r, SharedLine, from_attributes=True) for r in rows]
        return SharedPage(items, encode_cursor(str(following)) if following else None)

    @get("/{case_id:uuid}", opt=needs(SHARED))
    async def one(self, ctx: CtxDep, case_id: FromPath[UUID]) -> SharedOut:
        """Return one shared case; who looked is kept."""
        found = await sharing.shared_case(ctx, case_id)
        steps = [StepOut(s.at, s.title) for s in found.steps]
        return msgspec.convert({**msgspec.structs.asdict(found.case), "steps": steps}, SharedOut)


async def _shares(ctx: CtxDep, case_id: UUID) -> list[ShareOut]:
    await need_visible(ctx, case_id)
    return [
        ShareOut(s.team_id, s.team_name, s.share_id, s.reason, s.shared_at)
        for s in await sharing.shares(ctx, case_id)
    ]


API = (SharesApi, SharedApi)
