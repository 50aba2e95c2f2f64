"""건의과제: what only a ministry, the province or another agency can change (EXTERNAL_WAIT).

A proposal is a wait beside the main flow: the company may have its answer long before the agency
replies, and the reply comes to it when it comes. Each proposal opens a wait of its own.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.agencies.queries import NamedAgency
from sinmungo.agencies.service import agency, is_open
from sinmungo.cases import labels as words
from sinmungo.cases import proposal_queries as q
from sinmungo.cases import queries as case_queries
from sinmungo.cases import text as texts
from sinmungo.cases.approvals import answer_or_submit
from sinmungo.cases.events import ProposalClosed, ProposalMade, ProposalReplied
from sinmungo.cases.permissions import PROPOSE, WORK
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.cases.queries import Brief
from sinmungo.cases.types import Changed, Proposed
from sinmungo.cases.work import add_note
from sinmungo.errors import ForbiddenError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.web.forms import Gather

REPLY_MAIL = "cases.proposal_reply_mail"
_WAIT = "EXTERNAL_WAIT"
_OLDEST = timedelta(days=366)
_NOON = "12:00"


async def propose(
    ctx: Ctx,
    case_id: UUID,
    agency_id: UUID,
    gist: str,
    proposed_on: date,
    row_version: int,
    *,
    due_on: date | None = None,
    answer: str = "",
) -> Proposed:
    """Write down that something was proposed to an agency; the case waits for its reply.

    With `answer` the company gets its answer in the same act (SYSTEM_CHANGE_PROPOSED, under way);
    a case that has its answer takes none. `due_on`: until when a reply was asked for. Raises
    InvalidError ("agency_id", "gist", "proposed_on", "due_on", "answer"), RefusedError for a case
    that is closed, StaleError, MissingError.
    """
    case = await _case(ctx, case_id, row_version)
    if answer.strip() and not ctx.me.may(WORK):
        raise ForbiddenError
    gather = Gather()
    plain = gather.take("gist", texts.body, gist, "")
    written = gather.take("answer", texts.body, answer, "")
    gather.need("gist", plain, "건의한 내용을 적어 주세요.")
    await _check(ctx, gather, agency_id, proposed_on, due_on)
    if written and case.status not in words.CAN_ANSWER_WITH_PROPOSAL:
        gather.errors["answer"] = "부서에 배정되고 아직 답변하지 않은 건에만 답변할 수 있습니다."
    gather.done()
    wait_id = await _open_wait(ctx, case_id, due_on)
    proposal_id = clock.uuid7()
    await ctx.db.run(
        q.ADD,
        id=proposal_id,
        case_id=case_id,
        wait_id=wait_id,
        agency_id=agency_id,
        gist=plain,
        proposed_on=proposed_on,
        proposed_by=ctx.me.officer_id,
        unit_id=ctx.me.unit_id,
        state="OPEN",
        created_at=clock.now(),
        row_version=1,
    )
    case = await _count_up(ctx, case)
    event = ProposalMade(
        case_id=case_id, company_id=case.company_id, proposal_id=proposal_id, agency_id=agency_id
    )
    await _tell(ctx, case_id, case.row_version, event, plain, _moment(proposed_on))
    done: Brief | Changed = case
    if written:
        done = await answer_or_submit(ctx, case, "SYSTEM_CHANGE_PROPOSED", "IN_PROGRESS", written)
    return Proposed(
        id=case_id,
        case_no=case.case_no,
        status=done.status,
        row_version=done.row_version,
        proposal_id=proposal_id,
    )


async def _case(ctx: Ctx, case_id: UUID, row_version: int) -> Brief:
    """Return the case, or say why nothing can be proposed because of it."""
    case = await case_queries.BRIEF.first(ctx, id=case_id)
    if case is None:
        raise MissingError
    if case.row_version != row_version:
        raise StaleError
    if case.status not in words.CAN_PROPOSE:
        raise RefusedError(f"지금 상태({words.STATUS[case.status]})에서는 건의할 수 없습니다.")
    return case


async def _count_up(ctx: Ctx, case: Brief) -> Brief:
    """Count the case's version up and leave its status; returns the case as it is then."""
    touched = await ctx.db.run(
        case_queries.TOUCH, b_id=case.id, b_version=case.row_version, status=case.status
    )
    if not touched:
        raise StaleError
    return msgspec.structs.replace(case, row_version=case.row_version + 1)


async def _check(
    ctx: Ctx, gather: Gather, agency_id: UUID, proposed_on: date, due_on: date | None
) -> None:
    today = clock.today()
    gather.need("proposed_on", proposed_on <= today, "아직 오지 않은 날입니다.")
    gather.need("proposed_on", proposed_on >= today - _OLDEST, "1년이 지난 날은 적을 수 없습니다.")
    if due_on is not None:
        gather.need("due_on", due_on >= proposed_on, "건의한 날보다 이를 수 없습니다.")
    try:
        fits = is_open(await agency(ctx, agency_id), proposed_on)
    except MissingError:
        fits = False
    gather.need("agency_id", fits, "건의한 기관을 목록에서 골라 주세요.")


