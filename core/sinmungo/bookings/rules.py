"""The city's booking rules: data that an admin changes, with defaults that serve most cities.

The numbers are a design choice (domain.md O3); a city's plugin seeds its own.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from sinmungo import clock
from sinmungo.bookings.events import SETUP, RulesChanged
from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.setting_fields import about
from sinmungo.host.types import SettingsGroup
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

    title: Annotated[
        str, about("부르는 이름", "화면과 메일에 나옵니다.", min_length=1, max_length=MAX_TITLE)
    ] = "상담실 예약"
    slot_minutes: Annotated[
        Literal[10, 15, 20, 30, 40, 60],
        about("상담 시간 단위", choices={m: f"{m}분" for m in SLOT_CHOICES}),
    ] = 30
    cancel_days: Annotated[
        int, about("예약 취소", "며칠 전까지 기업이 스스로 취소", unit="일 전", ge=0, le=14)
    ] = 1
    ahead_days: Annotated[
        int, about("예약 기간", "오늘부터 며칠 뒤까지 예약", unit="일 뒤", ge=1, le=180)
    ] = 30
    no_show_limit: Annotated[
        int, about("나오지 않은 횟수", "이만큼이면 전화로만 예약", unit="번", ge=1, le=20)
    ] = 2
    no_show_months: Annotated[
        int, about("나오지 않은 횟수를 세는 기간", unit="개월", ge=1, le=24)
    ] = 6
    remind: Annotated[bool, about("전날 아침 9시에 알림 메일을 보냅니다")] = True


RULES_GROUP = SettingsGroup(
    PREFIX,
    "상담실 예약",
    Rules,
    PREFIX,
    lead="예약 시간과 취소 규칙. 상담 분야는 ‘상담 예약’ 화면에 있습니다.",
    order=320,
)


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
