"""The admin's page before companies come in."""

from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post

from sinmungo.errors import RefusedError
from sinmungo.host.context import Ctx
from sinmungo.opening import service
from sinmungo.opening.mail_test import ask_test_mail
from sinmungo.opening.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/opening"


class OpeningController(Controller):
    """`/admin/opening`."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what is done and what is missing."""
        return await _page(request, ctx)

    @post("/open", opt=needs(MANAGE))
    async def open_city(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Let companies in."""
        try:
            await service.open_city(ctx)
        except RefusedError as error:
            return await _page(request, ctx, error)
        return see_other(PATH, "개통했습니다. 이제 기업이 누리집에서 어려움을 낼 수 있습니다.")

    @post("/mail", opt=needs(MANAGE))
    async def mail(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Send a mail to oneself."""
        try:
            await ask_test_mail(ctx)
        except RefusedError as error:
            return await _page(request, ctx, error)
        return see_other(f"{PATH}#mail", "시험 메일을 보냅니다. 잠시 뒤 메일함을 확인해 주세요.")


async def _page(request: Req, ctx: Ctx, error: RefusedError | None = None) -> Response[str]:
    found = await service.overview(ctx)
    return page(
        request,
        "opening/opening.html",
        status=error.status if error else 200,
        found=found,
        opened_at=datetime.fromisoformat(found.opened_at) if found.opened_at else None,
        states=service.STATES,
        refused=error.message if error else "",
    )
