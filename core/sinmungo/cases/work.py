"""What happens to a case between 접수 and 종결. One table says which act is allowed when."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import queries as q
from sinmungo.cases import text as texts
from sinmungo.cases.events import (
    CaseAnswered,
    CaseAssigned,
    CaseBounced,
    CaseClosed,
    ReviewStarted,
)
from sinmungo.cases.intake import ANSWERED_MAIL
from sinmungo.cases.permissions import APPROVE, ASSIGN, PROPOSE, WORK
from sinmungo.cases.types import Changed
from sinmungo.cases.units import check_assignee
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.web.forms import Gather
from sinmungo_tenants.statements import Write


class Move(msgspec.Struct, frozen=True):
    """An act: from which statuses, to which, who may, and what it is called when refused."""

    sources: tuple[str, ...]
    target: str
    permission: str
    title: str


MOVES = {
    "assign": Move(("REGISTERED", "ASSIGNED"), "ASSIGNED", ASSIGN, "배정"),
    "bounce": Move(("ASSIGNED",), "REGISTERED", WORK, "반송"),
    "review": Move(("ASSIGNED",), "IN_REVIEW", WORK, "검토 시작"),
    "answer": Move(("IN_REVIEW", "ANSWER_DRAFT"), "ANSWERED", WORK, "답변"),
    "approve": Move(("APPROVAL",), "APPROVAL", APPROVE, "결재"),
    "reject": Move(("APPROVAL",), "ANSWER_DRAFT", APPROVE, "반려"),
    "recall": Move(("APPROVAL",), "ANSWER_DRAFT", WORK, "회수"),
    "close": Move(("ANSWERED",), "CLOSED", WORK, "종결"),
}


# Where the city's approval line turns an answer; no act of its own.
SUBMIT = Move((), "APPROVAL", WORK, "결재 올리기")


def allowed_acts(ctx: Ctx, status: str) -> tuple[str, ...]:
    """Return the acts that this actor may do on a case in this status."""
    return tuple(
        act for act, move in MOVES.items() if status in move.sources and ctx.me.may(move.permission)
    ) + (("propose",) if status in words.CAN_PROPOSE and ctx.me.may(PROPOSE) else ())


async def assign(
    ctx: Ctx, case_id: UUID, unit_id: UUID, officer_id: UUID | None, row_version: int
) -> Changed:
    """Make a unit (and one of its officers) answerable, or another one than before."""
    case, move = await begin(ctx, case_id, "assign", row_version)
    await check_assignee(ctx, unit_id, officer_id)
    event = CaseAssigned(
        case_id=case_id, company_id=case.company_id, unit_id=unit_id, officer_id=officer_id
    )
    return await move_case(
        ctx, case, move, q.ASSIGN, event, lead_unit_id=unit_id, officer_id=officer_id
    )


async def bounce(ctx: Ctx, case_id: UUID, reason: str, row_version: int) -> Changed:
    """Give a case back to intake: "우리 부서 소관 아님", with the reason."""
    gather = Gather()
    written = gather.take("reason", texts.body, reason, "")
    gather.need("reason", written, "우리 부서 소관이 아닌 까닭을 적어 주세요.")
    gather.done()
    case, move = await begin(ctx, case_id, "bounce", row_version)
    event = CaseBounced(case_id=case_id, unit_id=case.lead_unit_id)
    done = await move_case(ctx, case, move, q.ASSIGN, event, lead_unit_id=None, officer_id=None)
    await add_note(ctx, case_id, done.row_version, written)
    return done


async def start_review(ctx: Ctx, case_id: UUID, row_version: int) -> Changed:
    """Take a case up; who does so becomes its officer if it has none."""
    case, move = await begin(ctx, case_id, "review", row_version)
    officer_id = case.officer_id or ctx.me.officer_id
    event = ReviewStarted(case_id=case_id, officer_id=officer_id)
    return await move_case(ctx, case, move, q.REVIEW, event, officer_id=officer_id)


def check_answer(disposition: str, implementation: str, text: str) -> str:
    """Return the text of an answer as it is kept; InvalidError names what cannot be taken."""
    gather = Gather()
    written = gather.take("text", texts.body, text, "")
    gather.need("text", written, "답변 내용을 적어 주세요.")
    gather.need("disposition", disposition in words.DISPOSITION, "처리 구분을 골라 주세요.")
    gather.need(
        "implementation", implementation in words.IMPLEMENTATION, "이행 상태를 골라 주세요."
    )
    gather.done()
    return written


async def send_answer(
    ctx: Ctx,
    case: q.Brief,
    disposition: str,
    implementation: str,
    written: str,
    *,
    by: UUID | None = None,
) -> Changed:
    """Write an answer whose values were checked, whatever act it is part of.

    `by` wrote it, where somebody else approved it.
    """
    event = CaseAnswered(
        case_id=case.id,
        company_id=case.company_id,
        disposition=disposition,
        implementation=implementation,
    )
    done = await move_case(
        ctx,
        case,
        MOVES["answer"],
        q.ANSWER,
        event,
        disposition=disposition,
        implementation=implementation,
        answer=written,
        answered_at=clock.now(),
        answered_by=by or ctx.me.officer_id,
        officer_id=case.officer_id or ctx.me.officer_id,
    )
    if case.has_email:
        await outbox.put(ctx, ANSWERED_MAIL, case.id)
    return done


def check_on_site(case: q.Brief, disposition: str) -> None:
    """Refuse 현장수용 for a case that was not heard in the field."""
    if disposition == "ACCEPTED_ON_SITE" and case.channel not in words.ON_SITE_CHANNELS:
        raise InvalidError({"disposition": "현장수용은 현장방문으로 접수한 건에만 쓸 수 있습니다."})


async def close(ctx: Ctx, case_id: UUID, reason: str, row_version: int) -> Changed:
    """Close an answered case; `reason` is a code of `labels.CLOSE_REASONS`."""
    if reason not in words.CLOSE_REASONS:
        raise InvalidError({"reason": "종결 사유를 골라 주세요."})
    case, move = await begin(ctx, case_id, "close", row_version)
    event = CaseClosed(case_id=case_id, company_id=case.company_id, reason=reason)
    return await move_case(
        ctx, case, move, q.CLOSE, event, closed_at=clock.now(), close_reason=reason
    )


async def begin(ctx: Ctx, case_id: UUID, act: str, row_version: int) -> tuple[q.Brief, Move]:
    """Return the case and the rule of the act, or say why it cannot be done."""
    case = await q.BRIEF.first(ctx, id=case_id)
    if case is None:
        raise MissingError
    if case.row_version != row_version:
        raise StaleError
    move = MOVES[act]
    if case.status not in move.sources:
        now = words.STATUS[case.status]
        raise RefusedError(f"지금 상태({now})에서는 {move.title}할 수 없습니다.")
    return case, move


async def move_case(
    ctx: Ctx, case: q.Brief, move: Move, statement: Write, event: Event, **columns: Any
) -> Changed:
    """Write a move under the case's version, with its event; StaleError if it changed."""
    touched = await ctx.db.run(
        statement, b_id=case.id, b_version=case.row_version, status=move.target, **columns
    )
    if not touched:
        raise StaleError
    seq = case.row_version + 1
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=case.id, seq=seq)
    return Changed(id=case.id, case_no=case.case_no, status=move.target, row_version=seq)


async def add_note(ctx: Ctx, case_id: UUID, seq: int, body: str) -> None:
    """Keep what was written at a step, apart from its event."""
    now: datetime = clock.now()
    await ctx.db.run(
        q.ADD_NOTE,
        id=clock.uuid7(),
        case_id=case_id,
        seq=seq,
        body=body,
        created_at=now,
    )
