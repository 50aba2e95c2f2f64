"""The city's booking rules: data that an admin changes, with defaults that serve most cities.

The numbers are a design choice (domain.md O3); a city's plugin seeds its own.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from sinmungo import clock
from sinmungo.bookings.events import SETUP, RulesChanged
from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.text.normalise import clean

PREFIX = "bookings"
SLOT_CHOICES = (10, 15, 20, 30, 40, 60)
MAX_TITLE = 20
_BOUNDS = {
    "cancel_days": (0, 14),
    "ahead_days": (1, 180),
    "no_show_limit": (1, 20),
    "no_show_months": (1, 24),
}


class Rules(msgspec.Struct, frozen=True):
    """How a city books: days and months as people count them, slots in minutes.

    A booking can be taken back until `cancel_days` days before. After `no_show_limit` no-shows in
    `no_show_months` months a company books by telephone only. `title` is what the city calls it.
    """

    title: str = "상담실 예약"
    slot_minutes: int = 30
    cancel_days: int = 1
    ahead_days: int = 30
    no_show_limit: int = 2
    no_show_months: int = 6
    remind: bool = True


async def rules(ctx: Ctx) -> Rules:
    """Return the city's rules."""
    return await settings_of(ctx, PREFIX, Rules)


async def change_rules(ctx: Ctx, given: Mapping[str, Any]) -> Rules:
    """Set the rules that `given` names (numbers, texts, booleans). Raises `InvalidError`."""
    old = await rules(ctx)
    new = msgspec.structs.replace(old, **_checked(given))
    fields = [f for f in Rules.__struct_fields__ if getattr(new, f) != getattr(old, f)]
    for field in fields:
        await set_setting(ctx, f"{PREFIX}.{field}", getattr(new, field))
    if fields:
        event = RulesChanged(fields=fields)
        await emit(ctx, event, subject_kind=SETUP, subject_id=clock.uuid7(), seq=1)
    return new


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    values = {field: given[field] for field in Rules.__struct_fields__ if field in given}
    errors: dict[str, str] = {}
    if "title" in values:
        values["title"] = clean(str(values["title"]))
        if not 1 <= len(values["title"]) <= MAX_TITLE:
            errors["title"] = f"이름을 {MAX_TITLE}자까지로 적어 주세요."
    if values.get("slot_minutes", 30) not in SLOT_CHOICES:
        errors["slot_minutes"] = "상담 시간 단위를 골라 주세요."
    for field, (low, high) in _BOUNDS.items():
        if field in values and not _between(values[field], low, high):
            errors[field] = f"{low}부터 {high}까지의 숫자로 적어 주세요."
    if errors:
        raise InvalidError(errors)
    return values


def _between(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and low <= value <= high
