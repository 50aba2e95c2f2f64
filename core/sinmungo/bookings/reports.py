"""상담 예약 현황: bookings by the day on which they were to be held, and what became of them.

Every booking is ahead, held, missed or cancelled, so 예약 = the four columns, in every line.
"""

from collections.abc import Sequence

from sqlalchemy import Text, cast, func, literal_column, select

from sinmungo.bookings.models import CHANNELS, STATES, bookings, rooms, services
from sinmungo.host.context import Ctx
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn
from sinmungo_tenants import read

_ROOMS = read(
    select(
        cast(rooms.c.id, Text).label("code"),
        rooms.c.name.label("title"),
        rooms.c.valid_to.is_(None).label("always"),
    ).order_by(rooms.c.name),
    Label,
)
_SERVICES = read(
    select(
        cast(services.c.id, Text).label("code"),
        services.c.name.label("title"),
        services.c.active.label("always"),
    ).order_by(services.c.position, services.c.name),
    Label,
)
_MONTH = func.to_char(
    func.timezone(literal_column("'Asia/Seoul'", Text), bookings.c.starts_at),
    literal_column("'YYYY-MM'", Text),
)


async def room_labels(ctx: Ctx) -> Sequence[Label]:
    """Return every room; those in use have a line even with no booking."""
    return await ctx.db.all(_ROOMS)


async def service_labels(ctx: Ctx) -> Sequence[Label]:
    """Return every kind of consultation; those in use have a line even with no booking."""
    return await ctx.db.all(_SERVICES)


BOOKINGS = Dataset(
    slug="bookings",
    title="상담 예약 현황",
    unit="건",
    source=bookings.outerjoin(rooms, rooms.c.id == bookings.c.room_id).outerjoin(
        services, services.c.id == bookings.c.service_id
    ),
    id=bookings.c.id,
    at=bookings.c.starts_at,
    dimensions=(
        Dimension("room", "상담실별", bookings.c.room_id, room_labels),
        Dimension("service", "상담 분야별", bookings.c.service_id, service_labels),
        Dimension("state", "상태별", bookings.c.state, STATES),
        Dimension("month", "월별", _MONTH, {}),
        Dimension("channel", "예약 경로별", bookings.c.channel, CHANNELS),
    ),
    measures=(
        Measure("all", "예약"),
        Measure("done", "상담함", bookings.c.state == "DONE"),
        Measure("no_show", "오지 않음", bookings.c.state == "NO_SHOW"),
        Measure("cancelled", "취소", bookings.c.state == "CANCELLED"),
        Measure("ahead", "결과 전", bookings.c.state == "BOOKED"),
        Measure("cases", "애로 접수", bookings.c.case_id.is_not(None)),
        Measure("missed", "불참률", share=("no_show", "all")),
    ),
    columns=(
        RowColumn("일시", bookings.c.starts_at),
        RowColumn("상담실", rooms.c.name),
        RowColumn("상담 분야", services.c.name),
        RowColumn("업체", bookings.c.company_name),
        RowColumn("경로", bookings.c.channel, CHANNELS),
        RowColumn("상태", bookings.c.state, STATES),
    ),
    href="/office/bookings/{id}",
    chart=("done", "no_show", "cancelled", "ahead"),
    footnotes=(
        "예약한 날이 아니라 상담하기로 한 날로 셉니다. 애로 접수는 상담함에 들어 있습니다.",
    ),
)

REPORTS: tuple[Dataset, ...] = (BOOKINGS,)
