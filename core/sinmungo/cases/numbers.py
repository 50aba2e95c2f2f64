"""접수번호: gap-free per city and Seoul year.

The counter's row stays locked until the transaction ends, so a registration that fails gives its
numbers back; therefore they are taken after everything else that can be refused.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from sinmungo.cases.models import case_numbers
from sinmungo.host.context import Ctx
from sinmungo_tenants import read
from sinmungo_tenants.statements import Read

OLD = "구"
"""Before the number that a case had in an older register; such numbers are not counted."""


def _take() -> Read[int]:
    first = insert(case_numbers).values(year=bindparam("year"), last=bindparam("count"))
    taken = first.on_conflict_do_update(
        index_elements=["year"], set_={"last": case_numbers.c.last + first.excluded.last}
    )
    counter = taken.returning(case_numbers.c.last).cte("counter")
    return read(select(counter.c.last), int)


_TAKE = _take()


async def next_case_no(ctx: Ctx, prefix: str, year: int, count: int = 1) -> list[str]:
    """Reserve `count` numbers of a Seoul year, e.g. "SOS-2026-000123", in one statement."""
    last = await ctx.db.one(_TAKE, year=year, count=count)
    return [f"{prefix}-{year}-{n:06d}" for n in range(last - count + 1, last + 1)]
