"""The admin's page: the city's booking rules and its kinds of consultation."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.bookings import service
from sinmungo.bookings.permissions import SETTINGS
from sinmungo.bookings.rules import SLOT_CHOICES, Rules
from sinmungo.errors import InvalidError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

HOME = "/admin/bookings"
_NUMBERS = ("slot_minutes", "cancel_days", "ahead_days", "no_show_limit", "no_show_months")


class BookingSettingsController(Controller):
    """`/admin/bookings`."""

    @get("/", opt=needs(SETTINGS))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show rules and kinds of consultation."""
        return await _page(request, ctx, _as_form(await service.rules(ctx)))

    @post("/rules", opt=needs(SETTINGS))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Save the rules."""
        form = await read_form(request)
        try:
            numbers = {field: form.number(field) for field in _NUMBERS}
            given = {**numbers, "title": form["title"], "remind": form["remind"] == "1"}
            await service.change_rules(ctx, given)
        except InvalidError as error:
            return await _page(request, ctx, form, errors=error.errors)
        return see_other(HOME, "예약 규칙을 저장했습니다. 이미 받은 예약은 그대로입니다.")

    @post("/services", opt=needs(SETTINGS))
    async def add(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Add a kind of consultation."""
        form = await read_form(request)
        try:
            await service.add_service(ctx, form["name"])
        except InvalidError as error:
            shown = Form({**_as_form(await service.rules(ctx)), "name": form["name"]})
            return await _page(request, ctx, shown, errors=error.errors)
        return see_other(HOME, "상담 분야를 더했습니다.")

    @post("/services/{service_id:uuid}", opt=needs(SETTINGS))
    async def change(self, request: Req, ctx: CtxDep, service_id: FromPath[UUID]) -> Response[Any]:
        """Rename, move or switch a kind of consultation."""
        form = await read_form(request)
        try:
            await service.change_service(
                ctx,
                service_id,
                name=form["name"],
                position=form.number("position") or 0,
                active=form["active"] == "1",
                row_version=form.number("row_version") or 0,
            )
        except InvalidError as error:
            return see_other(HOME, " ".join(error.errors.values()), "error")
        except StaleError as error:
            return see_other(HOME, error.message, "warning")
        return see_other(HOME, "상담 분야를 저장했습니다.")


def _as_form(rule: Rules) -> Form:
    numbers = {field: str(getattr(rule, field)) for field in _NUMBERS}
    return Form({**numbers, "title": rule.title, "remind": "1" if rule.remind else ""})


async def _page(
    request: Req, ctx: Ctx, form: Form, *, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "bookings/settings.html",
        status=422 if errors else 200,
        form=form,
        errors=errors or {},
        minutes=[(n, f"{n}분") for n in SLOT_CHOICES],
        services=await service.list_services(ctx),
    )
