"""The register on the screen: a list with its filters, one expert, one form, ties and tax."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.experts import service, words
from sinmungo.experts.permissions import ASK, MANAGE, READ, TAX
from sinmungo.experts.queries import ExpertLine
from sinmungo.experts.record import USUAL_CAPACITY, as_texts
from sinmungo.experts.register import take_away_pool
from sinmungo.host.context import Ctx
from sinmungo.settings.banks import banks
from sinmungo.text.dates import date_ko, parse_date
from sinmungo.text.errors import InputProblem
from sinmungo.text.phone import display as display_phone
from sinmungo.web.access import heavy, needs
from sinmungo.web.cursors import decode_place, encode_cursor
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import download, file_kind
from sinmungo.web.types import CtxDep, Req

HOME = "/office/experts"
ROWS = 40
SOON = timedelta(days=60)
TONES = {"SERVING": "success", "COMING": "info", "LEFT": "danger"}


class ExpertListPages(Controller):
    """`/office/experts`: the list, finding by name or phone, and adding."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the experts of a field or state."""
        form = Form({"term": "SERVING", **query_form(request)})
        after = decode_place(form["after"]) if form["after"] else None
        rows = await service.list_experts(
            ctx,
            field=form.optional("field"),
            state=form.optional("term"),
            after=after,
            limit=ROWS + 1,
        )
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        cursor = encode_cursor(last.affiliation, str(last.id)) if last else ""
        return await _list(
            request,
            ctx,
            form,
            rows[:ROWS],
            next_href=_href(form, after=cursor) if cursor else "",
            first_href=_href(form) if after else "",
        )

    @get("/file", opt=needs(READ))
    async def file_form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask why the register is wanted as a file."""
        return await _file_form(request, ctx, Form())

    @post("/file", opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Hand out the register; who took it and why is kept."""
        form = await read_form(request)
        try:
            sheet = await take_away_pool(ctx, form["reason"])
        except InvalidError as error:
            return await _file_form(request, ctx, form, error.errors)
        return download("전문가명부", [sheet], file_kind(form["kind"] or "xlsx"))

    @post("/find", opt=needs(READ))
    async def find(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Find by name or phone; these stay out of the address."""
        form = await read_form(request)
        rows = await service.find(ctx, form["q"])
        return await _list(request, ctx, form, rows, searched=True)

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form of a new expert, with a term of two years from today."""
        today = clock.today()
        end = date(today.year + 2, today.month, 1) + timedelta(days=today.day - 2)
        term = {"term_from": today, "term_to": end}
        form = Form(
            {key: value.isoformat() for key, value in term.items()},
            active="1",
            capacity=str(USUAL_CAPACITY),
        )
        return await _form(request, ctx, form)

    @post("/new", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add an expert."""
        form = await read_form(request)
        try:
            expert_id = await service.add(ctx, form)
        except InvalidError as error:
            return await _form(request, ctx, form, errors=error.errors)
        return see_other(f"{HOME}/{expert_id}", "등록했습니다.")


class ExpertPages(Controller):
    """`/office/experts/{id}`: one expert."""

    path = "/{expert_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[str]:
        """Show an expert; the view is written to the access log."""
        return await _show(request, ctx, expert_id)

    @get("/edit", opt=needs(MANAGE))
    async def edit_form(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]
    ) -> Response[str]:
        """Show the form of an expert."""
        found = await service.expert(ctx, expert_id)
        form = Form(as_texts(found.values) | {"row_version": str(found.row_version)})
        return await _form(request, ctx, form, expert_id=expert_id)

    @post("/edit", opt=needs(MANAGE))
    async def edit(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[Any]:
        """Change an expert."""
        form = await read_form(request)
        # A browser leaves unticked boxes out; here that means "none", not "as it was".
        typed = {"active": "", "fields": "", **form}
        try:
            await service.edit(ctx, expert_id, typed, form.number("row_version") or 0)
        except InvalidError as error:
            return await _form(request, ctx, form, expert_id=expert_id, errors=error.errors)
        return see_other(f"{HOME}/{expert_id}", "고쳤습니다.")

    @post("/ties", opt=needs(MANAGE))
    async def add_tie(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[Any]:
        """Write down a tie: to the company chosen from the list, else to the name typed."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                company_id = form.uuid("company_id")
                new = service.NewTie(
                    kind=form["kind"],
                    company_id=company_id,
                    business="" if company_id else form["company_name"],
                    valid_from=form["valid_from"],
                    valid_to=form["valid_to"],
                    note=form["note"],
                )
                await service.add_tie(ctx, expert_id, new, form.number("row_version") or 0)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _show(request, ctx, expert_id, act="tie", form=form, error=error)
        return see_other(f"{HOME}/{expert_id}", "이해관계를 등록했습니다.")

    @post("/ties/{tie_id:uuid}/end", opt=needs(MANAGE))
    async def end_tie(
        self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID], tie_id: FromPath[UUID]
    ) -> Response[Any]:
        """Give a tie its last day."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                version = form.number("row_version") or 0
                await service.end_tie(ctx, expert_id, tie_id, form["valid_to"], version)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _show(request, ctx, expert_id, act="end", form=form, error=error)
        return see_other(f"{HOME}/{expert_id}", "이해관계가 끝난 날을 적었습니다.")

    @post("/account", opt=needs(MANAGE))
    async def account(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[Any]:
        """Give an account and tell the temporary password once."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                version = form.number("row_version") or 0
                password = await service.give_account(ctx, expert_id, form["login"], version)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _show(request, ctx, expert_id, act="account", form=form, error=error)
        return page(
            request,
            "people/secret.html",
            title="임시 비밀번호",
            lead="지금 한 번만 보입니다. 전문가에게 아이디와 함께 알려 주세요.",
            secret=password,
            how="처음 로그인하면 새 비밀번호를 정해야 합니다.",
            back=f"{HOME}/{expert_id}",
        )

    @post("/review", opt=needs(MANAGE))
    async def review(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[Any]:
        """Decide about an expert whose ratings were low twice."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                version = form.number("row_version") or 0
                await service.review(ctx, expert_id, form["outcome"], version)
        except (InvalidError, RefusedError, StaleError) as error:
            return await _show(request, ctx, expert_id, act="review", form=form, error=error)
        return see_other(f"{HOME}/{expert_id}", "재검토 결과를 저장했습니다.")

    @get("/tax", opt=needs(TAX))
    async def tax_form(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[str]:
        """Show what is needed to pay; the view is written to the access log."""
        found = await service.tax(ctx, expert_id)
        names = ("income", "bank", "account", "holder", "row_version")
        form = Form({name: str(getattr(found, name)) for name in names})
        return await _tax(request, ctx, expert_id, form)

    @post("/tax", opt=needs(TAX))
    async def save_tax(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[Any]:
        """Keep what is needed to pay."""
        form = await read_form(request)
        try:
            await service.save_tax(ctx, expert_id, form, form.number("row_version") or 0)
        except InvalidError as error:
            return await _tax(request, ctx, expert_id, form, error.errors)
        return see_other(f"{HOME}/{expert_id}", "지급자료를 저장했습니다.")


async def _show(
    request: Req,
    ctx: Ctx,
    expert_id: UUID,
    *,
    act: str = "",
    form: Form | None = None,
    error: SinmungoError | None = None,
) -> Response[str]:
    found = await service.expert(ctx, expert_id)
    labels = await service.field_labels(ctx, all_=True)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    shown = form or Form()
    return page(
        request,
        "experts/expert.html",
        status=error.status if error else 200,
        pool=await service.pool_name(ctx),
        expert=found,
        phone=display_phone(found.values.phone) if found.values.phone else "",
        fields=[labels[code] for code in found.values.fields],
        state=words.TERM[found.state],
        tone=TONES.get(found.state, ""),
        ties=await service.list_ties(ctx, expert_id),
        sessions=await service.list_advice(ctx, expert_id=expert_id, limit=20),
        history=await service.history(ctx, expert_id),
        today=clock.today(),
        words=words,
        act=act,
        form=shown,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        found=[],
        may_manage=ctx.me.may(MANAGE),
        may_tax=ctx.me.may(TAX),
        may_ask=ctx.me.may(ASK),
    )


def _href(form: Form, **more: str) -> str:
    given = {key: form[key] for key in ("field", "term")} | more
    return f"{HOME}?{urlencode(given)}"


async def _file_form(
    request: Req, ctx: Ctx, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "experts/take_pool.html",
        status=422 if errors else 200,
        pool=await service.pool_name(ctx),
        form=form,
        errors=errors or {},
    )


async def _list(
    request: Req,
    ctx: Ctx,
    form: Form,
    rows: list[ExpertLine],
    *,
    searched: bool = False,
    next_href: str = "",
    first_href: str = "",
) -> Response[str]:
    return page(
        request,
        "experts/list.html",
        pool=await service.pool_name(ctx),
        rows=rows,
        counts=await service.counts(ctx),
        fields=[(f.code, f"{f.label} ({f.experts})") for f in await service.list_fields(ctx)],
        to_review=await service.to_review(ctx) if ctx.me.may(MANAGE) else [],
        states=words.TERM,
        tones=TONES,
        today=clock.today(),
        soon=clock.today() + SOON,
        state_href={state: _href(Form({**form, "term": state})) for state in words.TERM},
        form=form,
        searched=searched,
        next_href=next_href,
        first_href=first_href,
        may_manage=ctx.me.may(MANAGE),
    )


async def _form(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    expert_id: UUID | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    fields = [(f.code, f.label) for f in await service.list_fields(ctx) if f.active]
    return page(
        request,
        "experts/form.html",
        status=422 if errors else 200,
        pool=await service.pool_name(ctx),
        expert_id=expert_id,
        fields=fields,
        echoes={key: _echo(form[key]) for key in ("term_from", "term_to")},
        form=form,
        errors=errors or {},
    )


async def _tax(
    request: Req, ctx: Ctx, expert_id: UUID, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "experts/tax.html",
        status=422 if errors else 200,
        pool=await service.pool_name(ctx),
        expert_id=expert_id,
        incomes=list(words.INCOME.items()),
        banks=[(name, name) for name in dict.fromkeys([*await banks(ctx), form["bank"]]) if name],
        form=form,
        errors=errors or {},
    )


def _echo(text: str) -> str:
    try:
        return date_ko(parse_date(text)) if text else ""
    except InputProblem:
        return ""
