"""Agencies over the API: what the screens can do."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.agencies import service
from sinmungo.agencies.models import KINDS
from sinmungo.agencies.permissions import EDIT, READ
from sinmungo.agencies.service import AgencyRow
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req


class AgencyPage(msgspec.Struct):
    """Every agency asked for: there are a few hundred at most, so `next` is always null."""

    items: list[AgencyRow]
    next: str | None = None


class AgencyIn(msgspec.Struct):
    """Fields to set; what is left out stays as it is, null clears it."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    kind: str | msgspec.UnsetType = msgspec.UNSET
    short_name: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    url: str | msgspec.UnsetType | None = msgspec.UNSET
    valid_from: date | msgspec.UnsetType | None = msgspec.UNSET


class EndIn(msgspec.Struct):
    """`valid_to` is the first day without the agency."""

    valid_to: date
    successor_id: UUID | None = None


class AgenciesApi(Controller):
    """`/api/v1/agencies`."""

    tags = ("agencies",)

    @get("/", opt=needs(READ))
    async def list_all(
        self,
        ctx: CtxDep,
        kind: FromQuery[str | None] = None,
        on: FromQuery[date | None] = None,
        q: FromQuery[str | None] = None,
    ) -> AgencyPage:
        """Return agencies by kind and name; `kind`, `on` (a day) and `q` narrow the list."""
        if kind is not None and kind not in KINDS:
            raise InvalidError({"kind": "없는 종류입니다."})
        if not q:
            return AgencyPage(await service.list_agencies(ctx, kind=kind, on=on))
        found = await service.find_agencies(ctx, q)
        fitting = (r for r in found if kind is None or r.kind == kind)
        return AgencyPage([r for r in fitting if on is None or service.is_open(r, on)])

    @post("/", opt=needs(EDIT))
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[AgencyIn]) -> Response[AgencyRow]:
        """Add an agency, once per Idempotency-Key."""

        async def act() -> AgencyRow:
            return await service.agency(ctx, await service.add(ctx, _texts(data)))

        response = await once(request, ctx, act)
        response.headers["etag"] = '"1"'
        return response

    @get("/{agency_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, agency_id: FromPath[UUID]) -> Response[AgencyRow]:
        """Return one agency."""
        return await _answer(ctx, agency_id)

    @patch("/{agency_id:uuid}", opt=needs(EDIT))
    async def edit(
        self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID], data: JSONBody[AgencyIn]
    ) -> Response[AgencyRow]:
        """Correct the given fields."""
        await service.edit(ctx, agency_id, _texts(data), if_match(request))
        return await _answer(ctx, agency_id)

    @post("/{agency_id:uuid}/end", opt=needs(EDIT), status_code=200)
    async def end(
        self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID], data: JSONBody[EndIn]
    ) -> Response[AgencyRow]:
        """End the agency, with or without a successor."""
        await service.end(
            ctx,
            agency_id,
            valid_to=data.valid_to,
            successor_id=data.successor_id,
            row_version=if_match(request),
        )
        return await _answer(ctx, agency_id)

    @post("/{agency_id:uuid}/reopen", opt=needs(EDIT), status_code=200)
    async def reopen(
        self, request: Req, ctx: CtxDep, agency_id: FromPath[UUID]
    ) -> Response[AgencyRow]:
        """Take an end back."""
        await service.reopen(ctx, agency_id, if_match(request))
        return await _answer(ctx, agency_id)


def _texts(data: AgencyIn) -> dict[str, str]:
    given: dict[str, Any] = {f: getattr(data, f) for f in data.__struct_fields__}
    return {f: "" if v is None else str(v) for f, v in given.items() if v is not msgspec.UNSET}


async def _answer(ctx: Ctx, agency_id: UUID) -> Response[AgencyRow]:
    row = await service.agency(ctx, agency_id)
    return with_etag(row, row.row_version)
