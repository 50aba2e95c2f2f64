"""The rooms in the office: what they are, when they are open, and the days when they are not."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.bookings import look, service
from sinmungo.bookings.permissions import MANAGE, READ
from sinmungo.bookings.types import Hours, NewRoom, Room
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import parse_date
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOMS = "/office/bookings/rooms"
_AHEAD = timedelta(days=366)
_USUAL = Form({f"hours_{weekday}": "09:00~12:00, 13:00~18:00" for weekday in range(1, 6)})


class RoomController(Controller):
    """`/office/bookings/rooms`."""

    path = "/rooms"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the rooms, those in use unless all are asked for, and the closed days ahead."""
        return await _list(request, ctx, Form())

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form of a new room."""
        return await _form(request, ctx, _USUAL)

    @post("/new", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add a room."""
        form = await read_form(request)
        try:
            await service.add_room(ctx, _room(form))
        except InvalidError as error:
            return await _form(request, ctx, form, errors=error.errors)
        return see_other(ROOMS, "상담실을 등록했습니다.")

    @get("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit_form(self, request: Req, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[str]:
        """Show the form of a room."""
        found = await service.room(ctx, room_id)
        return await _form(request, ctx, _as_form(found), room_id=room_id)

    @post("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit(self, request: Req, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[Any]:
        """Save the room."""
        form = await read_form(request)
        try:
            await service.edit_room(ctx, room_id, _room(form), form.number("row_version") or 0)
        except InvalidError as error:
            return await _form(request, ctx, form, room_id=room_id, errors=error.errors)
        return see_other(ROOMS, "상담실을 저장했습니다.")

    @post("/closures", opt=needs(MANAGE))
    async def close(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Close a room, or all of them, on some days."""
        form = await read_form(request)
        try:
            await _close(ctx, form)
        except InvalidError as error:
            return await _list(request, ctx, form, errors=error.errors)
        return see_other(ROOMS, "쉬는 날을 적었습니다. 그날 예약이 있으면 예약표 위에 보입니다.")

    @post("/closures/{closure_id:uuid}/drop", opt=needs(MANAGE))
    async def reopen(self, ctx: CtxDep, closure_id: FromPath[UUID]) -> Response[Any]:
        """Open the days again."""
        await service.drop_closure(ctx, closure_id)
        return see_other(ROOMS, "쉬는 날을 지웠습니다.")


async def _close(ctx: Ctx, form: Form) -> None:
    gather = Gather()
    first: date | None = gather.take("first_day", parse_date, form["first_day"], None)
    typed = form["last_day"] or form["first_day"]
    last: date | None = gather.take("last_day", parse_date, typed, None)
    gather.done()
    if first and last:
        await service.close_rooms(ctx, form.uuid("room_id"), first, last, form["reason"])


def _room(form: Form) -> NewRoom:
    gather = Gather()
    hours: list[Hours] = []
    for weekday in look.WEEKDAYS:
        field, text = f"hours_{weekday}", form[f"hours_{weekday}"]
        hours += gather.take(field, lambda t, day=weekday: look.parse_hours(t, day), text, [])
    gather.done()
    seats = form["seats"].removesuffix("석").removesuffix("명").strip()
    days = {f: _day(gather, f, form) for f in ("valid_from", "valid_to")}
    gather.done()
    return NewRoom(
        name=form["name"],
        place=form["place"],
        seats=int(seats) if seats.isascii() and seats.isdigit() else 0,
        equipment=form.optional("equipment"),
        service_ids=_ids(form["service_ids"]),
        hours=hours,
        **days,
    )


def _day(gather: Gather, field: str, form: Form) -> date | None:
    if not form[field]:
        return None
    return gather.take(field, parse_date, form[field], None)


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(part) for part in text.split(",") if part]
    except ValueError:
        raise InvalidError({"service_ids": "상담 분야를 목록에서 골라 주세요."}) from None


def _as_form(room: Room) -> Form:
    hours = {f"hours_{day}": text for day, text in look.hours_texts(room.hours).items()}
    return Form(
        name=room.name,
        place=room.place,
        seats=str(room.seats),
        equipment=room.equipment or "",
        service_ids=",".join(str(one) for one in room.service_ids),
        valid_from=room.valid_from.isoformat(),
        valid_to=room.valid_to.isoformat() if room.valid_to else "",
        row_version=str(room.row_version),
        **hours,
    )


async def _list(
    request: Req, ctx: Ctx, form: Form, *, errors: dict[str, str] | None = None
) -> Response[str]:
    whole = query_form(request)["all"] == "1"
    today = clock.today()
    rooms = await service.list_rooms(ctx, whole=whole)
    return page(
        request,
        "bookings/rooms.html",
        status=422 if errors else 200,
        look=look,
        rooms=rooms,
        names={room.id: room.name for room in rooms},
        services={s.id: s.name for s in await service.list_services(ctx)},
        closures=await service.list_closures(ctx, today, today + _AHEAD),
        whole=whole,
        form=form,
        errors=errors or {},
        may_manage=ctx.me.may(MANAGE),
    )


async def _form(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    room_id: UUID | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    services = [(s.id, s.name) for s in await service.list_services(ctx) if s.active]
    return page(
        request,
        "bookings/room.html",
        status=422 if errors else 200,
        form=form,
        errors=errors or {},
        room_id=room_id,
        services=services,
        weekdays=look.WEEKDAYS,
    )
