"""The groups that belong to no other slice: who the city is, and its front door."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sinmungo.host.context import Ctx
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.settings.logo import is_kept
from sinmungo.text.dates import date_ko
from sinmungo.web.look import CITY, PORTAL, City, Portal, fill

SECTION = "기관"
WORDS = ("기관", "서비스")
_NAMED = re.compile(r"\{([^{}]*)\}")


async def _city_values(ctx: Ctx) -> Mapping[str, Any]:
    return {"name": ctx.city.name, "service_name": ctx.city.service_name}


async def _check_city(ctx: Ctx, new: City) -> Mapping[str, str]:
    errors = {}
    if new.term_to < new.term_from:
        errors["term_to"] = "임기 시작보다 앞선 날입니다."
    if not await is_kept(ctx, new.logo):
        errors["logo"] = "그 로고를 찾을 수 없습니다. 다시 올려 주세요."
    return errors


async def _city_samples(ctx: Ctx, new: City) -> Sequence[Sample]:
    del ctx
    term = f"{new.term_title} ({date_ko(new.term_from)} ~ {date_ko(new.term_to)})"
    return (
        Sample("화면 위쪽", f"{new.service_name} {new.name}"),
        Sample("메일 제목", f"[{new.name} {new.service_name}] 접수되었습니다"),
        *((Sample("누리집 아래와 처리현황", term),) if new.term_title else ()),
    )


async def _check_portal(ctx: Ctx, new: Portal) -> Mapping[str, str]:
    del ctx
    unknown = [word for word in _NAMED.findall(new.lead) if word not in WORDS]
    if unknown:
        known = ", ".join(f"{{{word}}}" for word in WORDS)
        return {"lead": f"쓸 수 없는 자리표시입니다: {{{unknown[0]}}}. 쓸 수 있는 것: {known}"}
    return {}


async def _portal_samples(ctx: Ctx, new: Portal) -> Sequence[Sample]:
    lead = fill(new.lead, ctx.city)
    return (
        Sample("누리집 첫 화면", f"{new.headline}\n\n{lead}"),
        Sample("이런 일을 도와드립니다", new.helps),
        Sample("누리집 아래", "\n".join([f"{ctx.city.name} {ctx.city.service_name}", *new.footer])),
    )


GROUPS = (
    SettingsGroup(
        CITY,
        "기관과 로고",
        City,
        CITY,
        SECTION,
        "화면 위쪽과 메일에 나오는 이름, 로고, 민선 기수입니다.",
        order=10,
        check=_check_city,
        preview=_city_samples,
        load=_city_values,
    ),
    SettingsGroup(
        PORTAL,
        "누리집 글",
        Portal,
        PORTAL,
        SECTION,
        "기업이 보는 첫 화면의 글입니다.",
        order=20,
        check=_check_portal,
        preview=_portal_samples,
    ),
)
