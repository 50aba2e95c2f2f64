"""Plugins over the API: what the admin's page can do."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody

from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.plugin_plans import Act, Plan
from sinmungo.plugins_admin import service
from sinmungo.plugins_admin.permissions import MANAGE
from sinmungo.plugins_admin.queries import FailureRow
from sinmungo.plugins_admin.service import LogLine, PluginItem
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.scope import scope_of
from sinmungo.web.types import CtxDep, Req


class PluginPage(msgspec.Struct):
    """All plugins; there is no second page. `in_quarantine`: the operator has to look at them."""

    items: list[PluginItem]
    in_quarantine: list[str]
    next: str | None = None


class LogPage(msgspec.Struct):
    """The last fifty acts, newest first."""

    items: list[LogLine]
    next: str | None = None


class FailurePage(msgspec.Struct):
    """Faults of the last seven days, added up by place and kind."""

    items: list[FailureRow]
    next: str | None = None


class PurgeBody(msgspec.Struct):
    """The plugin's slug once more, so that nothing is purged by a slip."""

    slug: str


class PluginsApi(Controller):
    """`/api/v1/plugins`."""

    tags = ("plugins",)

    @get("/", opt=needs(MANAGE))
    async def list_all(self, request: Req, ctx: CtxDep) -> PluginPage:
        """Return every plugin with its state in this city and what it adds."""
        items = await service.plugins(request.app.state.runtime, ctx)
        return PluginPage(items, sorted(broken.slug for broken in ctx.host.quarantined))

    @get("/{slug:str}", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[PluginItem]:
        """Return one plugin; its ETag may be given back with an act."""
        found = await service.plugin(request.app.state.runtime, ctx, slug)
        return with_etag(found, found.row_version)

    @get("/{slug:str}/plan/{act:str}", opt=needs(MANAGE))
    async def plan(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], act: FromPath[str]
    ) -> Plan:
        """Return what install, enable, disable, upgrade or purge would do; nothing is done."""
        wanted = service.known_act(act)
        return await service.plan(request.app.state.runtime, ctx, slug, wanted)

    @get("/{slug:str}/log", opt=needs(MANAGE))
    async def log(self, ctx: CtxDep, slug: FromPath[str]) -> LogPage:
        """Return who did what with it, when, and how it ended; also after a purge."""
        return LogPage(await service.log_lines(ctx, slug))

    @get("/{slug:str}/failures", opt=needs(MANAGE))
    async def failures(self, ctx: CtxDep, slug: FromPath[str]) -> FailurePage:
        """Return where it failed, how often, first and last."""
        if slug not in ctx.host.plugins:
            raise MissingError
        return FailurePage(await service.failures(ctx, slug))

    @post("/{slug:str}/install", opt=needs(MANAGE), status_code=200)
    async def install(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[PluginItem]:
        """Make its tables; it stays off. Repeatable."""
        return await _done(request, ctx, slug, "install")

    @post("/{slug:str}/enable", opt=needs(MANAGE), status_code=200)
    async def enable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[PluginItem]:
        """Switch it on, with all it requires; repeatable."""
        return await _done(request, ctx, slug, "enable")

    @post("/{slug:str}/disable", opt=needs(MANAGE), status_code=200)
    async def disable(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[PluginItem]:
        """Switch it off, its data stays; repeatable."""
        return await _done(request, ctx, slug, "disable")

    @post("/{slug:str}/upgrade", opt=needs(MANAGE), status_code=200)
    async def upgrade(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[PluginItem]:
        """Bring its tables and first data to the installed package's version."""
        return await _done(request, ctx, slug, "upgrade")

    @post("/{slug:str}/purge", opt=needs(MANAGE), status_code=200)
    async def purge(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], data: JSONBody[PurgeBody]
    ) -> Response[PluginItem]:
        """Export its data on the server, then take everything of it out of this city."""
        return await _done(request, ctx, slug, "purge", data.slug)


async def _done(
    request: Req, ctx: Ctx, slug: str, act: Act, typed: str = ""
) -> Response[PluginItem]:
    runtime, city, me = request.app.state.runtime, ctx.city, ctx.me
    row_version = if_match(request) if "if-match" in request.headers else None
    await scope_of(request.scope).finish(200)  # give the connection back: the act needs its own
    await service.do(runtime, city, slug, act, me, typed=typed, row_version=row_version)
    async with runtime.work.open(runtime.registry.by_id(city.id), me) as after:
        found = await service.plugin(runtime, after, slug)
    return with_etag(found, found.row_version)
