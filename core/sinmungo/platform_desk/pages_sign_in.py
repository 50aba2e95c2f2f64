"""Signing in and out at the desk, and one's own password."""

from typing import Any

from litestar import Controller, Response, get, post

from sinmungo.errors import InvalidError
from sinmungo.platform_desk import sessions
from sinmungo.platform_desk.frame import (
    ROOT,
    address_of,
    cookie_name,
    desk_page,
    operator_of,
    session_cookie,
)
from sinmungo.web.access import operators_only, public
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import see_other
from sinmungo.web.types import Req


class SignInPages(Controller):
    """`/platform/sign-in`: a password and six digits, together."""

    @get("/sign-in", opt=public(), include_in_schema=False)
    async def form(self, request: Req) -> Response[str]:
        """Show the sign-in page."""
        return desk_page(request, "sign_in.html", form=Form(), errors={})

    @post("/sign-in", opt=public(), include_in_schema=False)
    async def sign_in(self, request: Req) -> Response[Any]:
        """Sign in under a fresh session."""
        form = await read_form(request)
        try:
            secret = await sessions.sign_in(
                request.app.state.runtime,
                login=form["login"],
                plain=form["password"],
                code=form["code"],
                address=address_of(request),
                old=request.cookies.get(cookie_name(request), ""),
            )
        except InvalidError as error:
            kept = Form({"login": form["login"]})
            return desk_page(request, "sign_in.html", status=422, form=kept, errors=error.errors)
        response = see_other(ROOT)
        response.set_cookie(session_cookie(request, secret))
        return response

    @post("/sign-out", opt=operators_only(before_change=True), include_in_schema=False)
    async def sign_out(self, request: Req) -> Response[Any]:
        """End this session."""
        secret = request.cookies.get(cookie_name(request), "")
        await sessions.sign_out(
            request.app.state.runtime, operator_of(request), secret, address_of(request)
        )
        response = see_other(f"{ROOT}/sign-in", "로그아웃했습니다.")
        response.set_cookie(session_cookie(request, ""))
        return response

    @get("/password", opt=operators_only(before_change=True), include_in_schema=False)
    async def password(self, request: Req) -> Response[str]:
        """Show the form for one's own password."""
        return _password_page(request, {})

    @post("/password", opt=operators_only(before_change=True), include_in_schema=False)
    async def change(self, request: Req) -> Response[Any]:
        """Set one's own password; every other session ends."""
        form = await read_form(request)
        try:
            if form["password"] != form["again"]:
                raise InvalidError({"again": "새 비밀번호를 똑같이 두 번 적어 주세요."})  # noqa: TRY301 - one way for every error of the form
            secret = await sessions.change_password(
                request.app.state.runtime,
                operator_of(request),
                old=form["old_password"],
                new=form["password"],
                address=address_of(request),
            )
        except InvalidError as error:
            return _password_page(request, error.errors, status=422)
        response = see_other(ROOT, "비밀번호를 바꿨습니다. 다른 곳의 로그인은 모두 끝났습니다.")
        response.set_cookie(session_cookie(request, secret))
        return response


def _password_page(request: Req, errors: dict[str, str], status: int = 200) -> Response[str]:
    me = operator_of(request)
    return desk_page(request, "password.html", status=status, errors=errors, me=me)
