"""The lists an office works down: whom to contact, which rules to propose, and the year's end."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    FileKind,
    Form,
    InvalidError,
    MissingError,
    Req,
    case_labels,
    clock,
    download,
    file_kind,
    heavy,
    needs,
    query_form,
    read_form,
    see_other,
)
from sinmungo_bucheon.project100 import board, overdue, regulations, sheets, year
from sinmungo_bucheon.project100.cadence import CYCLES
from sinmungo_bucheon.project100.look import (
    HOME,
    asked_board,
    chosen_officer,
    officer_filter,
    show,
)
from sinmungo_bucheon.project100.models import REGULATION_STATES
from sinmungo_bucheon.project100.permissions import CONTACT, READ
from sinmungo_bucheon.project100.rounds import cycle

FILES = ["/table.xlsx", "/table.csv"]


class BoardFileController(Controller):
    """`/office/bucheon/project100/board`: the companies that the board shows, as a file."""

    path = "/board"

    @get(FILES, opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Download the list."""
        form = query_form(request)
        of = await board.current_round(ctx, form.uuid("round"))
        if of is None:
            raise MissingError
        found, _ = await asked_board(ctx, of, form)
        return download(f"유망기업100_{of.name}", [sheets.board_sheet(found)], _kind(request))


class OverdueController(Controller):
    """`/office/bucheon/project100/overdue`: who was not contacted in a period."""

    path = "/overdue"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the companies of a period, the present one unless another is named."""
        form = query_form(request)
        found = await _owing(ctx, form)
        return show(
            request,
            ctx,
            "overdue",
            here="overdue",
            owing=found,
            periods=[(p.token, p.title) for p in await overdue.periods(ctx)],
            officers=await officer_filter(ctx),
            cycle=CYCLES[await cycle(ctx)],
            form=Form({**form, "period": found.period.token}),
        )

    @get(FILES, opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Download the list."""
        found = await _owing(ctx, query_form(request))
        name = f"유망기업100_연락할곳_{found.period.token}"
        return download(name, [sheets.owing_sheet(found)], _kind(request))


class RegulationController(Controller):
    """`/office/bucheon/project100/regulations`: rules that companies named."""

    path = "/regulations"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List them."""
        return await _regulations_page(request, ctx, query_form(request))

    @post("/{item_id:uuid}", opt=needs(CONTACT))
    async def decide(self, request: Req, ctx: CtxDep, item_id: FromPath[UUID]) -> Response[Any]:
        """Say what becomes of one."""
        form = await read_form(request)
        try:
            row = await regulations.decide(
                ctx,
                item_id,
                state=form["state"],
                note=form["note"],
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            at = Form(item=str(item_id), state_of_item=form["state"], note=form["note"])
            return await _regulations_page(request, ctx, at, status=422, errors=error.errors)
        said = f"{row.case_no}: {REGULATION_STATES[row.state]}"
        return see_other(f"{HOME}/regulations", said)

    @get(FILES, opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Download the list."""
        state = query_form(request)["state"]
        rows = await regulations.regulations(ctx, state if state in REGULATION_STATES else None)
        sheet = sheets.regulation_sheet(rows, await case_labels(ctx))
        return download("유망기업100_규제", [sheet], _kind(request))


class YearController(Controller):
    """`/office/bucheon/project100/year`: what a year came to."""

    path = "/year"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show contacts, cases and outcomes of every company."""
        chosen = _year(query_form(request))
        return show(
            request,
            ctx,
            "year",
            here="year",
            year=await year.year_of(ctx, chosen),
            outcomes=year.OUTCOMES,
            years=[(y, f"{y}년") for y in await year.years(ctx)],
        )

    @get(FILES, opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Download the year with the contacts and rules behind it."""
        of = await year.year_of(ctx, _year(query_form(request)))
        found = await sheets.year_sheets(ctx, of)
        return download(f"유망기업100_연말정리_{of.year}", found, _kind(request))


def _kind(request: Req) -> FileKind:
    return file_kind(request.url.path.rpartition(".")[2])


async def _owing(ctx: Ctx, form: Form) -> overdue.Owing:
    period = await overdue.period_named(ctx, form["period"])
    return await overdue.owing(ctx, period, chosen_officer(ctx, form["officer"]))


def _year(form: Form) -> int:
    try:
        chosen = form.number("year") or clock.today().year
    except InvalidError:
        return clock.today().year
    return chosen if date.min.year < chosen < date.max.year else clock.today().year


async def _regulations_page(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    every = await regulations.regulations(ctx)
    state = form["state"] if form["state"] in REGULATION_STATES else ""
    return show(
        request,
        ctx,
        "regulations",
        here="regulations",
        status=status,
        rows=[r for r in every if not state or r.state == state],
        counts={code: sum(r.state == code for r in every) for code in REGULATION_STATES},
        states=REGULATION_STATES,
        by_hand=regulations.BY_HAND,
        labels=await case_labels(ctx),
        form=form,
        errors=errors or {},
    )
