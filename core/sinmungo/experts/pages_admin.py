"""The dated rules of fees, for the admin: what holds now, what comes, and another from a day on."""

from typing import Any

from litestar import Controller, Response, get, post

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, SinmungoError
from sinmungo.experts import service
from sinmungo.experts.permissions import RULES
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/admin/experts"


class RulePages(Controller):
    """`/admin/experts`."""

    @get("/", opt=needs(RULES))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the rules, the newest first."""
        return await _page(request, ctx, Form())

    @post("/", opt=needs(RULES))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Set another rule from a day on."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                await service.add_rule(ctx, form)
        except (InvalidError, RefusedError) as error:
            return await _page(request, ctx, form, error)
        return see_other(HOME, "기준을 저장했습니다. 그날부터 하는 자문에 적용합니다.")


async def _page(
    request: Req, ctx: Ctx, form: Form, error: SinmungoError | None = None
) -> Response[str]:
    rows = await service.list_rules(ctx)
    today = clock.today()
    now = next((row for row in rows if row.valid_from <= today), None)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    if not form and now is not None:
        kept = ("hourly", "company_cap", "expert_cap", "conflict_years", "report_days")
        form = Form({name: f"{getattr(now, name):,}" for name in kept})
    return page(
        request,
        "experts/rules.html",
        status=error.status if error else 200,
        rows=rows,
        now_rule=now,
        today=today,
        form=form,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
    )
