"""One month of visits as a file, the rows of the page."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.reporting.periods import Period, month_of
from sinmungo.visits import look as looks
from sinmungo.visits import service
from sinmungo.visits.permissions import READ
from sinmungo.visits.types import VisitLine
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import query_form
from sinmungo.web.sheets import Column, Row, download_list
from sinmungo.web.types import CtxDep, Req

_COLUMNS = (
    Column("방문일", 14, "date"),
    Column("시각", 8),
    Column("방문번호", 14),
    Column("방문구분", 16),
    Column("업체명", 24),
    Column("장소", 20),
    Column("방문자", 24),
    Column("방문부서", 18),
    Column("상태", 10),
    Column("애로(건)", 9, "number"),
)
_STATES = {"PLANNED": "예정", "DONE": "방문함"}


class MonthFilePages(Controller):
    """`/office/visits/file`."""

    path = "/file"

    @get("/{kind:str}", opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out the month that the page shows."""
        asked = query_form(request)
        period, mine = month_of(asked["month"]), asked["mine"] == "1"
        name, title = f"현장방문 {period.code}", f"현장방문 {period.title}"
        rows = await _rows(ctx, period, mine=mine)
        return download_list(name, title, _COLUMNS, rows, kind, "회")


async def _rows(ctx: Ctx, period: Period, *, mine: bool) -> list[Row]:
    words = await looks.look(ctx)
    lines = await service.calendar(ctx, period.first, period.last, mine=mine)
    return sorted((_cells(line, words) for line in lines), key=lambda c: (c[0], c[1] or ""))


def _cells(line: VisitLine, words: looks.Look) -> Row:
    planned = clock.to_seoul(line.planned_at) if line.planned_at else None
    is_plan = line.state == "PLANNED"
    return (
        line.visited_on or (planned.date() if planned else clock.today()),
        f"{planned:%H:%M}" if planned and is_plan else None,
        line.visit_no,
        words.kind(line.kind),
        line.company_name,
        line.place,
        line.team,
        line.unit_name,
        "기록 필요" if words.late(line) else _STATES[line.state],
        None if is_plan else line.items,
    )
