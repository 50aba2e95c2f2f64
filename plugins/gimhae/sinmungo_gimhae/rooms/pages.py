"""The rooms on the screen: one list, one form."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.sdk import (
    CtxDep,
    Form,
    InvalidError,
    Req,
    needs,
    page,
    query_form,
    read_form,
    see_other,
)
from sinmungo_gimhae.rooms import service
from sinmungo_gimhae.rooms.models import WEEKDAYS
from sinmungo_gimhae.rooms.permissions import MANAGE, READ
from sinmungo_gimhae.rooms.record import as_texts, days_ko

HOME = "/office/gimhae/rooms"
NEW = Form(open_days="1,2,3,4,5", opens="09:00", closes="18:00", active="1")


class RoomPages(Controller):
    """`/office/gimhae/rooms`."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List the rooms, those in use unless all are asked for."""
        whole = query_form(request)["all"] == "1"
        found = await service.list_rooms(ctx, only_active=not whole)
        return page(
            request,
            "gimhae/rooms/list.html",
            rooms=found,
            days_ko=days_ko,
            whole=whole,
            may_manage=ctx.me.may(MANAGE),
        )

    @get("/new", opt=needs(MANAGE))
    async def new(self, request: Req) -> Response[str]:
        """Show the form of a new room."""
        return _form(request, NEW)

    @post("/new", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add a room."""
        form = await read_form(request)
        try:
            await service.add(ctx, form)
        except InvalidError as error:
            return _form(request, form, errors=error.errors)
        return see_other(HOME, "상담실을 등록했습니다.")

    @get("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit_form(self, request: Req, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[str]:
        """Show the form of a room."""
        found = await service.room(ctx, room_id)
        form = Form(as_texts(found) | {"row_version": str(found.row_version)})
        return _form(request, form, room_id=room_id)

    @post("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit(self, request: Req, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[Any]:
        """Change a room."""
        form = await read_form(request)
        # A browser leaves unticked boxes out; here that means "none", not "as it was".
        typed = {"active": "", "open_days": "", **form}
        version = form.number("row_version") or 0
        try:
            await service.edit(ctx, room_id, typed, version)
        except InvalidError as error:
            return _form(request, form, room_id=room_id, errors=error.errors)
        return see_other(HOME, "상담실을 고쳤습니다.")


def _form(
    request: Req,
    form: Form,
    *,
    room_id: UUID | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "gimhae/rooms/form.html",
        status=422 if errors else 200,
        room_id=room_id,
        weekdays=list(WEEKDAYS.items()),
        form=form,
        errors=errors or {},
    )
