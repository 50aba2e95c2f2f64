"""`/api/v1/bookings/…`: rooms, closed days, kinds of consultation, consultants, rota and rules."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo import clock
from sinmungo.bookings import service
from sinmungo.bookings.permissions import MANAGE, READ, SETTINGS
from sinmungo.bookings.rules import Rules
from sinmungo.bookings.types import (
    Closure,
    Consultant,
    NewConsultant,
    NewRoom,
    NewRota,
    Room,
    RotaLine,
    Service,
)
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.idempotency import once
from sinmungo.web.types import CtxDep, Req

AHEAD = timedelta(days=90)


class Items[T](msgspec.Struct):
    """A page of a list; `next` is the cursor of the following one."""

    items: list[T]
    next: str | None = None


class Created(msgspec.Struct):
    """The id of what was made."""

    id: UUID


class Version(msgspec.Struct):
    """The row version after a change."""

    row_version: int


class ServiceBody(msgspec.Struct, forbid_unknown_fields=True):
    """A kind of consultation as the city wants it."""

    name: str
    position: int = 0
    active: bool = True


class ClosureBody(msgspec.Struct, forbid_unknown_fields=True):
    """Days on which a room (null: every room) is closed."""

    first_day: date
    last_day: date
    reason: str
    room_id: UUID | None = None


class ConsultantBody(msgspec.Struct, forbid_unknown_fields=True):
    """A consultant's title, and whether they still sit."""

    title: str
    active: bool


class RulesBody(msgspec.Struct, forbid_unknown_fields=True):
    """Rules to set; what is left out stays."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    slot_minutes: int | msgspec.UnsetType = msgspec.UNSET
    cancel_days: int | msgspec.UnsetType = msgspec.UNSET
    ahead_days: int | msgspec.UnsetType = msgspec.UNSET
    no_show_limit: int | msgspec.UnsetType = msgspec.UNSET
    no_show_months: int | msgspec.UnsetType = msgspec.UNSET
    remind: bool | msgspec.UnsetType = msgspec.UNSET


class RoomsApi(Controller):
    """Rooms and their opening hours."""

    path = "/rooms"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def rooms(self, ctx: CtxDep, whole: FromQuery[bool] = False) -> Items[Room]:  # noqa: FBT002 - a query parameter
        """Return the rooms in use by name, or with `whole` every one."""
        return Items(await service.list_rooms(ctx, whole=whole))

    @post("/", opt=needs(MANAGE), status_code=201)
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[NewRoom]) -> Response[Room]:
        """Add a room. Takes an Idempotency-Key."""

        async def act() -> Room:
            return await service.room(ctx, await service.add_room(ctx, data))

        return await once(request, ctx, act)

    @get("/{room_id:uuid}", opt=needs(READ))
    async def one(self, ctx: CtxDep, room_id: FromPath[UUID]) -> Response[Room]:
        """Return a room with its ETag."""
        found = await service.room(ctx, room_id)
        return with_etag(found, found.row_version)

    @put("/{room_id:uuid}", opt=needs(MANAGE))
    async def edit(
        self, request: Req, ctx: CtxDep, room_id: FromPath[UUID], data: JSONBody[NewRoom]
    ) -> Response[Room]:
        """Set a room and its hours to these. Needs If-Match."""
        await service.edit_room(ctx, room_id, data, if_match(request))
        found = await service.room(ctx, room_id)
        return with_etag(found, found.row_version)


class ClosuresApi(Controller):
    """Days on which rooms are closed."""

    path = "/closures"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def closures(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
    ) -> Items[Closure]:
        """Return the closed days of a span, by default of the next three months."""
        start = first or clock.today()
        return Items(await service.list_closures(ctx, start, last or start + AHEAD))

    @post("/", opt=needs(MANAGE), status_code=201)
    async def close(
        self, request: Req, ctx: CtxDep, data: JSONBody[ClosureBody]
    ) -> Response[Created]:
        """Close a room, or all of them, on some days. Takes an Idempotency-Key."""

        async def act() -> Created:
            return Created(
                await service.close_rooms(
                    ctx, data.room_id, data.first_day, data.last_day, data.reason
                )
            )

        return await once(request, ctx, act)

    @delete("/{closure_id:uuid}", opt=needs(MANAGE))
    async def drop(self, ctx: CtxDep, closure_id: FromPath[UUID]) -> None:
        """Open the days again."""
        await service.drop_closure(ctx, closure_id)


class ServicesApi(Controller):
    """Kinds of consultation."""

    path = "/services"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def services(self, ctx: CtxDep) -> Items[Service]:
        """Return every kind of consultation, switched-off ones too."""
        return Items(await service.list_services(ctx))

    @post("/", opt=needs(SETTINGS), status_code=201)
    async def add(
        self, request: Req, ctx: CtxDep, data: JSONBody[ServiceBody]
    ) -> Response[Created]:
        """Add a kind of consultation. Takes an Idempotency-Key."""

        async def act() -> Created:
            return Created(await service.add_service(ctx, data.name, data.position or None))

        return await once(request, ctx, act)

    @put("/{service_id:uuid}", opt=needs(SETTINGS))
    async def change(
        self, request: Req, ctx: CtxDep, service_id: FromPath[UUID], data: JSONBody[ServiceBody]
    ) -> Response[Version]:
        """Rename, move or switch a kind of consultation. Needs If-Match."""
        version = await service.change_service(
            ctx,
            service_id,
            name=data.name,
            position=data.position,
            active=data.active,
            row_version=if_match(request),
        )
        return with_etag(Version(version), version)


class ConsultantsApi(Controller):
    """Who sits in the rooms."""

    path = "/consultants"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def consultants(self, ctx: CtxDep) -> Items[Consultant]:
        """Return everyone who sits or sat in the rooms."""
        return Items(await service.list_consultants(ctx))

    @post("/", opt=needs(MANAGE), status_code=201)
    async def add(
        self, request: Req, ctx: CtxDep, data: JSONBody[NewConsultant]
    ) -> Response[Created]:
        """Let an officer, an agency or an expert sit. Takes an Idempotency-Key."""

        async def act() -> Created:
            return Created(await service.add_consultant(ctx, data))

        return await once(request, ctx, act)

    @put("/{consultant_id:uuid}", opt=needs(MANAGE))
    async def change(
        self,
        request: Req,
        ctx: CtxDep,
        consultant_id: FromPath[UUID],
        data: JSONBody[ConsultantBody],
    ) -> Response[Version]:
        """Set a consultant's title and whether they sit. Needs If-Match."""
        version = await service.change_consultant(
            ctx,
            consultant_id,
            title=data.title,
            active=data.active,
            row_version=if_match(request),
        )
        return with_etag(Version(version), version)


