"""The office's day: rooms across, times down, and the sheet that is printed for the front desk."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.bookings import look, service
from sinmungo.bookings.models import STATES
from sinmungo.bookings.permissions import BOOK, MANAGE, READ
from sinmungo.companies.service import company_brief
from sinmungo.host.context import Ctx
from sinmungo.text.dates import DateError, date_ko, parse_date
from sinmungo.web.access import heavy, needs
from sinmungo.web.render import page
from sinmungo.web.sheets import Column, FileKind, Sheet, download, file_kind
from sinmungo.web.types import CtxDep, Req

HOME = "/office/bookings"
ONE = timedelta(days=1)
COLUMNS = (
    Column("상담실", 16),
    Column("시간", 14),
    Column("상담 분야", 14),
    Column("상담자", 20),
    Column("업체", 24),
    Column("오시는 분", 12),
    Column("전화", 16),
    Column("상담 내용", 40),
    Column("상태", 10),
)


class DayController(Controller):
    """`/office/bookings`: one day, and the bookings of one company."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, day: FromQuery[str] = "") -> Response[str]:
        """Show a day's rooms and times, today's unless another is asked for."""
        chosen, problem = _day(day)
        rule = await service.rules(ctx)
        plan = await service.load_plan(ctx, rule, chosen, chosen)
        lines = await service.between(
            ctx, clock.at(chosen, "00:00"), clock.at(chosen + ONE, "00:00")
        )
        grid = look.day_grid(plan, chosen, lines, clock.now())
        return page(
            request,
            "bookings/day.html",
            look=look,
            rule=rule,
            day=chosen,
            typed=day if problem else f"{chosen.year}. {chosen.month}. {chosen.day}.",
            problem=problem,
            before=chosen - ONE,
            after=chosen + ONE,
            grid=grid,
            services={s.id: s.name for s in plan.services},
            counts=_counts(lines),
            may_book=ctx.me.may(BOOK),
            may_manage=ctx.me.may(MANAGE),
        )

    @get("/sheet", opt=needs(BOOK))
    async def sheet(self, request: Req, ctx: CtxDep, day: FromQuery[str] = "") -> Response[str]:
        """Show the day's sheet for printing; who looked is written down."""
        chosen, _ = _day(day)
        return page(
            request,
            "bookings/sheet.html",
            look=look,
            rule=await service.rules(ctx),
            day=chosen,
            lines=await service.day_sheet(ctx, chosen),
        )

    @get("/sheet/{kind:str}", opt=heavy(needs(BOOK)))
    async def sheet_file(
        self, ctx: CtxDep, kind: FromPath[str], day: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Return the day's sheet as a file: xlsx or csv."""
        chosen, _ = _day(day)
        return await _file(ctx, chosen, file_kind(kind))

    @get("/of-company/{company_id:uuid}", opt=needs(READ))
    async def of_company(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]
    ) -> Response[str]:
        """Show a company's bookings: a part of its page, or a page of its own."""
        part = "hx-request" in request.headers
        return page(
            request,
            "bookings/_of_company.html" if part else "bookings/of_company.html",
            look=look,
            company=await company_brief(ctx, company_id),
            lines=await service.of_company(ctx, company_id),
        )


def _day(text: str) -> tuple[date, str]:
    """Return the day that was typed, or today and what is wrong with the text."""
    if not text.strip():
        return clock.today(), ""
    try:
        return parse_date(text), ""
    except DateError as error:
        return clock.today(), error.message


def _counts(lines: list[Any]) -> dict[str, int]:
    return {code: sum(line.state == code for line in lines) for code in STATES}


async def _file(ctx: Ctx, day: date, kind: FileKind) -> Response[bytes]:
    rule = await service.rules(ctx)
    rows = [
        (
            line.room_name,
            f"{look.hm(line.starts_at)}~{look.hm(line.ends_at)}",
            line.service_name,
            line.consultant,
            line.company_name,
            line.name,
            line.phone,
            line.subject,
            look.state(line.state),
        )
        for line in await service.day_sheet(ctx, day)
    ]
    sheet = Sheet(f"{rule.title} {date_ko(day)}", COLUMNS, rows, day)
    return download(f"{rule.title} {day.isoformat()}", [sheet], kind)
