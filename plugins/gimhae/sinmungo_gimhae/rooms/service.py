"""The rules about rooms: one per name; one that is out of use is closed, never deleted."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from sinmungo.sdk import Ctx, InvalidError, MissingError, StaleError, clock, emit
from sinmungo_gimhae.rooms import queries as q
from sinmungo_gimhae.rooms.events import RoomAdded, RoomChanged
from sinmungo_gimhae.rooms.record import as_texts, understand

SUBJECT = "gimhae_room"
TAKEN = {"name": "같은 이름의 상담실이 있습니다."}


async def list_rooms(
    ctx: Ctx,
    *,
    only_active: bool = False,
    after: tuple[str, UUID] | None = None,
    limit: int = 200,
) -> list[q.RoomRow]:
    """Return rooms by name, `after` the name and id of the last one seen."""
    name, room_id = after or (None, None)
    return await ctx.db.all(
        q.PAGE, only_active=only_active, after_name=name, after_id=room_id, limit=limit
    )


async def room(ctx: Ctx, room_id: UUID) -> q.RoomRow:
    """Return a room; `MissingError` if there is none."""
    found = await ctx.db.first(q.ROOM, id=room_id)
    if found is None:
        raise MissingError
    return found


async def add(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Add a room from texts by field name and return its id. Raises `InvalidError`."""
    values = understand(texts)
    room_id = clock.uuid7()
    added = await ctx.db.run(
        q.ADD, id=room_id, created_at=clock.now(), row_version=1, **msgspec.structs.asdict(values)
    )
    if not added:
        raise InvalidError(TAKEN)
    await emit(ctx, RoomAdded(), subject_kind=SUBJECT, subject_id=room_id, seq=1)
    return room_id


async def edit(ctx: Ctx, room_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await room(ctx, room_id)
    if old.row_version != row_version:
        raise StaleError
    values = msgspec.structs.asdict(understand({**as_texts(old), **texts}))
    fields = [name for name, value in values.items() if value != getattr(old, name)]
    if not fields:
        return row_version
    holder = await ctx.db.first(q.BY_NAME, name=values["name"])
    if holder not in {None, room_id}:
        raise InvalidError(TAKEN)
    if not await ctx.db.run(q.EDIT, b_id=room_id, b_version=row_version, **values):
        raise StaleError
    event = RoomChanged(fields=fields)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=room_id, seq=row_version + 1)
    return row_version + 1
