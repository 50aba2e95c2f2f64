"""The product inside this process: called as granian would call it, with a city's request.

Used where a socket would only blur what is asked: which statements a request sends, and how much
CPU each of its parts takes.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog

from benchmarks.world import World
from sinmungo.app import Runtime, create_app
from sinmungo.deadlines.calendar import preload_holidays

type Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request of one city."""

    host: str
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""

    @property
    def raw(self) -> bytes:
        """The request as it goes over a socket."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        lines = [f"{self.method} {target} HTTP/1.1", f"host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"content-length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    def scope(self) -> dict[str, Any]:
        """Return the request as ASGI hands it over."""
        headers = {"host": self.host, **self.headers}
        if self.body:
            headers["content-length"] = str(len(self.body))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
            "client": ("127.0.0.1", 40000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


async def ask(app: Asgi, call: Call, expected: int) -> bytes:
    """Send one request through the application; ValueError when it answers another status."""
    body, status = bytearray(), 0
    given = iter([{"type": "http.request", "body": call.body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(given, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        body.extend(message.get("body", b""))

    await app(call.scope(), receive, send)
    if status != expected:
        raise ValueError(f"{call.method} {call.path}: {status} {bytes(body[:500])!r}")
    return bytes(body)


@asynccontextmanager
async def product(world: World) -> AsyncIterator[tuple[Runtime, Asgi]]:
    """Open the whole application; its log lines are written, but to a file."""
    runtime = Runtime(world.settings)
    app = create_app(runtime)
    preload_holidays(range(2024, 2029))
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    with (world.folder / "product.log").open("a") as log:
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=log))
        async with runtime.running():
            yield runtime, app
    structlog.reset_defaults()
