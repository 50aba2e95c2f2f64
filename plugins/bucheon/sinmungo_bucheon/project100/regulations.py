"""B5: rules that stand in the way of growth: each is proposed for change, or left with a reason.

Proposing is done with the case itself (건의과제), and that alone makes a rule PROPOSED.
"""

from uuid import UUID

from sinmungo.sdk import (
    Ctx,
    InvalidError,
    MissingError,
    RefusedError,
    StaleError,
    clock,
    emit,
)
from sinmungo_bucheon.project100 import contact_queries as cq
from sinmungo_bucheon.project100.events import RegulationDecided
from sinmungo_bucheon.project100.models import CANDIDATE, DROPPED, PROPOSED
from sinmungo_bucheon.project100.service import plain_note

SUBJECT = "bucheon_project100_regulation"
BY_HAND = (CANDIDATE, DROPPED)


async def regulations(ctx: Ctx, state: str | None = None) -> list[cq.RegulationRow]:
    """Return the rules that companies named, the latest first; of one state, or all."""
    return await ctx.db.all(cq.REGULATIONS, state=state)


async def regulation(ctx: Ctx, item_id: UUID) -> cq.RegulationRow:
    """Return one of them; `MissingError` if there is none."""
    row = await ctx.db.first(cq.REGULATION, id=item_id)
    if row is None:
        raise MissingError
    return row


async def decide(
    ctx: Ctx, item_id: UUID, *, state: str, note: str, row_version: int
) -> cq.RegulationRow:
    """Leave a rule alone with a reason (DROPPED), or take it up again (CANDIDATE)."""
    row = await regulation(ctx, item_id)
    why = plain_note("note", note)
    if state not in BY_HAND:
        raise InvalidError({"state": "처리를 골라 주세요. 건의는 애로 화면에서 합니다."})
    if row.state == PROPOSED:
        raise RefusedError("이미 건의한 규제입니다. 건의과제에서 이어서 처리해 주세요.")
    if state == DROPPED and not why:
        raise InvalidError({"note": "건의하지 않는 까닭을 적어 주세요."})
    touched = await ctx.db.run(
        cq.DECIDE,
        b_id=item_id,
        b_version=row_version,
        state=state,
        state_note=why,
        decided_at=clock.now(),
        decided_by=ctx.me.officer_id,
    )
    if not touched:
        raise StaleError
    event = RegulationDecided(item_id=item_id, case_id=row.case_id, state=state)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=item_id, seq=row_version + 1)
    return await regulation(ctx, item_id)
