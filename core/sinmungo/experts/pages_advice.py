"""Sessions as officers work them: the list, asking from a case, choosing an expert, paying.

Each act is a form on the session's page. What was refused shows the page as it stands now, with
what was typed. The expert's own desk shows the same row by other templates (`pages_desk.py`).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from sinmungo import clock
from sinmungo.cases.service import need_visible
from sinmungo.companies.service import company_brief
from sinmungo.errors import InvalidError, MissingError, RefusedError, SinmungoError, StaleError
from sinmungo.experts import service, words
from sinmungo.experts.advice_queries import Line
from sinmungo.experts.permissions import ASK, PAY, READ, TAX
from sinmungo.experts.ratings import RATABLE
from sinmungo.experts.register import take_away
from sinmungo.host.context import Ctx
from sinmungo.text.dates import date_ko, parse_date
from sinmungo.text.errors import InputProblem
from sinmungo.visits import service as visits
from sinmungo.web.access import heavy, needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import download, file_kind
from sinmungo.web.types import CtxDep, Req

HOME = "/office/experts/advice"
ROWS = 40
BEST = 5
YEARS = 5
VIEWS = ("", "REQUESTED", "MATCHED", "PLEDGED", "HELD", "LATE", "REPORTED", "PAID", "CANCELLED")
_TITLES = {"": "모두", "LATE": "보고 늦음", **words.STATE}

type Act = Callable[[Ctx, UUID, Form, int], Awaitable[service.Changed]]


async def _match(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    expert_id = form.uuid("expert_id")
    if expert_id is None:
        raise InvalidError({"expert_id": "전문가를 골라 주세요."})
    return await service.match(ctx, request_id, expert_id, version)


async def _decline(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    return await service.decline(ctx, request_id, form["reason"], version)


async def _pledge(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    signed = form["no_conflict"] == "1" and form["secrecy"] == "1"
    return await service.pledge(ctx, request_id, version, signed=signed, paper_on=form["paper_on"])


async def _plan(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    return await service.plan(
        ctx, request_id, form["session_at"], form["plan_mode"], form["place"], version
    )


async def _hold(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    given = service.Session(held_on=form["held_on"], hours=form["hours"], mode=form["mode"])
    return await service.hold(ctx, request_id, given, version)


async def _report(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    return await service.report(ctx, request_id, form["report"], version)


async def _pay(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    return await service.approve(ctx, request_id, form.number("fee") or 0, version)


async def _cancel(ctx: Ctx, request_id: UUID, form: Form, version: int) -> service.Changed:
    return await service.cancel(ctx, request_id, form["cancel_reason"], version)


ACTS: dict[str, tuple[Act, str]] = {
    "match": (_match, "전문가를 배정했습니다."),
    "decline": (_decline, "배정을 해제했습니다."),
    "pledge": (_pledge, "서약을 기록했습니다."),
    "plan": (_plan, "일정을 정했습니다."),
    "hold": (_hold, "자문을 기록했습니다."),
    "report": (_report, "보고를 저장했습니다."),
    "pay": (_pay, "자문료를 승인했습니다."),
    "cancel": (_cancel, "취소했습니다."),
}


class AdviceListPages(Controller):
    """`/office/experts/advice`: the list, the register as a file, and asking."""

    path = "/advice"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the requests one may see."""
        form = query_form(request)
        view = form["view"] if form["view"] in VIEWS else ""
        rows = await service.list_advice(
            ctx,
            state=view if view in words.STATE else None,
            late=view == "LATE",
            after=_after(form["after"]),
            limit=ROWS + 1,
        )
        return page(
            request,
            "experts/advice_list.html",
            pool=await service.pool_name(ctx),
            rows=rows[:ROWS],
            tabs=_tabs(await service.advice_counts(ctx), view),
            next_href=_next(view, rows),
            first_href=f"{HOME}?view={view}" if form["after"] else "",
            today=clock.today(),
            words=words,
            may_tax=ctx.me.may(TAX),
        )

    @get("/register", opt=needs(READ))
    async def register_form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask which year of 자문대장 is wanted, and why."""
        del ctx
        return _take_away(request, Form({"year": str(clock.today().year)}))

    @post("/register", opt=heavy(needs(READ)))
    async def register(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Hand out 자문대장 of a year; who took it and why is kept."""
        form = await read_form(request)
        try:
            year = form.number("year") or clock.today().year
            sheet = await take_away(ctx, year, form["reason"])
        except InvalidError as error:
            return _take_away(request, form, error.errors)
        return download(f"자문대장-{year}", [sheet], file_kind(form["kind"] or "xlsx"))

    @get("/new", opt=needs(ASK))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form of a request, for a case or a visit."""
        return await _ask_page(request, ctx, query_form(request))

    @post("/new", opt=needs(ASK))
    async def ask(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Mark 심층자문 필요."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                made = await service.ask(
                    ctx,
                    case_id=form.uuid("case"),
                    visit_id=form.uuid("visit"),
                    field=form["field"],
                    question=form["question"],
                )
        except (InvalidError, RefusedError) as error:
            return await _ask_page(request, ctx, form, error)
        return see_other(f"{HOME}/{made.id}", f"자문 {made.no} 요청했습니다. 전문가를 골라 주세요.")


class AdvicePages(Controller):
    """`/office/experts/advice/{id}`."""

    path = "/advice/{request_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[str]:
        """Show one request with who could be asked; the view is written to the access log."""
        return await _show(request, ctx, request_id, form=query_form(request))

    @get([f"/{act}" for act in (*ACTS, "rate", "link")], opt=needs(READ))
    async def back(self, request_id: FromPath[UUID]) -> Redirect:
        """Lead from the address of an act (a page opened again) to the request itself."""
        return Redirect(f"{HOME}/{request_id}", status_code=303)

    @post("/match", opt=needs(ASK))
    async def match(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Choose an expert."""
        return await _do(request, ctx, request_id, "match")

    @post("/decline", opt=needs(ASK))
    async def decline(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Take the choice back."""
        return await _do(request, ctx, request_id, "decline")

    @post("/pledge", opt=needs(ASK))
    async def pledge(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Write down a pledge on paper."""
        return await _do(request, ctx, request_id, "pledge")

    @post("/plan", opt=needs(ASK))
    async def plan(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Set the time."""
        return await _do(request, ctx, request_id, "plan")

    @post("/hold", opt=needs(ASK))
    async def hold(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Write down that the session took place."""
        return await _do(request, ctx, request_id, "hold")

    @post("/report", opt=needs(ASK))
    async def report(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Take the report."""
        return await _do(request, ctx, request_id, "report")

    @post("/pay", opt=needs(PAY))
    async def pay(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Approve the fee."""
        return await _do(request, ctx, request_id, "pay")

    @post("/cancel", opt=needs(ASK))
    async def cancel(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Give the request up."""
        return await _do(request, ctx, request_id, "cancel")

    @post("/rate", opt=needs(ASK))
    async def rate(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Write down what the company told."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                await service.rate(ctx, request_id, form.number("score"), form["comment"])
        except (InvalidError, RefusedError) as error:
            return await _show(request, ctx, request_id, act="rate", form=form, error=error)
        return see_other(f"{HOME}/{request_id}", "평가를 저장했습니다.")

    @post("/link", opt=needs(ASK))
    async def link(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Make a link for the company and show it once."""
        path = await service.link_for(ctx, request_id)
        return page(
            request,
            "people/secret.html",
            title="평가 주소",
            lead="지금 한 번만 보입니다. 기업에 알려 주세요. 30일 동안 한 번 쓸 수 있습니다.",
            secret=f"{request.url.scheme}://{request.url.netloc}{path}",
            how="기업은 로그인하지 않고 평가합니다.",
            back=f"{HOME}/{request_id}",
        )


class PanelPages(Controller):
    """What cases and companies show of sessions."""

    @get("/of-case/{case_id:uuid}", opt=needs(READ))
    async def of_case(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show the sessions of a case, and the way to ask for one."""
        await need_visible(ctx, case_id)
        rows = await service.of_case(ctx, case_id)
        ask = f"{HOME}/new?case={case_id}"
        return _panel(request, ctx, rows, ask, ("이 건", f"/office/cases/{case_id}"))

    @get("/of-visit/{visit_id:uuid}", opt=needs(READ))
    async def of_visit(self, request: Req, ctx: CtxDep, visit_id: FromPath[UUID]) -> Response[str]:
        """Show the sessions of a visit, and the way to ask for one."""
        await visits.need_visible(ctx, visit_id)
        rows = await service.of_visit(ctx, visit_id)
        ask = f"{HOME}/new?visit={visit_id}"
        return _panel(request, ctx, rows, ask, ("이 방문", f"/office/visits/{visit_id}"))

    @get("/of-company/{company_id:uuid}", opt=needs(READ))
    async def of_company(
        self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]
    ) -> Response[str]:
        """Show the sessions for a company."""
        company = await company_brief(ctx, company_id)
        rows = await service.of_company(ctx, company_id)
        return _panel(request, ctx, rows, "", (company.name, f"/office/companies/{company_id}"))


def _panel(
    request: Req, ctx: Ctx, rows: list[Line], ask: str, of: tuple[str, str]
) -> Response[str]:
    whole = not request.headers.get("hx-request")
    return page(
        request,
        "experts/panel_page.html" if whole else "experts/_panel.html",
        rows=rows,
        ask=ask if ctx.me.may(ASK) else "",
        of=of,
        words=words,
    )


async def _do(request: Req, ctx: Ctx, request_id: UUID, act: str) -> Response[Any]:
    form = await read_form(request)
    run, said = ACTS[act]
    try:
        async with ctx.db.savepoint():
            changed = await run(ctx, request_id, form, form.number("row_version") or 0)
    except (InvalidError, RefusedError, StaleError) as error:
        return await _show(request, ctx, request_id, act=act, form=form, error=error)
    return see_other(f"{HOME}/{request_id}", f"{changed.no} {said}")


async def _show(
    request: Req,
    ctx: Ctx,
    request_id: UUID,
    *,
    act: str = "",
    form: Form,
    error: SinmungoError | None = None,
) -> Response[str]:
    found = await service.advice(ctx, request_id)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    choosing = "match" in found.acts and (found.row.state == "REQUESTED" or form["rematch"] == "1")
    any_field = form["any_field"] == "1"
    listed = await service.candidates(ctx, request_id, any_field=any_field) if choosing else []
    free = [c for c in listed if not c.assessment.excluded]
    return page(
        request,
        "experts/advice.html",
        status=error.status if error else 200,
        advice=found,
        row=found.row,
        candidates=free[:BEST],
        others=free[BEST:],
        excluded=[c for c in listed if c.assessment.excluded],
        choosing=choosing,
        any_field=any_field,
        due=await service.due(ctx, request_id) if "pay" in found.acts else None,
        ratable=found.row.state in RATABLE and found.row.score is None and ctx.me.may(ASK),
        history=await service.history(ctx, request_id),
        words=words,
        base=f"{HOME}/{request_id}",
        act=act,
        form=form if act else Form(),
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        steps=words.STEPS,
        step=words.STEP_OF.get(found.row.state, 0),
        pool=await service.pool_name(ctx),
        held_echo=echo_day(form["held_on"]),
    )


async def _ask_page(
    request: Req, ctx: Ctx, form: Form, error: SinmungoError | None = None
) -> Response[str]:
    case_id, visit_id = form.uuid("case"), form.uuid("visit")
    if (case_id is None) == (visit_id is None):
        raise MissingError
    wrong = error.errors if isinstance(error, InvalidError) else {}
    return page(
        request,
        "experts/ask.html",
        status=error.status if error else 200,
        origin=await service.origin(ctx, case_id, visit_id),
        fields=list((await service.field_labels(ctx)).items()),
        form=form,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
    )


def _take_away(request: Req, form: Form, errors: dict[str, str] | None = None) -> Response[str]:
    this = clock.today().year
    return page(
        request,
        "experts/take_away.html",
        status=422 if errors else 200,
        years=[(year, f"{year}년") for year in range(this, this - YEARS, -1)],
        form=form,
        errors=errors or {},
    )


def _tabs(counts: dict[str, int], view: str) -> list[dict[str, Any]]:
    total = sum(n for state, n in counts.items() if state != "LATE")
    return [
        {
            "title": _TITLES[code],
            "href": f"{HOME}?view={code}",
            "current": code == view,
            "count": counts[code] if code else total,
        }
        for code in VIEWS
    ]


def _next(view: str, rows: list[Line]) -> str:
    if len(rows) <= ROWS:
        return ""
    last = rows[ROWS - 1]
    cursor = encode_cursor(last.requested_at.isoformat(), str(last.id))
    return f"{HOME}?{urlencode({'view': view, 'after': cursor})}"


def _after(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    at, last_id = decode_place(cursor)
    return datetime.fromisoformat(at), last_id


def echo_day(text: str) -> str:
    """Return what was understood of a typed day, or nothing."""
    try:
        return date_ko(parse_date(text)) if text else ""
    except InputProblem:
        return ""
