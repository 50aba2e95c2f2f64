"""The dated rules of fees, for the admin: what holds now, what comes, and another from a day on.

A rule is seen beside the one that it follows before it is saved. The list is the history, and any
of its lines can be filled in again: a rule comes back as a new one from a day on.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromQuery

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, SinmungoError
from sinmungo.experts import service
from sinmungo.experts.permissions import RULES
from sinmungo.host.context import Ctx
from sinmungo.people.service import people_by_id
from sinmungo.text.dates import date_ko, datetime_ko
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/admin/experts"
_NOBODY = UUID(int=0)
_TITLES = {
    "hourly": ("시간당 자문료", "원"),
    "company_cap": ("기업 한 해 한도", "원"),
    "expert_cap": ("전문가 한 해 한도", "원"),
    "conflict_years": ("경쟁사 자문 제한", "년"),
    "report_days": ("보고 기한", "일"),
}


class Line(msgspec.Struct, frozen=True):
    """A number of a rule before and after."""

    title: str
    old: str
    new: str


class RulePages(Controller):
    """`/admin/experts`."""

    @get("/", opt=needs(RULES))
    async def show(
        self, request: Req, ctx: CtxDep, again: FromQuery[UUID | None] = None
    ) -> Response[str]:
        """Show the rules, the newest first; `again` is one whose numbers are filled in."""
        return await _page(request, ctx, Form(), again=again)

    @post("/", opt=needs(RULES), status_code=200)
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Show what another rule would change, or set it."""
        form = await read_form(request)
        try:
            if form["_act"] != "save":
                seen = await service.preview_rule(ctx, form)
                return await _page(request, ctx, form, seen=seen)
            async with ctx.db.savepoint():
                await service.add_rule(ctx, form)
        except (InvalidError, RefusedError) as error:
            return await _page(request, ctx, form, error)
        return see_other(HOME, "기준을 저장했습니다. 그날부터 하는 자문에 적용합니다.")


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form,
    error: SinmungoError | None = None,
    *,
    seen: service.RulePreview | None = None,
    again: UUID | None = None,
) -> Response[str]:
    rows = await service.list_rules(ctx)
    today = clock.today()
    now = next((row for row in rows if row.valid_from <= today), None)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    filled = next((row for row in rows if row.id == again), now)
    if not form and filled is not None:
        form = Form({name: f"{getattr(filled, name):,}" for name in _TITLES})
    return page(
        request,
        "experts/rules.html",
        status=error.status if error else 200,
        rows=rows,
        authors=await _authors(ctx),
        now_rule=now,
        today=today,
        form=form,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        seen=seen,
        changes=_changes(seen) if seen else [],
    )


async def _authors(ctx: Ctx) -> dict[UUID, str]:
    found = await service.rule_authors(ctx)
    people = await people_by_id(ctx, [row.created_by for row in found.values()])
    return {
        rule_id: f"{people.get(row.created_by or _NOBODY, '시스템')} {datetime_ko(row.created_at)}"
        for rule_id, row in found.items()
    }


def _changes(seen: service.RulePreview) -> list[Line]:
    told = []
    for name, (title, unit) in _TITLES.items():
        old = f"{getattr(seen.before, name):,}{unit}" if seen.before else "(없음)"
        told.append(Line(title, old, f"{getattr(seen.new, name):,}{unit}"))
    start = date_ko(seen.new.valid_from)
    before = date_ko(seen.before.valid_from) if seen.before else "(없음)"
    return [Line("적용 시작", before, start), *(x for x in told if x.old != x.new)]
