"""The one wrapper around the application: city by host, maintenance, plugin gate, log line.

It looks at the path before routing, so that a plugin which is off in a city is 404 for every
method, whatever routes exist.
"""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from sinmungo.host.context import Work
from sinmungo.host.failures import is_blameless
from sinmungo.web.bounds import blamed, bounded, fault_of, parts_below_face
from sinmungo.web.problems import AWAY, AWAY_SECONDS, PROBLEM_JSON, Problem
from sinmungo.web.proxies import Proxies
from sinmungo.web.scope import KEY, Identify, RequestScope
from sinmungo.web.statics import is_static
from sinmungo_tenants import Registry, Tenant

log = structlog.get_logger("sinmungo.request")
type Asgi = Callable[[Any, Any, Any], Awaitable[None]]
type PlainPage = Callable[[int, str, str], bytes]

PLATFORM = "platform"
_WITHOUT_CITY = frozenset({"", PLATFORM, "help"})  # the list of cities, the desk, the guide
_DOUBLED = re.compile("/{2,}")
_CODES = {404: "not_found", 503: "unavailable"}
_POLICY = (
    b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    b"frame-ancestors 'none'; form-action 'self'"
)
_SECURITY_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_UPGRADING = "새 판으로 바꾸는 중입니다. 잠시 뒤에 다시 열어 주세요."
_RETRY_SECONDS = {_UPGRADING: 30, AWAY: AWAY_SECONDS}
_NO_PAGE = "찾으시는 화면이 없습니다."
_STOPPED = "시 전용 기능이 답하지 않아 멈추었습니다. 다른 화면은 그대로 쓸 수 있습니다."
_UNKNOWN_HOST = "이 주소로 여는 시·군이 없습니다. 주소를 확인해 주세요."


class Gate:
    """ASGI application around Litestar."""

    def __init__(
        self,
        app: Asgi,
        *,
        work: Work,
        registry: Registry,
        identify: Identify,
        platform_hosts: tuple[str, ...],
        plain_page: PlainPage,
        proxies: Proxies,
    ) -> None:
        self._app = app
        self._work = work
        self._registry = registry
        self._identify = identify
        self._platform_hosts = frozenset(platform_hosts)
        self._plain_page = plain_page
        self._proxies = proxies
        self._log = log.bind()  # once: a logger that is not bound binds itself at each line

    @property
    def inner(self) -> Asgi:
        """Return the application inside, for those who walk its routes."""
        return self._app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, or pass the lifespan through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._proxies.correct(scope)
        # One spelling of a path for the gate, for identity, for CSRF and for the router.
        scope["path"] = _DOUBLED.sub("/", scope["path"])
        if scope["method"] == "HEAD":
            scope["method"], send = "GET", _without_body(send)
        number = secrets.token_hex(5)
        host = _host(scope)
        city = self._registry.by_host(host)
        unit = RequestScope(scope, self._work, self._identify, city, number)
        scope[KEY] = unit
        refused = self._refusal(scope["path"], host, city)
        if refused:
            await self._answer(scope, send, *refused, number)
            return
        await self._serve(scope, receive, send, unit)

    def _refusal(self, path: str, host: str, city: Tenant | None) -> tuple[int, str] | None:
        if is_static(path) or path.startswith("/health/"):
            return None
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        if city is None and host not in self._platform_hosts:
            return 404, _UNKNOWN_HOST
        if first not in _WITHOUT_CITY if city is None else first == PLATFORM:
            return 404, _NO_PAGE
        return self._closed(path, city) if city else None

    def _closed(self, path: str, city: Tenant) -> tuple[int, str] | None:
        """Return why a city does not serve a path now, or None."""
        if city.upgrading:
            return 503, _UPGRADING
        if not city.open:
            return 503, "서비스를 잠시 멈추었습니다. 급한 일은 담당 부서에 전화해 주세요."
        if self._work.doors.refuses(city):
            return 503, AWAY
        plugin = self._plugin_of(path)
        if plugin is not None and not self._work.host.is_active(city, plugin):
            late = plugin in city.plugins and self._work.host.is_late(city, plugin)
            return (503, _UPGRADING) if late else (404, _NO_PAGE)
        return None

    def _plugin_of(self, path: str) -> str | None:
        parts = parts_below_face(path)
        return parts[0] if parts and parts[0] in self._work.host.plugins else None

    async def _serve(self, scope: Any, receive: Any, send: Any, unit: RequestScope) -> None:
        started, status = time.perf_counter(), 0

        async def guarded(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await unit.finish(message["status"])
                status = message["status"]
                message["headers"] = [*message.get("headers", []), *_SECURITY_HEADERS]
            await send(message)

        plugin = blamed(self._work.host, scope["path"]) if unit.city else None
        try:
            if plugin is None:
                await self._app(scope, receive, guarded)
            else:
                await bounded(self._app, scope, receive, guarded, unit)
        except Exception as error:
            if status or not is_blameless(error):
                raise
            status = await self._cut_off(scope, send, unit, error)
        finally:
            await unit.abort()
            if plugin is not None:
                status = await self._blame(scope, send, unit, plugin, status)
            if not is_static(scope["path"]):
                _log(self._log, scope, unit, status or 500, time.perf_counter() - started)

    async def _cut_off(self, scope: Any, send: Any, unit: RequestScope, error: Exception) -> int:
        """Answer for a commit that did not come through: nothing has been sent yet."""
        log.error("database.away", request=unit.number, exc_info=error)
        await self._answer(scope, send, 503, AWAY, unit.number)
        return 503

    async def _blame(
        self, scope: Any, send: Any, unit: RequestScope, plugin: str, status: int
    ) -> int:
        """Keep a plugin's fault, and answer for it if it never did; return the answer's status."""
        found = fault_of(unit, plugin, scope)
        if found and unit.city is not None and self._work.failures is not None:
            await self._work.failures.keep(unit.city, found)
        if unit.fault is not None and not status:
            status = 503
            await self._answer(scope, send, status, _STOPPED, unit.number)
        return status

    async def _answer(self, scope: Any, send: Any, status: int, message: str, number: str) -> None:
        if scope["path"].startswith("/api/"):
            problem = Problem(status, _CODES[status], message, number)
            body, kind = msgspec.json.encode(problem), PROBLEM_JSON.encode()
        else:
            body = self._plain_page(status, message, number)
            kind = b"text/html; charset=utf-8"
        headers = [(b"content-type", kind), *_SECURITY_HEADERS]
        if message in _RETRY_SECONDS:
            headers.append((b"retry-after", str(_RETRY_SECONDS[message]).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        log.info("refused", status=status, request=number)


def _without_body(send: Any) -> Any:
    """Answer HEAD like GET, as HTTP asks, but for the body."""

    async def headless(message: Any) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headless


def _host(scope: Any) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1")).rsplit(":", 1)[0].lower()
    return ""


def _log(bound: Any, scope: Any, unit: RequestScope, status: int, seconds: float) -> None:
    bound.info(
        "request",
        method=scope["method"],
        path=scope.get("path_template") or scope["path"],
        status=status,
        ms=round(seconds * 1000, 1),
        tenant=unit.city.slug if unit.city else None,
        actor=str(unit.me.officer_id) if unit.me.officer_id else None,
        statements=unit.statements,
        request=unit.number,
    )
