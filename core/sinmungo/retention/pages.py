"""The admin's pages: what is due, what is kept back, destroying now, and the proof."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.errors import InvalidError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.people.service import people_by_id
from sinmungo.retention import masks, service
from sinmungo.retention.logs import may_trim
from sinmungo.retention.periods import by_night
from sinmungo.retention.permissions import MANAGE
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/admin/retention"


class RetentionPages(Controller):
    """`/admin/retention`."""

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show every kind with what is due, what is kept back, and what was destroyed."""
        return await _index(request, ctx)

    @post("/run", opt=needs(MANAGE))
    async def run(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Destroy now what is due."""
        try:
            await service.ask(ctx)
        except RefusedError as error:
            return await _index(request, ctx, error)
        return see_other(f"{ROOT}#proof", "파기를 시작했습니다. 잠시 뒤 파기 기록에 나옵니다.")

    @post("/holds/{hold_id:uuid}/release", opt=needs(MANAGE))
    async def release(self, request: Req, ctx: CtxDep, hold_id: FromPath[UUID]) -> Response[Any]:
        """End a hold."""
        form = await read_form(request)
        await service.release(ctx, hold_id, form.number("row_version") or 0)
        return see_other(f"{ROOT}#holds", "보류를 풀었습니다.")

    @get("/of/{code:str}", opt=needs(MANAGE))
    async def one(
        self,
        request: Req,
        ctx: CtxDep,
        code: FromPath[str],
        record: FromQuery[UUID | None] = None,
    ) -> Response[str]:
        """Show what of a kind is due, and a form to keep one back; `record` is the one chosen."""
        return await _one(request, ctx, code, Form({"record_id": str(record or "")}))

    @post("/of/{code:str}", opt=needs(MANAGE))
    async def hold(self, request: Req, ctx: CtxDep, code: FromPath[str]) -> Response[Any]:
        """Keep a record back."""
        form = await read_form(request)
        new = service.Hold(
            rule=code,
            reason=form["reason"],
            record_id=form.uuid("record_id"),
            label=form["label"],
        )
        try:
            await service.hold(ctx, new)
        except (InvalidError, RefusedError) as error:
            return await _one(request, ctx, code, form, error)
        return see_other(f"{ROOT}#holds", "파기를 보류했습니다.")


async def _index(request: Req, ctx: Ctx, error: RefusedError | None = None) -> Response[str]:
    holds, proofs = await service.holds(ctx), await service.proofs(ctx)
    runs = await service.last_runs(ctx)
    who = await people_by_id(ctx, [h.held_by for h in holds] + [p.asked_by for p in proofs])
    rules = await service.overview(ctx)
    return page(
        request,
        "retention/index.html",
        status=error.status if error else 200,
        refused=error.message if error else "",
        rules=rules,
        titles=_titles(ctx),
        holds=holds,
        proofs=proofs,
        who=who,
        running=any(map(service.under_way, runs)),
        checked=next((run for run in runs if run.finished_at), None),
        masks=await masks.last_run(ctx),
        may_trim=may_trim(ctx),
        nightly=await by_night(ctx),
    )


def _titles(ctx: Ctx) -> dict[str, str]:
    """Return what a hold on a kind of record keeps: all rules that share it."""
    found: dict[str, list[str]] = {}
    for rule in ctx.host.retention_rules(ctx.city):
        found.setdefault(rule.subject, []).append(rule.title)
    return {subject: ", ".join(titles) for subject, titles in found.items()}


async def _one(
    request: Req,
    ctx: Ctx,
    code: str,
    form: Form,
    error: InvalidError | RefusedError | None = None,
) -> Response[str]:
    rule = service.rule_of(ctx, code)
    line = next(r for r in await service.overview(ctx) if r.code == code)
    due = await service.due(ctx, rule)
    record = form.uuid("record_id")
    return page(
        request,
        "retention/one.html",
        status=error.status if error else 200,
        rule=line,
        due=due,
        more=line.due + line.soon - len(due),
        chosen=next((d for d in due if d.id == record), None),
        form=form,
        errors=error.errors if isinstance(error, InvalidError) else {},
        problem=error.message if isinstance(error, RefusedError) else "",
    )
