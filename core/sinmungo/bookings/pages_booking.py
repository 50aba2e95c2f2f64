"""One booking in the office: taken on the telephone, looked at, and what became of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.bookings import look, service
from sinmungo.bookings.booking import MAX_SLOTS
from sinmungo.bookings.pages_day import HOME
from sinmungo.bookings.permissions import BOOK, READ
from sinmungo.bookings.slots import Plan, runs
from sinmungo.bookings.types import NewBooking, Room, Slot
from sinmungo.cases import service as cases
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.service import company_brief, find
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.text.dates import datetime_ko
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

OPTIONS = 8


class BookingController(Controller):
    """`/office/bookings/new` and `/office/bookings/<id>`."""

    @get("/new", opt=needs(BOOK))
    async def new(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form for a free time (`room`, `at`)."""
        form = query_form(request)
        company_id = form.uuid("company")
        if company_id:
            form["company_id"] = str(company_id)
            form["company_name"] = (await company_brief(ctx, company_id)).name
        return await _form(request, ctx, form)

    @post("/new", opt=needs(BOOK))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Book the time; or, without JavaScript, find the company first."""
        form = await read_form(request)
        if form["act"] == "FIND":
            return await _form(request, ctx, form)
        try:
            made = await service.book(ctx, _booking(form))
        except InvalidError as error:
            return await _form(request, ctx, form, errors=error.errors)
        except RefusedError as error:
            return await _form(request, ctx, form, errors={"starts_at": error.message}, status=409)
        day = clock.to_seoul(made.receipt.starts_at).date()
        when, number = datetime_ko(made.receipt.starts_at), made.receipt.receipt_no
        return see_other(f"{HOME}?day={day}", f"{when}에 예약했습니다. 예약번호 {number}")

    @get("/{booking_id:uuid}", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[str]:
        """Show one booking; who looked is written down."""
        return await _detail(request, ctx, booking_id)

    @post("/{booking_id:uuid}/cancel", opt=needs(BOOK))
    async def cancel(self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[Any]:
        """Free the time again."""
        form = await read_form(request)
        return await _act(
            request,
            ctx,
            booking_id,
            form,
            lambda: service.cancel(ctx, booking_id, form["note"], _version(form)),
            "예약을 취소했습니다.",
        )

    @post("/{booking_id:uuid}/result", opt=needs(BOOK))
    async def result(self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[Any]:
        """Note whether they came."""
        form = await read_form(request)
        said = (
            "오지 않은 것으로 적었습니다."
            if form["state"] == "NO_SHOW"
            else "상담한 것으로 적었습니다."
        )
        return await _act(
            request,
            ctx,
            booking_id,
            form,
            lambda: service.mark(ctx, booking_id, form["state"], _version(form)),
            said,
        )

    @post("/{booking_id:uuid}/undo", opt=needs(BOOK))
    async def undo(self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[Any]:
        """Take a result back."""
        form = await read_form(request)
        return await _act(
            request,
            ctx,
            booking_id,
            form,
            lambda: service.undo(ctx, booking_id, _version(form)),
            "결과를 되돌렸습니다.",
        )

    @post("/{booking_id:uuid}/case", opt=needs(BOOK))
    async def case(self, request: Req, ctx: CtxDep, booking_id: FromPath[UUID]) -> Response[Any]:
        """Register what the consultation turned up as a case."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                made = await service.open_case(
                    ctx, booking_id, form["category"], form["content"], _version(form)
                )
        except InvalidError as error:
            return await _detail(request, ctx, booking_id, form=form, errors=error.errors)
        except (RefusedError, StaleError) as error:
            return await _detail(request, ctx, booking_id, form=form, problem=error.message)
        return see_other(f"/office/cases/{made.id}", f"{made.case_no}으로 접수했습니다.")


def _version(form: Form) -> int:
    return form.number("row_version") or 0


async def _act(
    request: Req,
    ctx: Ctx,
    booking_id: UUID,
    form: Form,
    act: Callable[[], Awaitable[int]],
    said: str,
) -> Response[Any]:
    try:
        await act()
    except InvalidError as error:
        return await _detail(request, ctx, booking_id, form=form, errors=error.errors)
    except (RefusedError, StaleError) as error:
        return await _detail(request, ctx, booking_id, form=form, problem=error.message)
    return see_other(f"{HOME}/{booking_id}", said)


def _booking(form: Form) -> NewBooking:
    service_id, starts_at = form.uuid("service_id"), _moment(form["at"])
    errors = {}
    if service_id is None:
        errors["service_id"] = "상담 분야를 골라 주세요."
    if starts_at is None:
        errors["starts_at"] = "시간을 골라 주세요."
    if service_id is None or starts_at is None:
        raise InvalidError(errors)
    return NewBooking(
        service_id=service_id,
        starts_at=starts_at,
        room_id=form.uuid("room"),
        slots=form.number("slots") or 1,
        company_id=form.uuid("company_id"),
        company_name=form["company_name"],
        name=form["name"],
        phone=form["phone"],
        email=form["email"],
        subject=form["subject"],
    )


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else None


async def _form(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response[str]:
    starts_at, room_id = _moment(form["at"]), form.uuid("room")
    if starts_at is None or room_id is None:
        raise MissingError
    rule, day = await service.rules(ctx), clock.to_seoul(starts_at).date()
    plan = await service.load_plan(ctx, rule, day, day)
    room = plan.room(room_id)
    if room is None:
        raise MissingError
    slots = _free_run(plan, room, starts_at)
    hits: list[CompanyHit] = []
    if form["company_name"]:
        hits = await find(ctx, form["company_name"], OPTIONS)
    people = {c.id: c.label for c in await service.list_consultants(ctx)}
    consultant = slots[0].consultant_id if slots else None
    offered = slots[0].service_ids if slots else []
    return page(
        request,
        "bookings/new.html",
        status=status if errors else 200,
        form=form,
        errors=errors or {},
        room=room,
        starts_at=starts_at,
        day=day,
        services=[(s.id, s.name) for s in plan.services if s.id in offered],
        lengths=[(n, f"{n * rule.slot_minutes}분") for n in range(1, len(slots) + 1)],
        consultant=people.get(consultant, "") if consultant else "",
        found=hits,
        typed=form["company_name"],
    )


def _free_run(plan: Plan, room: Room, start: datetime) -> list[Slot]:
    """Return the neighbouring free times from a moment that one booking may take."""
    run = runs(plan, room, start, MAX_SLOTS, clock.now())
    found: list[Slot] = []
    for slot in run:
        if slot.state != "FREE" or slot.consultant_id != run[0].consultant_id:
            break
        found.append(slot)
    return found


async def _detail(
    request: Req,
    ctx: Ctx,
    booking_id: UUID,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    problem: str = "",
) -> Response[str]:
    found = await service.detail(ctx, booking_id)
    titles = {kind: e.title for kind, e in ctx.host.event_types.items()}
    history = [(e.occurred_at, titles.get(e.kind, "")) for e in await timeline(ctx, booking_id)]
    return page(
        request,
        "bookings/booking.html",
        status=422 if errors else 409 if problem else 200,
        look=look,
        booking=found,
        day=clock.to_seoul(found.starts_at).date(),
        rule=await service.rules(ctx),
        categories=list((await cases.labels(ctx)).categories.items()),
        history=history[::-1],
        form=form or Form(),
        errors=errors or {},
        problem=problem,
    )
