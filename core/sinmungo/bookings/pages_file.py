"""One month of bookings as a file; persons stay masked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from sinmungo import clock
from sinmungo.bookings import look, service
from sinmungo.bookings.permissions import READ
from sinmungo.bookings.types import Line
from sinmungo.host.context import Ctx
from sinmungo.reporting.periods import Period, month_of
from sinmungo.web.access import heavy, needs
from sinmungo.web.sheets import Column, Row, Sheet, download_pages, file_kind
from sinmungo.web.types import CtxDep

PAGE = 1000
_COLUMNS = (
    Column("날짜", 14, "date"),
    Column("시간", 14),
    Column("상담실", 16),
    Column("상담 분야", 14),
    Column("업체명", 24),
    Column("오시는 분", 12),
    Column("상담 내용", 40),
    Column("상태", 10),
)


class BookingFileController(Controller):
    """`/office/bookings/file`."""

    path = "/file"

    @get("/{kind:str}", opt=heavy(needs(READ)))
    async def file(
        self, ctx: CtxDep, kind: FromPath[str], month: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Hand out every booking of a month ("2026-11", else this one), cancelled ones too."""
        period, rule = month_of(month), await service.rules(ctx)
        sheet = Sheet(f"{rule.title} {period.title}", _COLUMNS, (), clock.today(), (), "건")
        name = f"{rule.title} {period.code}"
        return await download_pages(name, sheet, _pages(ctx, period), file_kind(kind))


async def _pages(ctx: Ctx, period: Period) -> AsyncIterator[list[Row]]:
    first = clock.at(period.first, "00:00")
    end = clock.at(period.last + timedelta(days=1), "00:00")
    after: tuple[datetime, UUID] | None = None
    while rows := await service.between(ctx, first, end, after=after, size=PAGE):
        yield [_row(line) for line in rows]
        after = (rows[-1].starts_at, rows[-1].id)


def _row(line: Line) -> Row:
    return (
        clock.to_seoul(line.starts_at).date(),
        f"{look.hm(line.starts_at)}~{look.hm(line.ends_at)}",
        line.room_name,
        line.service_name,
        line.company_name,
        line.name_mask,
        line.subject,
        look.state(line.state),
    )
