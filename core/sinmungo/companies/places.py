"""Where companies of this city are: its 동 and its industrial complexes, kept by the admin.

An empty list of 동 means that the city has not written it down yet: then nothing is checked.
"""

from typing import Annotated

import msgspec

from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import SettingsGroup
from sinmungo.text.normalise import clean_multiline

_PREFIX = "companies"
_MAX_NAME = 60
_MAX_NAMES = 1000


class Places(msgspec.Struct):
    """The names of a city's 동 (읍·면 too) and of its complexes, in the order of its lists."""

    dongs: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=_MAX_NAME)]],
        about(
            "읍·면·동",
            "한 줄에 하나씩. 적어 두면 다른 동으로는 업체를 저장할 수 없습니다. "
            "비워 두면 확인하지 않습니다.",
        ),
    ] = []
    complexes: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=_MAX_NAME)]],
        about("산업단지", "한 줄에 하나씩. 업체를 적을 때 골라 쓸 수 있게 보여 줍니다."),
    ] = []


PLACES_GROUP = SettingsGroup(
    _PREFIX,
    "동과 산업단지",
    Places,
    _PREFIX,
    lead="업체의 소재지를 적을 때 씁니다. 동의 문구는 ‘동·산업단지, 동의’ 화면에 있습니다.",
    order=300,
)


async def places(ctx: Ctx) -> Places:
    """Return the city's lists."""
    return await settings_of(ctx, _PREFIX, Places)


async def set_places(ctx: Ctx, *, dongs: str, complexes: str) -> Places:
    """Set both lists from texts of one name per line. Raises `InvalidError`."""
    errors: dict[str, str] = {}
    found = {"dongs": _names(dongs), "complexes": _names(complexes)}
    for field, names in found.items():
        if len(names) > _MAX_NAMES or any(len(name) > _MAX_NAME for name in names):
            errors[field] = f"한 줄에 하나씩, {_MAX_NAME}자까지, {_MAX_NAMES}줄까지 적어 주세요."
    if errors:
        raise InvalidError(errors)
    for field, names in found.items():
        await set_setting(ctx, f"{_PREFIX}.{field}", names)
    return Places(**found)


async def check_dong(ctx: Ctx, dong: str | None) -> None:
    """Refuse a 동 that does not belong to the city, if the city has written its list down."""
    if dong is None:
        return
    known = (await places(ctx)).dongs
    if known and dong not in known:
        raise InvalidError(
            {"dong": f"우리 시의 동이 아닙니다: {dong}. 목록은 관리자가 관리 화면에서 고칩니다."}
        )


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(line for line in clean_multiline(text).split("\n") if line))
