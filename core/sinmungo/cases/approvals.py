"""An answer goes up the city's approval line: submitted, approved or sent back, then answered.

Whoever stands above a step may take it (대결), and whoever writes an answer needs no approval of
steps at or below the own. The last approval is 전결: the company has its answer in the same act.
"""

from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import approval_queries as aq
from sinmungo.cases import queries as q
from sinmungo.cases import text as texts
from sinmungo.cases.events import AnswerApproved, AnswerRecalled, AnswerRejected, AnswerSubmitted
from sinmungo.cases.settings_approval import approval_of
from sinmungo.cases.types import Changed
from sinmungo.cases.work import (
    SUBMIT,
    add_note,
    begin,
    check_answer,
    check_on_site,
    move_case,
    send_answer,
)
from sinmungo.errors import MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.types import Identity
from sinmungo.people.models import ROLES
from sinmungo.people.service import Person, people_by_id
from sinmungo.web.forms import Gather

ORDER = ("TEAM_LEADER", "DIVISION_HEAD")


class Approval(msgspec.Struct):
    """An answer on its way, with names. `mine`: the actor may approve or send it back now."""

    row: aq.ApprovalRow
    submitted_by: Person | None
    decided_by: Person | None
    mine: bool
    recallable: bool


def level(me: Identity) -> int:
    """Return how far up the line someone stands: 0 nowhere, 1 team leader, 2 division head."""
    if me.kind == "SYSTEM":
        return len(ORDER)
    return max((ORDER.index(role) + 1 for role in me.roles if role in ORDER), default=0)


def _left(steps: list[str] | tuple[str, ...], up_to: int) -> list[str]:
    """Return the steps that stand above a level."""
    return [role for role in steps if ORDER.index(role) >= up_to]


async def answer(
    ctx: Ctx, case_id: UUID, disposition: str, implementation: str, text: str, row_version: int
) -> Changed:
    """Answer the company, or submit the answer where the city has an approval line for it.

    The new status says which: ANSWERED or APPROVAL. An answer ends the clock; whether the
    difficulty is solved is `implementation`. Raises InvalidError ("text", "disposition",
    "implementation"), RefusedError, StaleError, MissingError.
    """
    written = check_answer(disposition, implementation, text)
    case, _ = await begin(ctx, case_id, "answer", row_version)
    check_on_site(case, disposition)
    return await answer_or_submit(ctx, case, disposition, implementation, written)


async def answer_or_submit(
    ctx: Ctx, case: q.Brief, disposition: str, implementation: str, written: str
) -> Changed:
    """Send an answer whose values were checked, or submit it, as the city's line says."""
    line = (await approval_of(ctx)).steps(disposition)
    left = _left(line, level(ctx.me))
    if not left:
        return await send_answer(ctx, case, disposition, implementation, written)
    approval_id = clock.uuid7()
    await ctx.db.run(
        aq.ADD,
        id=approval_id,
        case_id=case.id,
        disposition=disposition,
        implementation=implementation,
        answer=written,
        steps=left,
        waits_for=left[0],
        state="PENDING",
        submitted_at=clock.now(),
        submitted_by=ctx.me.officer_id,
        row_version=1,
    )
    event = AnswerSubmitted(case_id=case.id, approval_id=approval_id, steps=left)
    officer_id = case.officer_id or ctx.me.officer_id
    return await move_case(ctx, case, SUBMIT, q.REVIEW, event, officer_id=officer_id)


async def approve(ctx: Ctx, case_id: UUID, row_version: int) -> Changed:
    """Approve an answer that waits; the last approval sends it to the company.

    Raises RefusedError when it is a higher role's turn, StaleError, MissingError.
    """
    case, move = await begin(ctx, case_id, "approve", row_version)
    pending = await _pending(ctx, case_id)
    _check_turn(ctx, pending)
    left = _left(pending.steps, level(ctx.me))
    role = ORDER[level(ctx.me) - 1]
    await _decide(ctx, pending, "PENDING" if left else "APPROVED", left[0] if left else role)
    event = AnswerApproved(
        case_id=case_id, approval_id=pending.id, role=role, step=pending.waits_for, final=not left
    )
    done = await move_case(ctx, case, move, q.TOUCH, event)
    if left:
        return done
    case = msgspec.structs.replace(case, row_version=done.row_version)
    return await send_answer(
        ctx,
        case,
        pending.disposition,
        pending.implementation,
        pending.answer,
        by=pending.submitted_by,
    )


