"""방문일지 in the field: one column, one thumb; nothing typed is lost, also without a network."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.companies.service import company_brief
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.text import money
from sinmungo.visits import forms, labels, service
from sinmungo.visits import look as looks
from sinmungo.visits.extra import shown as extra_questions
from sinmungo.visits.pages_plan import parts
from sinmungo.visits.permissions import RECORD
from sinmungo.visits.types import Recorded, VisitDetail
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/visits"
_ROWS = {"ITEM": "items", "PERSON": "people", "ROW": "outsiders"}


class RecordPages(Controller):
    """`/office/visits/record`, `/office/visits/{id}/record` and more that was found."""

    @get("/record", opt=needs(RECORD))
    async def new(
        self, request: Req, ctx: CtxDep, company: FromQuery[UUID | None] = None
    ) -> Response[str]:
        """Show an empty journal, or one for a known company."""
        form = _blank(ctx)
        if company is not None:
            form["company_id"] = str(company)
            form["company_name"] = (await company_brief(ctx, company)).name
        return await _page(request, ctx, form, {})

    @post("/record", opt=needs(RECORD))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Record a visit that nobody had planned."""
        return await _save(request, ctx, None)

    @get("/record/contacts", opt=needs(RECORD))
    async def contacts(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the contacts of the chosen company as boxes to tick."""
        form = query_form(request)
        chosen = looks.chosen_company(form)
        return page(
            request, "visits/_contacts.html", contacts=await looks.contacts(ctx, chosen), met=()
        )

    @get("/record/day", opt=needs(RECORD))
    async def day(self, request: Req, day: FromQuery[str] = "") -> Response[str]:
        """Say how a typed day was understood."""
        return page(request, "visits/_day.html", echo=forms.day_echo(day), typed=day)

    @get("/{visit_id:uuid}/record", opt=needs(RECORD))
    async def planned(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[str]:
        """Show the journal of a planned visit, filled with the plan."""
        visit = await service.detail(ctx, visit_id)
        form = forms.form_of(visit)
        form |= {"day": _today(), "started": form["time"]}
        return await _page(request, ctx, form, {}, visit=visit)

    @post("/{visit_id:uuid}/record", opt=needs(RECORD))
    async def save_planned(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]
    ) -> Response[Any]:
        """Record a planned visit."""
        return await _save(request, ctx, visit_id)

    @get("/{visit_id:uuid}/items", opt=needs(RECORD))
    async def more(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[str]:
        """Show the grid for difficulties that were written up later."""
        visit = await service.detail(ctx, visit_id)
        form = Form(row_version=str(visit.row_version))
        return await _more_page(request, ctx, visit, form, {})

    @post("/{visit_id:uuid}/items", opt=needs(RECORD))
    async def add_more(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Any]:
        """Add the difficulties to the journal."""
        form = await read_form(request)
        visit = await service.detail(ctx, visit_id)
        if form["act"] == "ITEM":
            return await _more_page(request, ctx, visit, form, {}, extra=True)
        version = form.number("row_version") or 0
        try:
            async with ctx.db.savepoint():
                done = await service.add_found(ctx, visit_id, forms.items_of(form), version)
        except InvalidError as error:
            return await _more_page(request, ctx, visit, form, forms.renamed(error.errors))
        return see_other(f"{ROOT}/{visit_id}", said(done))


def _blank(ctx: Ctx) -> Form:
    return Form(
        kind=labels.DEFAULT_KIND,
        day=_today(),
        officers=str(ctx.me.officer_id or ""),
        started="",
    )


def _today() -> str:
    day = clock.today()
    return f"{day.year}. {day.month}. {day.day}."


async def _save(request: Req, ctx: Ctx, visit_id: UUID | None) -> Response[Any]:
    form = await read_form(request)
    visit = await service.detail(ctx, visit_id) if visit_id else None
    if form["act"] in {"FIND", *_ROWS}:
        return await _page(request, ctx, form, {}, visit=visit, extra=form["act"])
    version = form.number("row_version") or 0
    try:
        async with ctx.db.savepoint():
            journal = await forms.journal_of(ctx, form, visit.company_id if visit else None)
            done = await service.record(ctx, journal, visit_id, version)
    except InvalidError as error:
        return await _page(request, ctx, form, forms.renamed(error.errors), visit=visit)
    except (RefusedError, StaleError) as error:
        return await _page(request, ctx, form, {"company_name": error.message}, visit=visit)
    return see_other(f"{ROOT}/{done.id}?saved={draft_key(visit_id)}", said(done))


def draft_key(visit_id: UUID | None) -> str:
    """Return the name under which the browser keeps what is typed."""
    return str(visit_id) if visit_id else "new"


def said(done: Recorded) -> str:
    """Say what was understood: the number, and how many of what."""
    counts = {
        title: sum(i.outcome == code for i in done.items) for code, title in labels.OUTCOME.items()
    }
    told = ", ".join(f"{title} {n}" for title, n in counts.items() if n)
    found = f" 애로 {len(done.items)}건({told})을 접수했습니다." if done.items else ""
    return f"{done.visit_no} 방문을 기록했습니다.{found}"


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form,
    errors: Mapping[str, str],
    *,
    visit: VisitDetail | None = None,
    extra: str = "",
) -> Response[str]:
    company_id = visit.company_id if visit else looks.chosen_company(form)
    return page(
        request,
        "visits/record.html",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        visit=visit,
        draft=draft_key(visit.id if visit else None),
        echo=forms.day_echo(form["day"]),
        sales_echo=_sales(form["sales"]),
        contacts=await looks.contacts(ctx, company_id),
        met=form["contacts"].split(","),
        people=_rows(form, "people", forms.PERSON, more=extra == "PERSON"),
        premises=list(labels.PREMISES.items()),
        questions=await extra_questions(ctx, form, errors),
        **await grid(ctx, form, more=extra == "ITEM"),
        **await parts(ctx, form, extra=extra == "ROW"),
    )


async def _more_page(
    request: Req,
    ctx: Ctx,
    visit: VisitDetail,
    form: Form,
    errors: Mapping[str, str],
    *,
    extra: bool = False,
) -> Response[str]:
    return page(
        request,
        "visits/more.html",
        status=422 if errors else 200,
        visit=visit,
        form=form,
        errors=errors,
        look=await looks.look(ctx),
        **await grid(ctx, form, more=extra),
    )


async def grid(ctx: Ctx, form: Form, *, more: bool) -> dict[str, Any]:
    """Return the rows of difficulties, one empty at least, and whom they may be passed to."""
    rows = forms.item_rows(form)
    blank = [dict.fromkeys(forms.ITEM, "")] * (more + (not rows))
    return {"items": [*rows, *blank], "addressees": await looks.addressees(ctx)}


def _rows(form: Form, group: str, names: tuple[str, ...], *, more: bool) -> list[dict[str, str]]:
    rows = looks.rows_of(form, group, names)
    return [*rows, *([dict.fromkeys(names, "")] * (more + (not rows)))]


def _sales(typed: str) -> str:
    try:
        return f"{money.parse(typed):,}원" if typed.strip() else ""
    except money.MoneyError:
        return ""
