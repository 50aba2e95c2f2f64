"""The register on the screen: a list with its filters, one expert, one form."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    InputProblem,
    InvalidError,
    Req,
    clock,
    date_ko,
    datetime_ko,
    decode_cursor,
    display_phone,
    encode_cursor,
    needs,
    page,
    parse_date,
    people_by_id,
    query_form,
    read_form,
    see_other,
    timeline,
)
from sinmungo_daegu.experts import service
from sinmungo_daegu.experts.models import STATES
from sinmungo_daegu.experts.permissions import MANAGE, READ
from sinmungo_daegu.experts.queries import ExpertLine
from sinmungo_daegu.experts.record import LABELS, as_texts

HOME = "/office/daegu/experts"
ROWS = 40
SOON = timedelta(days=60)
TONES = {"SERVING": "success", "COMING": "info", "LEFT": "danger"}


class ExpertListPages(Controller):
    """`/office/daegu/experts`: the list, finding by name or phone, and adding."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the experts of a field or state."""
        form = Form({"term": "SERVING", **query_form(request)})
        after = _after(form["after"]) if form["after"] else None
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
        form = Form({key: value.isoformat() for key, value in term.items()}, active="1")
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
    """`/office/daegu/experts/{id}`: one expert."""

    path = "/{expert_id:uuid}"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, expert_id: FromPath[UUID]) -> Response[str]:
        """Show an expert; the view is written to the access log."""
        found = await service.expert(ctx, expert_id)
        labels = {f.code: f.label for f in await service.list_fields(ctx)}
        return page(
            request,
            "daegu/experts/detail.html",
            expert=found,
            phone=display_phone(found.values.phone) if found.values.phone else "",
            fields=[labels[code] for code in found.values.fields],
            state=STATES[found.state],
            tone=TONES.get(found.state, ""),
            history=await _history(ctx, expert_id),
            may_manage=ctx.me.may(MANAGE),
        )

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


def _after(cursor: str) -> tuple[str, UUID]:
    affiliation, expert_id = decode_cursor(cursor, 2)
    return affiliation, msgspec.convert(expert_id, UUID)


def _href(form: Form, **more: str) -> str:
    given = {key: form[key] for key in ("field", "term")} | more
    return f"{HOME}?{urlencode(given)}"


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
        "daegu/experts/list.html",
        rows=rows,
        counts=await service.counts(ctx),
        fields=[(f.code, f"{f.label} ({f.experts})") for f in await service.list_fields(ctx)],
        states=STATES,
        tones=TONES,
        soon=clock.today() + SOON,
        state_href={state: _href(Form({**form, "term": state})) for state in STATES},
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
        "daegu/experts/form.html",
        status=422 if errors else 200,
        expert_id=expert_id,
        fields=fields,
        echoes={key: _echo(form[key]) for key in ("term_from", "term_to")},
        form=form,
        errors=errors or {},
    )


def _echo(text: str) -> str:
    try:
        return date_ko(parse_date(text)) if text else ""
    except InputProblem:
        return ""


async def _history(ctx: Ctx, expert_id: UUID) -> list[dict[str, str]]:
    rows = await timeline(ctx, expert_id)
    people = await people_by_id(ctx, [row.actor_id for row in rows])
    return [
        {
            "at": datetime_ko(row.occurred_at),
            "title": ctx.host.event_types[row.kind].title,
            "who": str(people[row.actor_id]) if row.actor_id in people else "",
            "text": _names(row.payload.get("fields")),
        }
        for row in reversed(rows)
    ]


def _names(changed: object) -> str:
    return (
        ", ".join(LABELS.get(str(f), str(f)) for f in changed) if isinstance(changed, list) else ""
    )
