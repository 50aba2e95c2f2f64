"""Companies to visit as a file: every page of the list, longest unvisited first."""

from collections.abc import AsyncIterator

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.companies.models import SIZE_CLASSES
from sinmungo.host.context import Ctx
from sinmungo.visits import service
from sinmungo.visits.pages_list import target_query
from sinmungo.visits.permissions import READ
from sinmungo.visits.types import Target, TargetQuery
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import query_form
from sinmungo.web.sheets import Column, Row, Sheet, download_pages, file_kind
from sinmungo.web.types import CtxDep, Req

_COLUMNS = (
    Column("업체명", 24),
    Column("마지막 방문", 14, "date"),
    Column("산업단지", 18),
    Column("읍·면·동", 12),
    Column("규모", 12),
    Column("종업원수", 10, "number"),
    Column("설립일", 14, "date"),
    Column("다음 방문", 18, "datetime"),
)


class TargetFilePages(Controller):
    """`/office/visits/targets/file`."""

    path = "/targets/file"

    @get("/{kind:str}", opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out all companies that the filters of the page leave."""
        wanted = file_kind(kind)
        asked = msgspec.structs.replace(target_query(query_form(request)), cursor=None)
        sheet = Sheet("방문 대상 업체", _COLUMNS, (), clock.today(), (), "개사")
        return await download_pages("방문대상업체", sheet, _pages(ctx, asked), wanted)


async def _pages(ctx: Ctx, asked: TargetQuery) -> AsyncIterator[list[Row]]:
    while True:
        found = await service.targets(ctx, asked)
        yield [_cells(target) for target in found.items]
        if found.next is None:
            return
        asked = msgspec.structs.replace(asked, cursor=found.next)


def _cells(target: Target) -> Row:
    return (
        target.company_name,
        target.last_visited_on,
        target.complex,
        target.dong,
        SIZE_CLASSES.get(target.size_class) if target.size_class else None,
        target.employees,
        target.founded_on,
        target.planned_at,
    )
