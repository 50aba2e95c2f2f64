"""Lines of the logs go after their years too, but a city's own role may only add to a log.

So the migrator takes them out, where the process was given its address; where not, the lines stay
and the page says so (docs/explanation/personal-data.md).
"""

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import true

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.models import access_log, downloads
from sinmungo.host.types import RetentionRule
from sinmungo.retention import queries as q
from sinmungo.retention.proving import Deed, line, tell

SOURCE = "개인정보의 안전성 확보조치 기준 제8조(1년, 5만 명 이상이면 2년)"
RETENTION = (
    RetentionRule(
        code="retention.access",
        title="접속기록",
        what="누가 언제 어디서 누구의 무엇을 보았는지 적은 줄",
        subject="access_log",
        years=2,
        least=1,
        source=SOURCE,
        table=access_log,
        ended=access_log.c.at,
        label=access_log.c.act,
        held=true(),
        log=True,
    ),
    RetentionRule(
        code="retention.downloads",
        title="내려받은 까닭",
        what="누가 언제 어떤 목록을 왜 내려받았는지 적은 줄",
        subject="downloads",
        years=2,
        least=1,
        source=SOURCE,
        table=downloads,
        ended=downloads.c.at,
        label=downloads.c.what,
        held=true(),
        log=True,
    ),
)


def may_trim(ctx: Ctx) -> bool:
    """Whether this process can take lines out of logs."""
    return bool(ctx.settings.migrator_dsn)


async def trim(ctx: Ctx, deed: Deed) -> bool:
    """Take the lines of a log that are due out of it; return whether there may be more.

    The proof is written by the migrator too, in the transaction that takes them out. The event
    follows in the run's own: a worker that dies in between leaves the proof without it.
    """
    rows = await ctx.db.all(q.of(deed.rule).due, before=deed.before, limit=1)
    if not rows or not may_trim(ctx):
        return False
    # Only here: a web process that never destroys needs no psycopg.
    from sinmungo_tenants.trimming import trim_log

    first, last = rows[0].ended, _last(deed.before)

    def proof(count: int) -> tuple[str, list[Any]]:
        return q.ADD_PROOF.sql, q.ADD_PROOF.arguments(line(deed, count, first, last))

    count = await asyncio.to_thread(
        trim_log,
        ctx.settings.migrators,
        ctx.city.server,
        ctx.city.id,
        deed.rule.table.name,
        deed.rule.ended.name,
        clock.at(deed.before, "00:00"),
        proof,
    )
    if count:
        await tell(ctx, deed, count)
    return False


def _last(before: date) -> date:
    return date(before.year - 1, 12, 31)
