"""What goes in and out of the service: plain Structs that pages, API and plugins share.

Personal values (`name`, `phone`, `email`) are plain text here, sealed in the tables. Moments are
aware; hours are Seoul's wall clock.
"""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

import msgspec

type Channel = Literal["OFFICE", "PORTAL"]
type SlotState = Literal["FREE", "TAKEN", "BUSY", "PAST"]


class Hours(msgspec.Struct, frozen=True):
    """Open on one ISO weekday (1 Monday .. 7 Sunday) from `opens` to `closes`."""

    weekday: int
    opens: time
    closes: time


class NewRoom(msgspec.Struct, kw_only=True):
    """A room as people fill it in. No `service_ids`: every kind of consultation."""

    name: str
    place: str
    seats: int
    equipment: str | None = None
    service_ids: list[UUID] = []
    hours: list[Hours] = []
    valid_from: date | None = None
    valid_to: date | None = None


class Room(msgspec.Struct, kw_only=True):
    """A room and when it is open."""

    id: UUID
    name: str
    place: str
    seats: int
    equipment: str | None
    service_ids: list[UUID]
    hours: list[Hours]
    valid_from: date
    valid_to: date | None
    row_version: int


class Service(msgspec.Struct):
    """A kind of consultation (자금, 수출 …)."""

    id: UUID
    name: str
    position: int
    active: bool
    row_version: int


class Closure(msgspec.Struct):
    """Days on which a room (None: every room) is closed; both days included."""

    id: UUID
    room_id: UUID | None
    first_day: date
    last_day: date
    reason: str


class NewConsultant(msgspec.Struct, kw_only=True):
    """Who is to sit in the rooms: an officer, an agency, or an expert by name."""

    kind: Literal["OFFICER", "AGENCY", "EXPERT"]
    officer_id: UUID | None = None
    agency_id: UUID | None = None
    name: str = ""
    title: str = ""


class Consultant(msgspec.Struct, kw_only=True):
    """Somebody who sits in the rooms. `label` is for the office, `title` may be shown to all."""

    id: UUID
    kind: str
    label: str
    title: str
    active: bool
    row_version: int


class NewRota(msgspec.Struct, kw_only=True):
    """A consultant sits in a room each `weekday`, or `on_day` (which then goes before weekly)."""

    room_id: UUID
    consultant_id: UUID
    service_id: UUID
    opens: time
    closes: time
    weekday: int | None = None
    on_day: date | None = None
    valid_from: date | None = None


class RotaLine(msgspec.Struct):
    """A line of the rota."""

    id: UUID
    room_id: UUID
    consultant_id: UUID
    service_id: UUID
    weekday: int | None
    on_day: date | None
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None
    row_version: int


class Slot(msgspec.Struct, kw_only=True):
    """A bookable time of one room. BUSY: its consultant is booked in another room then."""

    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: SlotState
    service_ids: list[UUID]
    consultant_id: UUID | None
    booking_id: UUID | None = None


class NewBooking(msgspec.Struct, kw_only=True):
    """What a booking says. Without `room_id` the first free room of the service is taken.

    `slots` neighbouring times may be taken at once by the office.
    """

    service_id: UUID
    starts_at: datetime
    room_id: UUID | None = None
    slots: int = 1
    company_id: UUID | None = None
    company_name: str = ""
    business_no: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    subject: str = ""


class Receipt(msgspec.Struct, kw_only=True):
    """What somebody without an account keeps; the code is shown this once."""

    receipt_no: str
    code: str
    starts_at: datetime


class Made(msgspec.Struct, kw_only=True):
    """A booking that was just made, and its receipt."""

    id: UUID
    room_id: UUID
    receipt: Receipt


class Line(msgspec.Struct, kw_only=True):
    """A booking as a list shows it: no personal value is opened."""

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


class Detail(msgspec.Struct, kw_only=True):
    """One booking with opened personal values. `acts` may be done now, by this actor.

    `acts` holds "cancel", "done", "no_show", "undo", "case". `no_shows` counts within the rules'
    months.
    """

    id: UUID
    receipt_no: str
    channel: str
    room_id: UUID
    room_name: str
    place: str
    service_id: UUID
    service_name: str
    consultant: Consultant | None
    starts_at: datetime
    ends_at: datetime
    company_id: UUID | None
    company_name: str
    business_no: str | None
    name: str
    phone: str
    email: str
    subject: str
    state: str
    booked_at: datetime
    cancelled_by: str | None
    note: str | None
    case_id: UUID | None
    no_shows: int
    row_version: int
    acts: tuple[str, ...] = ()


class Visit(msgspec.Struct, kw_only=True):
    """A booking as the one who made it sees it."""

    receipt_no: str
    state: str
    service_name: str
    room_name: str
    place: str
    consultant_title: str
    starts_at: datetime
    ends_at: datetime
    company_name: str
    subject: str
    cancel_until: date
    may_cancel: bool


class SheetLine(msgspec.Struct, kw_only=True):
    """A line of the day sheet, with opened personal values."""

    room_name: str
    starts_at: datetime
    ends_at: datetime
    service_name: str
    consultant: str
    company_name: str
    name: str
    phone: str
    subject: str
    state: str
