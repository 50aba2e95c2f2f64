"""Records that may mean one company: same name, same telephone, or one person at both.

A business number needs no search: the record of a number is one (`uq_companies_business_no`).
"""

from itertools import groupby
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies import merge_queries as q
from sinmungo.companies import queries as cq
from sinmungo.companies.queries import CompanyHit
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx

WHY = {"NAME": "같은 이름", "PHONE": "같은 대표전화", "CONTACT": "같은 담당자 연락처"}
_MOST_PAIRS = 300


class Pair(msgspec.Struct):
    """Two companies and what speaks for their being one (codes of WHY)."""

    low: CompanyHit
    high: CompanyHit
    why: list[str]

    @property
    def numbers_differ(self) -> bool:
        """Whether each has a business number of its own, which speaks against it."""
        return bool(self.low.business_no and self.high.business_no)


async def likely_pairs(ctx: Ctx) -> list[Pair]:
    """Return likely duplicates, the likeliest first; pairs once said to be two are left out."""
    rows = await ctx.db.all(q.PAIRS, size=_MOST_PAIRS)
    ids = {i for row in rows for i in (row.low_id, row.high_id)}
    hits = {hit.id: hit for hit in await ctx.db.all(cq.HITS, ids=list(ids))} if ids else {}
    pairs = [
        Pair(hits[low], hits[high], [row.why for row in group])
        for (low, high), group in groupby(rows, key=lambda r: (r.low_id, r.high_id))
    ]
    return sorted(pairs, key=lambda p: (p.numbers_differ, -len(p.why), p.low.name_key))


async def say_distinct(ctx: Ctx, one_id: UUID, other_id: UUID) -> None:
    """Remember that these are two companies, so that they are not offered again."""
    low, high = sorted((one_id, other_id))
    if low == high:
        raise InvalidError({"other": "서로 다른 두 업체를 골라 주세요."})
    if len(await ctx.db.all(cq.NAMES, ids=[low, high])) < 2:  # noqa: PLR2004 - a pair
        raise MissingError
    await ctx.db.run(
        q.DISTINCT,
        id=clock.uuid7(),
        low_id=low,
        high_id=high,
        decided_at=clock.now(),
        decided_by=ctx.me.officer_id,
    )
