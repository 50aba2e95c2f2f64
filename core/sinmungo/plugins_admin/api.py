"""Plugins over the API: what the admin's page can do."""

import msgspec
from litestar import Controller, get, post
from litestar.params import FromPath

from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.plugins_admin import service
from sinmungo.plugins_admin.permissions import MANAGE
from sinmungo.plugins_admin.service import PluginItem
from sinmungo.web.access import needs
from sinmungo.web.types import CtxDep, Req


class PluginPage(msgspec.Struct):
    """All plugins; there is no second page. `in_quarantine`: the operator has to look at them."""

    items: list[PluginItem]
    in_quarantine: list[str]
    next: str | None = None


class PluginsApi(Controller):
    """`/api/v1/plugins`."""

    tags = ("plugins",)

    @get("/", opt=needs(MANAGE))
    async def list_all(self, request: Req, ctx: CtxDep) -> PluginPage:
        """Return every plugin with its state in this city and what it adds."""
        items = service.plugins(request.app.state.runtime, ctx.city)
        return PluginPage(items, sorted(broken.slug for broken in ctx.host.quarantined))

    @get("/{slug:str}", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> PluginItem:
        """Return one plugin."""
        return _item(request, ctx, slug)

    @post("/{slug:str}/enable", opt=needs(MANAGE), status_code=200)
    async def enable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> PluginItem:
        """Switch it on; repeatable."""
        await service.enable(request.app.state.runtime, ctx.city, slug, ctx.me)
        return _item(request, ctx, slug)

    @post("/{slug:str}/disable", opt=needs(MANAGE), status_code=200)
    async def disable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> PluginItem:
        """Switch it off, its data stays; repeatable."""
        await service.disable(request.app.state.runtime, ctx.city, slug, ctx.me)
        return _item(request, ctx, slug)


def _item(request: Req, ctx: Ctx, slug: str) -> PluginItem:
    runtime = request.app.state.runtime
    city = runtime.registry.by_id(ctx.city.id)
    found = next((p for p in service.plugins(runtime, city) if p.slug == slug), None)
    if found is None:
        raise MissingError
    return found
