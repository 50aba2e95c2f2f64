"""The city's words and numbers, given to the slice `bookings` when this plugin is switched on.

The kinds of consultation are the three corps of the 비즈니스자문단 (seed S004-010); the numbers are
a design choice (domain.md O3). What an admin changed since is left alone.
"""

from collections.abc import Mapping
from typing import Any

from sinmungo.sdk import Ctx, add_consult_service, consult_services, get_settings, set_setting

SERVICES = ("종합상담", "수출·판로", "경영·기술")
RULES: dict[str, str | int | bool] = {
    "bookings.title": "상시상담실",
    "bookings.slot_minutes": 30,
    "bookings.cancel_days": 1,
    "bookings.ahead_days": 30,
    "bookings.no_show_limit": 2,
    "bookings.no_show_months": 3,
    "bookings.remind": True,
}


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Set each rule that the city has no value of its own for; name services if there are none."""
    del table
    stored = await get_settings(ctx, dict.fromkeys(RULES))
    for key, value in RULES.items():
        if stored[key] is None:
            await set_setting(ctx, key, value)
    if not await consult_services(ctx):
        for name in SERVICES:
            await add_consult_service(ctx, name)
