"""The proof of a destruction: which rule, how many, of which years, when; names nobody."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import RetentionRule
from sinmungo.retention import events
from sinmungo.retention import queries as q


class Deed(NamedTuple):
    """What a run does under one rule: destroy what ended before a day."""

    run_id: UUID
    rule: RetentionRule
    years: int
    before: date
    asked_by: UUID | None


async def prove(ctx: Ctx, deed: Deed, count: int, first: date, last: date) -> None:
    """Write down that a batch is gone, in the transaction that destroys it."""
    await ctx.db.run(q.ADD_PROOF, **line(deed, count, first, last))
    await tell(ctx, deed, count)


def line(deed: Deed, count: int, first: date, last: date) -> dict[str, Any]:
    """Return the values of a proof, for `ADD_PROOF`."""
    return {
        "id": clock.uuid7(),
        "run_id": deed.run_id,
        "rule": deed.rule.code,
        "title": deed.rule.title,
        "years": deed.years,
        "ended_before": deed.before,
        "ended_from": first,
        "ended_to": last,
        "record_count": count,
        "done_at": clock.now(),
        "asked_by": deed.asked_by,
    }


async def tell(ctx: Ctx, deed: Deed, count: int) -> None:
    """Write the event of a batch that is gone."""
    event = events.Destroyed(rule=deed.rule.code, years=deed.years, record_count=count)
    await emit(ctx, event, subject_kind=events.RUN, subject_id=deed.run_id, seq=0)
