"""Approving a fee: the amount that the approver saw must still be the amount that may be paid."""

from uuid import UUID

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import events, fees
from sinmungo.experts.advice import Changed, begin, do
from sinmungo.host.context import Ctx
from sinmungo.text.money import display


async def approve(ctx: Ctx, request_id: UUID, fee: int, row_version: int) -> Changed:
    """Approve the fee of a reported session; `fee` is what the approver was shown, in won.

    RefusedError when something was paid in between and a cap now allows another amount.
    """
    found, move = await begin(ctx, request_id, "pay", row_version)
    await fees.lock(ctx, found)
    now = await fees.due(ctx, found)
    if now.fee != fee:
        raise RefusedError(
            f"지급할 수 있는 금액이 {display(now.fee)}원입니다. 금액을 확인하고 다시 승인해 주세요."
        )
    event = events.Paid(request_id=request_id, fee_full=now.full, fee=fee)
    return await do(
        ctx,
        found,
        move,
        q.PAY,
        event,
        fee=fee,
        paid_at=clock.now(),
        paid_by=ctx.me.officer_id,
    )
