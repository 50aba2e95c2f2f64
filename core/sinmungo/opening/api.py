"""개통 점검 over the API: what the admin's page shows and does."""

from litestar import Controller, get, post

from sinmungo.opening import service
from sinmungo.opening.mail_test import ask_test_mail
from sinmungo.opening.permissions import MANAGE
from sinmungo.opening.service import Overview
from sinmungo.web.access import needs
from sinmungo.web.types import CtxDep


class OpeningApi(Controller):
    """`/api/v1/opening`."""

    tags = ("opening",)

    @get("/", opt=needs(MANAGE))
    async def show(self, ctx: CtxDep) -> Overview:
        """Return every check with what it finds now, and whether the city is open."""
        return await service.overview(ctx)

    @post("/open", opt=needs(MANAGE), status_code=200)
    async def open_city(self, ctx: CtxDep) -> Overview:
        """Let companies in; refused while something essential is missing."""
        await service.open_city(ctx)
        return await service.overview(ctx)

    @post("/mail", opt=needs(MANAGE), status_code=202)
    async def mail(self, ctx: CtxDep) -> None:
        """Send a mail to oneself, to see that mails arrive."""
        await ask_test_mail(ctx)
