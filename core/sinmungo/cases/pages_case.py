"""One case: who has it, until when, what was done, and the acts this person may do now.

Each act is a form on the same page. An act that is refused or came too late shows the page as it
stands now, with what was typed.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from sinmungo import clock
from sinmungo.agencies.models import KINDS
from sinmungo.agencies.service import list_agencies
from sinmungo.cases import approvals, labels, pages_look, service, sharing
from sinmungo.cases.extra import KIND
from sinmungo.cases.permissions import APPROVE, ASSIGN, INTAKE, PROPOSE, READ, SHARE, WORK
from sinmungo.cases.types import CaseDetail, Changed
from sinmungo.companies.service import company_brief
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.forms import service as forms
from sinmungo.host.context import Ctx
from sinmungo.people.models import ROLES
from sinmungo.text.dates import parse_date
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

DESK = "/office/cases"
STAGES = tuple(labels.STATUS[code] for code in labels.STAGES)
_ON_THE_WAY = {"ANSWER_DRAFT": "IN_REVIEW", "APPROVAL": "IN_REVIEW"}


async def _assign(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    unit_id, officer_id = pages_look.place_ids(form["place"])
    if unit_id is None:
        raise InvalidError({"place": "배정할 부서나 담당자를 골라 주세요."})
    return await service.assign(ctx, case_id, unit_id, officer_id, version)


async def _bounce(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    return await service.bounce(ctx, case_id, form["reason"], version)


async def _review(ctx: Ctx, case_id: UUID, _: Form, version: int) -> Changed:
    return await service.start_review(ctx, case_id, version)


async def _answer(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    return await service.answer(
        ctx, case_id, form["disposition"], form["implementation"], form["text"], version
    )


async def _approve(ctx: Ctx, case_id: UUID, _: Form, version: int) -> Changed:
    return await service.approve(ctx, case_id, version)


async def _reject(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    return await service.reject(ctx, case_id, form["reason"], version)


async def _recall(ctx: Ctx, case_id: UUID, _: Form, version: int) -> Changed:
    return await service.recall(ctx, case_id, version)


async def _propose(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    agency_id, gather = form.uuid("agency_id"), Gather()
    today, due = clock.today(), form.optional("due_on")
    proposed_on = gather.take("proposed_on", parse_date, form["proposed_on"] or "오늘", today)
    due_on = gather.take("due_on", parse_date, due, None) if due else None
    gather.need("agency_id", agency_id, "건의한 기관을 골라 주세요.")
    gather.need("gist", form["gist"], "건의한 내용을 적어 주세요.")
    gather.done()
    return await service.propose(
        ctx,
        case_id,
        agency_id or case_id,
        form["gist"],
        proposed_on,
        version,
        due_on=due_on,
        answer=form["answer"],
    )


async def _close(ctx: Ctx, case_id: UUID, form: Form, version: int) -> Changed:
    return await service.close(ctx, case_id, form["reason"], version)


type Act = Callable[[Ctx, UUID, Form, int], Awaitable[Changed]]

ACTS: dict[str, tuple[Act, str]] = {
    "assign": (_assign, "배정했습니다."),
    "bounce": (_bounce, "접수담당에게 돌려보냈습니다."),
    "review": (_review, "검토를 시작했습니다."),
    "answer": (_answer, "답변했습니다."),
    "approve": (_approve, "결재했습니다."),
    "reject": (_reject, "답변을 돌려보냈습니다."),
    "recall": (_recall, "답변을 거두었습니다. 고쳐서 다시 올리세요."),
    "propose": (_propose, "건의를 적었습니다."),
    "close": (_close, "종결했습니다."),
}


class CaseController(Controller):
    """`/office/cases/{id}`."""

    @get("/{case_id:uuid}", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[str]:
        """Show one case; who looked is kept."""
        return await show(request, ctx, case_id)

    @get([f"/{{case_id:uuid}}/{act}" for act in ACTS], opt=needs(READ))
    async def back(self, case_id: FromPath[UUID]) -> Redirect:
        """Lead from the address of an act (a page opened again) to the case itself."""
        return Redirect(f"{DESK}/{case_id}", status_code=303)

    @post("/{case_id:uuid}/assign", opt=needs(ASSIGN))
    async def assign(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Hand the case to a department or officer."""
        return await _do(request, ctx, case_id, "assign")

    @post("/{case_id:uuid}/bounce", opt=needs(WORK))
    async def bounce(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Say that the matter is not ours."""
        return await _do(request, ctx, case_id, "bounce")

    @post("/{case_id:uuid}/review", opt=needs(WORK))
    async def review(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Take the case up."""
        return await _do(request, ctx, case_id, "review")

    @post("/{case_id:uuid}/answer", opt=needs(WORK))
    async def answer(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Answer the company."""
        return await _do(request, ctx, case_id, "answer")

    @post("/{case_id:uuid}/approve", opt=needs(APPROVE))
    async def approve(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Approve the answer that waits."""
        return await _do(request, ctx, case_id, "approve")

    @post("/{case_id:uuid}/reject", opt=needs(APPROVE))
    async def reject(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Send the answer back."""
        return await _do(request, ctx, case_id, "reject")

    @post("/{case_id:uuid}/recall", opt=needs(WORK))
    async def recall(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Take back an answer that one submitted."""
        return await _do(request, ctx, case_id, "recall")

    @post("/{case_id:uuid}/propose", opt=needs(PROPOSE))
    async def propose(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Write down a proposal to another agency, perhaps with the answer to the company."""
        return await _do(request, ctx, case_id, "propose")

    @post("/{case_id:uuid}/close", opt=needs(WORK))
    async def close(self, request: Req, ctx: CtxDep, case_id: FromPath[UUID]) -> Response[Any]:
        """Close the case."""
        return await _do(request, ctx, case_id, "close")


async def _do(request: Req, ctx: Ctx, case_id: UUID, act: str) -> Response[Any]:
    form = await read_form(request)
    run, said = ACTS[act]
    version = form.number("row_version") or 0
    try:
        async with ctx.db.savepoint():
            changed = await run(ctx, case_id, form, version)
    except (InvalidError, RefusedError, StaleError) as error:
        return await show(request, ctx, case_id, act=act, form=form, error=error)
    if act == "answer" and changed.status == "APPROVAL":
        said = "결재를 올렸습니다. 마지막 결재가 나면 기업에 답변이 갑니다."
    stays = await service.is_visible(ctx, case_id)
    return see_other(f"{DESK}/{case_id}" if stays else DESK, f"{changed.case_no} {said}")


async def show(
    request: Req,
    ctx: Ctx,
    case_id: UUID,
    *,
    act: str = "",
    form: Form | None = None,
    error: SinmungoError | None = None,
) -> Response[str]:
    """Answer with the case's page; after a failed act with what was typed and what was wrong."""
    case = await service.detail(ctx, case_id)
    wrong = error.errors if isinstance(error, InvalidError) else {}
    approval = await approvals.current(ctx, case_id, case.status)
    if "lead_unit_id" in wrong or "officer_id" in wrong:
        wrong = {"place": wrong.get("lead_unit_id") or wrong["officer_id"]}
    return page(
        request,
        "cases/case.html",
        status=error.status if error else 200,
        case=case,
        company=await company_brief(ctx, case.company_id),
        look=await pages_look.look(ctx),
        places=pages_look.places(await service.assignees(ctx)) if "assign" in case.acts else [],
        agencies=await _agencies(ctx) if "propose" in case.acts else [],
        proposals=await service.proposals_of(ctx, case_id),
        proposed_answer=_proposed_answer(case.status),
        shares=await sharing.shares(ctx, case_id) if ctx.me.may(SHARE) else [],
        history=list(reversed(await service.timeline(ctx, case_id))),
        hints=await ctx.host.hints(ctx, case.company_id),
        panels=[p for p in ctx.host.panels(ctx.city, "CASE") if ctx.me.may(p.permission)],
        answers=list(labels.DISPOSITION.items()),
        implementations=list(labels.IMPLEMENTATION.items()),
        close_reasons=list(labels.CLOSE_REASONS.items()),
        act=act,
        typed={**_drafted(approval), **({act: form} if form else {})},
        approval=approval,
        roles=ROLES,
        may_register=ctx.me.may(INTAKE),
        may_mend=await _may_mend(ctx, case),
        errors=wrong,
        problem="" if error is None or wrong else error.message,
        stages=STAGES,
        stage=_stage(case.status),
    )


def _drafted(approval: approvals.Approval | None) -> dict[str, Form]:
    """Return empty forms, but the answer's as it was written when it came back."""
    typed = {name: Form() for name in ACTS}
    if approval and approval.row.state != "PENDING":
        row = approval.row
        typed["answer"] = Form(
            text=row.answer, disposition=row.disposition, implementation=row.implementation
        )
    return typed


def _stage(status: str) -> int:
    shown = _ON_THE_WAY.get(status, status)
    return len(STAGES) if status == "CLOSED" else labels.STAGES.index(shown)


async def _may_mend(ctx: Ctx, case: CaseDetail) -> bool:
    """Whether the city asks more about such a case, and this actor may write down what is told."""
    if case.status == "CLOSED" or not ctx.me.may(WORK):
        return False
    return bool(await forms.questions(ctx, KIND, "OFFICE", case.category))


async def _agencies(ctx: Ctx) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the agencies of today as groups of a select, ministries first."""
    found = await list_agencies(ctx, on=clock.today())
    groups = [(KINDS[k], [(str(a.id), a.name) for a in found if a.kind == k]) for k in KINDS]
    return [group for group in groups if group[1]]


def _proposed_answer(status: str) -> str | None:
    """Return the answer that goes with a proposal; None where the company has one already."""
    return labels.PROPOSED_ANSWER if status in labels.CAN_ANSWER_WITH_PROPOSAL else None
