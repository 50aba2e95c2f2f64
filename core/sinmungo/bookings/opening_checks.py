"""What 개통 점검 asks of bookings: kinds of consultation, rooms, and somebody who sits in them."""

from datetime import timedelta

from sinmungo import clock
from sinmungo.bookings.setup import list_rooms, list_services
from sinmungo.bookings.staff import list_rota
from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding

_AHEAD = timedelta(days=14)


async def _rooms(ctx: Ctx) -> Finding:
    rooms = await list_rooms(ctx)
    services = [s for s in await list_services(ctx) if s.active]
    if not rooms or not services:
        return Finding("TODO", "상담실이나 상담 분야가 없어 기업이 예약할 수 없습니다.")
    return Finding("DONE", f"상담실 {len(rooms)}곳, 상담 분야 {len(services)}개")


async def _rota(ctx: Ctx) -> Finding:
    today = clock.today()
    if not await list_rota(ctx, today, today + _AHEAD):
        return Finding("LOOK", "앞으로 2주 동안 당번이 없어 예약할 시간이 나오지 않습니다.")
    return Finding("DONE", "앞으로 2주의 당번이 있습니다.")


CHECKS = (
    Check(
        "bookings.rooms",
        "상담실",
        "누리집의 상담 예약에서 기업이 고릅니다.",
        "/office/bookings/rooms",
        _rooms,
        order=300,
    ),
    Check(
        "bookings.rota",
        "상담 당번",
        "당번이 앉는 시간만 기업이 예약할 수 있습니다.",
        "/office/bookings/rota",
        _rota,
        order=310,
    ),
)
