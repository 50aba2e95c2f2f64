"""The desk's own frame: its menu, who is signed in, and its cookie."""

from pathlib import Path
from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from sinmungo.host.types import Identity
from sinmungo.platform_desk import sessions
from sinmungo.platform_desk.sessions import Operator
from sinmungo.web.render import MenuGroup, MenuLink, page
from sinmungo.web.scope import scope_of
from sinmungo.web.types import Req

ROOT = "/platform"
TEMPLATES = Path(__file__).parent / "templates"
_MENU = (
    ("시·군", ROOT),
    ("기능", f"{ROOT}/plugins"),
    ("판 올리기", f"{ROOT}/fleet"),
    ("보관", f"{ROOT}/archives"),
    ("작업", f"{ROOT}/jobs"),
    ("기록", f"{ROOT}/log"),
)
_MINE = (("내 비밀번호", f"{ROOT}/password"),)


def desk_page(request: Req, name: str, *, status: int = 200, **values: Any) -> Response[str]:
    """Answer with a page of the desk; the menu is there for who is signed in."""
    me = scope_of(request.scope).operator
    return page(
        request,
        f"operator/{name}",
        status=status,
        user=Identity(kind="OFFICER", name=me.login, post="운영자") if me else None,
        menu=_menu(request.url.path) if me and not me.must_change else (),
        sign_out_href=f"{ROOT}/sign-out",
        **values,
    )


def _menu(path: str) -> tuple[MenuGroup, ...]:
    return (
        MenuGroup("운영", tuple(_link(title, href, path) for title, href in _MENU)),
        MenuGroup("나", tuple(_link(title, href, path) for title, href in _MINE)),
    )


def _link(title: str, href: str, path: str) -> MenuLink:
    below = href != ROOT and path.startswith(href + "/")
    return MenuLink(title, href, path.rstrip("/") == href or below)


def operator_of(request: Req) -> Operator:
    """Return who is signed in; the guard has seen to it that someone is."""
    me = scope_of(request.scope).operator
    if not isinstance(me, Operator):  # pragma: no cover - the guard comes first
        raise TypeError("a page of the desk was reached without an operator")
    return me


def cookie_name(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the name of the desk's cookie: `__Host-` where cookies are over https only."""
    secure = request.app.state.runtime.settings.cookie_secure
    return "__Host-sinmungo_platform" if secure else "sinmungo_platform"


def session_cookie(request: Req, secret: str) -> Cookie:
    """Return the cookie of a session; without a secret, one that removes it."""
    return Cookie(
        key=cookie_name(request),
        value=secret,
        httponly=True,
        secure=request.app.state.runtime.settings.cookie_secure,
        samesite="strict",
        path="/",
        max_age=int(sessions.ABSOLUTE.total_seconds()) if secret else 0,
    )


async def find_operator(connection: ASGIConnection[Any, Any, Any, Any]) -> Operator | None:
    """Return the operator of a request's cookie; the application's guard asks."""
    secret = connection.cookies.get(cookie_name(connection), "")
    return await sessions.who(connection.app.state.runtime, secret)


def address_of(request: Req) -> str:
    """Return where a request comes from, for the log."""
    return request.client.host if request.client else ""
