"""What happens to rooms and bookings. Ids and codes only, never who comes or what it is about."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from sinmungo.host.types import Event

BOOKING = "booking"
ROOM = "room"
SETUP = "bookings_setup"


class RoomAdded(Event, frozen=True, kw_only=True):
    """A room came into use."""

    kind: ClassVar[str] = "bookings.room_added"
    title: ClassVar[str] = "상담실 등록"


class RoomChanged(Event, frozen=True, kw_only=True):
    """Fields of a room changed; `hours` among them when its opening hours did."""

    kind: ClassVar[str] = "bookings.room_changed"
    title: ClassVar[str] = "상담실 수정"
    fields: list[str]


class RoomsClosed(Event, frozen=True, kw_only=True):
    """A room (None: all of them) is closed on these days."""

    kind: ClassVar[str] = "bookings.rooms_closed"
    title: ClassVar[str] = "상담실 쉬는 날 등록"
    room_id: UUID | None
    first_day: date
    last_day: date


class ClosureDropped(Event, frozen=True, kw_only=True):
    """The days are open again."""

    kind: ClassVar[str] = "bookings.closure_dropped"
    title: ClassVar[str] = "상담실 쉬는 날 취소"


class ServiceChanged(Event, frozen=True, kw_only=True):
    """A kind of consultation was added, renamed, moved or switched."""

    kind: ClassVar[str] = "bookings.service_changed"
    title: ClassVar[str] = "상담 분야 변경"


class ConsultantChanged(Event, frozen=True, kw_only=True):
    """Somebody came to sit in the rooms, or does so no longer."""

    kind: ClassVar[str] = "bookings.consultant_changed"
    title: ClassVar[str] = "상담자 변경"


class RotaAdded(Event, frozen=True, kw_only=True):
    """A consultant sits in a room at a time of the week, or of one day."""

    kind: ClassVar[str] = "bookings.rota_added"
    title: ClassVar[str] = "당번 등록"
    room_id: UUID
    consultant_id: UUID


class RotaEnded(Event, frozen=True, kw_only=True):
    """The consultant sits there no longer from today on."""

    kind: ClassVar[str] = "bookings.rota_ended"
    title: ClassVar[str] = "당번 끝"
    room_id: UUID
    consultant_id: UUID


class RulesChanged(Event, frozen=True, kw_only=True):
    """The city's booking rules changed: these of them."""

    kind: ClassVar[str] = "bookings.rules_changed"
    title: ClassVar[str] = "예약 규칙 변경"
    fields: list[str]


class ConsultBooked(Event, frozen=True, kw_only=True):
    """A time was booked."""

    kind: ClassVar[str] = "bookings.booked"
    title: ClassVar[str] = "예약"
    room_id: UUID
    service_id: UUID
    starts_at: datetime
    channel: Literal["OFFICE", "PORTAL"]
    company_id: UUID | None = None


class BookingCancelled(Event, frozen=True, kw_only=True):
    """The time is free again."""

    kind: ClassVar[str] = "bookings.cancelled"
    title: ClassVar[str] = "예약 취소"
    by: Literal["OFFICE", "PORTAL"]


class ConsultDone(Event, frozen=True, kw_only=True):
    """They came and were advised."""

    kind: ClassVar[str] = "bookings.done"
    title: ClassVar[str] = "상담함"


class NoShowNoted(Event, frozen=True, kw_only=True):
    """They did not come."""

    kind: ClassVar[str] = "bookings.no_show"
    title: ClassVar[str] = "오지 않음"


class ResultUndone(Event, frozen=True, kw_only=True):
    """The result was noted by mistake; the booking stands as before."""

    kind: ClassVar[str] = "bookings.result_undone"
    title: ClassVar[str] = "결과 되돌림"


class ConsultBecameCase(Event, frozen=True, kw_only=True):
    """The consultation turned up a difficulty, which is a case now."""

    kind: ClassVar[str] = "bookings.became_case"
    title: ClassVar[str] = "애로로 접수"
    case_id: UUID


EVENTS: tuple[type[Event], ...] = (
    RoomAdded,
    RoomChanged,
    RoomsClosed,
    ClosureDropped,
    ServiceChanged,
    ConsultantChanged,
    RotaAdded,
    RotaEnded,
    RulesChanged,
    ConsultBooked,
    BookingCancelled,
    ConsultDone,
    NoShowNoted,
    ResultUndone,
    ConsultBecameCase,
)
