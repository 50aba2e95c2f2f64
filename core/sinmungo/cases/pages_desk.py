"""The first page after sign-in: what is due, whose turn it is, and what waits to be registered."""

from typing import Any, get_args
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.cases import labels, pages_look, service
from sinmungo.cases.permissions import DOWNLOAD, INTAKE, READ, READ_ALL
from sinmungo.cases.types import CaseQuery, Desk, View
from sinmungo.companies.service import company_brief
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page
from sinmungo.web.types import CtxDep, Req

VIEWS: dict[str, str] = {
    "MINE": "내 담당",
    "UNIT": "우리 부서",
    "TODAY": "오늘 마감",
    "LATE": "지연",
    "ALL": "전체",
}
_MANY = 1000


class DeskController(Controller):
    """`/office/cases`: the desk, the search and the history of one company."""

    @get("/", opt=needs(READ))
    async def desk(
        self,
        request: Req,
        ctx: CtxDep,
        view: FromQuery[str | None] = None,
        cursor: FromQuery[str | None] = None,
    ) -> Response[str]:
        """Show one view of open cases, late first; without a view the first that has any."""
        shown = await _view(ctx, view, cursor)
        waiting = await service.list_waiting(ctx) if ctx.me.may(INTAKE) else []
        return page(
            request,
            "cases/desk.html",
            look=await pages_look.look(ctx),
            desk=shown,
            tabs=_tabs(shown),
            title=VIEWS[shown.view],
            waiting=waiting,
            may_download=ctx.me.may(DOWNLOAD),
            may_register=ctx.me.may(INTAKE),
            later=cursor is not None,
            panels=[p for p in ctx.host.panels(ctx.city, "DESK") if ctx.me.may(p.permission)],
        )

    @get("/search", opt=needs(READ))
    async def search(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the search; filters may come in the address, words may not (they may be a phone)."""
        form = query_form(request)
        form.pop("q", None)
        return await _found(request, ctx, form)

    @post("/search", opt=needs(READ), status_code=200)
    async def search_words(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what was found for words or a telephone number."""
        return await _found(request, ctx, await read_form(request))

    @get("/of-company/{company_id:uuid}", opt=needs(READ))
    async def of_company(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]
    ) -> Response[str]:
        """Show a company's cases: a part of its page, or a page of its own."""
        company = await company_brief(ctx, company_id)
        found = await service.search(ctx, CaseQuery(company_id=company_id))
        part = "hx-request" in request.headers
        return page(
            request,
            "cases/_of_company.html" if part else "cases/of_company.html",
            look=await pages_look.look(ctx),
            company=company,
            found=found,
            may_register=ctx.me.may(INTAKE),
        )


async def _view(ctx: Ctx, view: str | None, cursor: str | None) -> Desk:
    for known in get_args(View.__value__):
        if view == known:
            return await service.desk(ctx, known, cursor)
    mine = await service.desk(ctx, "MINE")
    wider: tuple[View, ...] = ("ALL",) if ctx.me.may(READ_ALL) else ("UNIT", "ALL")
    for other in wider:
        if mine.rows or not mine.counts[other]:
            continue
        return await service.desk(ctx, other)
    return mine


def _tabs(shown: Desk) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "href": f"/office/cases?view={view}",
            "current": view == shown.view,
            "count": _count(shown.counts.get(view, 0)),
        }
        for view, title in VIEWS.items()
    ]


def _count(number: int) -> str:
    return f"{_MANY:,}+" if number > _MANY else f"{number:,}"


def view_of(name: str) -> View:
    """Return the view of this name; MissingError for any other."""
    for known in get_args(View.__value__):
        if known == name:
            view: View = known
            return view
    raise MissingError


def query_of(form: Form) -> CaseQuery:
    """Return what a search form asks for."""
    return CaseQuery(
        q=form["q"],
        category=form.optional("category"),
        channel=form.optional("channel"),
        status=form.optional("status"),
        disposition=form.optional("disposition"),
        wait=form.optional("wait"),
        unit_id=form.uuid("unit_id"),
        registered_from=form.optional("registered_from"),
        registered_to=form.optional("registered_to"),
        cursor=form.optional("cursor"),
    )


async def _found(request: Req, ctx: Ctx, form: Form) -> Response[str]:
    errors: dict[str, str] = {}
    found = None
    if any(form.values()):
        try:
            found = await service.search(ctx, query_of(form))
        except InvalidError as error:
            errors = error.errors
    return page(
        request,
        "cases/search.html",
        status=422 if errors else 200,
        look=await pages_look.look(ctx),
        form=form,
        errors=errors,
        found=found,
        total=_count(found.total or 0) if found else "",
        waits=list(labels.WAIT.items()),
        may_download=ctx.me.may(DOWNLOAD),
        units=[(a.unit_id, a.unit_name) for a in await service.assignees(ctx)],
    )
