"""The expert's own desk: the sessions that are his and nothing else (A6).

Any other id is 404, and every view of a session is written to the access log.
"""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.experts import service, words
from sinmungo.experts.pages_advice import ACTS, echo_day
from sinmungo.experts.permissions import OWN
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/office/experts/desk"
MINE = ("decline", "pledge", "plan", "hold", "report")
MOST = 100


class DeskPages(Controller):
    """`/office/experts/desk`."""

    path = "/desk"

    @get("/", opt=needs(OWN))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List one's own sessions: what waits for the expert first."""
        rows = await service.list_advice(ctx, own=True, limit=MOST)
        waiting = [r for r in rows if r.state in {"MATCHED", "PLEDGED", "HELD"}]
        return page(
            request,
            "experts/desk.html",
            pool=await service.pool_name(ctx),
            waiting=sorted(waiting, key=lambda r: (r.report_due or clock.today(), r.no)),
            done=[r for r in rows if r not in waiting],
            today=clock.today(),
            words=words,
        )

    @get("/{request_id:uuid}", opt=needs(OWN))
    async def one(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[str]:
        """Show one of one's own sessions."""
        return await _show(request, ctx, request_id, form=Form())

    @get([f"/{{request_id:uuid}}/{act}" for act in MINE], opt=needs(OWN))
    async def back(self, request_id: FromPath[UUID]) -> Redirect:
        """Lead from the address of an act to the session itself."""
        return Redirect(f"{HOME}/{request_id}", status_code=303)

    @post("/{request_id:uuid}/decline", opt=needs(OWN))
    async def decline(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Say that one cannot or may not."""
        return await _do(request, ctx, request_id, "decline")

    @post("/{request_id:uuid}/pledge", opt=needs(OWN))
    async def pledge(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Sign the pledge."""
        return await _do(request, ctx, request_id, "pledge")

    @post("/{request_id:uuid}/plan", opt=needs(OWN))
    async def plan(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Set the time."""
        return await _do(request, ctx, request_id, "plan")

    @post("/{request_id:uuid}/hold", opt=needs(OWN))
    async def hold(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Write down that the session took place."""
        return await _do(request, ctx, request_id, "hold")

    @post("/{request_id:uuid}/report", opt=needs(OWN))
    async def report(self, request: Req, ctx: CtxDep, request_id: FromPath[UUID]) -> Response[Any]:
        """Hand in the report."""
        return await _do(request, ctx, request_id, "report")


_SAID = {
    "decline": "사양했습니다. 담당자가 다른 전문가를 찾습니다.",
    "pledge": "서약했습니다. 담당자와 일정을 정하고 자문해 주세요.",
    "plan": "일정을 저장했습니다.",
    "hold": "자문을 기록했습니다. 기한까지 결과를 보고해 주세요.",
    "report": "보고했습니다.",
}


async def _do(request: Req, ctx: Ctx, request_id: UUID, act: str) -> Response[Any]:
    form = await read_form(request)
    run, _ = ACTS[act]
    try:
        async with ctx.db.savepoint():
            changed = await run(ctx, request_id, form, form.number("row_version") or 0)
    except (InvalidError, RefusedError, StaleError) as error:
        return await _show(request, ctx, request_id, act=act, form=form, error=error)
    stays = act != "decline"
    return see_other(f"{HOME}/{request_id}" if stays else HOME, f"{changed.no} {_SAID[act]}")


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
    return page(
        request,
        "experts/desk_one.html",
        status=error.status if error else 200,
        advice=found,
        row=found.row,
        words=words,
        base=f"{HOME}/{request_id}",
        act=act,
        form=form,
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        steps=words.STEPS,
        step=words.STEP_OF.get(found.row.state, 0),
        held_echo=echo_day(form["held_on"]),
    )