async def reject(ctx: Ctx, case_id: UUID, reason: str, row_version: int) -> Changed:
    """Send an answer back with the reason; what was written stays as the draft.

    Raises InvalidError ("reason"), RefusedError, StaleError, MissingError.
    """
    gather = Gather()
    written = gather.take("reason", texts.body, reason, "")
    gather.need("reason", written, "돌려보내는 까닭을 적어 주세요.")
    gather.done()
    case, move = await begin(ctx, case_id, "reject", row_version)
    pending = await _pending(ctx, case_id)
    _check_turn(ctx, pending)
    await _decide(ctx, pending, "REJECTED", pending.waits_for)
    event = AnswerRejected(case_id=case_id, approval_id=pending.id)
    done = await move_case(ctx, case, move, q.TOUCH, event)
    await add_note(ctx, case_id, done.row_version, written)
    return done


async def recall(ctx: Ctx, case_id: UUID, row_version: int) -> Changed:
    """Take back an answer that one submitted oneself, to write it anew."""
    case, move = await begin(ctx, case_id, "recall", row_version)
    pending = await _pending(ctx, case_id)
    if not _own(ctx, pending):
        raise RefusedError("답변을 올린 사람만 거둘 수 있습니다.")
    await _decide(ctx, pending, "RECALLED", pending.waits_for)
    event = AnswerRecalled(case_id=case_id, approval_id=pending.id)
    return await move_case(ctx, case, move, q.TOUCH, event)


async def current(ctx: Ctx, case_id: UUID, status: str) -> Approval | None:
    """Return the answer on its way, or the draft that came back; None in any other status."""
    if status not in {"APPROVAL", "ANSWER_DRAFT"}:
        return None
    row = await ctx.db.first(aq.LATEST, case_id=case_id)
    return (await _named(ctx, [row]))[0] if row else None


async def past(ctx: Ctx, case_id: UUID) -> list[Approval]:
    """Return every answer of a case that went up the line, the newest first.

    Raises MissingError outside one's scope.
    """
    if await q.BRIEF.first(ctx, id=case_id) is None:
        raise MissingError
    return await _named(ctx, await ctx.db.all(aq.OF_CASE, case_id=case_id))


async def waiting(ctx: Ctx) -> list[tuple[aq.WaitingRow, Person | None]]:
    """Return what waits for the actor's approval with who submitted it, by due moment."""
    roles = list(ORDER[: level(ctx.me)])
    if not roles:
        return []
    rows = await aq.WAITING.all(ctx, roles=roles)
    people = await people_by_id(ctx, [r.submitted_by for r in rows])
    return [(r, people.get(r.submitted_by) if r.submitted_by else None) for r in rows]


async def _named(ctx: Ctx, rows: list[aq.ApprovalRow]) -> list[Approval]:
    people = await people_by_id(ctx, [who for r in rows for who in (r.submitted_by, r.decided_by)])
    return [
        Approval(
            row,
            people.get(row.submitted_by) if row.submitted_by else None,
            people.get(row.decided_by) if row.decided_by else None,
            mine=row.state == "PENDING" and ORDER.index(row.waits_for) < level(ctx.me),
            recallable=row.state == "PENDING" and _own(ctx, row),
        )
        for row in rows
    ]


def _own(ctx: Ctx, row: aq.ApprovalRow) -> bool:
    return ctx.me.kind == "SYSTEM" or row.submitted_by == ctx.me.officer_id


async def _pending(ctx: Ctx, case_id: UUID) -> aq.ApprovalRow:
    row = await ctx.db.first(aq.LATEST, case_id=case_id)
    if row is None or row.state != "PENDING":
        raise MissingError
    return row


def _check_turn(ctx: Ctx, pending: aq.ApprovalRow) -> None:
    if ORDER.index(pending.waits_for) >= level(ctx.me):
        raise RefusedError(f"{ROLES[pending.waits_for]}이 결재할 차례입니다.")


async def _decide(ctx: Ctx, pending: aq.ApprovalRow, state: str, waits_for: str) -> None:
    over = state != "PENDING"
    touched = await ctx.db.run(
        aq.MOVE,
        b_id=pending.id,
        b_version=pending.row_version,
        state=state,
        waits_for=waits_for,
        decided_at=clock.now() if over else None,
        decided_by=ctx.me.officer_id if over else None,
    )
    if not touched:
        raise StaleError
