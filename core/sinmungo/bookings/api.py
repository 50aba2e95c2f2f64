"""`/api/v1/bookings`: bookings by the office, and by companies without an account."""

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo import clock
from sinmungo.bookings import service
from sinmungo.bookings.api_setup import SETUP_API, Items
from sinmungo.bookings.permissions import BOOK, READ
from sinmungo.bookings.slots import day_slots
from sinmungo.bookings.types import Detail, Line, Made, NewBooking, Receipt, Slot, Visit
from sinmungo.bookings.visitors import FreeDay
from sinmungo.cases.types import RegisteredCase
from sinmungo.errors import InvalidError
from sinmungo.web.access import needs, public
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

PAGE = 100
MAX_DAYS = 31


class Changed(msgspec.Struct):
    """The row version after an act."""

    row_version: int


class NoteBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why a booking was cancelled; the office's own note."""

    note: str = ""


class ResultBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whether they came."""

    state: Literal["DONE", "NO_SHOW"]


class CaseBody(msgspec.Struct, forbid_unknown_fields=True):
    """The difficulty that the consultation turned up."""

    category: str
    content: str


class RequestBody(NewBooking, kw_only=True, forbid_unknown_fields=True):
    """A booking from the portal; `room_id`, `slots` and `company_id` are not for it to choose."""

    consent: bool = False


class NumbersBody(msgspec.Struct, forbid_unknown_fields=True):
    """The two numbers of a receipt."""

    receipt_no: str
    code: str


class BookingsApi(Controller):
    """Bookings by the office."""

    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def between(
        self,
        ctx: CtxDep,
        first: FromQuery[date],
        last: FromQuery[date],
        cursor: FromQuery[str | None] = None,
    ) -> Items[Line]:
        """Return the bookings of a span of days in order, at most 100 at a time."""
        rows = await service.between(
            ctx,
            clock.at(first, "00:00"),
            clock.at(last + timedelta(days=1), "00:00"),
            after=_after(cursor) if cursor else None,
            size=PAGE + 1,
        )
        end = rows[PAGE - 1] if len(rows) > PAGE else None
        following = encode_cursor(end.starts_at.isoformat(), str(end.id)) if end else None
        return Items(rows[:PAGE], following)

    @get("/slots", opt=needs(READ))
    async def slots(self, ctx: CtxDep, day: FromQuery[date]) -> Items[Slot]:
        """Return every room's times of a day and what is free."""
        rule, now = await service.rules(ctx), clock.now()
        plan = await service.load_plan(ctx, rule, day, day)
        return Items([s for room in plan.rooms for s in day_slots(plan, room, day, now)])

    @post("/", opt=needs(BOOK), status_code=201)
    async def book(self, request: Req, ctx: CtxDep, data: JSONBody[NewBooking]) -> Response[Made]:
        """Book a time; 409 when it is taken. Takes an Idempotency-Key."""

        async def act() -> Made:
            return await service.book(ctx, data)

        return await once(request, ctx, act)

    @get("/{booking_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[Detail]:
        """Return a booking with its ETag; who looked is written down."""
        found = await service.detail(ctx, booking_id)
        return with_etag(found, found.row_version)

    @post("/{booking_id:uuid}/cancel", opt=needs(BOOK), status_code=200)
    async def cancel(
        self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID], data: JSONBody[NoteBody]
    ) -> Response[Changed]:
        """Free the time again. Needs If-Match."""
        return _changed(await service.cancel(ctx, booking_id, data.note, if_match(request)))

    @post("/{booking_id:uuid}/result", opt=needs(BOOK), status_code=200)
    async def result(
        self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID], data: JSONBody[ResultBody]
    ) -> Response[Changed]:
        """Note whether they came. Needs If-Match."""
        return _changed(await service.mark(ctx, booking_id, data.state, if_match(request)))

    @post("/{booking_id:uuid}/undo", opt=needs(BOOK), status_code=200)
    async def undo(
        self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]
    ) -> Response[Changed]:
        """Take a result back that was noted by mistake. Needs If-Match."""
        return _changed(await service.undo(ctx, booking_id, if_match(request)))

    @post("/{booking_id:uuid}/case", opt=needs(BOOK), status_code=201)
    async def open_case(
        self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID], data: JSONBody[CaseBody]
    ) -> Response[RegisteredCase]:
        """Register what the consultation turned up as a case. Needs If-Match."""
        version = if_match(request)

        async def act() -> RegisteredCase:
            return await service.open_case(ctx, booking_id, data.category, data.content, version)

        return await once(request, ctx, act)


class PortalBookingsApi(Controller):
    """Bookings without an account."""

    path = "/portal"
    tags = ("bookings",)

    @get("/services", opt=public())
    async def services(self, ctx: CtxDep) -> Items[dict[str, str]]:
        """Return the kinds of consultation that can be booked."""
        known = await service.list_services(ctx)
        return Items([{"id": str(s.id), "name": s.name} for s in known if s.active])

    @get("/free", opt=public())
    async def free(
        self,
        ctx: CtxDep,
        service_id: FromQuery[UUID],
        first: FromQuery[date | None] = None,
        days: FromQuery[int] = 7,
    ) -> Items[FreeDay]:
        """Return the free times of a service, at most 31 days."""
        count = min(max(days, 1), MAX_DAYS)
        return Items(await service.free_days(ctx, service_id, first or clock.today(), count))

    @post("/", opt=public(), status_code=201)
    async def request(
        self, request: Req, ctx: CtxDep, data: JSONBody[RequestBody]
    ) -> Response[Receipt]:
        """Book a time. The code is shown this once. Takes an Idempotency-Key."""

        async def act() -> Receipt:
            return await service.request(ctx, _open_to_all(data), consent=data.consent)

        return await once(request, ctx, act)

    @post("/follow", opt=public(), status_code=200)
    async def follow(self, ctx: CtxDep, data: JSONBody[NumbersBody]) -> Visit:
        """Return a booking by its two numbers; 404 whatever was wrong."""
        return await service.follow(ctx, data.receipt_no, data.code)

    @post("/withdraw", opt=public(), status_code=200)
    async def withdraw(self, ctx: CtxDep, data: JSONBody[NumbersBody]) -> Visit:
        """Take a booking back, until so many days before as the city's rules say."""
        await service.withdraw(ctx, data.receipt_no, data.code)
        return await service.follow(ctx, data.receipt_no, data.code)


def _open_to_all(data: RequestBody) -> NewBooking:
    return NewBooking(
        service_id=data.service_id,
        starts_at=data.starts_at,
        company_name=data.company_name,
        business_no=data.business_no,
        name=data.name,
        phone=data.phone,
        email=data.email,
        subject=data.subject,
    )


def _changed(row_version: int) -> Response[Changed]:
    return with_etag(Changed(row_version), row_version)


def _after(cursor: str) -> tuple[datetime, UUID]:
    moment, booking_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(moment), UUID(booking_id)
    except ValueError:
        raise InvalidError({"cursor": "목록을 처음부터 열어 주세요."}) from None


API: tuple[Any, ...] = (BookingsApi, PortalBookingsApi, *SETUP_API)
