"""The delegation's figures for programs: `/api/v1/daegu/delegation`."""

from datetime import date
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromQuery

from sinmungo.sdk import CtxDep, needs
from sinmungo_daegu.delegation import service
from sinmungo_daegu.delegation.permissions import READ


class DelegationApi(Controller):
    """`/api/v1/daegu/delegation`."""

    tags = ("합동 방문단",)

    @get("/", opt=needs(READ))
    async def figures(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        agency_id: FromQuery[UUID | None] = None,
        as_of: FromQuery[date | None] = None,
    ) -> service.Delegation:
        """Return rounds, groups with shares, and what was proposed to which ministry."""
        asked = service.Asked(first=first, last=last, agency_id=agency_id, as_of=as_of)
        return await service.delegation(ctx, asked)

    @get("/cooperatives", opt=needs(READ))
    async def cooperatives(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
        as_of: FromQuery[date | None] = None,
    ) -> list[service.Cooperative]:
        """Return the cooperatives whose members were visited, to filter by."""
        return await service.cooperatives(ctx, service.Asked(first=first, last=last, as_of=as_of))
