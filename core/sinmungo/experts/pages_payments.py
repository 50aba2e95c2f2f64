"""지급명세 as a file: which year, why, and whether masked; by screen and API."""

from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import JSONBody

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.experts.payments import take_payments
from sinmungo.experts.permissions import TAX
from sinmungo.web.access import heavy, needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page
from sinmungo.web.sheets import download, file_kind
from sinmungo.web.types import CtxDep, Req

YEARS = 5


class PaymentsIn(msgspec.Struct, forbid_unknown_fields=True):
    """A year, why the list is wanted, and whether accounts are to be readable."""

    year: int
    reason: str
    opened: bool = False
    kind: Literal["xlsx", "csv"] = "xlsx"


class PaymentPages(Controller):
    """`/office/experts/payments`."""

    path = "/payments"

    @get("/", opt=needs(TAX))
    async def form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask which year is wanted, and why."""
        del ctx
        return _form(request, Form({"year": str(clock.today().year)}))

    @post("/", opt=heavy(needs(TAX)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Hand out the list; who took it and why is kept."""
        form = await read_form(request)
        try:
            year = form.number("year") or 0
            sheet = await take_payments(ctx, year, form["reason"], opened=form["opened"] == "1")
        except InvalidError as error:
            return _form(request, form, error.errors)
        return download(f"자문료지급명세-{year}", [sheet], file_kind(form["kind"] or "xlsx"))


class PaymentsApi(Controller):
    """`/api/v1/experts/payments`."""

    path = "/payments"
    tags = ("experts",)

    @post("/", opt=heavy(needs(TAX)), status_code=200)
    async def take(self, ctx: CtxDep, data: JSONBody[PaymentsIn]) -> Response[bytes]:
        """Return the approved fees of a year as a file; masked unless `opened`."""
        sheet = await take_payments(ctx, data.year, data.reason, opened=data.opened)
        return download(f"자문료지급명세-{data.year}", [sheet], file_kind(data.kind))


def _form(request: Req, form: Form, errors: dict[str, str] | None = None) -> Response[str]:
    this = clock.today().year
    return page(
        request,
        "experts/take_payments.html",
        status=422 if errors else 200,
        years=[(year, f"{year}년") for year in range(this, this - YEARS, -1)],
        form=form,
        errors=errors or {},
    )
