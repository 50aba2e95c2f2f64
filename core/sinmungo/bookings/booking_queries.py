"""Statements about bookings."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    DateTime,
    LargeBinary,
    Select,
    Text,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sinmungo.bookings.models import bookings, consultants, rooms, services
from sinmungo.bookings.slots import Taken
from sinmungo_tenants import any_of, read, write
from sinmungo_tenants.statements import Write


class LineRow(msgspec.Struct):
    """A booking as a line of a list."""

    id: UUID
    room_id: UUID
    room_name: str
    service_id: UUID
    service_name: str
    consultant_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    company_id: UUID | None
    company_name: str
    name_mask: str | None
    subject: str
    channel: str
    state: str
    row_version: int


class DetailRow(msgspec.Struct):
    """A whole stored booking, sealed."""

    id: UUID
    receipt_no: str
    code_hash: bytes
    channel: str
    room_id: UUID
    room_name: str
    place: str
    service_id: UUID
    service_name: str
    consultant_id: UUID | None
    consultant_title: str | None
    starts_at: datetime
    ends_at: datetime
    company_id: UUID | None
    company_name: str
    business_no: str | None
    name_sealed: bytes | None
    phone_sealed: bytes | None
    email_sealed: bytes | None
    subject: str
    state: str
    booked_at: datetime
    cancelled_by: str | None
    note: str | None
    case_id: UUID | None
    row_version: int


_b = bookings.c
_FIRST = bindparam("first", type_=DateTime(timezone=True))
_LAST = bindparam("last", type_=DateTime(timezone=True))
_JOINED = bookings.join(rooms, rooms.c.id == _b.room_id).join(
    services, services.c.id == _b.service_id
)
_NAMED = {"room_name": rooms.c.name, "place": rooms.c.place, "service_name": services.c.name}


def _columns(row: type[msgspec.Struct]) -> Select[tuple[object, ...]]:
    named = _NAMED | {"consultant_title": consultants.c.title}
    chosen = (named[n].label(n) if n in named else _b[n] for n in row.__struct_fields__)
    return select(*chosen)


_LINES = _columns(LineRow).select_from(_JOINED)
_DETAIL = _columns(DetailRow).select_from(
    _JOINED.outerjoin(consultants, consultants.c.id == _b.consultant_id)
)

TAKEN = read(
    select(*(_b[n] for n in Taken.__struct_fields__)).where(
        _b.starts_at < _LAST, _b.ends_at > _FIRST, _b.state != "CANCELLED"
    ),
    Taken,
)
BETWEEN = read(
    _LINES.where(
        _b.starts_at >= _FIRST,
        _b.starts_at < _LAST,
        or_(
            bindparam("after_id", type_=Uuid()).is_(None),
            tuple_(_b.starts_at, _b.id)
            > tuple_(
                bindparam("after", type_=DateTime(timezone=True)),
                bindparam("after_id", type_=Uuid()),
            ),
        ),
    )
    .order_by(_b.starts_at, _b.id)
    .limit(bindparam("size")),
    LineRow,
)
OF_COMPANY = read(
    _LINES.where(_b.company_id == bindparam("company_id"))
    .order_by(_b.starts_at.desc(), _b.id)
    .limit(bindparam("size")),
    LineRow,
)
OF_DAY = read(
    _DETAIL.where(_b.starts_at >= _FIRST, _b.starts_at < _LAST, _b.state != "CANCELLED").order_by(
        rooms.c.name, _b.starts_at
    ),
    DetailRow,
)
ONE = read(_DETAIL.where(_b.id == bindparam("id")), DetailRow)
BY_RECEIPT = read(_DETAIL.where(_b.receipt_no == bindparam("receipt_no")), DetailRow)
NO_SHOWS = read(
    select(func.count(_b.id).label("n")).where(
        _b.state == "NO_SHOW",
        _b.starts_at >= bindparam("since", type_=DateTime(timezone=True)),
        or_(
            _b.company_id == bindparam("company_id", type_=Uuid()),
            any_of(_b.phone_hash, "phones", LargeBinary()),
        ),
    ),
    int,
)
AHEAD = read(
    select(func.count(_b.id).label("n")).where(
        _b.state == "BOOKED",
        _b.starts_at > bindparam("now", type_=DateTime(timezone=True)),
        any_of(_b.phone_hash, "phones", LargeBinary()),
    ),
    int,
)
RECENT = read(
    select(func.count(_b.id).label("n")).where(
        any_of(_b.address_hash, "addresses", LargeBinary()),
        _b.booked_at > bindparam("since", type_=DateTime(timezone=True)),
    ),
    int,
)
ANY = read(select(_b.id).limit(1), UUID)

# A time that somebody else holds makes no row. Two inserts at once wait for each other here without
# the deadlock that a plain INSERT into an exclusion constraint may end in.
ADD = Write(
    insert(bookings)
    .values({c.name: bindparam(c.name, type_=c.type) for c in bookings.c})
    .on_conflict_do_nothing(),
    frozenset(c.name for c in bookings.c if c.nullable),
)
SET_STATE = write(
    update(bookings)
    .where(_b.id == bindparam("b_id"), _b.row_version == bindparam("b_version"))
    .values(
        state=bindparam("state"),
        ended_at=bindparam("ended_at", type_=DateTime(timezone=True)),
        cancelled_by=bindparam("cancelled_by", type_=Text()),
        note=bindparam("note", type_=Text()),
        case_id=bindparam("case_id", type_=Uuid()),
        company_id=bindparam("company_id", type_=Uuid()),
        row_version=_b.row_version + 1,
    )
)
REMINDED = write(
    update(bookings).where(_b.id == bindparam("b_id")).values(reminded_at=bindparam("reminded_at"))
)
