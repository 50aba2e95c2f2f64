"""건의과제 관리대장: the list, one proposal with its reply, and the file."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from sinmungo import clock
from sinmungo.cases import labels, pages_look, service
from sinmungo.cases.ledger_sheets import proposal_file
from sinmungo.cases.permissions import DOWNLOAD, PROPOSE, READ
from sinmungo.cases.proposal_list import ProposalQuery, is_late
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import date_ko, parse_date
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, Gather, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import file_kind
from sinmungo.web.types import CtxDep, Req

LIST = "/office/cases/proposals"


class ProposalController(Controller):
    """`/office/cases/proposals`."""

    path = "/proposals"

    @get("/", opt=needs(READ))
    async def listed(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what was proposed, by agency, state and period."""
        form = query_form(request)
        query, errors = _query(form)
        try:
            found = await service.list_proposals(ctx, query)
        except InvalidError as error:
            errors, found = error.errors, None
        return page(
            request,
            "cases/proposals.html",
            status=422 if errors else 200,
            look=await pages_look.look(ctx),
            form=form,
            errors=errors,
            found=found,
            late=is_late,
            as_of=date_ko(clock.today()),
            agencies=[(a.id, a.name) for a in await service.proposed_agencies(ctx)],
            states=list(labels.PROPOSAL_STATE.items()),
            outcomes=labels.OUTCOME,
            may_download=ctx.me.may(DOWNLOAD),
        )

    @get(["/list.xlsx", "/list.csv"], opt=heavy(needs(DOWNLOAD)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Send the whole list with the same filters; it names companies and no person."""
        query, errors = _query(query_form(request))
        if errors:
            raise InvalidError(errors)
        kind = file_kind(request.url.path.rpartition(".")[2])
        return await proposal_file(ctx, query, kind)

    @get("/{proposal_id:uuid}", opt=needs(READ))
    async def one(self, request: Req, ctx: CtxDep, proposal_id: FromPath[UUID]) -> Response[str]:
        """Show one proposal, and the forms for its reply and end."""
        return await _show(request, ctx, await service.proposal(ctx, proposal_id))

    @get(["/{proposal_id:uuid}/reply", "/{proposal_id:uuid}/close"], opt=needs(READ))
    async def back(self, proposal_id: FromPath[UUID]) -> Redirect:
        """Lead from the address of an act (a page opened again) to the proposal itself."""
        return Redirect(f"{LIST}/{proposal_id}", status_code=303)

    @post("/{proposal_id:uuid}/reply", opt=needs(PROPOSE))
    async def reply(self, request: Req, ctx: CtxDep, proposal_id: FromPath[UUID]) -> Response[Any]:
        """Write down the agency's reply."""
        return await _do(request, ctx, proposal_id, "reply")

    @post("/{proposal_id:uuid}/close", opt=needs(PROPOSE))
    async def close(self, request: Req, ctx: CtxDep, proposal_id: FromPath[UUID]) -> Response[Any]:
        """End the proposal."""
        return await _do(request, ctx, proposal_id, "close")


def _query(form: Form) -> tuple[ProposalQuery, dict[str, str]]:
    try:
        agency_id, errors = form.uuid("agency_id"), {}
    except InvalidError as error:
        agency_id, errors = None, error.errors
    query = ProposalQuery(
        agency_id=agency_id,
        state=form.optional("state"),
        proposed_from=form.optional("proposed_from"),
        proposed_to=form.optional("proposed_to"),
        cursor=form.optional("cursor"),
    )
    return query, errors


async def _reply(ctx: Ctx, proposal_id: UUID, form: Form, version: int) -> ProposalRow:
    gather, today = Gather(), clock.today()
    day = gather.take("replied_on", parse_date, form["replied_on"] or "오늘", today)
    gather.need("outcome", form["outcome"], "회신 결과를 골라 주세요.")
    gather.need("reply", form["reply"], "회신 내용을 적어 주세요.")
    gather.done()
    return await service.reply_proposal(
        ctx, proposal_id, form["outcome"], form["reply"], day, version
    )


async def _close(ctx: Ctx, proposal_id: UUID, form: Form, version: int) -> ProposalRow:
    return await service.close_proposal(ctx, proposal_id, form["reason"], version)


_ACTS = {"reply": (_reply, "회신을 적었습니다."), "close": (_close, "건의를 종결했습니다.")}


async def _do(request: Req, ctx: Ctx, proposal_id: UUID, act: str) -> Response[Any]:
    form = await read_form(request)
    run, said = _ACTS[act]
    try:
        async with ctx.db.savepoint():
            await run(ctx, proposal_id, form, form.number("row_version") or 0)
    except (InvalidError, RefusedError, StaleError) as error:
        row = await service.proposal(ctx, proposal_id)
        return await _show(request, ctx, row, form=form, error=error)
    return see_other(f"{LIST}/{proposal_id}", said)


async def _show(
    request: Req,
    ctx: Ctx,
    row: ProposalRow,
    *,
    form: Form | None = None,
    error: SinmungoError | None = None,
) -> Response[str]:
    wrong = error.errors if isinstance(error, InvalidError) else {}
    return page(
        request,
        "cases/proposal.html",
        status=error.status if error else 200,
        look=await pages_look.look(ctx),
        row=row,
        late=is_late(row),
        acts=service.proposal_acts(ctx, row),
        form=form or Form(),
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        states=labels.PROPOSAL_STATE,
        outcomes=labels.OUTCOME,
    )
