"""When an officer moves on: all of their companies to the next one in one act."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    InvalidError,
    Req,
    needs,
    query_form,
    read_form,
    see_other,
)
from sinmungo_bucheon.project100 import board, handover
from sinmungo_bucheon.project100.handover import Pick
from sinmungo_bucheon.project100.look import HOME, holders, officer_options, show
from sinmungo_bucheon.project100.permissions import MANAGE


class HandoverController(Controller):
    """`/office/bucheon/project100/handover`: the companies of one officer to another."""

    path = "/handover"

    @get("/", opt=needs(MANAGE))
    async def form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Choose whose companies, which of them, and to whom."""
        return await _page(request, ctx, query_form(request))

    @post("/", opt=needs(MANAGE))
    async def hand_over(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Hand them over."""
        form = await read_form(request)
        try:
            picks, officer_id = _picks(form), _officer(form)
            await handover.hand_over(ctx, picks, officer_id=officer_id, reason=form["reason"])
        except InvalidError as error:
            return await _page(request, ctx, form, status=422, errors=error.errors)
        told = await handover.told(ctx, officer_id)
        return see_other(f"{HOME}?officer={officer_id}", f"{len(picks)}개사를 넘겼습니다. {told}")


def _picks(form: Form) -> list[Pick]:
    return [
        Pick(UUID(row["pick"]), int(row["version"]))
        for row in form.rows("rows")
        if row.get("pick") and row.get("version", "").isdecimal()
    ]


def _officer(form: Form) -> UUID:
    officer_id = form.uuid("officer_id")
    if officer_id is None:
        raise InvalidError({"officer_id": "새 전담관을 골라 주세요."})
    return officer_id


async def _page(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    former = form.uuid("former")
    of = await board.current_round(ctx, None)
    found = await board.members(ctx, of, officer_id=former) if of and former else []
    chosen = {row["pick"] for row in form.rows("rows") if row.get("pick")}
    return show(
        request,
        ctx,
        "handover",
        here="board",
        status=status,
        members=sorted((m for m in found if m.row.ended_on is None), key=board.by_name),
        holders=await holders(ctx),
        officers=await officer_options(ctx),
        chosen=chosen,
        form=form,
        errors=errors or {},
    )
