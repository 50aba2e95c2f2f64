"""How a company leaves: alone with a reason, or with everyone when a round is closed."""

from uuid import UUID

import msgspec

from sinmungo.sdk import Ctx, InvalidError, RefusedError, StaleError, clock, date_ko, emit
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.events import Ended, RoundClosed
from sinmungo_bucheon.project100.models import END_REASONS, ENDED, OTHER, ROUND_ENDED
from sinmungo_bucheon.project100.rounds import SUBJECT as ROUND
from sinmungo_bucheon.project100.rounds import round_of, seats_of
from sinmungo_bucheon.project100.service import SUBJECT, locked, plain_note


class Left(msgspec.Struct, frozen=True):
    """What an end led to: `next_up` is who has waited longest, when a seat is free for it."""

    round_id: UUID
    next_up: q.EnrolmentRow | None


async def end(ctx: Ctx, enrolment_id: UUID, *, reason: str, note: str, row_version: int) -> Left:
    """End a company's part in the round; return who may take the seat now, if anyone waits."""
    row, of = await locked(ctx, enrolment_id, row_version)
    if row.status == ENDED:
        raise RefusedError("이미 끝난 업체입니다.")
    if reason not in END_REASONS:
        raise InvalidError({"reason": "사유를 골라 주세요."})
    why = plain_note("note", note)
    if reason == OTHER and not why:
        raise InvalidError({"note": "기타 사유를 적어 주세요."})
    await end_row(ctx, row, reason=reason, note=why)
    now, _ = await seats_of(ctx, of)
    following = None
    if now.free:
        following = await ctx.db.first(q.FIRST_WAITING, round_id=of.id)
    return Left(of.id, following)


async def end_row(ctx: Ctx, row: q.EnrolmentRow, *, reason: str, note: str | None) -> None:
    """Write the end of one company. The caller holds the round and has checked that it may."""
    today = clock.today()
    touched = await ctx.db.run(
        q.END,
        b_id=row.id,
        b_version=row.row_version,
        ended_on=today,
        end_reason=reason,
        end_note=note,
    )
    if not touched:
        raise StaleError
    await ctx.db.run(q.END_DEDICATION, b_enrolment_id=row.id, valid_to=today)
    event = Ended(
        enrolment_id=row.id, round_id=row.round_id, company_id=row.company_id, reason=reason
    )
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=row.id, seq=row.row_version + 1)


async def close_round(ctx: Ctx, round_id: UUID, row_version: int) -> int:
    """Close a round; every company still in it ends with it. Return how many did."""
    of = await round_of(ctx, round_id, lock=True)
    if of.closed_on is not None:
        raise RefusedError("이미 마감한 회차입니다.")
    today = clock.today()
    if today < of.selected_on:
        raise RefusedError(f"선정일 {date_ko(of.selected_on)}이 아직 오지 않은 회차입니다.")
    rows = [r for r in await _everyone(ctx, of) if r.ended_on is None]
    if not await ctx.db.run(q.CLOSE_ROUND, b_id=round_id, b_version=row_version, closed_on=today):
        raise StaleError
    for row in rows:
        await end_row(ctx, row, reason=ROUND_ENDED, note=None)
    event = RoundClosed(round_id=round_id)
    await emit(ctx, event, subject_kind=ROUND, subject_id=round_id, seq=row_version + 1)
    return len(rows)


async def _everyone(ctx: Ctx, of: q.RoundRow) -> list[q.EnrolmentRow]:
    return await ctx.db.all(
        q.PAGE, round_id=of.id, status=None, officer_id=None, after=0, limit=None
    )