async def _open_wait(ctx: Ctx, case_id: UUID, due_on: date | None) -> UUID:
    wait_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_WAIT,
        id=wait_id,
        case_id=case_id,
        kind=_WAIT,
        opened_at=clock.now(),
        due_on=due_on,
        opened_by=ctx.me.officer_id,
        row_version=1,
    )
    return wait_id


def _moment(day: date) -> datetime:
    """Return when something of a day happened: now today, noon of an earlier day."""
    return clock.now() if day == clock.today() else clock.at(day, _NOON)


async def _tell(
    ctx: Ctx, case_id: UUID, seq: int, event: Event, body: str, at: datetime | None = None
) -> None:
    """Write the event and what was written into the case's history."""
    kind = case_queries.SUBJECT
    await emit(ctx, event, subject_kind=kind, subject_id=case_id, seq=seq, occurred_at=at)
    if body:
        await add_note(ctx, case_id, seq, body)


async def reply_proposal(
    ctx: Ctx, proposal_id: UUID, outcome: str, text: str, replied_on: date, row_version: int
) -> ProposalRow:
    """Write down what the agency replied; the wait ends and the company is told by mail.

    `outcome` is a code of `labels.OUTCOME`. Raises InvalidError ("outcome", "reply",
    "replied_on"), RefusedError when it was replied to or closed, StaleError, MissingError.
    """
    row = await _begin(ctx, proposal_id, ("OPEN",), row_version, "회신을 적을")
    gather = Gather()
    written = gather.take("reply", texts.body, text, "")
    gather.need("reply", written, "회신 내용을 적어 주세요.")
    gather.need("outcome", outcome in words.OUTCOME, "회신 결과를 골라 주세요.")
    gather.need("replied_on", replied_on <= clock.today(), "아직 오지 않은 날입니다.")
    gather.need("replied_on", replied_on >= row.proposed_on, "건의한 날보다 이를 수 없습니다.")
    gather.done()
    values = {"outcome": outcome, "reply": written, "replied_on": replied_on}
    if not await ctx.db.run(q.REPLY, b_id=row.id, b_version=row_version, state="REPLIED", **values):
        raise StaleError
    event = ProposalReplied(
        case_id=row.case_id,
        company_id=row.company_id,
        proposal_id=row.id,
        agency_id=row.agency_id,
        outcome=outcome,
    )
    await _end_wait(ctx, row, event, written, _moment(replied_on))
    await outbox.put(ctx, REPLY_MAIL, row.case_id)
    return await proposal(ctx, proposal_id)


async def close_proposal(ctx: Ctx, proposal_id: UUID, reason: str, row_version: int) -> ProposalRow:
    """End a proposal: followed to its end after a reply, or given up without one (with a reason).

    Raises InvalidError ("reason"), RefusedError, StaleError, MissingError.
    """
    row = await _begin(ctx, proposal_id, ("OPEN", "REPLIED"), row_version, "종결할")
    gather = Gather()
    written = gather.take("reason", texts.body, reason, "")
    if row.state == "OPEN":
        gather.need("reason", written, "회신 없이 종결하는 까닭을 적어 주세요.")
    gather.done()
    if not await ctx.db.run(q.CLOSE, b_id=row.id, b_version=row_version, state="CLOSED"):
        raise StaleError
    event = ProposalClosed(
        case_id=row.case_id,
        company_id=row.company_id,
        proposal_id=row.id,
        agency_id=row.agency_id,
    )
    await _end_wait(ctx, row, event, written, clock.now())
    return await proposal(ctx, proposal_id)


async def _begin(
    ctx: Ctx, proposal_id: UUID, states: tuple[str, ...], row_version: int, what: str
) -> ProposalRow:
    row = await proposal(ctx, proposal_id)
    if row.row_version != row_version:
        raise StaleError
    if row.state not in states:
        now = words.PROPOSAL_STATE[row.state]
        raise RefusedError(f"지금 상태({now})에서는 {what} 수 없습니다.")
    return row


async def _end_wait(ctx: Ctx, row: ProposalRow, event: Event, body: str, at: datetime) -> None:
    await ctx.db.run(q.CLOSE_WAIT, b_id=row.id, closed_at=clock.now())
    seq = await ctx.db.one(q.NEXT_VERSION, id=row.case_id)
    await _tell(ctx, row.case_id, seq, event, body, at)


async def proposal(ctx: Ctx, proposal_id: UUID) -> ProposalRow:
    """Return one proposal; MissingError if it is not there or its case outside one's scope."""
    row = await q.ONE.first(ctx, id=proposal_id)
    if row is None:
        raise MissingError
    return row


async def proposals_of(ctx: Ctx, case_id: UUID) -> list[ProposalRow]:
    """Return the proposals of a case, oldest first; none of a case outside one's scope."""
    return await q.OF_CASE.all(ctx, id=case_id)


async def proposed_agencies(ctx: Ctx) -> list[NamedAgency]:
    """Return the agencies that something was ever proposed to, by name."""
    return await ctx.db.all(q.AGENCIES)


def proposal_acts(ctx: Ctx, row: ProposalRow) -> tuple[str, ...]:
    """Return what this actor may do with a proposal now."""
    if not ctx.me.may(PROPOSE):
        return ()
    return {"OPEN": ("reply", "close"), "REPLIED": ("close",)}.get(row.state, ())
