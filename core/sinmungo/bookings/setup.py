"""What an admin or the desk keeps: kinds of consultation, rooms with their hours, closed days."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sinmungo import clock
from sinmungo.bookings import queries as q
from sinmungo.bookings.events import (
    ROOM,
    SETUP,
    ClosureDropped,
    RoomAdded,
    RoomChanged,
    RoomsClosed,
    ServiceChanged,
)
from sinmungo.bookings.types import Closure, Hours, NewRoom, Room, Service
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.text.normalise import clean

MAX_NAME, MAX_TEXT, MAX_SEATS, MAX_DAYS = 40, 200, 1000, 366
_DAYS_OF_WEEK = 7
ROOM_TAKEN = {"name": "같은 이름의 상담실이 있습니다."}
SERVICE_TAKEN = {"name": "같은 이름의 상담 분야가 있습니다."}


async def list_services(ctx: Ctx) -> list[Service]:
    """Return the kinds of consultation in the city's order, switched-off ones too."""
    return await ctx.db.all(q.SERVICES)


async def add_service(ctx: Ctx, name: str, position: int | None = None) -> UUID:
    """Add a kind of consultation and return its id. Raises `InvalidError`."""
    plain = _named(name)
    known = await list_services(ctx)
    place = position if position is not None else max((s.position for s in known), default=0) + 10
    service_id = clock.uuid7()
    row = {"id": service_id, "name": plain, "position": place, "active": True, "row_version": 1}
    if not await ctx.db.run(q.ADD_SERVICE, **row):
        raise InvalidError(SERVICE_TAKEN)
    await emit(ctx, ServiceChanged(), subject_kind=SETUP, subject_id=service_id, seq=1)
    return service_id


async def change_service(
    ctx: Ctx, service_id: UUID, *, name: str, position: int, active: bool, row_version: int
) -> int:
    """Rename, move or switch a kind of consultation; return the new row version."""
    known = {s.id: s for s in await list_services(ctx)}
    if service_id not in known:
        raise MissingError
    plain = _named(name)
    if any(s.name == plain and s.id != service_id for s in known.values()):
        raise InvalidError(SERVICE_TAKEN)
    done = await ctx.db.run(
        q.EDIT_SERVICE,
        b_id=service_id,
        b_version=row_version,
        name=plain,
        position=position,
        active=active,
    )
    if not done:
        raise StaleError
    event = ServiceChanged()
    await emit(ctx, event, subject_kind=SETUP, subject_id=service_id, seq=row_version + 1)
    return row_version + 1


def _named(name: str) -> str:
    plain = clean(name)
    if not plain or len(plain) > MAX_NAME:
        raise InvalidError({"name": f"이름을 {MAX_NAME}자 안으로 적어 주세요."})
    return plain


async def list_rooms(ctx: Ctx, *, whole: bool = False) -> list[Room]:
    """Return the rooms by name with their hours: those in use, or with `whole` every one."""
    rows = await ctx.db.all(q.ROOMS, whole=whole, since=clock.today())
    return await _with_hours(ctx, rows)


async def room(ctx: Ctx, room_id: UUID) -> Room:
    """Return a room; `MissingError` if there is none."""
    row = await ctx.db.first(q.ROOM, id=room_id)
    if row is None:
        raise MissingError
    return (await _with_hours(ctx, [row]))[0]


async def _with_hours(ctx: Ctx, rows: Sequence[q.RoomRow]) -> list[Room]:
    hours: dict[UUID, list[Hours]] = {}
    for h in await ctx.db.all(q.HOURS):
        hours.setdefault(h.room_id, []).append(Hours(h.weekday, h.opens, h.closes))
    return [Room(**msgspec.structs.asdict(row), hours=hours.get(row.id, [])) for row in rows]


async def add_room(ctx: Ctx, new: NewRoom) -> UUID:
    """Add a room and return its id. Raises `InvalidError`."""
    values = await _understand(ctx, new)
    room_id = clock.uuid7()
    row = {"id": room_id, "created_at": clock.now(), "row_version": 1, **values}
    if not await ctx.db.run(q.ADD_ROOM, **row):
        raise InvalidError(ROOM_TAKEN)
    await _write_hours(ctx, room_id, new.hours)
    await emit(ctx, RoomAdded(), subject_kind=ROOM, subject_id=room_id, seq=1)
    return room_id


