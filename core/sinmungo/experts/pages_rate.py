"""The company's page behind a rating link: no account, one answer."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.cases.service import contact
from sinmungo.errors import InvalidError, MissingError
from sinmungo.experts import service, words
from sinmungo.host.context import Ctx
from sinmungo.web.access import public
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page
from sinmungo.web.types import CtxDep, Req


class RatePages(Controller):
    """`/experts/rate/{token}`."""

    path = "/rate"

    @get("/{token:str}", opt=public())
    async def show(self, request: Req, ctx: CtxDep, token: FromPath[str]) -> Response[str]:
        """Ask how the session was, or say that the link works no more."""
        return await _page(request, ctx, token, Form())

    @post("/{token:str}", opt=public(), status_code=200)
    async def rate(self, request: Req, ctx: CtxDep, token: FromPath[str]) -> Response[Any]:
        """Take the rating and say thanks."""
        form = await read_form(request)
        try:
            async with ctx.db.savepoint():
                await service.rate_by_link(ctx, token, form.number("score"), form["comment"])
        except InvalidError as error:
            return await _page(request, ctx, token, form, error.errors)
        except MissingError:
            return await _page(request, ctx, token, form)
        return page(request, "experts/rated.html", contact=await contact(ctx))


async def _page(
    request: Req, ctx: Ctx, token: str, form: Form, errors: dict[str, str] | None = None
) -> Response[str]:
    try:
        asked = await service.by_link(ctx, token)
    except MissingError as error:
        return page(
            request,
            "experts/rate_over.html",
            status=error.status,
            message=error.message,
            contact=await contact(ctx),
        )
    return page(
        request,
        "experts/rate.html",
        status=422 if errors else 200,
        asked=asked,
        token=token,
        scores=list(words.SCORE.items()),
        form=form,
        errors=errors or {},
        contact=await contact(ctx),
    )
