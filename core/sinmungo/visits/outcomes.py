"""How a difficulty is counted: its row as it stands now, and the history that the ledger reads."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.errors import StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.visits import queries as q
from sinmungo.visits.events import ItemReclassified
from sinmungo.visits.types import Found


def settled_as(item: Found) -> dict[str, Any]:
    """Return how an item is counted: unit and agency only where the outcome speaks of them."""
    return {
        "outcome": item.outcome,
        "unit_id": item.unit_id if item.outcome == "NOTIFIED" else None,
        "agency_id": item.agency_id if item.outcome == "PROPOSED" else None,
    }


def outcome_row(
    ctx: Ctx, item_id: UUID, seq: int, settled: dict[str, Any], occurred_at: datetime
) -> dict[str, Any]:
    """Return a line of the history; `seq` is the item's row version after the act."""
    return {
        "id": clock.uuid7(),
        "item_id": item_id,
        "seq": seq,
        **settled,
        "occurred_at": occurred_at,
        "recorded_at": clock.now(),
        "recorded_by": ctx.me.officer_id,
    }


async def set_outcome(ctx: Ctx, item: q.ItemBrief | q.ItemOfCase, settled: dict[str, Any]) -> int:
    """Count an item as `settled` says from now on and return its new version. StaleError."""
    now, seq = clock.now(), item.row_version + 1
    done = None if settled["outcome"] == "UNCLASSED" else clock.today()
    columns = {**settled, "settled_on": done}
    if not await ctx.db.run(q.RECLASSIFY, b_id=item.id, b_version=item.row_version, **columns):
        raise StaleError
    await ctx.db.run(q.ADD_OUTCOME, **outcome_row(ctx, item.id, seq, settled, now))
    event = ItemReclassified(
        visit_id=item.visit_id, item_id=item.id, case_id=item.case_id, old=item.outcome, **settled
    )
    await emit_many(ctx, q.SUBJECT, [Emission(event, item.visit_id, seq)])
    return seq