async def edit_room(ctx: Ctx, room_id: UUID, new: NewRoom, row_version: int) -> int:
    """Set a room to these values and return the new row version; bookings made stay.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await room(ctx, room_id)
    if old.row_version != row_version:
        raise StaleError
    values = await _understand(ctx, new, old)
    fields = [name for name, value in values.items() if value != getattr(old, name)]
    if sorted(new.hours, key=_place) != sorted(old.hours, key=_place):
        fields.append("hours")
    if not fields:
        return row_version
    holder = await ctx.db.first(q.ROOM_BY_NAME, name=values["name"])
    if holder not in {None, room_id}:
        raise InvalidError(ROOM_TAKEN)
    if not await ctx.db.run(q.EDIT_ROOM, b_id=room_id, b_version=row_version, **values):
        raise StaleError
    await ctx.db.run(q.DROP_HOURS, room_id=room_id)
    await _write_hours(ctx, room_id, new.hours)
    event = RoomChanged(fields=fields)
    await emit(ctx, event, subject_kind=ROOM, subject_id=room_id, seq=row_version + 1)
    return row_version + 1


def _place(hours: Hours) -> tuple[int, str]:
    return hours.weekday, hours.opens.isoformat()


async def _understand(ctx: Ctx, new: NewRoom, old: Room | None = None) -> dict[str, Any]:
    name, place, equipment = clean(new.name), clean(new.place), clean(new.equipment or "")
    known = {s.id for s in await list_services(ctx)}
    start = new.valid_from or (old.valid_from if old else clock.today())
    errors = {}
    if not name or len(name) > MAX_NAME:
        errors["name"] = f"이름을 {MAX_NAME}자 안으로 적어 주세요."
    if not place or len(place) > MAX_NAME:
        errors["place"] = "어디에 있는지 적어 주세요. 예: 본관 3층"
    if not 1 <= new.seats <= MAX_SEATS:
        errors["seats"] = f"좌석 수는 1부터 {MAX_SEATS}까지의 숫자로 적어 주세요."
    if len(equipment) > MAX_TEXT:
        errors["equipment"] = f"{MAX_TEXT}자까지 적을 수 있습니다."
    if not known.issuperset(new.service_ids):
        errors["service_ids"] = "상담 분야를 목록에서 골라 주세요."
    if new.valid_to is not None and new.valid_to <= start:
        errors["valid_to"] = "마지막 날은 첫날보다 늦어야 합니다."
    problem = hours_problem(new.hours)
    if problem:
        errors["hours"] = problem
    if errors:
        raise InvalidError(errors)
    return {
        "name": name,
        "place": place,
        "seats": new.seats,
        "equipment": equipment or None,
        "service_ids": list(dict.fromkeys(new.service_ids)),
        "valid_from": start,
        "valid_to": new.valid_to,
    }


def hours_problem(hours: Sequence[Hours]) -> str:
    """Return what is wrong with opening hours in Korean, an empty text when they are sound."""
    if not hours:
        return "여는 요일과 시간을 하나 이상 적어 주세요."
    ordered = sorted(hours, key=_place)
    for h in ordered:
        if not 1 <= h.weekday <= _DAYS_OF_WEEK:
            return "요일을 목록에서 골라 주세요."
        if h.opens >= h.closes:
            return "닫는 시각은 여는 시각보다 늦어야 합니다."
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.opens < one.closes:
            return "같은 요일의 여는 시간이 서로 겹칩니다."
    return ""


async def _write_hours(ctx: Ctx, room_id: UUID, hours: Sequence[Hours]) -> None:
    await ctx.db.run_many(
        q.ADD_HOURS, [{"room_id": room_id, **msgspec.structs.asdict(h)} for h in hours]
    )


async def list_closures(ctx: Ctx, first: date, last: date) -> list[Closure]:
    """Return the closed days that touch a span of days."""
    return await ctx.db.all(q.CLOSURES, first=first, last=last)


async def close_rooms(
    ctx: Ctx, room_id: UUID | None, first_day: date, last_day: date, reason: str
) -> UUID:
    """Close a room, or with None every room, on these days; bookings made stay to be called.

    Returns the id. Raises `InvalidError`.
    """
    plain, errors = clean(reason), {}
    if not plain or len(plain) > MAX_NAME:
        errors["reason"] = f"까닭을 {MAX_NAME}자 안으로 적어 주세요. 예: 시설 공사"
    if last_day < first_day or last_day - first_day > timedelta(days=MAX_DAYS):
        errors["last_day"] = "마지막 날은 첫날과 같거나 늦어야 하고 1년을 넘을 수 없습니다."
    if errors:
        raise InvalidError(errors)
    closure_id = clock.uuid7()
    try:
        async with ctx.db.savepoint():
            await ctx.db.run(
                q.ADD_CLOSURE,
                id=closure_id,
                room_id=room_id,
                first_day=first_day,
                last_day=last_day,
                reason=plain,
                created_at=clock.now(),
            )
    except asyncpg.ForeignKeyViolationError:
        raise InvalidError({"room_id": "상담실을 목록에서 골라 주세요."}) from None
    event = RoomsClosed(room_id=room_id, first_day=first_day, last_day=last_day)
    await emit(ctx, event, subject_kind=SETUP, subject_id=closure_id, seq=1)
    return closure_id


async def drop_closure(ctx: Ctx, closure_id: UUID) -> None:
    """Open the days again. Raises `MissingError`."""
    if not await ctx.db.run(q.DROP_CLOSURE, b_id=closure_id):
        raise MissingError
    await emit(ctx, ClosureDropped(), subject_kind=SETUP, subject_id=closure_id, seq=2)
