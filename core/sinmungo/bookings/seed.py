"""What a city begins with, and a living month for the demo, both from the city's file.

`[bookings]` names the kinds of consultation. `[demo.bookings]` names made-up rooms, who sits in
them, and how many bookings there are around today; every one goes through the service at the time
it would have.
"""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.agencies.service import get_or_add
from sinmungo.bookings import booking_queries as q
from sinmungo.bookings import service
from sinmungo.bookings.types import Hours, Made, NewBooking, NewConsultant, NewRoom, NewRota
from sinmungo.companies.service import list_companies
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.people.service import list_officers

_PAST, _AHEAD = 28, 14
_SINCE = timedelta(days=180)
_TRIES = 6
NAMES = ("오지안", "유세나", "임태오", "배소율", "권이현", "노아린", "신우람", "장은결")
SUBJECTS = (
    "운전자금 대출 조건을 알고 싶습니다.",
    "시설자금 이차보전 신청 절차를 묻고 싶습니다.",
    "첫 수출 계약서를 검토받고 싶습니다.",
    "해외 인증 비용 지원이 있는지 궁금합니다.",
    "특허 출원 순서와 비용을 상담하고 싶습니다.",
    "외국인 근로자 고용 절차를 알고 싶습니다.",
    "공장 증설 인허가 순서가 궁금합니다.",
)
_CASE = ("FUNDS", "설비를 들이려는데 시설자금 한도가 이미 찼다고 합니다.")


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the kinds of consultation of the city's file that are not there yet."""
    known = {s.name for s in await service.list_services(ctx)}
    for name in table.get("services", []):
        if name not in known:
            await service.add_service(ctx, name)


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Make the rooms of the table, who sits in them, and its number of bookings; once only."""
    if not table.get("rooms") or await ctx.db.first(q.ANY) is not None:
        return
    services = {s.name: s.id for s in await service.list_services(ctx)}
    rooms = {item["name"]: await _room(ctx, item, services) for item in table["rooms"]}
    people: dict[str, UUID] = {}
    for item in table.get("rota", []):
        await _sit(ctx, item, rooms, services, people)
    await _live(ctx, table.get("bookings", 60))


async def _room(ctx: Ctx, item: Mapping[str, Any], services: Mapping[str, UUID]) -> UUID:
    spans = [span.split("~") for span in item["hours"].split(", ")]
    hours = [
        Hours(int(day), time.fromisoformat(a), time.fromisoformat(b))
        for day in item["days"]
        for a, b in spans
    ]
    known = {r.name: r.id for r in await service.list_rooms(ctx, whole=True)}
    if item["name"] in known:
        return known[item["name"]]
    new = NewRoom(
        name=item["name"],
        place=item["place"],
        seats=item["seats"],
        equipment=item.get("equipment"),
        service_ids=[services[name] for name in item.get("services", [])],
        hours=hours,
        valid_from=clock.today() - _SINCE,
    )
    return await service.add_room(ctx, new)


async def _sit(
    ctx: Ctx,
    item: Mapping[str, Any],
    rooms: Mapping[str, UUID],
    services: Mapping[str, UUID],
    people: dict[str, UUID],
) -> None:
    who = item.get("agency") or item.get("officer") or item["expert"]
    if who not in people:
        people[who] = await service.add_consultant(ctx, await _consultant(ctx, item))
    for day in item["days"]:
        line = NewRota(
            room_id=rooms[item["room"]],
            consultant_id=people[who],
            service_id=services[item["service"]],
            weekday=int(day),
            opens=time.fromisoformat(item["opens"]),
            closes=time.fromisoformat(item["closes"]),
            valid_from=clock.today() - _SINCE,
        )
        await service.add_rota(ctx, line)


async def _consultant(ctx: Ctx, item: Mapping[str, Any]) -> NewConsultant:
    title = item.get("title", "")
    if "agency" in item:
        agency_id = await get_or_add(ctx, item["agency"], item.get("kind", "NATIONAL_PUBLIC"))
        return NewConsultant(kind="AGENCY", agency_id=agency_id, title=title)
    if "officer" in item:
        known = {row.login: row.id for row, _ in await list_officers(ctx)}
        return NewConsultant(kind="OFFICER", officer_id=known.get(item["officer"]), title=title)
    return NewConsultant(kind="EXPERT", name=item["expert"], title=title)


async def _live(ctx: Ctx, count: int) -> None:
    dice = random.Random(f"bookings {ctx.city.slug}")  # noqa: S311 - demo data, the same every time
    companies = await list_companies(ctx, size=200)
    today, now = clock.today(), clock.now()
    if not companies:
        return
    rule = await service.rules(ctx)
    plan = await service.load_plan(
        ctx, rule, today - timedelta(days=_PAST), today + timedelta(days=_AHEAD)
    )
    days = [today + timedelta(days=n) for n in range(-_PAST, _AHEAD)]
    working = [day for day in days if plan.calendar.is_working_day(day)]
    for _ in range(count):
        day = dice.choice(working)
        company = dice.choice(companies)
        made = await _one(ctx, dice, day, company.id, company.name)
        if made is not None and made.receipt.starts_at < now:
            await _end(ctx, dice, made)


async def _one(
    ctx: Ctx, dice: random.Random, day: date, company_id: UUID, name: str
) -> Made | None:
    """Book some free time of a day, some days before; None when the dice find none free."""
    services = [s.id for s in await service.list_services(ctx) if s.active]
    for _ in range(_TRIES):
        starts_at = clock.at(
            day, f"{dice.choice((9, 10, 11, 13, 14, 15, 16)):02d}:{dice.choice((0, 30)):02d}"
        )
        new = NewBooking(
            service_id=dice.choice(services),
            starts_at=starts_at,
            slots=dice.choice((1, 1, 2)),
            company_id=company_id,
            company_name=name,
            name=dice.choice(NAMES),
            phone=f"010-{dice.randrange(2000, 5000)}-{dice.randrange(1000, 9999)}",
            subject=dice.choice(SUBJECTS),
        )
        try:
            with clock.frozen(_asked(starts_at, dice)):
                return await service.book(ctx, new)
        except (InvalidError, RefusedError):
            continue
    return None


def _asked(starts_at: datetime, dice: random.Random) -> datetime:
    """Return when somebody called about it: in office hours, one to ten days before, or now."""
    day = clock.to_seoul(starts_at).date() - timedelta(days=dice.randrange(1, 11))
    called = clock.at(day, f"{dice.randrange(9, 18):02d}:{dice.randrange(60):02d}")
    return min(called, clock.now())


async def _end(ctx: Ctx, dice: random.Random, made: Made) -> None:
    ended = made.receipt.starts_at + timedelta(minutes=25)
    if ended > clock.now():
        return
    with clock.frozen(ended):
        match dice.randrange(12):
            case 0:
                await service.mark(ctx, made.id, "NO_SHOW", 1)
            case 1:
                await service.cancel(ctx, made.id, "업체 사정", 1)
            case 2:
                await service.open_case(ctx, made.id, *_CASE, 1)
            case _:
                await service.mark(ctx, made.id, "DONE", 1)
