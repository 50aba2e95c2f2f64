"""The admin's pages of the city's own features: all of them, and what an act would change."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import InvalidError, MissingError, SinmungoError
from sinmungo.host.context import Ctx
from sinmungo.host.plugin_plans import Act
from sinmungo.plugins_admin import service, words
from sinmungo.plugins_admin.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.forms import read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.scope import scope_of
from sinmungo.web.types import CtxDep, Req

PATH = "/admin/plugins"
_DONE: dict[Act, str] = {
    "install": "'{}' 기능을 설치했습니다. 아직 꺼져 있습니다.",
    "enable": "'{}' 기능을 켰습니다.",
    "disable": "'{}' 기능을 껐습니다.",
    "upgrade": "'{}' 기능을 새 판으로 바꾸었습니다.",
    "purge": "'{}' 기능을 지웠습니다. 자료는 서버에 파일로 내보냈습니다.",
}


class PluginsController(Controller):
    """`/admin/plugins`."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show plugins, the last acts and recent faults."""
        runtime = request.app.state.runtime
        return page(
            request,
            "plugins/list.html",
            overview=await service.overview(ctx, runtime),
            states=service.STATE_TITLES,
            acts=service.ACT_TITLES,
            titles={slug: p.manifest.title for slug, p in runtime.host.plugins.items()},
            words=words,
        )

    @get("/{slug:str}/{act:str}", opt=needs(MANAGE))
    async def plan(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], act: FromPath[str]
    ) -> Response[str]:
        """Show what an act would change, before it is done."""
        return await _plan(request, ctx, slug, service.known_act(act))

    @post("/{slug:str}/{act:str}", opt=needs(MANAGE))
    async def do(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], act: FromPath[str]
    ) -> Response[Any]:
        """Do it; what cannot be done is said on the page of the plan."""
        runtime, city, me = request.app.state.runtime, ctx.city, ctx.me
        wanted, form = service.known_act(act), await read_form(request)
        await scope_of(request.scope).finish(200)  # give the connection back: the act needs its own
        try:
            await service.do(runtime, city, slug, wanted, me, typed=form["slug"])
        except MissingError:
            raise
        except SinmungoError as error:
            async with runtime.work.open(runtime.registry.by_id(city.id), me) as again:
                return await _plan(request, again, slug, wanted, error, form["slug"])
        return see_other(PATH, _DONE[wanted].format(runtime.host.plugins[slug].manifest.title))


async def _plan(
    request: Req,
    ctx: Ctx,
    slug: str,
    act: Act,
    error: SinmungoError | None = None,
    typed: str = "",
) -> Response[str]:
    runtime = request.app.state.runtime
    plan = await service.plan(runtime, ctx, slug, act)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    return page(
        request,
        "plugins/plan.html",
        status=error.status if error else 200,
        plan=plan,
        built_in=runtime.host.plugins[slug].built_in,
        title=service.ACT_TITLES[act.upper()],
        states=service.STATE_TITLES,
        acts=service.ACT_TITLES,
        log=(await service.log_lines(ctx, slug))[:10],
        typed=typed,
        errors=wrong,
        failed=error.message if error and not wrong else "",
    )
