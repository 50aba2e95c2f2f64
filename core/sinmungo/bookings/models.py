"""Rooms, who sits in them when, and who booked which time.

That a room, or a consultant, is booked once at a time is an exclusion constraint and no rule of
Python (docs/decisions, 6). A cancelled booking keeps its row and frees its time. Hours and the
rota are wall-clock times of Seoul; bookings are moments.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Time,
    Uuid,
    func,
    literal_column,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

STATES = {"BOOKED": "예약", "DONE": "상담함", "NO_SHOW": "오지 않음", "CANCELLED": "취소"}
CONSULTANT_KINDS = {"OFFICER": "직원", "AGENCY": "기관", "EXPERT": "전문가"}
CHANNELS = {"OFFICE": "창구·전화", "PORTAL": "누리집"}

services = Table(
    "booking_services",
    core_metadata,
    pk(),
    Column("name", text("name").type, nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    row_version(),
)

rooms = Table(
    "rooms",
    core_metadata,
    pk(),
    Column("name", text("name").type, nullable=False, unique=True),
    text("place"),
    Column("seats", Integer, nullable=False),
    text("equipment", nullable=True),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("seats > 0", name="seats"),
    CheckConstraint("valid_to > valid_from", name="days"),
)

room_hours = Table(
    "room_hours",
    core_metadata,
    Column("room_id", Uuid, ForeignKey("rooms.id"), primary_key=True),
    Column("weekday", Integer, primary_key=True, autoincrement=False),
    Column("opens", Time, primary_key=True),
    Column("closes", Time, nullable=False),
    CheckConstraint("weekday between 1 and 7", name="weekday"),
    CheckConstraint("opens < closes", name="hours"),
)

room_closures = Table(
    "room_closures",
    core_metadata,
    pk(),
    Column("room_id", Uuid, ForeignKey("rooms.id"), index=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    text("reason"),
    moment("created_at"),
    CheckConstraint("first_day <= last_day", name="days"),
)

consultants = Table(
    "consultants",
    core_metadata,
    pk(),
    text("kind"),
    Column("officer_id", Uuid, ForeignKey("officers.id"), unique=True),
    Column("agency_id", Uuid, ForeignKey("agencies.id"), unique=True),
    *sealed("name"),
    text("title"),
    Column("active", Boolean, nullable=False),
    moment("created_at"),
    row_version(),
    CheckConstraint("kind in ('OFFICER', 'AGENCY', 'EXPERT')", name="kind"),
    CheckConstraint("(kind = 'OFFICER') = (officer_id is not null)", name="officer"),
    CheckConstraint("(kind = 'AGENCY') = (agency_id is not null)", name="agency"),
)

rota = Table(
    "room_rota",
    core_metadata,
    pk(),
    Column("room_id", Uuid, ForeignKey("rooms.id"), nullable=False, index=True),
    Column("consultant_id", Uuid, ForeignKey("consultants.id"), nullable=False, index=True),
    Column("service_id", Uuid, ForeignKey("booking_services.id"), nullable=False),
    Column("weekday", Integer),
    Column("on_day", Date, index=True),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("(weekday is null) <> (on_day is null)", name="when"),
    CheckConstraint("weekday between 1 and 7", name="weekday"),
    CheckConstraint("opens < closes", name="hours"),
    CheckConstraint("valid_to > valid_from", name="days"),
)

_DURING = func.tstzrange(literal_column("starts_at"), literal_column("ends_at"))
_HOLDS = sql("state <> 'CANCELLED'")

bookings = Table(
    "bookings",
    core_metadata,
    pk(),
    Column("receipt_no", text("receipt_no").type, nullable=False, unique=True),
    Column("code_hash", LargeBinary, nullable=False),
    text("channel"),
    Column("room_id", Uuid, ForeignKey("rooms.id"), nullable=False),
    Column("service_id", Uuid, ForeignKey("booking_services.id"), nullable=False),
    Column("consultant_id", Uuid, ForeignKey("consultants.id")),
    moment("starts_at", index=True),
    moment("ends_at"),
    Column("company_id", Uuid, ForeignKey("companies.id"), index=True),
    text("company_name"),
    text("business_no", nullable=True),
    *sealed("name"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("subject"),
    text("state"),
    moment("booked_at"),
    Column("booked_by", Uuid, ForeignKey("officers.id")),
    moment("consent_at", nullable=True),
    Column("address_hash", LargeBinary),
    moment("ended_at", nullable=True),
    text("cancelled_by", nullable=True),
    text("note", nullable=True),
    moment("reminded_at", nullable=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    row_version(),
    CheckConstraint("starts_at < ends_at", name="times"),
    CheckConstraint("state in ('BOOKED', 'DONE', 'NO_SHOW', 'CANCELLED')", name="state"),
    CheckConstraint("channel in ('OFFICE', 'PORTAL')", name="channel"),
    CheckConstraint("(state = 'CANCELLED') = (cancelled_by is not null)", name="cancelled"),
    ExcludeConstraint(
        ("room_id", "="), (_DURING, "&&"), where=_HOLDS, using="gist", name="ex_bookings_room"
    ),
    ExcludeConstraint(
        ("consultant_id", "="),
        (_DURING, "&&"),
        where=_HOLDS,
        using="gist",
        name="ex_bookings_consultant",
    ),
    Index("ix_bookings_address_hash_booked_at", "address_hash", "booked_at"),
)
