"""Planning a visit: who goes where when, and what speaks against it, with an offer to join."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.companies.service import company_brief, find
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.visits import forms, service
from sinmungo.visits import look as looks
from sinmungo.visits.labels import DEFAULT_KIND
from sinmungo.visits.permissions import RECORD
from sinmungo.visits.planning import ConflictError
from sinmungo.visits.types import Conflict
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/visits"
_SAVED = "방문을 계획했습니다."


class PlanPages(Controller):
    """`/office/visits/new` and the acts on a plan."""

    @get("/new", opt=needs(RECORD))
    async def new(
        self, request: Req, ctx: CtxDep, company: FromQuery[UUID | None] = None
    ) -> Response[str]:
        """Show an empty plan, or one for a known company."""
        form = Form(kind=DEFAULT_KIND, officers=str(ctx.me.officer_id or ""), time="14:00")
        if company is not None:
            form["company_id"] = str(company)
            form["company_name"] = (await company_brief(ctx, company)).name
        return await _page(request, ctx, form, {})

    @post("/new", opt=needs(RECORD))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Plan the visit, or say what speaks against it; without JavaScript find the company."""
        form = await read_form(request)
        if form["act"] in {"FIND", "ROW"}:
            return await _page(request, ctx, form, {}, extra=form["act"] == "ROW")
        try:
            async with ctx.db.savepoint():
                done = await service.plan(ctx, forms.plan_of(form))
        except InvalidError as error:
            return await _page(request, ctx, form, forms.renamed(error.errors))
        except ConflictError as error:
            return await _page(request, ctx, form, {}, conflicts=error.conflicts)
        return see_other(f"{ROOT}/{done.id}", _SAVED)

    @get("/{visit_id:uuid}/move", opt=needs(RECORD))
    async def moving(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[str]:
        """Show a plan for changing it."""
        form = forms.form_of(await service.detail(ctx, visit_id))
        return await _page(request, ctx, form, {}, visit_id=visit_id)

    @post("/{visit_id:uuid}/move", opt=needs(RECORD))
    async def move(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Any]:
        """Change day, place or team of a plan."""
        form = await read_form(request)
        if form["act"] == "ROW":
            return await _page(request, ctx, form, {}, visit_id=visit_id, extra=True)
        version = form.number("row_version") or 0
        try:
            async with ctx.db.savepoint():
                await service.move(ctx, visit_id, forms.plan_of(form), version)
        except InvalidError as error:
            errors = forms.renamed(error.errors)
            return await _page(request, ctx, form, errors, visit_id=visit_id)
        except ConflictError as error:
            found = error.conflicts
            return await _page(request, ctx, form, {}, visit_id=visit_id, conflicts=found)
        return see_other(f"{ROOT}/{visit_id}", "방문 계획을 바꾸었습니다.")

    @post("/{visit_id:uuid}/join", opt=needs(RECORD))
    async def join(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Any]:
        """Go along."""
        version = (await read_form(request)).number("row_version") or 0
        await service.join(ctx, visit_id, version)
        return see_other(f"{ROOT}/{visit_id}", "함께 방문하기로 했습니다.")

    @post("/{visit_id:uuid}/cancel", opt=needs(RECORD))
    async def cancel(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Any]:
        """Call the visit off."""
        form = await read_form(request)
        version = form.number("row_version") or 0
        try:
            await service.cancel(ctx, visit_id, form["reason"], version)
        except InvalidError as error:
            return see_other(f"{ROOT}/{visit_id}", error.errors["reason"], "error")
        return see_other(f"{ROOT}/{visit_id}", "방문을 취소했습니다.")


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form,
    errors: Mapping[str, str],
    *,
    visit_id: UUID | None = None,
    conflicts: Sequence[Conflict] = (),
    extra: bool = False,
) -> Response[str]:
    return page(
        request,
        "visits/plan.html",
        status=422 if errors or conflicts else 200,
        form=form,
        errors=errors,
        visit_id=visit_id,
        conflicts=conflicts,
        echo=forms.day_echo(form["day"]),
        **await parts(ctx, form, extra=extra),
    )


async def parts(ctx: Ctx, form: Form, *, extra: bool) -> dict[str, Any]:
    """Return what every form of a visit shows: the company found, who goes, the choices."""
    found = await find(ctx, form["company_name"], 8) if form["company_name"] else []
    company_id = looks.chosen_company(form)
    if company_id is not None and not any(c.id == company_id for c in found):
        form["company_id"] = ""
    others = looks.rows_of(form, "outsiders", forms.OUTSIDER)
    blank = [dict.fromkeys(forms.OUTSIDER, "")] if extra else []
    return {
        "look": await looks.look(ctx),
        "found": found,
        "typed": form["company_name"],
        "staff": await looks.staff(ctx),
        "going": form["officers"].split(","),
        "outsiders": [*others, *blank],
        "bodies": await looks.bodies(ctx),
    }
