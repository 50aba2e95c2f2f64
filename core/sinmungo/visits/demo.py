"""Three months of visits for the demo: each goes through the service, at the time it would have."""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.agencies.service import list_agencies
from sinmungo.cases import service as cases
from sinmungo.companies.models import companies
from sinmungo.host.context import Ctx
from sinmungo.host.types import Identity
from sinmungo.people.service import list_officers, list_units
from sinmungo.visits import service
from sinmungo.visits.models import visits
from sinmungo.visits.types import Found, Journal, Met, Plan
from sinmungo_tenants import read

_COUNT = read(select(func.count(visits.c.id).label("n")), int)
_COMPANIES = read(
    select(companies.c.id).where(companies.c.state == "ACTIVE").order_by(companies.c.name_key), UUID
)
KINDS = ("TASKFORCE",) * 4 + ("COMM_DAY",) * 3 + ("DEDICATED", "COURTESY", "POST_CHECK")
ITEMS = (
    ("INFRA", "공장 앞 도로가 파여 물건이 상합니다.", "보수반을 오늘 보내기로 했습니다."),
    ("FUNDS", "운전자금 한도를 늘리고 싶습니다.", "경영안정자금 신청 방법을 안내했습니다."),
    ("MANPOWER", "용접 기능공을 구하기 어렵습니다.", "일자리센터 구인 등록을 도왔습니다."),
    ("TRANSPORT", "퇴근 시간에 산단 버스가 없습니다.", "노선 담당에게 바로 알렸습니다."),
    ("MARKET", "새 제품을 알릴 전시회를 찾습니다.", "하반기 박람회 참가 신청을 도왔습니다."),
    ("REGULATION", "같은 검사를 두 기관에서 받습니다.", "중복된 검사 한 가지를 줄였습니다."),
    ("WORKPLACE", "휴게실을 고치고 싶습니다.", "환경개선사업 접수를 도왔습니다."),
)
MET = (("정하람", "대표"), ("문지오", "총무이사"), ("구본하", "공장장"), ("나윤서", "관리팀장"))
GUIDED = ("기업환경개선사업", "이차보전 지원", "판로개척 지원", "")
VISITORS = ("intake", "lead")
"""Logins of the demo who go out; where a city has others, the first two of any."""
_WAYS = ("ON_SITE",) * 4 + ("HANDLED",) * 2 + ("NOTIFIED",) * 3 + ("PROPOSED", "UNCLASSED")
_DAYS = 85


@dataclasses.dataclass(slots=True)
class _Round:
    """What the generator needs of the city."""

    ctx: Ctx
    dice: random.Random
    companies: list[UUID]
    units: list[UUID]
    ministries: list[UUID]


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Record `visits` (18) visits of the last three months and plan some; once only."""
    if await ctx.db.one(_COUNT):
        return
    known = await ctx.db.all(_COMPANIES)
    going = sorted(await list_officers(ctx), key=lambda one: one[0].login not in VISITORS)
    visitors = [
        acting(ctx, row.id, row.unit_id)
        for row, _ in going
        if row.unit_id and row.state == "ACTIVE"
    ]
    ministries = [a.id for a in await list_agencies(ctx, kind="MINISTRY")]
    if not (known and visitors and ministries):
        return
    units = [u.id for u in await list_units(ctx) if u.kind == "DEPARTMENT"]
    dice = random.Random(f"visits {ctx.city.slug}")  # noqa: S311 - demo data, the same every time
    dice.shuffle(known)
    for number, day in enumerate(_days(dice, int(table.get("visits", 18)))):
        here = _Round(visitors[number % min(2, len(visitors))], dice, known, units, ministries)
        await _visit(here, known[number % len(known)], day)
    await _plans(visitors[: min(2, len(visitors))], dice, known[::-1])


def acting(ctx: Ctx, officer_id: UUID, unit_id: UUID) -> Ctx:
    """Return the unit of work as an officer who may do everything."""
    every = frozenset(p.code for p in ctx.host.permissions(ctx.city))
    me = Identity(
        kind="OFFICER",
        officer_id=officer_id,
        unit_id=unit_id,
        scope_units=frozenset({unit_id}),
        permissions=every,
    )
    return dataclasses.replace(ctx, me=me)


def _days(dice: random.Random, count: int) -> Sequence[date]:
    today = clock.today()
    workdays = [
        day
        for n in range(1, _DAYS)
        if (day := today - timedelta(days=n)).isoweekday() <= 5  # noqa: PLR2004 - Friday
    ]
    return sorted(dice.sample(workdays, min(count, len(workdays))))


async def _visit(here: _Round, company_id: UUID, day: date) -> None:
    dice = here.dice
    found = [_found(here) for _ in range(dice.choice((0, 1, 1, 2, 3)))]
    name, title = dice.choice(MET)
    with clock.frozen(clock.at(day, f"{dice.choice((14, 15, 16))}:30").astimezone(UTC)):
        done = await service.record(
            here.ctx,
            Journal(
                company_id=company_id,
                kind=dice.choice(KINDS),
                day=day.isoformat(),
                started="14:00",
                people=[Met(name=name, title=title)],
                items=found,
                guided=dice.choice(GUIDED),
            ),
        )
    for item in done.items:
        if item.outcome in {"HANDLED", "NOTIFIED"} and day < clock.today() - timedelta(days=12):
            await _finish(
                here, item.case_id, item.row_version, day + timedelta(days=dice.randrange(2, 7))
            )
        if item.outcome == "ON_SITE":
            await _close(here, item.case_id, item.row_version, day + timedelta(days=3))


def _found(here: _Round) -> Found:
    dice = here.dice
    category, content, answer = dice.choice(ITEMS)
    return Found(
        category=category,
        content=content,
        outcome=dice.choice(_WAYS),
        unit_id=dice.choice(here.units),
        agency_id=dice.choice(here.ministries),
        answer=answer,
    )


async def _finish(here: _Round, case_id: UUID, version: int, day: date) -> None:
    """Answer and close a case some days after the visit."""
    with clock.frozen(clock.at(day, "11:00").astimezone(UTC)):
        version = (await cases.start_review(here.ctx, case_id, version)).row_version
        text = "말씀하신 내용을 확인하고 조치하였습니다. 다음 방문 때 함께 살펴보겠습니다."
        answer = await cases.answer(here.ctx, case_id, "ACCEPTED", "DONE", text, version)
        await cases.close(here.ctx, case_id, "CONFIRMED", answer.row_version)


async def _close(here: _Round, case_id: UUID, version: int, day: date) -> None:
    if day < clock.today():
        with clock.frozen(clock.at(day, "11:00").astimezone(UTC)):
            await cases.close(here.ctx, case_id, "CONFIRMED", version)


async def _plans(visitors: list[Ctx], dice: random.Random, known: list[UUID]) -> None:
    ahead = (-1, 2, 3, 7, 10, 15)
    for number, offset in enumerate(ahead):
        company = known[number % len(known)]
        plan = Plan(company_id=company, kind=dice.choice(KINDS), time="14:00", confirmed=True)
        day = clock.today() + timedelta(days=offset)
        plan.day = day.isoformat()
        with clock.frozen(min(clock.now(), clock.at(day, "09:00").astimezone(UTC))):
            await service.plan(visitors[number % len(visitors)], plan)
