"""What a record keeps over time, over the API. If-Match is the company's version throughout."""

from datetime import date
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody

from sinmungo.companies import consents, figures, memberships, service
from sinmungo.companies.kept_queries import ConsentRow, FigureRow, MembershipRow
from sinmungo.companies.permissions import EDIT, READ
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.types import CtxDep, Req


class MembershipIn(msgspec.Struct):
    """An association and the day from which the company belongs to it (today)."""

    agency_id: UUID
    valid_from: date | None = None


class LeaveIn(msgspec.Struct):
    """`valid_to` (today) is the first day without the membership."""

    valid_to: date | None = None


class FiguresIn(msgspec.Struct):
    """What was true on a day; what is null stays as it is known."""

    day: date
    employees: int | None = None
    employees_foreign: int | None = None
    size_class: str | None = None
    sales: int | None = None
    export_usd: int | None = None


class ConsentIn(msgspec.Struct):
    """A consent of the company, or of one of its contacts."""

    purpose: str
    given_on: date
    how: str
    contact_id: UUID | None = None


class WithdrawIn(msgspec.Struct):
    """How a consent was withdrawn."""

    how: str


class MembershipsApi(Controller):
    """`/api/v1/companies/{id}/memberships`."""

    path = "/{company_id:uuid}/memberships"
    tags = ("companies",)

    @get("/", opt=needs(READ))
    async def list_all(
        self, ctx: CtxDep, company_id: FromPath[UUID]
    ) -> Response[list[MembershipRow]]:
        """Return the associations of a company; the ETag is the company's."""
        return await _memberships(ctx, company_id)

    @post("/", opt=needs(EDIT))
    async def join(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[MembershipIn]
    ) -> Response[list[MembershipRow]]:
        """Make the company a member of an association."""
        await memberships.join(
            ctx,
            company_id,
            data.agency_id,
            valid_from=data.valid_from,
            row_version=if_match(request),
        )
        return await _memberships(ctx, company_id, status=201)

    @post("/{membership_id:uuid}/leave", opt=needs(EDIT), status_code=200)
    async def leave(
        self,
        request: Req,
        ctx: CtxDep,
        company_id: FromPath[UUID],
        membership_id: FromPath[UUID],
        data: JSONBody[LeaveIn],
    ) -> Response[list[MembershipRow]]:
        """End a membership."""
        await memberships.leave(
            ctx,
            company_id,
            membership_id,
            valid_to=data.valid_to,
            row_version=if_match(request),
        )
        return await _memberships(ctx, company_id)

    @delete("/{membership_id:uuid}", opt=needs(EDIT), status_code=200)
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], membership_id: FromPath[UUID]
    ) -> Response[list[MembershipRow]]:
        """Take a membership away that was written down wrongly."""
        await memberships.remove(ctx, company_id, membership_id, if_match(request))
        return await _memberships(ctx, company_id)


class FiguresApi(Controller):
    """`/api/v1/companies/{id}/figures`."""

    path = "/{company_id:uuid}/figures"
    tags = ("companies",)

    @get("/", opt=needs(READ))
    async def list_all(self, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[list[FigureRow]]:
        """Return head count, size, sales and exports by day, the latest first."""
        return await _figures(ctx, company_id)

    @post("/", opt=needs(EDIT))
    async def keep(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[FiguresIn]
    ) -> Response[list[FigureRow]]:
        """Write figures of a day down."""
        await figures.keep_figures(ctx, company_id, _texts(data), if_match(request))
        return await _figures(ctx, company_id, status=201)

    @delete("/{figure_id:uuid}", opt=needs(EDIT), status_code=200)
    async def remove(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], figure_id: FromPath[UUID]
    ) -> Response[list[FigureRow]]:
        """Take figures away that were written down wrongly."""
        await figures.drop_figures(ctx, company_id, figure_id, if_match(request))
        return await _figures(ctx, company_id)


class ConsentsApi(Controller):
    """`/api/v1/companies/{id}/consents`."""

    path = "/{company_id:uuid}/consents"
    tags = ("companies",)

    @get("/", opt=needs(READ))
    async def list_all(self, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[list[ConsentRow]]:
        """Return what the company and its contacts agreed to."""
        return await _consents(ctx, company_id)

    @post("/", opt=needs(EDIT))
    async def give(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID], data: JSONBody[ConsentIn]
    ) -> Response[list[ConsentRow]]:
        """Record a consent to the text in force on its day."""
        await consents.give(ctx, company_id, _texts(data), if_match(request))
        return await _consents(ctx, company_id, status=201)

    @post("/{consent_id:uuid}/withdraw", opt=needs(EDIT), status_code=200)
    async def withdraw(
        self,
        request: Req,
        ctx: CtxDep,
        company_id: FromPath[UUID],
        consent_id: FromPath[UUID],
        data: JSONBody[WithdrawIn],
    ) -> Response[list[ConsentRow]]:
        """End a consent; it stays as evidence."""
        await consents.withdraw(ctx, company_id, consent_id, data.how, if_match(request))
        return await _consents(ctx, company_id)


def _texts(data: msgspec.Struct) -> dict[str, str]:
    given = {f: getattr(data, f) for f in data.__struct_fields__}
    return {f: str(value) for f, value in given.items() if value is not None}


async def _version(ctx: Ctx, company_id: UUID) -> int:
    return (await service.record(ctx, company_id)).row_version


async def _memberships(
    ctx: Ctx, company_id: UUID, status: int = 200
) -> Response[list[MembershipRow]]:
    version = await _version(ctx, company_id)
    rows = await memberships.list_memberships(ctx, company_id)
    return with_etag(rows, version, status=status)


async def _figures(ctx: Ctx, company_id: UUID, status: int = 200) -> Response[list[FigureRow]]:
    version = await _version(ctx, company_id)
    return with_etag(await figures.list_figures(ctx, company_id), version, status=status)


async def _consents(ctx: Ctx, company_id: UUID, status: int = 200) -> Response[list[ConsentRow]]:
    version = await _version(ctx, company_id)
    return with_etag(await consents.list_consents(ctx, company_id), version, status=status)
