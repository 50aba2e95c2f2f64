"""One's own account: profile, password, API tokens, sessions."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import InvalidError
from sinmungo.people import account, officers
from sinmungo.people.identity import digest
from sinmungo.people.models import ROLES
from sinmungo.people.pages import first_page, session_cookie, signed_out
from sinmungo.people.permissions import SELF
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.scope import scope_of
from sinmungo.web.types import CtxDep, Req

PATH = "/office/people/me"
DAYS = {"30": "30일", "90": "90일", "365": "1년"}


class MeController(Controller):
    """`/office/people/me`: what each officer sees and does alone."""

    path = "/me"

    @get("/", opt=needs(SELF))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show one's own account."""
        return await _page(request, ctx)

    @get("/password", opt=needs(SELF, before_change=True))
    async def password_form(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the form for a new password."""
        return _password_page(request, ctx)

    @post("/password", opt=needs(SELF, before_change=True))
    async def change_password(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Change the password; every other device is signed out."""
        form, identifier = await read_form(request), request.app.state.runtime.identifier
        forced = ctx.me.must_change
        try:
            secret = await account.change_password(
                ctx, identifier, old=form["old_password"], new=form["password"], again=form["again"]
            )
        except InvalidError as error:
            scope_of(request.scope).keep = True
            return _password_page(request, ctx, error.errors)
        response = see_other(
            first_page(ctx.host, ctx.city, ctx.me) if forced else PATH,
            "비밀번호를 바꿨습니다. 다른 기기에서는 로그아웃했습니다.",
        )
        response.set_cookie(session_cookie(request, secret))
        return response

    @post("/tokens", opt=needs(SELF))
    async def make_token(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Make an API token and show it once."""
        form = await read_form(request)
        try:
            token = await account.make_token(ctx, form["label"], int(_days(form["days"])))
        except InvalidError as error:
            return await _page(request, ctx, form, error.errors)
        return page(
            request,
            "people/secret.html",
            title="API 토큰",
            lead="지금 한 번만 보입니다. 안전한 곳에 복사해 두세요.",
            secret=token,
            how="요청 머리글에 Authorization: Bearer 와 함께 보냅니다.",
            back=PATH,
        )

    @post("/tokens/{token_id:uuid}/revoke", opt=needs(SELF))
    async def revoke_token(
        self, request: Req, ctx: CtxDep, token_id: FromPath[UUID]
    ) -> Response[Any]:
        """Revoke an API token."""
        del request
        await account.revoke_token(ctx, token_id)
        return see_other(PATH, "토큰을 폐기했습니다. 이 토큰은 이제 쓸 수 없습니다.")

    @post("/sign-out-everywhere", opt=needs(SELF))
    async def sign_out_everywhere(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """End every session."""
        await account.sign_out_everywhere(ctx, request.app.state.runtime.identifier)
        return signed_out(request, "모든 기기에서 로그아웃했습니다.")


def _days(text: str) -> str:
    if text not in DAYS:
        raise InvalidError({"days": "기간을 골라 주세요."})
    return text


async def _page(
    request: Req, ctx: CtxDep, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response[str]:
    identifier = request.app.state.runtime.identifier
    here = digest(request.cookies.get(identifier.cookie, ""))
    return page(
        request,
        "people/me.html",
        status=422 if errors else 200,
        officer=await officers.detail(ctx, account.own_id(ctx)),
        tokens=await account.list_tokens(ctx),
        sessions=[(s, s.id_hash == here) for s in await account.list_sessions(ctx, identifier)],
        roles=ROLES,
        days=list(DAYS.items()),
        form=form or Form({"days": "365"}),
        errors=errors or {},
    )


def _password_page(
    request: Req, ctx: CtxDep, errors: dict[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "people/password.html",
        status=422 if errors else 200,
        forced=ctx.me.must_change,
        errors=errors or {},
    )
