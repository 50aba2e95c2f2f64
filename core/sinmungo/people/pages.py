"""Sign-in and sign-out."""

import re
from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie

from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.access_log import note_access
from sinmungo.host.host import Host
from sinmungo.host.types import ANONYMOUS, Identity
from sinmungo.people.events import OFFICER
from sinmungo.people.oidc_setting import oidc_setting
from sinmungo.people.permissions import SELF
from sinmungo.people.sign_in import sign_in
from sinmungo.web.access import needs, public
from sinmungo.web.forms import Form, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.scope import scope_of
from sinmungo.web.types import CtxDep, Req
from sinmungo_tenants import Tenant

HOME = "/office/cases"
_INSIDE = re.compile(r"/(?:office|admin)(?:/[^\s\\\x00-\x1f]*)?")


class SignInController(Controller):
    """`/office/people/sign-in`: a local account; other means come as adapters."""

    @get("/sign-in", opt=public(before_opening=True))
    async def form(self, request: Req) -> Response[str]:
        """Show the sign-in page."""
        return await sign_in_page(request, query_form(request))

    @post("/sign-in", opt=public(before_opening=True))
    async def sign_in(self, request: Req) -> Response[Any]:
        """Sign in and go on to where one wanted to go."""
        runtime, city = request.app.state.runtime, scope_of(request.scope).city
        if city is None:
            raise MissingError
        form = await read_form(request)
        try:
            secret = await sign_in(
                runtime.work,
                city,
                runtime.identifier,
                login=form["login"],
                plain=form["password"],
                address=request.client.host if request.client else "",
                old=request.cookies.get(runtime.identifier.cookie, ""),
            )
        except InvalidError as error:
            kept = Form({k: v for k, v in form.items() if k != "password"})
            return await sign_in_page(request, kept, status=422, errors=error.errors)
        async with runtime.work.open(city) as ctx:
            home = first_page(ctx.host, city, await runtime.identifier.who(ctx, secret))
        response = see_other(safe_target(form["next"], home))
        response.set_cookie(session_cookie(request, secret))
        return response

    @post("/sign-out", opt=needs(SELF, before_change=True))
    async def sign_out(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """End this session."""
        identifier = request.app.state.runtime.identifier
        await identifier.close_session(ctx, request.cookies.get(identifier.cookie, ""))
        await note_access(
            ctx, "people.signed_out", subject_kind=OFFICER, subject_id=ctx.me.officer_id
        )
        return signed_out(request, "로그아웃했습니다.")


async def sign_in_page(
    request: Req,
    form: Form,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    refused: str = "",
) -> Response[Any]:
    """Show the sign-in page, with the city's sign-on service where it has one."""
    runtime, city, label = request.app.state.runtime, scope_of(request.scope).city, ""
    if city is not None and runtime.providers.any_allowed:
        async with runtime.work.open(city, ANONYMOUS) as ctx:
            setting = await oidc_setting(ctx)
        label = setting.label if setting.active else ""
    return page(
        request,
        "people/sign_in.html",
        status=status,
        form=form,
        errors=errors or {},
        refused=refused,
        sign_on=label,
    )


def safe_target(target: str, home: str = HOME) -> str:
    """Return the path if it lies inside office or admin, else the first page."""
    return target if _INSIDE.fullmatch(target) and "//" not in target else home


def first_page(host: Host, city: Tenant, me: Identity) -> str:
    """Return where this person's work begins: the first line of the own menu."""
    lines = (m.path for m in host.menu(city, "office") if me.may(m.permission))
    return next(lines, HOME)


def signed_out(request: Req, notice: str) -> Response[Any]:
    """Lead to the sign-in page and take the cookie away."""
    response = see_other("/office/people/sign-in", notice)
    response.set_cookie(session_cookie(request, ""))
    return response


def session_cookie(request: Req, secret: str) -> Cookie:
    """Return the cookie of a session; without a secret, one that removes it."""
    runtime = request.app.state.runtime
    return Cookie(
        key=runtime.identifier.cookie,
        value=secret,
        httponly=True,
        secure=runtime.settings.cookie_secure,
        samesite="lax",
        path="/",
        max_age=runtime.settings.session_absolute if secret else 0,
    )
