"""은행 목록: the banks that the city pays through or has agreements with, in its own order.

Wherever a bank is written down it is chosen from here, so that a payment list can be sorted by it.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import SettingsGroup

_PREFIX = "banks"
_LONGEST = 30
NATIONWIDE = (
    "농협은행",
    "국민은행",
    "기업은행",
    "신한은행",
    "우리은행",
    "하나은행",
    "수협은행",
    "지역농협·축협",
    "새마을금고",
    "신협",
    "우체국",
    "카카오뱅크",
    "케이뱅크",
    "토스뱅크",
)


class Banks(msgspec.Struct, frozen=True):
    """The city's banks."""

    names: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=_LONGEST)]],
        about(
            "은행",
            "한 줄에 하나씩. 자문료를 받을 계좌와 시 전용 기능의 협약 은행을 여기서 고릅니다. "
            "지방은행은 적어 넣습니다. 지운 은행도 이미 적힌 자료에는 그대로 남습니다.",
        ),
    ] = msgspec.field(default_factory=lambda: list(NATIONWIDE))


async def banks(ctx: Ctx) -> list[str]:
    """Return the names of the city's banks, in its own order."""
    return (await settings_of(ctx, _PREFIX, Banks)).names


async def _check(_: Ctx, new: Banks) -> Mapping[str, str]:
    return {} if new.names else {"names": "은행을 하나는 적어 주세요."}


BANKS_GROUP = SettingsGroup(
    _PREFIX,
    "은행 목록",
    Banks,
    _PREFIX,
    lead="자문료를 보낼 계좌의 은행과 협약 은행을 고르는 목록입니다.",
    order=350,
    check=_check,
)
