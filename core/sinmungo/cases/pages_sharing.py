"""Sharing on the screens: an officer's page of a case's shares, a regional team's own pages."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.cases import pages_look, service, sharing
from sinmungo.cases.permissions import SHARE, SHARED
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

DESK = "/office/cases"


class SharingController(Controller):
    """`/office/cases/{id}/sharing`."""

    path = "/{case_id:uuid}/sharing"

    @get("/", opt=needs(SHARE))
    async def show(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show with which regional teams a case is shared."""
        return await _page(request, ctx, case_id, Form())

    @post("/", opt=needs(SHARE))
    async def share(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Share it with a team."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                team_id = form.uuid("team_id") or UUID(int=0)
                version = form.number("row_version") or 0
                await sharing.share(ctx, case_id, team_id, form["reason"], version)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _page(request, ctx, case_id, form, error)
        return see_other(f"{DESK}/{case_id}/sharing", "지역팀과 공유했습니다.")

    @post("/{share_id:uuid}/revoke", opt=needs(SHARE))
    async def revoke(
        self, request: Req, ctx: CtxDep, case_id: FromPath[UUID], share_id: FromPath[UUID]
    ) -> Response[Any]:
        """Take a share back."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                await sharing.unshare(ctx, case_id, share_id, form.number("row_version") or 0)
        except (RefusedError, StaleError) as error:
            return await _page(request, ctx, case_id, Form(), error)
        return see_other(f"{DESK}/{case_id}/sharing", "공유를 거두었습니다.")


class SharedController(Controller):
    """`/office/cases/shared`: what a regional team reads."""

    path = "/shared"

    @get("/", opt=needs(SHARED))
    async def show(
        self, request: Req, ctx: CtxDep, before: FromQuery[UUID | None] = None
    ) -> Response[str]:
        """Show the cases shared with one's team."""
        rows, following = await sharing.shared_cases(ctx, before)
        return page(
            request,
            "cases/shared.html",
            rows=rows,
            look=await pages_look.look(ctx),
            next_href=f"{DESK}/shared?before={following}" if following else "",
        )

    @get("/{case_id:uuid}", opt=needs(SHARED))
    async def one(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show one of them; who looked is kept."""
        found = await sharing.shared_case(ctx, case_id)
        look = await pages_look.look(ctx)
        return page(request, "cases/shared_one.html", case=found.case, steps=found.steps, look=look)


async def _page(
    request: Req, ctx: Ctx, case_id: UUID, form: Form, error: SinmungoError | None = None
) -> Response[str]:
    case = await service.detail(ctx, case_id)
    found = await sharing.shares(ctx, case_id)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    return page(
        request,
        "cases/sharing.html",
        status=error.status if error else 200,
        case=case,
        shared=[s for s in found if s.share_id],
        teams=[(str(s.team_id), s.team_name) for s in found if not s.share_id],
        form=form,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
    )
