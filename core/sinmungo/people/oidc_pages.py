"""The doors of the city's sign-on service: out to it, back from it, and how it is set."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from sinmungo.errors import MissingError, RefusedError
from sinmungo.people.oidc import KEPT, Answer, begin, finish
from sinmungo.people.oidc_setting import BACK_PATH, SLUG, oidc_setting, return_addresses
from sinmungo.people.pages import first_page, safe_target, session_cookie, sign_in_page
from sinmungo.people.permissions import MANAGE
from sinmungo.web.access import needs, public
from sinmungo.web.forms import Form, query_form
from sinmungo.web.render import page, see_other
from sinmungo.web.scope import scope_of
from sinmungo.web.types import CtxDep, Req
from sinmungo_tenants import Tenant


class OidcController(Controller):
    """`/office/people/oidc`: to the provider and back."""

    path = "/oidc"

    @get("/start", opt=public(before_opening=True))
    async def start(self, request: Req) -> Response[Any]:
        """Send the browser to the provider; its cookie ties the answer to this browser."""
        runtime, city = request.app.state.runtime, _city(request)
        target = safe_target(query_form(request)["next"], "")
        try:
            address, state = await begin(
                runtime.work, city, runtime.providers, _back(request), target
            )
        except RefusedError as error:
            return await sign_in_page(request, query_form(request), refused=str(error), status=409)
        response: Response[Any] = Redirect(address, status_code=303)
        response.set_cookie(_state_cookie(request, state))
        return response

    @get("/return", opt=public(before_opening=True))
    async def come_back(self, request: Req) -> Response[Any]:
        """Check the provider's answer and open a session."""
        runtime, city, given = request.app.state.runtime, _city(request), query_form(request)
        try:
            secret, target = await finish(
                runtime.work,
                city,
                runtime.identifier,
                runtime.providers,
                answer=Answer(
                    state=given["state"],
                    kept_state=request.cookies.get(_cookie_name(request), ""),
                    code=given["code"],
                    issuer=given["iss"],
                    error=given["error"],
                ),
                back=_back(request),
                address=request.client.host if request.client else "",
                old=request.cookies.get(runtime.identifier.cookie, ""),
            )
        except RefusedError as error:
            response = await sign_in_page(request, Form(), refused=str(error), status=409)
            response.set_cookie(_state_cookie(request, ""))
            return response
        async with runtime.work.open(city) as ctx:
            home = first_page(ctx.host, city, await runtime.identifier.who(ctx, secret))
        answer = see_other(target or home)
        answer.set_cookie(session_cookie(request, secret))
        answer.set_cookie(_state_cookie(request, ""))
        return answer


class OidcSettingController(Controller):
    """`/admin/people/sign-on`: how one signs in now, and the way to change it."""

    path = "/sign-on"

    @get("/", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the setting in words; the secret is never shown."""
        setting = await oidc_setting(ctx)
        return page(
            request,
            "people/sign_on.html",
            setting=setting,
            form_path=f"/admin/settings/{SLUG}",
            backs=return_addresses(ctx),
            allowed=request.app.state.runtime.providers.any_allowed,
        )


def _city(request: Req) -> Tenant:
    city = scope_of(request.scope).city
    if city is None:
        raise MissingError
    return city


def _back(request: Request[Any, Any, Any]) -> str:
    """Return the address that the provider sends the browser back to."""
    secure = request.app.state.runtime.settings.cookie_secure
    return f"{'https' if secure else 'http'}://{request.headers['host']}{BACK_PATH}"


def _cookie_name(request: Req) -> str:
    return f"{request.app.state.runtime.identifier.cookie}_oidc"


def _state_cookie(request: Req, state: str) -> Cookie:
    return Cookie(
        key=_cookie_name(request),
        value=state,
        httponly=True,
        secure=request.app.state.runtime.settings.cookie_secure,
        samesite="lax",
        path="/",
        max_age=int(KEPT.total_seconds()) if state else 0,
    )
