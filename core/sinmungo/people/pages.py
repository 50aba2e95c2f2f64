"""Sign-in and sign-out."""


from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie

from sinmungo.errors import InvalidError
from sinmungo.web.types import CtxDep, Req
from sinmungo.people import passwords
from sinmungo.people.permissions import DESK
from sinmungo.web.access import needs, public
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.scope import scope_of

HOME = "/office/cases"


class SignInController(Controller):
    """`/office/people/sign-in`: a local account; other means come as adapters."""

    @get("/sign-in", opt=public())
    async def form(self, request: Req) -> Response[str]:
        """Show the sign-in page."""
        return page(request, "people/sign_in.html", form=query_form(request), errors={})

    @post("/sign-in", opt=public())
    async def sign_in(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Sign in and go on to where one wanted to go."""
        form = await read_form(request)
        scope_of(request.scope).keep = True
        try:
            officer_id = await passwords.check_sign_in(ctx, form["login"], form["password"])
        except InvalidError as error:
            kept = Form({k: v for k, v in form.items() if k != "password"})
            return page(
                request, "people/sign_in.html", status=422, form=kept, errors=error.errors
            )
        identifier = request.app.state.runtime.identifier
        old = request.cookies.get(identifier.cookie, "")
        secret = await identifier.open_session(ctx, officer_id, old)
        response = see_other(_safe_target(form["next"]))
        response.set_cookie(_session_cookie(request, secret))
        return response

    @post("/sign-out", opt=needs(DESK))
    async def sign_out(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """End this session."""
        identifier = request.app.state.runtime.identifier
        await identifier.close_session(ctx, request.cookies.get(identifier.cookie, ""))
        response = see_other("/office/people/sign-in", "로그아웃했습니다.")
        response.set_cookie(_session_cookie(request, ""))
        return response


def _safe_target(target: str) -> str:
    inside = target.startswith(("/office", "/admin")) and "\\" not in target
    return target if inside and "//" not in target else HOME


def _session_cookie(request: Req, secret: str) -> Cookie:
    runtime = request.app.state.runtime
    return Cookie(
        runtime.identifier.cookie,
        secret,
        httponly=True,
        secure=runtime.settings.cookie_secure,
        samesite="lax",
        path="/",
        max_age=runtime.settings.session_absolute if secret else 0,
    )
