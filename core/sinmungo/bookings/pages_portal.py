"""The companies' side, without an account: choose what about, a free time, and leave a number."""

from datetime import date, datetime, timedelta
from typing import Any

from litestar import Controller, Response, get, post

from sinmungo import clock
from sinmungo.bookings import look, service
from sinmungo.bookings.types import NewBooking, Receipt, Service
from sinmungo.cases.service import contact
from sinmungo.errors import InvalidError, MissingError, RefusedError, TooManyError
from sinmungo.host.context import Ctx
from sinmungo.text.dates import DateError, parse_date
from sinmungo.web.access import public
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.receipt_cookie import read_receipt, receipt_cookie
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/bookings"
DONE = "/bookings/done"
RECEIPT_COOKIE = "sinmungo_booking"
DAYS = 7
_SHOWN_SECONDS = 300


class PortalController(Controller):
    """`/bookings`: choosing a time, booking it, following and taking back."""

    @get("/", opt=public())
    async def choose(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the kinds of consultation, and the free times of the one chosen, week by week."""
        form, known = query_form(request), await _open_services(ctx)
        chosen = _chosen(form["service"], known)
        first = _first(form["from"])
        found = await service.free_days(ctx, chosen.id, first, DAYS) if chosen else []
        rule = await service.rules(ctx)
        last_day = clock.today() + timedelta(days=rule.ahead_days)
        following = first + timedelta(days=DAYS)
        return page(
            request,
            "bookings/choose.html",
            look=look,
            rule=rule,
            services=known,
            chosen=chosen,
            days=found,
            before=max(first - timedelta(days=DAYS), clock.today())
            if first > clock.today()
            else None,
            after=following if following <= last_day else None,
            contact=await contact(ctx),
        )

    @get("/new", opt=public())
    async def form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form for a free time (`service`, `at`)."""
        return await _form(request, ctx, query_form(request))

    @post("/new", opt=public())
    async def book(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Book; number and code travel in a short-lived cookie, never in an address."""
        form = await read_form(request)
        try:
            receipt = await service.request(ctx, _booking(form), consent=form["consent"] == "1")
        except InvalidError as error:
            return await _form(request, ctx, form, errors=error.errors)
        except (RefusedError, TooManyError) as error:
            return await _form(request, ctx, form, problem=error.message, status=error.status)
        response = see_other(DONE)
        response.set_cookie(
            receipt_cookie(request, receipt, name=RECEIPT_COOKIE, path=DONE, seconds=_SHOWN_SECONDS)
        )
        return response

    @get("/done", opt=public())
    async def done(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show number and code once; later visits learn how to go on without them."""
        receipt = read_receipt(request.cookies.get(RECEIPT_COOKIE), Receipt)
        return page(
            request,
            "bookings/booked.html",
            receipt=receipt,
            rule=await service.rules(ctx),
            contact=await contact(ctx),
        )

    @get("/follow", opt=public())
    async def ask(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask for number and code."""
        return await _ask(request, ctx, Form())

    @post("/follow", opt=public(), status_code=200)
    async def follow(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show a booking."""
        return await _followed(request, ctx, await read_form(request))

    @post("/withdraw", opt=public(), status_code=200)
    async def withdraw(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Take a booking back and show it as it is then."""
        form = await read_form(request)
        try:
            await service.withdraw(ctx, form["receipt_no"], form["code"])
        except RefusedError as error:
            return await _followed(request, ctx, form, problem=error.message)
        except MissingError as error:
            return await _ask(request, ctx, form, {"receipt_no": error.message})
        return await _followed(request, ctx, form)


async def _open_services(ctx: Ctx) -> list[Service]:
    return [s for s in await service.list_services(ctx) if s.active]


def _chosen(text: str, known: list[Service]) -> Service | None:
    found = next((s for s in known if str(s.id) == text), None)
    return found or (known[0] if len(known) == 1 else None)


def _first(text: str) -> date:
    try:
        return max(parse_date(text), clock.today()) if text else clock.today()
    except DateError:
        return clock.today()


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _booking(form: Form) -> NewBooking:
    service_id, starts_at = form.uuid("service"), _moment(form["at"])
    if service_id is None or starts_at is None:
        raise MissingError("고른 시간이 없습니다. 예약 화면에서 다시 골라 주세요.")
    return NewBooking(
        service_id=service_id,
        starts_at=starts_at,
        company_name=form["company_name"],
        business_no=form["business_no"],
        name=form["name"],
        phone=form["phone"],
        email=form["email"],
        subject=form["subject"],
    )


async def _form(
    request: Req,
    ctx: Ctx,
    form: Form,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 422,
) -> Response[str]:
    starts_at = _moment(form["at"])
    chosen = next((s for s in await _open_services(ctx) if str(s.id) == form["service"]), None)
    if starts_at is None or chosen is None:
        raise MissingError("고른 시간이 없습니다. 예약 화면에서 다시 골라 주세요.")
    return page(
        request,
        "bookings/request.html",
        status=status if errors or problem else 200,
        look=look,
        rule=await service.rules(ctx),
        contact=await contact(ctx),
        chosen=chosen,
        starts_at=starts_at,
        form=form,
        errors=errors or {},
        problem=problem,
    )


async def _ask(
    request: Req, ctx: Ctx, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "bookings/follow.html",
        status=422 if errors else 200,
        contact=await contact(ctx),
        form=form,
        errors=errors or {},
    )


async def _followed(request: Req, ctx: Ctx, form: Form, problem: str = "") -> Response[str]:
    wanted = {"receipt_no": "예약번호를 적어 주세요.", "code": "확인번호를 적어 주세요."}
    missing = {name: text for name, text in wanted.items() if not form[name]}
    if missing:
        return await _ask(request, ctx, form, missing)
    try:
        found = await service.follow(ctx, form["receipt_no"], form["code"])
    except MissingError as error:
        return await _ask(request, ctx, form, {"receipt_no": error.message})
    return page(
        request,
        "bookings/followed.html",
        status=409 if problem else 200,
        look=look,
        visit=found,
        form=form,
        problem=problem,
        rule=await service.rules(ctx),
        contact=await contact(ctx),
    )
