"""Surveys of the demo: sent when the cases were answered, and answered by some a few days later."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, select

from sinmungo import clock
from sinmungo.cases.models import cases
from sinmungo.host.context import Ctx
from sinmungo.surveys import service
from sinmungo.surveys.models import survey_requests
from sinmungo_tenants import read

_OPINIONS = (
    "빨리 답해 주셔서 고맙습니다.",
    "전화로 한 번 더 설명해 주시면 좋겠습니다.",
    "담당자가 현장에 직접 와 주어 도움이 되었습니다.",
    "서류가 많아 힘들었습니다. 줄여 주세요.",
    "처리 기간이 생각보다 길었습니다.",
    "다른 부서로 몇 번 돌려지지 않고 한 번에 답을 받았습니다.",
    "처리예정일을 미리 알려 주어 일정을 잡기 좋았습니다.",
    "답변이 조금 어려웠습니다. 쉬운 말이면 좋겠습니다.",
    "지원사업 안내를 문자로도 받고 싶습니다.",
    "현장 사정을 잘 알고 계셔서 설명이 짧게 끝났습니다.",
    "결과는 아쉽지만 까닭을 자세히 알려 주셨습니다.",
    "전화 연결이 잘 되지 않았습니다.",
)
_GOOD, _POOR = (5, 5, 5, 4, 4), (4, 3, 3, 2, 5)
_ANSWERS, _TELLS, _CONTENT = 0.65, 0.35, 0.85


class _Case(msgspec.Struct):
    id: UUID
    answered_at: datetime


_COUNT = read(select(func.count()).select_from(survey_requests), int)
_CASES = read(
    select(cases.c.id, cases.c.answered_at)
    .where(cases.c.answered_at.is_not(None))
    .order_by(cases.c.answered_at.desc(), cases.c.id)
    .limit(bindparam("limit")),
    _Case,
)


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Ask about the last `surveys` (60) answered cases; once only."""
    if await ctx.db.one(_COUNT):
        return
    dice = random.Random(f"surveys {ctx.city.slug}")  # noqa: S311 - demo data, the same every time
    opinions = cycle(dice.sample(_OPINIONS, len(_OPINIONS)))
    for case in await ctx.db.all(_CASES, limit=int(table.get("surveys", 60))):
        await _one(ctx, dice, case, opinions)


async def _one(ctx: Ctx, dice: random.Random, case: _Case, opinions: Iterator[str]) -> None:
    survey = await service.survey_of(ctx)
    with clock.frozen(case.answered_at):
        code = await service.make_request(ctx, case.id, survey)
    at = case.answered_at + timedelta(hours=dice.randrange(2, 100))
    if at > clock.now() or dice.random() > _ANSWERS:
        return
    points = _GOOD if dice.random() < _CONTENT else _POOR
    scores = {item.field: dice.choice(points) for item in service.asked_items(survey)}
    told = next(opinions) if dice.random() < _TELLS else ""
    with clock.frozen(at):
        await service.answer(ctx, code, scores, told)
