"""One visit on the screen: its journal, what was found there, and how each is counted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.errors import (
    InvalidError,
    MissingError,
    RefusedError,
    SinmungoError,
    StaleError,
)
from sinmungo.host.context import Ctx
from sinmungo.text.dates import datetime_ko
from sinmungo.visits import extra, forms, service
from sinmungo.visits import look as looks
from sinmungo.visits.permissions import READ, RECORD
from sinmungo.visits.types import Journal, VisitDetail
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/visits"


class VisitPages(Controller):
    """`/office/visits/{id}`."""

    @get("/{visit_id:uuid}", opt=needs(READ))
    async def show(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], saved: FromQuery[str] = ""
    ) -> Response[str]:
        """Show one visit; who looked is kept. `saved` names the draft that is no longer needed."""
        return await _show(request, ctx, visit_id, saved=saved)

    @get("/{visit_id:uuid}/amend", opt=needs(RECORD))
    async def amending(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[str]:
        """Show the texts of a journal for mending."""
        visit = await service.detail(ctx, visit_id)
        return await _amend_page(request, ctx, visit, forms.form_of(visit))

    @post("/{visit_id:uuid}/amend", opt=needs(RECORD))
    async def amend(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[Any]:
        """Save the texts of a journal."""
        form = await read_form(request)
        given = Journal(
            place=form["place"],
            note=form["note"],
            next_plan=form["next_plan"],
            guided=form["guided"],
            extra=await extra.answered(ctx, form),
        )
        try:
            await service.amend(ctx, visit_id, given, form.number("row_version") or 0)
        except (InvalidError, StaleError) as error:
            errors = error.errors if isinstance(error, InvalidError) else {"note": error.message}
            visit = await service.detail(ctx, visit_id)
            return await _amend_page(request, ctx, visit, form, errors)
        return see_other(f"{ROOT}/{visit_id}", "방문일지를 고쳤습니다.")

    @post("/{visit_id:uuid}/items/{item_id:uuid}", opt=needs(RECORD))
    async def classify(
        self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID], item_id: FromPath[UUID]
    ) -> Response[Any]:
        """Count a difficulty of this visit otherwise from now on."""
        if item_id not in {item.id for item in (await service.detail(ctx, visit_id)).items}:
            raise MissingError
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                version = form.number("row_version") or 0
                await service.reclassify(ctx, item_id, forms.found_of(form), version)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _show(
                request, ctx, visit_id, item_id=item_id, form=form, errors=_errors(error)
            )
        return see_other(f"{ROOT}/{visit_id}", "처리 구분을 바꾸었습니다.")


async def _amend_page(
    request: Req,
    ctx: Ctx,
    visit: VisitDetail,
    form: Form,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "visits/amend.html",
        status=422 if errors else 200,
        visit=visit,
        form=form,
        questions=await extra.shown(ctx, form, errors),
        errors=errors or {},
    )


def _errors(error: SinmungoError) -> dict[str, str]:
    if isinstance(error, InvalidError):
        return forms.renamed(error.errors)
    return {"outcome": error.message}


async def _show(
    request: Req,
    ctx: Ctx,
    visit_id: UUID,
    *,
    saved: str = "",
    item_id: UUID | None = None,
    form: Form | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    visit = await service.detail(ctx, visit_id)
    entries = await service.history(ctx, visit_id)
    classing = bool({"classify"} & set(visit.acts)) and visit.items
    return page(
        request,
        "visits/visit.html",
        status=422 if errors else 200,
        look=await looks.look(ctx),
        visit=visit,
        facts=_facts(visit),
        history=[
            {
                "at": datetime_ko(e.occurred_at),
                "title": e.title,
                "who": e.who,
                "text": e.text,
            }
            for e in entries
        ],
        addressees=await looks.addressees(ctx) if classing else (),
        targets={i.id: looks.addressee_of(i.unit_id, i.agency_id) for i in visit.items},
        panels=[p for p in ctx.host.panels(ctx.city, "VISIT") if ctx.me.may(p.permission)],
        saved=saved,
        item_id=item_id,
        form=form or Form(),
        errors=errors or {},
    )


def _facts(visit: Any) -> list[dict[str, Any]]:
    """The company as it was that day."""
    people = f"{visit.employees:,}명" if visit.employees is not None else ""
    if people and visit.employees_foreign is not None:
        people += f" (외국인 {visit.employees_foreign:,}명)"
    money = {"매출": (visit.sales, "원"), "수출": (visit.export_usd, "달러")}
    facts = [
        {"label": "업종", "value": visit.industry},
        {"label": "주생산품", "value": visit.products},
        {"label": "종업원", "value": people},
        *({"label": k, "value": f"{v:,}{unit}" if v else ""} for k, (v, unit) in money.items()),
        {"label": "공장면적", "value": f"{visit.factory_area:,}㎡" if visit.factory_area else ""},
    ]
    return [fact for fact in facts if fact["value"]]
