"""Statements about rooms, hours, closed days, services, consultants and the rota."""

from datetime import date, time
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Date, Uuid, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.agencies.models import agencies
from sinmungo.bookings.models import (
    consultants,
    room_closures,
    room_hours,
    rooms,
    rota,
    services,
)
from sinmungo.bookings.types import Closure, RotaLine, Service
from sinmungo.people.models import officers
from sinmungo_tenants import insert_into, read, write


class RoomRow(msgspec.Struct):
    """A room without its hours."""

    id: UUID
    name: str
    place: str
    seats: int
    equipment: str | None
    service_ids: list[UUID]
    valid_from: date
    valid_to: date | None
    row_version: int


class HoursRow(msgspec.Struct):
    """An opening of a room."""

    room_id: UUID
    weekday: int
    opens: time
    closes: time


class ConsultantRow(msgspec.Struct):
    """A consultant; the name of an expert, or of the officer, is still sealed."""

    id: UUID
    kind: str
    officer_id: UUID | None
    agency_name: str | None
    name_sealed: bytes | None
    officer_sealed: bytes | None
    title: str
    active: bool
    row_version: int


_r = rooms.c
_ID = bindparam("id", type_=Uuid())
_ROOM = select(*(_r[n] for n in RoomRow.__struct_fields__))
ROOMS = read(
    _ROOM.where(
        or_(
            bindparam("whole", type_=Boolean()).is_(True),
            _r.valid_to.is_(None),
            _r.valid_to > bindparam("since", type_=Date()),
        )
    ).order_by(_r.name),
    RoomRow,
)
ROOM = read(_ROOM.where(_r.id == _ID), RoomRow)
ROOM_BY_NAME = read(select(_r.id).where(_r.name == bindparam("name")), UUID)
ADD_ROOM = write(
    insert(rooms)
    .values({c.name: bindparam(c.name, type_=c.type) for c in rooms.c})
    .on_conflict_do_nothing(index_elements=["name"])
)
_ROOM_FIELDS = ("name", "place", "seats", "equipment", "service_ids", "valid_from", "valid_to")
EDIT_ROOM = write(
    update(rooms)
    .where(_r.id == bindparam("b_id"), _r.row_version == bindparam("b_version"))
    .values(
        **{n: bindparam(n, type_=_r[n].type) for n in _ROOM_FIELDS}, row_version=_r.row_version + 1
    )
)
HOURS = read(
    select(*(room_hours.c[n] for n in HoursRow.__struct_fields__)).order_by(
        room_hours.c.weekday, room_hours.c.opens
    ),
    HoursRow,
)
ADD_HOURS = insert_into(room_hours)
DROP_HOURS = write(delete(room_hours).where(room_hours.c.room_id == bindparam("room_id")))

_c = room_closures.c
CLOSURES = read(
    select(*(_c[n] for n in Closure.__struct_fields__))
    .where(_c.last_day >= bindparam("first"), _c.first_day <= bindparam("last"))
    .order_by(_c.first_day, _c.id),
    Closure,
)
CLOSURE = read(select(*(_c[n] for n in Closure.__struct_fields__)).where(_c.id == _ID), Closure)
ADD_CLOSURE = insert_into(room_closures)
DROP_CLOSURE = write(delete(room_closures).where(_c.id == bindparam("b_id")))

_s = services.c
_SERVICE = select(*(_s[n] for n in Service.__struct_fields__))
SERVICES = read(_SERVICE.order_by(_s.position, _s.name), Service)
ADD_SERVICE = write(
    insert(services)
    .values({c.name: bindparam(c.name, type_=c.type) for c in services.c})
    .on_conflict_do_nothing(index_elements=["name"])
)
EDIT_SERVICE = write(
    update(services)
    .where(_s.id == bindparam("b_id"), _s.row_version == bindparam("b_version"))
    .values(
        name=bindparam("name"),
        position=bindparam("position"),
        active=bindparam("active", type_=_s.active.type),
        row_version=_s.row_version + 1,
    )
)

_k = consultants.c
CONSULTANTS = read(
    select(
        _k.id,
        _k.kind,
        _k.officer_id,
        agencies.c.name.label("agency_name"),
        _k.name_sealed,
        officers.c.name_sealed.label("officer_sealed"),
        _k.title,
        _k.active,
        _k.row_version,
    )
    .select_from(
        consultants.outerjoin(agencies, agencies.c.id == _k.agency_id).outerjoin(
            officers, officers.c.id == _k.officer_id
        )
    )
    .order_by(_k.created_at, _k.id),
    ConsultantRow,
)
ADD_CONSULTANT = insert_into(consultants)
SET_CONSULTANT = write(
    update(consultants)
    .where(_k.id == bindparam("b_id"), _k.row_version == bindparam("b_version"))
    .values(
        title=bindparam("title"),
        active=bindparam("active", type_=_k.active.type),
        row_version=_k.row_version + 1,
    )
)

_o = rota.c
_LINE = select(*(_o[n] for n in RotaLine.__struct_fields__))


def _holds_between(first: Any, last: Any) -> Any:
    weekly = _o.weekday.is_not(None) & (_o.valid_from <= last)
    dated = _o.on_day.between(first, last)
    return (or_(weekly, dated)) & or_(_o.valid_to.is_(None), _o.valid_to > first)


ROTA = read(
    _LINE.where(
        _holds_between(bindparam("first", type_=Date()), bindparam("last", type_=Date()))
    ).order_by(_o.on_day, _o.weekday, _o.opens, _o.id),
    RotaLine,
)
ROTA_LINE = read(_LINE.where(_o.id == _ID), RotaLine)
ADD_ROTA = insert_into(rota)
END_ROTA = write(
    update(rota)
    .where(_o.id == bindparam("b_id"), _o.row_version == bindparam("b_version"))
    .values(valid_to=bindparam("valid_to"), row_version=_o.row_version + 1)
)
DROP_ROTA = write(
    delete(rota).where(_o.id == bindparam("b_id"), _o.row_version == bindparam("b_version"))
)
