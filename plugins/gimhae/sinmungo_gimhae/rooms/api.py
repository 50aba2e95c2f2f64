"""The rooms for programs: `/api/v1/gimhae/rooms`."""

from datetime import time
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.sdk import (
    CtxDep,
    Req,
    decode_cursor,
    encode_cursor,
    if_match,
    needs,
    once,
    with_etag,
)
from sinmungo_gimhae.rooms import service
from sinmungo_gimhae.rooms.permissions import MANAGE, READ
from sinmungo_gimhae.rooms.queries import RoomRow

PAGE = 100


class RoomPage(msgspec.Struct):
    """Rooms by name; `next` is the cursor of the following page."""

    items: list[RoomRow]
    next: str | None


class RoomIn(msgspec.Struct, forbid_unknown_fields=True):
    """Fields to set; what is left out stays. `open_days` are ISO weekdays: "12345"."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    floor: str | msgspec.UnsetType = msgspec.UNSET
    seats: int | msgspec.UnsetType = msgspec.UNSET
    equipment: str | msgspec.UnsetType | None = msgspec.UNSET
    open_days: str | msgspec.UnsetType = msgspec.UNSET
    opens: time | msgspec.UnsetType = msgspec.UNSET
    closes: time | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET


class RoomsApi(Controller):
    """`/api/v1/gimhae/rooms`."""

    tags = ("상시상담실",)

    @get("/", opt=needs(READ))
    async def list_all(self, ctx: CtxDep, cursor: FromQuery[str | None] = None) -> RoomPage:
        """Return rooms by name, closed ones too, at most 100 at a time."""
        after = _after(cursor) if cursor else None
        rows = await service.list_rooms(ctx, after=after, limit=PAGE + 1)
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        return RoomPage(rows[:PAGE], encode_cursor(last.name, str(last.id)) if last else None)

    @post("/", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[RoomIn]) -> Response[RoomRow]:
        """Add a room; in use unless `active` is false."""

        async def act() -> RoomRow:
            return await service.room(ctx, await service.add(ctx, {"active": "1", **_texts(data)}))

        return await once(request, ctx, act)

    @get("/{room_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[RoomRow]:
        """Return a room."""
        found = await service.room(ctx, room_id)
        return with_etag(found, found.row_version)

    @patch("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit(
        self, request: Req, ctx: CtxDep, room_id: FromPath[UUID], data: JSONBody[RoomIn]
    ) -> Response[RoomRow]:
        """Change the given fields."""
        await service.edit(ctx, room_id, _texts(data), if_match(request))
        found = await service.room(ctx, room_id)
        return with_etag(found, found.row_version)


def _after(cursor: str) -> tuple[str, UUID]:
    name, room_id = decode_cursor(cursor, 2)
    return name, msgspec.convert(room_id, UUID)


def _texts(data: RoomIn) -> dict[str, str]:
    given = {field: getattr(data, field) for field in data.__struct_fields__}
    return {f: _text(f, value) for f, value in given.items() if value is not msgspec.UNSET}


def _text(field: str, value: object) -> str:
    if field == "open_days":
        return ",".join(str(value))
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)
