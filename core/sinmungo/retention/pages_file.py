"""파기대장: what was destroyed, as the file that an audit asks for; it names nobody."""

from collections.abc import AsyncIterator
from datetime import datetime

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.people.service import people_by_id
from sinmungo.retention import service
from sinmungo.retention.permissions import MANAGE
from sinmungo.web.access import heavy, needs
from sinmungo.web.sheets import Column, Row, Sheet, download_pages, file_kind
from sinmungo.web.types import CtxDep

_COLUMNS = (
    Column("기록", 24),
    Column("건수", 10, "number"),
    Column("처음 끝난 날", 14, "date"),
    Column("마지막 끝난 날", 14, "date"),
    Column("보존(년)", 10, "number"),
    Column("파기한 때", 18, "datetime"),
    Column("누가", 20),
)


class ProofFilePages(Controller):
    """`/admin/retention/proof/file`."""

    path = "/proof/file"

    @get("/{kind:str}", opt=heavy(needs(MANAGE)))
    async def file(self, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out every line of the proof, the newest first."""
        sheet = Sheet("파기대장", _COLUMNS, (), clock.today(), (), "건")
        return await download_pages("파기대장", sheet, _pages(ctx), file_kind(kind))


async def _pages(ctx: Ctx) -> AsyncIterator[list[Row]]:
    before: datetime | None = None
    while rows := await service.proofs(ctx, before):
        who = await people_by_id(ctx, [row.asked_by for row in rows])
        yield [
            (
                row.title,
                row.record_count,
                row.ended_from,
                row.ended_to,
                row.years,
                row.done_at,
                str(who[row.asked_by]) if row.asked_by in who else "밤에 저절로",
            )
            for row in rows
        ]
        before = min(row.done_at for row in rows)