class RotaApi(Controller):
    """When consultants sit in the rooms."""

    path = "/rota"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def rota(
        self,
        ctx: CtxDep,
        first: FromQuery[date | None] = None,
        last: FromQuery[date | None] = None,
    ) -> Items[RotaLine]:
        """Return the lines that hold on some day of a span, by default the next three months."""
        start = first or clock.today()
        return Items(await service.list_rota(ctx, start, last or start + AHEAD))

    @post("/", opt=needs(MANAGE), status_code=201)
    async def add(self, request: Req, ctx: CtxDep, data: JSONBody[NewRota]) -> Response[Created]:
        """Add a line. Takes an Idempotency-Key."""

        async def act() -> Created:
            return Created(await service.add_rota(ctx, data))

        return await once(request, ctx, act)

    @delete("/{line_id:uuid}", opt=needs(MANAGE))
    async def end(self, request: Req, ctx: CtxDep, line_id: FromPath[UUID]) -> None:
        """End a line from today on. Needs If-Match."""
        await service.end_rota(ctx, line_id, if_match(request))


class RulesApi(Controller):
    """The city's booking rules."""

    path = "/rules"
    tags = ("bookings",)

    @get("/", opt=needs(READ))
    async def rules(self, ctx: CtxDep) -> Rules:
        """Return the rules."""
        return await service.rules(ctx)

    @patch("/", opt=needs(SETTINGS))
    async def change(self, ctx: CtxDep, data: JSONBody[RulesBody]) -> Rules:
        """Set the given rules."""
        given = {f: getattr(data, f) for f in data.__struct_fields__}
        return await service.change_rules(
            ctx, {f: v for f, v in given.items() if v is not msgspec.UNSET}
        )


SETUP_API: tuple[Any, ...] = (
    RoomsApi,
    ClosuresApi,
    ServicesApi,
    ConsultantsApi,
    RotaApi,
    RulesApi,
)
