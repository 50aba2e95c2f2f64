"""보존기간: how many years each kind of record is kept, as the city says and the law allows.

No night destroys anything before an admin has looked at the periods and said so: what is gone does
not come back, and a city may have brought years of old registers with it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any

import msgspec

from sinmungo import clock
from sinmungo.host.city_settings import kept
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import RetentionRule, Sample, SettingsGroup
from sinmungo.retention import queries as q
from sinmungo.retention.apart import apart

SLUG = "retention"
SECTION = "개인정보"
_KEY = "retention.years"
_NIGHTLY = "retention.nightly"


class PeriodLine(msgspec.Struct, frozen=True):
    """How long one kind is kept; `least` is the shortest that is allowed."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    title: Annotated[str, about("기록", fixed=True)] = ""
    least: Annotated[str, about("가장 짧게", fixed=True)] = ""
    years: Annotated[int, about("우리 시", unit="년", ge=0, le=100)] = 1


class Periods(msgspec.Struct, frozen=True):
    """The periods of all kinds, and whether nights destroy what has passed them."""

    nightly: Annotated[
        bool,
        about(
            "밤마다 저절로 파기",
            "켜면 그날 밤부터 기간이 지난 것을 파기합니다. 되돌릴 수 없으니 아래 기간을 먼저 "
            "확인해 주세요. 끄면 ‘보존과 파기’에서 손으로 파기합니다.",
        ),
    ] = False
    years: Annotated[
        list[PeriodLine],
        about(
            "보존기간",
            "일이 끝난 다음 해 1월 1일부터 셉니다. 기간이 지나면 닷새 안에 사람이나 글만 지우고 "
            "건수는 그대로 둡니다. 0년이면 다음 해 1월 1일에 지웁니다.",
            fixed=True,
        ),
    ] = []


def cutoff(today: date, years: int) -> date:
    """Return the day before which a matter must have ended to be due: a January 1."""
    return date(max(1, today.year - years), 1, 1)


async def years_of(ctx: Ctx) -> dict[str, int]:
    """Return the years of each rule of the city by its code."""
    stored = (await kept(ctx, [_KEY])).get(_KEY)
    own = _stored(stored.value if stored else [])
    return {
        rule.code: max(rule.least, own.get(rule.code, rule.years))
        for rule in ctx.host.retention_rules(ctx.city)
    }


async def by_night(ctx: Ctx) -> bool:
    """Whether the city lets its nights destroy what is due."""
    found = (await kept(ctx, [_NIGHTLY])).get(_NIGHTLY)
    return found is not None and found.value is True


def _stored(value: Any) -> dict[str, int]:
    try:
        return {line.code: line.years for line in msgspec.convert(value, list[PeriodLine])}
    except msgspec.ValidationError:
        return {}


async def _load(ctx: Ctx) -> Mapping[str, Any]:
    years = await years_of(ctx)
    lines = [
        {
            "code": rule.code,
            "title": rule.title,
            "least": f"{rule.least}년",
            "years": years[rule.code],
        }
        for rule in ctx.host.retention_rules(ctx.city)
    ]
    return {"nightly": await by_night(ctx), "years": lines}


async def _check(ctx: Ctx, new: Periods) -> Mapping[str, str]:
    least = {rule.code: rule.least for rule in ctx.host.retention_rules(ctx.city)}
    return {
        f"years-{index}-years": f"{least[line.code]}년보다 짧게 정할 수 없습니다."
        for index, line in enumerate(new.years)
        if line.years < least.get(line.code, 0)
    }


async def _samples(ctx: Ctx, new: Periods) -> Sequence[Sample]:
    rules = {rule.code: rule for rule in ctx.host.retention_rules(ctx.city)}
    lines = [
        await _sample(ctx, rules[line.code], line.years) for line in new.years if line.code in rules
    ]
    return (Sample("오늘 저장하면", "\n".join(lines)),)


async def _sample(ctx: Ctx, rule: RetentionRule, years: int) -> str:
    before = cutoff(clock.today(), years)
    found = await apart(ctx, rule, partial(ctx.db.one, q.of(rule).count, before=before))
    if found is None:
        return f"{rule.title}: 기능의 오류로 세지 못했습니다."
    return f"{rule.title}: {before.year - 1}년까지 끝난 것 {found:,}건을 파기할 때가 됩니다."


PERIODS_GROUP = SettingsGroup(
    SLUG,
    "보존기간",
    Periods,
    SLUG,
    SECTION,
    "무엇을 몇 해 두었다가 파기할지 정합니다. 파기한 기록은 ‘보존과 파기’에 있습니다.",
    order=600,
    check=_check,
    preview=_samples,
    load=_load,
)
