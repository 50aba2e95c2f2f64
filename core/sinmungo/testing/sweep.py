"""Every route of an application, found by walking it, and tried by those who must not get in.

A new route is swept without being listed anywhere: what is not tried cannot be forgotten.
"""

import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from sinmungo.host.checks import PERMISSION, PUBLIC

REFUSED = frozenset({401, 403, 404})
# A change that names no body or version is refused before the record is looked for.
UNREADABLE = frozenset({400, 409, 412, 422, 428})
SERVER_ERROR = 500
_REDIRECTS = range(300, 400)
SIGN_IN = "sign-in"
_SAMPLES = {UUID: "00000000-0000-7000-8000-000000000000", int: "1", str: "x"}


@dataclass(frozen=True, slots=True)
class Param:
    """A place in a path; `kind` is the type that the router reads there."""

    name: str
    kind: type


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path, with the handler behind it."""

    method: str
    parts: tuple[str | Param, ...]
    permission: str
    handler: HTTPRouteHandler

    @property
    def path(self) -> str:
        """The path as a template: `/office/cases/{case_id}`."""
        parts = ("{" + p.name + "}" if isinstance(p, Param) else p for p in self.parts)
        return "/" + "/".join(parts)

    @property
    def params(self) -> tuple[Param, ...]:
        """The places of the path."""
        return tuple(p for p in self.parts if isinstance(p, Param))

    @property
    def public(self) -> bool:
        """Whether anyone may call it."""
        return self.permission == PUBLIC

    @property
    def is_api(self) -> bool:
        """Whether it answers programs."""
        return self.path.startswith("/api/")

    def at(self, values: Mapping[str, object] | None = None) -> str:
        """Return an address: places filled by name, and with a sample of their type otherwise."""
        given = values or {}
        parts = [
            str(given.get(p.name, _SAMPLES.get(p.kind, "1"))) if isinstance(p, Param) else p
            for p in self.parts
        ]
        return "/" + "/".join(parts)

    @property
    def place(self) -> tuple[Path, int]:
        """File and line of the handler."""
        function = inspect.unwrap(self.handler.fn)
        return Path(inspect.getsourcefile(function) or ""), inspect.getsourcelines(function)[1]


@dataclass(frozen=True, slots=True)
class Leak:
    """An answer that should not have been given."""

    route: Route
    address: str
    status: int
    why: str

    def __str__(self) -> str:
        return f"{self.route.method} {self.address} → {self.status}: {self.why}"


def routes(app: Any) -> list[Route]:
    """Return every route of the application, by path; `app` may be wrapped in the gate."""
    inner = app if isinstance(app, Litestar) else app.inner
    found = [r for route in inner.routes for r in _routes_of(route)]
    return sorted(found, key=lambda r: (r.path, r.method))


def _routes_of(route: Any) -> Iterator[Route]:
    parts = tuple(p if isinstance(p, str) else Param(p.name, p.type) for p in route.path_components)
    for handler in getattr(route, "route_handlers", ()):
        if not isinstance(handler, HTTPRouteHandler):
            continue
        permission = handler.opt.get(PERMISSION, PUBLIC if handler.opt.get("static") else "")
        for method in sorted(set(handler.http_methods) - {"HEAD", "OPTIONS"}):
            yield Route(str(method), parts, str(permission), handler)


async def ask(client: httpx.AsyncClient, route: Route, address: str) -> httpx.Response:
    """Send a request that says as little as the method allows."""
    options: dict[str, Any] = {}
    if route.method != "GET":
        options["headers"] = {"if-match": '"1"'}
        if route.is_api:
            options["json"] = {}
    return await client.request(route.method, address, **options)


async def sweep(
    client: httpx.AsyncClient,
    tried: Iterable[Route],
    values: Sequence[Mapping[str, object]] = ({},),
    *,
    allowed: Collection[int] = REFUSED,
    secrets: Collection[str] = (),
) -> list[Leak]:
    """Try each route with each set of values; return every answer that should not have been given.

    Refused is a status of `allowed` or the way to the sign-in page. A change without a body may
    also be answered as unreadable. No answer may hold one of `secrets`, whatever its status.
    """
    leaks: list[Leak] = []
    for route in tried:
        for given in values if route.params else ({},):
            address = route.at(given)
            answer = await ask(client, route, address)
            why = _fault(route, answer, allowed, secrets)
            if why:
                leaks.append(Leak(route, address, answer.status_code, why))
    return leaks


def _fault(
    route: Route, answer: httpx.Response, allowed: Collection[int], secrets: Collection[str]
) -> str:
    status = answer.status_code
    told = next((s for s in secrets if s in answer.text), None)
    if told is not None:
        return f"the answer holds {told!r}"
    if status >= SERVER_ERROR:
        return "it failed"
    if turned_away(answer, allowed) or (status in UNREADABLE and route.method != "GET"):
        return ""
    return "it was answered"


def turned_away(answer: httpx.Response, allowed: Collection[int] = REFUSED) -> bool:
    """Whether an answer is a status of `allowed` or the way to the sign-in page."""
    to_sign_in = SIGN_IN in answer.headers.get("location", "")
    return answer.status_code in allowed or (answer.status_code in _REDIRECTS and to_sign_in)
