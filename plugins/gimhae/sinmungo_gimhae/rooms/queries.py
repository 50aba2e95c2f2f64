"""Statements of rooms."""

from datetime import time
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.sdk import read, write
from sinmungo_gimhae.rooms.models import rooms


class RoomRow(msgspec.Struct):
    """A room and when it is open."""

    id: UUID
    name: str
    floor: str
    seats: int
    equipment: str | None
    open_days: str
    opens: time
    closes: time
    active: bool
    row_version: int


_c = rooms.c
_ROOM = select(*(_c[name] for name in RoomRow.__struct_fields__))
_only_active = bindparam("only_active", type_=_c.active.type)
_after_name = bindparam("after_name", type_=_c.name.type)
_after_id = bindparam("after_id", type_=_c.id.type)
PAGE = read(
    _ROOM.where(
        or_(_only_active.is_(False), _c.active),
        or_(_after_id.is_(None), tuple_(_c.name, _c.id) > tuple_(_after_name, _after_id)),
    )
    .order_by(_c.name, _c.id)
    .limit(bindparam("limit")),
    RoomRow,
)
ROOM = read(_ROOM.where(_c.id == bindparam("id")), RoomRow)
BY_NAME = read(select(_c.id).where(_c.name == bindparam("name")), UUID)
ADD = write(
    insert(rooms)
    .values({c.name: bindparam(c.name, type_=c.type) for c in rooms.c})
    .on_conflict_do_nothing(index_elements=["name"])
)
_EDITABLE = ("name", "floor", "seats", "equipment", "open_days", "opens", "closes", "active")
EDIT = write(
    update(rooms)
    .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"))
    .values(
        **{name: bindparam(name, type_=_c[name].type) for name in _EDITABLE},
        row_version=_c.row_version + 1,
    )
)
