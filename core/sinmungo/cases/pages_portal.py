"""The companies' side, without an account: file a difficulty, and see what became of it."""

from typing import Any, Literal

from litestar import Controller, Response, get, post

from sinmungo.cases import pages_look, service
from sinmungo.cases.pages_extra import answered, one_form
from sinmungo.cases.submission_types import Filing, Receipt
from sinmungo.errors import InvalidError, MissingError, RefusedError, TooManyError
from sinmungo.host.context import Ctx
from sinmungo.web.access import public
from sinmungo.web.forms import Form, read_form
from sinmungo.web.receipt_cookie import read_receipt, receipt_cookie
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

DONE = "/cases/file/done"
RECEIPT_COOKIE = "sinmungo_receipt"
_SHOWN_SECONDS = 300
_PHONES = ("Mobile", "Android", "iPhone")


class PortalController(Controller):
    """`/cases`: filing and following."""

    @get("/file", opt=public())
    async def form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the empty form."""
        return await _form(request, ctx, Form())

    @post("/file", opt=public())
    async def file(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Take the filing; number and code travel in a short-lived cookie, never in an address.

        Without JavaScript, `act` ASK shows the questions of the chosen category first.
        """
        form = await read_form(request)
        if form["act"] == "ASK":
            return await _form(request, ctx, form)
        try:
            extra = await answered(ctx, "PORTAL", form)
            receipt = await service.file(ctx, _filing(request, form, extra))
        except InvalidError as error:
            return await _form(request, ctx, form, errors=error.errors)
        except (TooManyError, RefusedError) as error:
            return await _form(request, ctx, form, problem=error.message, status=error.status)
        response = see_other(DONE)
        response.set_cookie(
            receipt_cookie(request, receipt, name=RECEIPT_COOKIE, path=DONE, seconds=_SHOWN_SECONDS)
        )
        return response

    @post("/file/questions", opt=public(), status_code=200)
    async def questions(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what the city asks in the chosen category, with what was typed already."""
        form = await read_form(request)
        asked = await one_form(ctx, "PORTAL", form)
        return page(request, "cases/_questions.html", questions=asked)

    @get("/file/done", opt=public())
    async def done(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show number and code once; later visits learn how to go on without them."""
        receipt = read_receipt(request.cookies.get(RECEIPT_COOKIE), Receipt)
        return page(
            request, "cases/filed.html", receipt=receipt, contact=await service.contact(ctx)
        )

    @get("/follow", opt=public())
    async def ask(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Ask for number and code."""
        return await _follow(request, ctx, Form())

    @post("/follow", opt=public(), status_code=200)
    async def follow(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what became of a filing."""
        form = await read_form(request)
        missing = {
            name: text
            for name, text in (
                ("receipt_no", "신청번호를 적어 주세요."),
                ("code", "확인번호를 적어 주세요."),
            )
            if not form[name]
        }
        if missing:
            return await _follow(request, ctx, form, missing)
        try:
            found = await service.follow(ctx, form["receipt_no"], form["code"])
        except MissingError as error:
            return await _follow(request, ctx, form, {"receipt_no": error.message})
        return page(
            request,
            "cases/followed.html",
            look=await pages_look.look(ctx),
            stages=pages_look.STAGES,
            sent=found,
        )


def _channel(request: Req) -> Literal["MOBILE", "WEB_PORTAL"]:
    agent = request.headers.get("user-agent", "")
    return "MOBILE" if any(word in agent for word in _PHONES) else "WEB_PORTAL"


def _filing(request: Req, form: Form, extra: dict[str, Any]) -> Filing:
    return Filing(
        company_name=form["company_name"],
        business_no=form.optional("business_no"),
        caller=form["caller"],
        phone=form["phone"],
        email=form.optional("email"),
        category=form.optional("category"),
        content=form["content"],
        channel=_channel(request),
        consent=form["consent"] == "1",
        extra=extra,
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
    return page(
        request,
        "cases/file.html",
        taking=await service.takes_filings(ctx, _channel(request)),
        status=status if errors or problem else 200,
        look=await pages_look.look(ctx),
        contact=await service.contact(ctx),
        questions=await one_form(ctx, "PORTAL", form, errors),
        form=form,
        errors=errors or {},
        problem=problem,
    )


async def _follow(
    request: Req, ctx: Ctx, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "cases/follow.html",
        status=422 if errors else 200,
        contact=await service.contact(ctx),
        form=form,
        errors=errors or {},
    )
