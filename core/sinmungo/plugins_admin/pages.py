"""The admin's page of the city's own features."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import MissingError, SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.plugins_admin import service
from sinmungo.plugins_admin.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/plugins"


class PluginsController(Controller):
    """`/admin/plugins`."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show plugins, the last switches and recent failures."""
        return await _page(request, ctx)

    @post("/{slug:str}/enable", opt=needs(MANAGE))
    async def enable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[Any]:
        """Switch one on."""
        return await _switch(request, ctx, slug, on=True)

    @post("/{slug:str}/disable", opt=needs(MANAGE))
    async def disable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[Any]:
        """Switch one off."""
        return await _switch(request, ctx, slug, on=False)


async def _switch(request: Req, ctx: Ctx, slug: str, *, on: bool) -> Response[Any]:
    runtime = request.app.state.runtime
    act = service.enable if on else service.disable
    try:
        await act(runtime, ctx.city, slug, ctx.me)
    except MissingError:
        raise
    except SinmungoError as error:
        return await _page(request, ctx, error)
    title = runtime.host.plugins[slug].manifest.title
    return see_other(PATH, f"'{title}' 기능을 {'켰습니다' if on else '껐습니다'}.")


async def _page(request: Req, ctx: Ctx, error: SinmungoError | None = None) -> Response[str]:
    runtime = request.app.state.runtime
    titles = {slug: p.manifest.title for slug, p in runtime.host.plugins.items()}
    return page(
        request,
        "plugins/list.html",
        status=error.status if error else 200,
        overview=await service.overview(ctx, runtime),
        states=service.STATES,
        titles=titles,
        refused=error.message if error else "",
    )
