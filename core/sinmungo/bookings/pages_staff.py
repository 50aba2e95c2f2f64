"""The rota in the office: who sits in which room when, and who may be named there."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.agencies.service import list_agencies
from sinmungo.bookings import look, service
from sinmungo.bookings.models import CONSULTANT_KINDS
from sinmungo.bookings.permissions import MANAGE, READ
from sinmungo.bookings.types import NewConsultant, NewRota
from sinmungo.errors import InvalidError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.people.service import list_officers
from sinmungo.text.dates import parse_date
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROTA = "/office/bookings/rota"
_AHEAD = timedelta(days=90)


class RotaController(Controller):
    """`/office/bookings/rota`."""

    path = "/rota"

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the rota of the coming three months and the consultants."""
        return await _page(request, ctx, Form())

    @post("/lines", opt=needs(MANAGE))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add a line of the rota."""
        form = await read_form(request)
        try:
            await service.add_rota(ctx, _line(form))
        except InvalidError as error:
            return await _page(request, ctx, form, errors=error.errors)
        return see_other(ROTA, "당번을 적었습니다.")

    @post("/lines/{line_id:uuid}/end", opt=needs(MANAGE))
    async def end(self, request: Req, ctx: CtxDep, line_id: FromPath[UUID]) -> Response[Any]:
        """End a line from today on."""
        form = await read_form(request)
        try:
            await service.end_rota(ctx, line_id, form.number("row_version") or 0)
        except StaleError as error:
            return see_other(ROTA, error.message, "warning")
        return see_other(ROTA, "당번을 끝냈습니다. 이미 받은 예약은 그대로입니다.")

    @post("/consultants", opt=needs(MANAGE))
    async def add_consultant(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Let somebody sit in the rooms."""
        form = await read_form(request)
        try:
            await service.add_consultant(ctx, _consultant(form))
        except InvalidError as error:
            return await _page(request, ctx, form, errors=error.errors)
        return see_other(ROTA, "상담자를 등록했습니다. 이제 당번을 적을 수 있습니다.")

    @post("/consultants/{consultant_id:uuid}", opt=needs(MANAGE))
    async def change(
        self, request: Req, ctx: CtxDep, consultant_id: FromPath[UUID]
    ) -> Response[Any]:
        """Switch a consultant on or off."""
        form = await read_form(request)
        try:
            await service.change_consultant(
                ctx,
                consultant_id,
                title=form["title"],
                active=form["active"] == "1",
                row_version=form.number("row_version") or 0,
            )
        except StaleError as error:
            return see_other(ROTA, error.message, "warning")
        return see_other(ROTA, "상담자를 저장했습니다.")


def _line(form: Form) -> NewRota:
    gather = Gather()
    ids = {f: form.uuid(f) for f in ("room_id", "consultant_id", "service_id")}
    for field, value in ids.items():
        gather.need(field, value, "목록에서 골라 주세요.")
    opens = gather.take("opens", look.parse_time, form["opens"], time())
    closes = gather.take("closes", look.parse_time, form["closes"], time())
    typed = form["on_day"]
    on_day = gather.take("on_day", parse_date, typed, None) if typed else None
    gather.need("weekday", form["weekday"] or typed, "요일을 고르거나 날짜를 적어 주세요.")
    gather.done()
    return NewRota(
        **ids,  # type: ignore[arg-type]
        opens=opens,
        closes=closes,
        weekday=form.number("weekday") if not on_day else None,
        on_day=on_day,
    )


def _consultant(form: Form) -> NewConsultant:
    kind = form["kind"]
    if kind not in CONSULTANT_KINDS:
        raise InvalidError({"kind": "직원, 기관, 전문가 가운데 골라 주세요."})
    return NewConsultant(
        kind=kind,  # type: ignore[arg-type]
        officer_id=form.uuid("officer_id"),
        agency_id=form.uuid("agency_id"),
        name=form["name"],
        title=form["title"],
    )


async def _page(
    request: Req, ctx: Ctx, form: Form, *, errors: dict[str, str] | None = None
) -> Response[str]:
    today = clock.today()
    consultants = await service.list_consultants(ctx)
    rooms = await service.list_rooms(ctx, whole=True)
    services = await service.list_services(ctx)
    may_manage = ctx.me.may(MANAGE)
    agencies = await list_agencies(ctx, on=today) if may_manage else []
    officers = await list_officers(ctx) if may_manage else []
    return page(
        request,
        "bookings/rota.html",
        status=422 if errors else 200,
        weekdays=look.WEEKDAYS,
        weekday_pairs=[(n, f"{name}요일") for n, name in look.WEEKDAYS.items()],
        lines=await service.list_rota(ctx, today, today + _AHEAD),
        rooms={r.id: r.name for r in rooms},
        open_rooms=[(r.id, r.name) for r in rooms if r.valid_to is None or r.valid_to > today],
        services={s.id: s.name for s in services},
        open_services=[(s.id, s.name) for s in services if s.active],
        people={c.id: c.label for c in consultants},
        consultants=consultants,
        people_on=[(c.id, c.label) for c in consultants if c.active],
        kinds=list(CONSULTANT_KINDS.items()),
        kind_names=CONSULTANT_KINDS,
        agencies=[(a.id, a.name) for a in agencies],
        officers=[(row.id, str(who)) for row, who in officers if row.state == "ACTIVE"],
        form=form,
        errors=errors or {},
        may_manage=may_manage,
    )
