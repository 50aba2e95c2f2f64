"""방문번호: gap-free per city and Seoul year of the visit, taken when the visit is recorded.

As with cases the counter's row stays locked until the end, so it is taken after all that can fail.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from sinmungo.host.context import Ctx
from sinmungo.visits.models import visit_numbers
from sinmungo_tenants import read
from sinmungo_tenants.statements import Read


def _take() -> Read[int]:
    first = insert(visit_numbers).values(year=bindparam("year"), last=1)
    taken = first.on_conflict_do_update(
        index_elements=["year"], set_={"last": visit_numbers.c.last + 1}
    )
    counter = taken.returning(visit_numbers.c.last).cte("counter")
    return read(select(counter.c.last), int)


_TAKE = _take()


async def next_visit_no(ctx: Ctx, prefix: str, year: int) -> str:
    """Reserve the next number of a Seoul year, e.g. "V-2026-0001"."""
    taken = await ctx.db.one(_TAKE, year=year)
    return f"{prefix}-{year}-{taken:04d}"
