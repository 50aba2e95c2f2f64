"""The screens of the project: the board of the hundred, taking in, one company."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    InvalidError,
    Req,
    case_labels,
    clock,
    company_brief,
    find_companies,
    needs,
    query_form,
    read_form,
    see_other,
)
from sinmungo_bucheon.project100 import board, cadence, handover, leaving, service
from sinmungo_bucheon.project100.look import (
    HOME,
    asked_board,
    chosen_officer,
    officer_filter,
    officer_options,
    show,
)
from sinmungo_bucheon.project100.models import ACTIVE, END_REASONS, ROUND_ENDED, STATUSES
from sinmungo_bucheon.project100.permissions import MANAGE, READ
from sinmungo_bucheon.project100.rounds import list_rounds

_NARROWS = ("round", "status", "state", "officer")


class BoardController(Controller):
    """`/office/bucheon/project100`: who is in, who waits, and taking a company in."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show a round: the hundred as tiles on one screen, or as a list."""
        form = query_form(request)
        of = await board.current_round(ctx, form.uuid("round"))
        if of is None:
            return show(request, ctx, "empty", here="board")
        found, asked = await asked_board(ctx, of, form)
        tiles = form["view"] != "list" and asked["status"] == ACTIVE
        narrowed = asked["state"] or chosen_officer(ctx, form["officer"])
        return show(
            request,
            ctx,
            "board",
            here="board",
            board=found,
            tiles=tiles,
            empty_seats=0 if narrowed else found.seats.free,
            rounds=[(r.id, board.round_title(r)) for r in await list_rounds(ctx)],
            officers=await officer_filter(ctx),
            form=Form({**asked, "view": "" if tiles else "list"}),
            file_query=urlencode({n: asked[n] for n in _NARROWS if asked[n]}),
            statuses=list(STATUSES.items()),
            states=cadence.STATES,
            tones=board.STATE_TONES,
            cycle=cadence.CYCLES[found.months],
            period=cadence.period_of(clock.today(), found.months),
        )

    @get("/new", opt=needs(MANAGE))
    async def find(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Find a company and see whether it can come in, before anything is saved."""
        return await _enrol_page(request, ctx, query_form(request))

    @post("/find", opt=needs(MANAGE))
    async def found(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what a query finds; it may be someone's number, so it stays out of the address."""
        return await _enrol_page(request, ctx, await read_form(request))

    @post("/new", opt=needs(MANAGE))
    async def enrol(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Take the company in, or put it on the waiting list."""
        form = await read_form(request)
        try:
            made = await _enrol(ctx, form)
        except InvalidError as error:
            return await _enrol_page(request, ctx, form, status=422, errors=error.errors)
        said = f"대기 {made.waits_at}번으로 등록했습니다." if made.waits_at else "선정했습니다."
        return see_other(f"{HOME}/{made.id}", said)

    @get("/panel/{company_id:uuid}", opt=needs(READ))
    async def panel(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Show a company's part in the project, for the company's page."""
        company = await company_brief(ctx, company_id)
        whole = not request.headers.get("hx-request")
        members = await board.of_company(ctx, company_id)
        name = "panel_page" if whole else "panel"
        return show(request, ctx, name, company=company, members=members)


class CompanyController(Controller):
    """`/office/bucheon/project100/{id}`: one company in the project."""

    path = "/{enrolment_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> Response[str]:
        """Show a company with its officers, cases and history."""
        found = await board.detail(ctx, enrolment_id)
        return show(
            request, ctx, "detail", here="board", detail=found, labels=await case_labels(ctx)
        )

    @post("/promote", opt=needs(MANAGE))
    async def promote(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]
    ) -> Response[Any]:
        """Give the first in the waiting list a free seat."""
        form = await read_form(request)
        await service.promote(ctx, enrolment_id, form.number("row_version") or 0)
        return see_other(f"{HOME}/{enrolment_id}", "대기에서 선정했습니다.")

    @get("/officer", opt=needs(MANAGE))
    async def officer_form(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]
    ) -> Response[str]:
        """Ask for the next dedicated officer."""
        return await _officer_page(request, ctx, enrolment_id, Form())

    @post("/officer", opt=needs(MANAGE))
    async def change_officer(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]
    ) -> Response[Any]:
        """Hand the company over."""
        form = await read_form(request)
        try:
            await handover.change_officer(
                ctx,
                enrolment_id,
                officer_id=form.uuid("officer_id"),
                reason=form["reason"],
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return await _officer_page(
                request, ctx, enrolment_id, form, status=422, errors=error.errors
            )
        told = await handover.told(ctx, form.uuid("officer_id"))
        return see_other(f"{HOME}/{enrolment_id}", f"전담관을 바꾸었습니다. {told}")

    @get("/end", opt=needs(MANAGE))
    async def end_form(
        self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]
    ) -> Response[str]:
        """Ask why it ends."""
        return await _end_page(request, ctx, enrolment_id, Form())

    @post("/end", opt=needs(MANAGE))
    async def end(self, request: Req, ctx: CtxDep, enrolment_id: FromPath[UUID]) -> Response[Any]:
        """End the company's part and say who may move up."""
        form = await read_form(request)
        try:
            left = await leaving.end(
                ctx,
                enrolment_id,
                reason=form["reason"],
                note=form["note"],
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return await _end_page(
                request, ctx, enrolment_id, form, status=422, errors=error.errors
            )
        if left.next_up is None:
            return see_other(f"{HOME}/{enrolment_id}", "끝냈습니다.")
        said = f"끝냈습니다. 이제 대기 1번 {left.next_up.company_name}의 차례입니다."
        return see_other(f"{HOME}?round={left.round_id}", said)


async def _enrol(ctx: Ctx, form: Form) -> service.Outcome:
    chosen = {key: form.uuid(key) for key in ("round_id", "company_id", "officer_id")}
    asked = {
        "round_id": "회차를 골라 주세요.",
        "company_id": "업체를 골라 주세요.",
        "officer_id": "전담관을 골라 주세요.",
    }
    missing = {key: asked[key] for key, value in chosen.items() if value is None}
    if missing:
        raise InvalidError(missing)
    given = {key: value for key, value in chosen.items() if value is not None}
    return await service.enrol(ctx, **given)


async def _enrol_page(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    rounds = [r for r in await list_rounds(ctx) if r.closed_on is None]
    wanted = form.uuid("round_id")
    of = next((r for r in rounds if r.id == wanted), rounds[0] if rounds else None)
    company_id = form.uuid("company_id")
    company = await company_brief(ctx, company_id) if company_id else None
    result = await service.check_company(ctx, of, company.id) if of and company else None
    hits = await find_companies(ctx, form["q"], 10) if form["q"] and company is None else []
    return show(
        request,
        ctx,
        "enrol",
        status=status,
        rounds=[(r.id, r.name) for r in rounds],
        of=of,
        company=company,
        check=result,
        hits=hits,
        officers=await officer_options(ctx) if result and result.verdict != "REFUSED" else [],
        form=form,
        errors=errors or {},
    )


async def _officer_page(
    request: Req,
    ctx: Ctx,
    enrolment_id: UUID,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    return show(
        request,
        ctx,
        "officer",
        status=status,
        detail=await board.detail(ctx, enrolment_id),
        officers=await officer_options(ctx),
        form=form,
        errors=errors or {},
    )


async def _end_page(
    request: Req,
    ctx: Ctx,
    enrolment_id: UUID,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    return show(
        request,
        ctx,
        "end",
        status=status,
        detail=await board.detail(ctx, enrolment_id),
        reasons=[(k, v) for k, v in END_REASONS.items() if k != ROUND_ENDED],
        form=form,
        errors=errors or {},
    )
