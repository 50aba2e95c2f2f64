"""The month's visits, whom to visit next, and the parts that other pages show of visits."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.cases.service import need_visible
from sinmungo.companies.models import SIZE_CLASSES
from sinmungo.companies.service import company_brief
from sinmungo.errors import InvalidError
from sinmungo.reporting.periods import month_of
from sinmungo.visits import look as looks
from sinmungo.visits import service
from sinmungo.visits.permissions import READ, RECORD
from sinmungo.visits.types import TargetQuery, VisitLine, VisitQuery
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form
from sinmungo.web.render import page
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/visits"
MONTHS = ("3", "6", "12", "24")


def tabs(current: str) -> list[dict[str, Any]]:
    """Return the tabs of the slice's pages."""
    pages = {
        "month": ("방문 일정", ROOT),
        "targets": ("방문 대상", f"{ROOT}/targets"),
        "ledger": ("방문관리대장", f"{ROOT}/ledger"),
    }
    return [
        {"title": title, "href": href, "current": name == current}
        for name, (title, href) in pages.items()
    ]


class VisitListPages(Controller):
    """`/office/visits`: the calendar as a list by day, and companies to visit."""

    @get("/", opt=needs(READ))
    async def month(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show one month of visits, planned and done, of all or only one's own."""
        asked = query_form(request)
        period = month_of(asked["month"])
        mine = asked["mine"] == "1"
        lines = await service.calendar(ctx, period.first, period.last, mine=mine)
        return page(
            request,
            "visits/month.html",
            look=await looks.look(ctx),
            tabs=tabs("month"),
            title=period.title,
            days=_days(lines),
            mine=mine,
            month=period.code,
            neighbours=[n and n.code for n in (period.shifted(-1), period.shifted(1))],
            may_record=ctx.me.may(RECORD),
        )

    @get("/targets", opt=needs(READ))
    async def targets(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show companies that nobody visited for long, narrowed down."""
        form = query_form(request)
        errors: dict[str, str] = {}
        found = None
        try:
            found = await service.targets(ctx, target_query(form))
        except InvalidError as error:
            errors = error.errors
        return page(
            request,
            "visits/targets.html",
            status=422 if errors else 200,
            look=await looks.look(ctx),
            tabs=tabs("targets"),
            form=form,
            errors=errors,
            found=found,
            associations=await looks.associations(ctx),
            complexes=[(c, c) for c in await service.complexes(ctx)],
            sizes=list(SIZE_CLASSES.items()),
            size_words=SIZE_CLASSES,
            months=[(m, f"{m}개월 넘게 방문 없음") for m in MONTHS] + [("0", "모든 업체")],
            default_months=str((await service.visit_settings(ctx)).target_months),
            next_href=_next(form, found.next) if found and found.next else "",
            file_query=urlencode({k: v for k, v in form.items() if v and k != "cursor"}),
            may_record=ctx.me.may(RECORD),
        )

    @get("/of-company/{company_id:uuid}", opt=needs(READ))
    async def of_company(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]
    ) -> Response[str]:
        """Show a company's visits: a part of its page, or a page of its own."""
        company = await company_brief(ctx, company_id)
        found = await service.list_visits(ctx, VisitQuery(company_id=company_id))
        part = "hx-request" in request.headers
        return page(
            request,
            "visits/_of_company.html" if part else "visits/of_company.html",
            look=await looks.look(ctx),
            company=company,
            found=found,
            may_record=ctx.me.may(RECORD),
        )

    @get("/of-case/{case_id:uuid}", opt=needs(READ))
    async def of_case(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show at which visit a case was found: a part of its page, or a page of its own."""
        await need_visible(ctx, case_id)
        part = "hx-request" in request.headers
        return page(
            request,
            "visits/_of_case.html" if part else "visits/of_case.html",
            look=await looks.look(ctx),
            found=await service.found_at(ctx, case_id),
            case_id=case_id,
        )

    @get("/mine", opt=needs(READ))
    async def mine(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show one's planned visits: a part of the desk, or a page of its own."""
        part = "hx-request" in request.headers
        return page(
            request,
            "visits/_mine.html" if part else "visits/mine.html",
            look=await looks.look(ctx),
            lines=await service.my_plans(ctx),
            may_record=ctx.me.may(RECORD),
        )


def _days(lines: list[VisitLine]) -> list[tuple[date, list[VisitLine]]]:
    """Group visits by their day, in order."""
    found: dict[date, list[VisitLine]] = {}
    for line in lines:
        planned = clock.to_seoul(line.planned_at).date() if line.planned_at else clock.today()
        found.setdefault(line.visited_on or planned, []).append(line)
    return sorted(found.items())


def target_query(form: Form) -> TargetQuery:
    """Return what the filters ask for. Raises InvalidError on the field that is no number."""
    return TargetQuery(
        months=form.number("months"),
        complex=form.optional("complex"),
        agency_id=form.uuid("agency"),
        size_class=form.optional("size"),
        employees_from=form.number("employees_from"),
        anniversary_within=form.number("anniversary"),
        cursor=form.optional("cursor"),
    )


def _next(form: Form, cursor: str) -> str:
    return "?" + urlencode({**{k: v for k, v in form.items() if k != "cursor"}, "cursor": cursor})
