"""Where companies of this city are: its 동 and its industrial complexes, kept by the admin.

An empty list of 동 means that the city has not written it down yet: then nothing is checked.
"""

import msgspec

from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.text.normalise import clean_multiline

_PREFIX = "companies"
_MAX_NAME = 60
_MAX_NAMES = 1000


class Places(msgspec.Struct):
    """The names of a city's 동 (읍·면 too) and of its complexes, in the order of its lists."""

    dongs: list[str] = []
    complexes: list[str] = []


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
