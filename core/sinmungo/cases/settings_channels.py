"""접수 경로: channels, in a table of their own because cases and reports name them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from sinmungo.cases import labels as words
from sinmungo.cases import settings_queries as q
from sinmungo.cases.reference import touch
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample

NEEDED = words.ON_SITE_CHANNELS
"""Channels that visits use: a difficulty found there must have one."""


class ChannelLine(msgspec.Struct, frozen=True):
    """A channel: its code, what it usually is, the city's own word, and whether it is open."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    usual: Annotated[str, about("경로", fixed=True)] = ""
    label: Annotated[str, about("부르는 이름", min_length=1, max_length=20)] = "경로"
    active: Annotated[bool, about("받습니다")] = True


class Channels(msgspec.Struct, frozen=True):
    """Through what difficulties come in."""

    channels: Annotated[
        list[ChannelLine],
        about(
            "접수 경로",
            "끈 경로로는 새로 접수하거나 신청할 수 없습니다. 지난 건의 경로는 그대로 보입니다.",
            fixed=True,
        ),
    ] = []


async def load(ctx: Ctx) -> Mapping[str, Any]:
    """Return the channels as they are stored."""
    rows = await ctx.db.all(q.CHANNELS)
    lines = [
        {
            "code": r.code,
            "usual": words.CHANNEL.get(r.code, r.code),
            "label": r.label,
            "active": r.active,
        }
        for r in rows
    ]
    return {"channels": lines}


async def check(_: Ctx, new: Channels) -> Mapping[str, str]:
    """Refuse to close what visits need, and to close all."""
    errors = {}
    for index, line in enumerate(new.channels):
        if line.code in NEEDED and not line.active:
            errors[f"channels-{index}-active"] = "현장방문에서 쓰는 경로는 끌 수 없습니다."
    if not any(line.active and line.code not in NEEDED for line in new.channels):
        errors["channels"] = "경로를 하나는 켜 두어야 합니다."
    return errors


async def samples(_: Ctx, new: Channels) -> Sequence[Sample]:
    """Say what intake and portal will offer."""
    on = {line.code for line in new.channels if line.active}
    portal = (
        "신청을 받습니다."
        if on & {"WEB_PORTAL", "MOBILE"}
        else "신청을 받지 않고 전화를 안내합니다."
    )
    names = ", ".join(line.label for line in new.channels if line.active)
    return Sample("접수 화면에서 고르는 경로", names), Sample("기업 누리집", portal)


async def save(ctx: Ctx, old: Channels, new: Channels) -> None:
    """Write the channels that changed."""
    before = {line.code: line for line in old.channels}
    changed = [line for line in new.channels if before.get(line.code) != line]
    await ctx.db.run_many(
        q.CHANGE_CHANNEL,
        [{"b_code": c.code, "label": c.label, "active": c.active} for c in changed],
    )
    await touch(ctx)
