"""건의과제 관리대장: what was proposed to whom, and what came of it; the newest first."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import proposal_queries as q
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import parse_date
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.forms import Gather

_EARLIEST, _LATEST = date(2000, 1, 1), date(9998, 12, 31)
_NEWEST = (date(9999, 1, 1), UUID(int=0))


class ProposalQuery(msgspec.Struct, kw_only=True):
    """Which proposals. Days are Seoul days as typed, both included."""

    agency_id: UUID | None = None
    state: str | None = None
    proposed_from: str | None = None
    proposed_to: str | None = None
    cursor: str | None = None


class Proposals(msgspec.Struct, kw_only=True):
    """A page of forty proposals; `counts` by state, whatever state was asked for."""

    rows: list[ProposalRow]
    counts: dict[str, int]
    next: str | None


async def list_proposals(ctx: Ctx, query: ProposalQuery) -> Proposals:
    """Return a page, inside one's scope. Raises InvalidError for a day or cursor."""
    filters = filters_of(query)
    rows, following = await page_of(ctx, query, filters, _start(query.cursor))
    counted = await q.COUNTS.all(ctx, **filters)
    known = {row.state: row.number for row in counted}
    counts = {state: known.get(state, 0) for state in words.PROPOSAL_STATE}
    return Proposals(rows=rows, counts=counts, next=following)


async def proposal_pages(ctx: Ctx, query: ProposalQuery) -> AsyncIterator[list[ProposalRow]]:
    """Yield every page of a list, for a file of any length."""
    filters, start = filters_of(query), _NEWEST
    while True:
        rows, following = await page_of(ctx, query, filters, start)
        yield rows
        if following is None:
            return
        start = (rows[-1].proposed_on, rows[-1].id)


async def page_of(
    ctx: Ctx, query: ProposalQuery, filters: dict[str, Any], start: tuple[date, UUID]
) -> tuple[list[ProposalRow], str | None]:
    """Return the page after a place, and the cursor of the following one."""
    found = await q.LIST.all(
        ctx, **filters, state=query.state or None, c_proposed_on=start[0], c_id=start[1]
    )
    rows = found[: q.PAGE]
    if len(found) <= q.PAGE:
        return rows, None
    return rows, encode_cursor(rows[-1].proposed_on.isoformat(), str(rows[-1].id))


def filters_of(query: ProposalQuery) -> dict[str, Any]:
    """Return the parameters of the filters; InvalidError names a day that cannot be read."""
    gather = Gather()
    days = {
        "from_on": _day(gather, "proposed_from", query.proposed_from, _EARLIEST),
        "to_on": _day(gather, "proposed_to", query.proposed_to, _LATEST),
    }
    gather.done()
    return {"agency_id": query.agency_id, **days}


def _day(gather: Gather, field: str, text: str | None, default: date) -> date:
    return gather.take(field, parse_date, text, default) if text and text.strip() else default


def _start(cursor: str | None) -> tuple[date, UUID]:
    if not cursor:
        return _NEWEST
    day, row_id = decode_cursor(cursor, 2)
    try:
        return date.fromisoformat(day), UUID(row_id)
    except ValueError:
        raise InvalidError({"cursor": "다음 쪽 표시가 올바르지 않습니다."}) from None


def is_late(row: ProposalRow) -> bool:
    """Whether a reply that was asked for by a day has not come by it."""
    return row.state == "OPEN" and row.due_on is not None and row.due_on < clock.today()
