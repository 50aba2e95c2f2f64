"""Pages: Jinja templates of core, slices and plugins, with what every layout needs."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jinja2
import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState

from sinmungo import clock
from sinmungo.host.checks import PUBLIC
from sinmungo.host.failures import FAULTS
from sinmungo.host.host import Host
from sinmungo.host.types import MenuItem
from sinmungo.text import business_no, dates, money, phone
from sinmungo.web.bounds import parts_below_face
from sinmungo.web.guide import help_for, plugin_screens
from sinmungo.web.look import Look, known_look
from sinmungo.web.scope import RequestScope, scope_of
from sinmungo.web.statics import static_url

type Kind = Literal["success", "info", "warning", "error"]
TEMPLATES = Path(__file__).parent / "templates"
NOTICE_COOKIE = "sinmungo_notice"


class Notice(msgspec.Struct):
    """What the page after an act says about it. Never holds a personal value."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A line of the menu as a template shows it."""

    title: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Lines under one heading."""

    title: str
    items: tuple[MenuLink, ...]


class Renderer:
    """Renders templates with the layout's context."""

    def __init__(self, host: Host, folders: Iterable[Path]) -> None:
        self._host = host
        self._guides = plugin_screens(host)
        loaders = [jinja2.FileSystemLoader(str(p)) for p in (TEMPLATES, *folders)]
        self._env = jinja2.Environment(
            loader=jinja2.ChoiceLoader(loaders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._env.globals.update(static=static_url)
        self._env.filters.update(
            business_no=business_no.display,
            date_ko=dates.date_ko,
            datetime_ko=dates.datetime_ko,
            phone=phone.display,
            won=money.display,
        )

    def render(self, request: Request[Any, Any, Any], name: str, values: dict[str, Any]) -> str:
        """Return the HTML of a template."""
        layout = self._layout(request)
        return self._env.get_template(name).render({**layout, **values})

    def error_page(
        self,
        request: Request[Any, Any, Any],
        status: int,
        message: str,
        number: str,
        advice: str | None = None,
    ) -> str:
        """Return the page of an error, with its number; `advice` instead of the status's own."""
        values = {
            "status": status,
            "message": message,
            "error_no": number,
            "back_href": {"office": "/office", "admin": "/admin"}.get(
                face_of(request.url.path), "/"
            ),
        }
        if advice:
            values["what_to_do"] = advice
        return self.render(request, "layout/plain.html", values)

    def plain(self, status: int, message: str, number: str) -> bytes:
        """Return an error page for requests that never reach the application."""
        values = {"status": status, "message": message, "error_no": number}
        layout = _bare_layout()
        return self._env.get_template("layout/plain.html").render({**layout, **values}).encode()

    def _layout(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        unit = scope_of(request.scope)
        path = request.url.path
        return _bare_layout() | {
            "city": unit.city,
            "city_look": known_look(unit.city.id if unit.city else None),
            "user": unit.me if unit.me.kind == "OFFICER" else None,
            "menu": self._menu(unit, path, face_of(path)),
            "portal_menu": self._portal_menu(unit, path),
            "csrf_token": _csrf_token(request),
            "path": path,
            "help_href": help_for(path, self._guides),
            "notice": _read_notice(request.cookies.get(NOTICE_COOKIE)),
        }

    def _portal_menu(self, unit: RequestScope, path: str) -> tuple[MenuLink, ...]:
        if face_of(path) != "portal":
            return ()
        return tuple(link for g in self._menu(unit, path, "portal") for link in g.items)

    def _menu(self, unit: RequestScope, path: str, face: str) -> tuple[MenuGroup, ...]:
        city = unit.city
        if city is None:
            return ()
        look = known_look(city.id)
        items = [
            m
            for m in self._host.menu(city, face)
            if (m.permission == PUBLIC or unit.me.may(m.permission)) and _shows(unit, look, m)
        ]
        current = _current(items, path)
        groups: dict[str, list[MenuLink]] = {}
        for item in items:
            link = MenuLink(item.title, item.path, item is current)
            groups.setdefault(item.group, []).append(link)
        return tuple(MenuGroup(title, tuple(links)) for title, links in groups.items())


def _shows(unit: RequestScope, look: Look, item: MenuItem) -> bool:
    """Whether a line is shown; one that fails to say so is: its address answers anyway."""
    try:
        return look.shows(item)
    except FAULTS as error:
        slug = "".join(parts_below_face(item.path)[:1])
        unit.note(slug, f"menu {item.path}", error)
        return True


def _csrf_token(request: Request[Any, Any, Any]) -> str:
    """Return the page's token; there is none on an answer to a path that leads nowhere."""
    token: object = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


def face_of(path: str) -> str:
    """Return the face a path belongs to: office, admin or portal."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in {"office", "admin"} else "portal"


def _current(items: list[MenuItem], path: str) -> MenuItem | None:
    fitting = [m for m in items if path == m.path or path.startswith(m.path.rstrip("/") + "/")]
    return max(fitting, key=lambda m: len(m.path), default=None)


def _bare_layout() -> dict[str, Any]:
    return {
        "city": None,
        "city_look": known_look(None),
        "user": None,
        "menu": (),
        "portal_menu": (),
        "csrf_token": "",
        "path": "",
        "notice": None,
        "help_href": "",
        "sign_in_href": "/office/people/sign-in",
        "sign_out_href": "/office/people/sign-out",
        "now": clock.now(),
        "today": clock.today(),
    }


class _Errors(dict[str, str]):
    """Field → message; a field without one reads as an empty text in templates."""

    def __missing__(self, key: str) -> str:
        return ""


def _read_notice(raw: str | None) -> Notice | None:
    if not raw:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(raw), type=Notice)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def page(
    request: Request[Any, Any, Any], name: str, *, status: int = 200, **values: Any
) -> Response[str]:
    """Answer with a page; a notice that it showed is taken away."""
    renderer: Renderer = request.app.state.renderer
    if "errors" in values:
        values["errors"] = _Errors(values["errors"])
    html = renderer.render(request, name, values)
    response = Response(html, status_code=status, media_type=MediaType.HTML)
    response.headers["vary"] = "HX-Request, Cookie"
    response.headers["cache-control"] = "no-store"
    if NOTICE_COOKIE in request.cookies:
        response.delete_cookie(NOTICE_COOKIE)
    return response


def see_other(path: str, notice: str | None = None, kind: Kind = "success") -> Response[Any]:
    """Answer an act with the page to look at next, and what to say there."""
    cookies = []
    if notice:
        raw = base64.urlsafe_b64encode(msgspec.json.encode(Notice(kind, notice))).decode()
        cookies = [Cookie(key=NOTICE_COOKIE, value=raw, max_age=60, httponly=True, samesite="lax")]
    return Redirect(path, status_code=303, cookies=cookies)
