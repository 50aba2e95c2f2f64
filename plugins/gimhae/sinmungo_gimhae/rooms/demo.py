"""Some rooms of a made-up standing consult centre."""

from collections.abc import Mapping
from typing import Any

from sinmungo.sdk import Ctx
from sinmungo_gimhae.rooms import service

_ROOMS = (
    ("상시상담실 1호", "1층", "4", "화상회의 화면", "1,2,3,4,5", "09:00", "18:00", "1"),
    ("상시상담실 2호", "1층", "4", "", "1,2,3,4,5", "09:00", "18:00", "1"),
    ("상시상담실 3호", "1층", "6", "화상회의 화면, 통역 장비", "1,3,5", "10:00", "17:00", "1"),
    ("기업애로 상담실", "2층", "8", "빔프로젝터", "1,2,3,4,5", "09:00", "18:00", "1"),
    ("수출 상담실", "2층", "10", "화상회의 화면, 통역 장비", "2,4", "09:00", "17:00", "1"),
    ("공동 상담실", "3층", "24", "빔프로젝터, 음향", "1,2,3,4,5,6", "09:00", "21:00", "1"),
    ("옛 민원상담실", "1층", "4", "", "1,2,3,4,5", "09:00", "18:00", ""),
)
_FIELDS = ("name", "floor", "seats", "equipment", "open_days", "opens", "closes", "active")


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the rooms; nothing if there is one already."""
    del table
    if await service.list_rooms(ctx, limit=1):
        return
    for values in _ROOMS:
        await service.add(ctx, dict(zip(_FIELDS, values, strict=True)))
