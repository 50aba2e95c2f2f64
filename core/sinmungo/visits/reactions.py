"""A difficulty's class follows its case, so that nobody writes twice whom it went to.

The intake desk that assigns an unclassed difficulty has notified a department; a department that
proposes it upstream has proposed it; one that gives it back leaves it to be classed. What was
settled on the spot stays so whatever becomes of the case.
"""

from typing import Any
from uuid import UUID

from sinmungo.cases.events import CaseAssigned, CaseBounced, ProposalMade
from sinmungo.host.context import Ctx
from sinmungo.host.types import Reaction
from sinmungo.visits import queries as q
from sinmungo.visits.outcomes import set_outcome

_LYING = frozenset({"HANDLED", "NOTIFIED", "UNCLASSED"})


async def _assigned(ctx: Ctx, event: CaseAssigned) -> None:
    item = await _lying(ctx, event.case_id)
    if item is None:
        return
    at = {"HANDLED": item.visit_unit_id, "NOTIFIED": item.unit_id}.get(item.outcome)
    if event.unit_id == at:
        return
    if event.unit_id == item.visit_unit_id:
        await _class(ctx, item, "HANDLED")
    else:
        await _class(ctx, item, "NOTIFIED", unit_id=event.unit_id)


async def _bounced(ctx: Ctx, event: CaseBounced) -> None:
    item = await _lying(ctx, event.case_id)
    if item is not None and item.outcome != "UNCLASSED":
        await _class(ctx, item, "UNCLASSED")


async def _proposed(ctx: Ctx, event: ProposalMade) -> None:
    item = await _lying(ctx, event.case_id)
    if item is not None:
        await _class(ctx, item, "PROPOSED", agency_id=event.agency_id)


async def _lying(ctx: Ctx, case_id: UUID) -> q.ItemOfCase | None:
    """Return the difficulty that became this case, if it is still under review or unclassed."""
    item = await ctx.db.first(q.ITEM_OF_CASE, case_id=case_id)
    return item if item is not None and item.outcome in _LYING else None


async def _class(ctx: Ctx, item: q.ItemOfCase, outcome: str, **whom: UUID) -> None:
    settled: dict[str, Any] = {"unit_id": None, "agency_id": None, **whom, "outcome": outcome}
    await set_outcome(ctx, item, settled)


REACTIONS = (
    Reaction(CaseAssigned, _assigned),
    Reaction(CaseBounced, _bounced),
    Reaction(ProposalMade, _proposed),
)
