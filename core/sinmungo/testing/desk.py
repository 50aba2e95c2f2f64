"""The operator's desk for tests: an account, and a browser at the platform's host."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.jobs import outbox
from sinmungo.platform_desk import log, operators, totp
from sinmungo.platform_desk.operators import Handed
from sinmungo.testing.web import Browser
from sinmungo_tenants import Tenant

PASSWORD = "gorgeous-drum-7"  # noqa: S105 - of an account that lives for one test


class Door(Browser):
    """A browser at the platform's host."""

    def __init__(self, app: Any, host: str = "localhost") -> None:
        super().__init__(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                base_url=f"http://{host}",
            )
        )

    async def enter(self, login: str, password: str, code: str) -> httpx.Response:
        """Sign in."""
        await self.get("/platform/sign-in")
        form = {"login": login, "password": password, "code": code}
        return await self.post("/platform/sign-in", form)


async def new_operator(runtime: Runtime) -> Handed:
    """Make an operator whose password is PASSWORD and need not be changed."""
    login = f"op-{clock.uuid7().hex[-8:]}"
    return await operators.add(runtime, login, password=PASSWORD, must_change=False)


def now_code(who: Handed, later: timedelta = timedelta(0)) -> str:
    """Return the six digits of this moment, or of a later one."""
    return totp.code_at(who.secret, clock.now() + later)


@asynccontextmanager
async def at_the_desk(app: Any, who: Handed) -> AsyncIterator[Door]:
    """Open the desk as an operator."""
    door = Door(app)
    answer = await door.enter(who.login, PASSWORD, now_code(who))
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    yield door
    await door.client.aclose()


async def give_up(runtime: Runtime, city: Tenant, kind: str, rows: int = 1) -> None:
    """Leave rows of this kind in a city's outbox that were tried as often as may be."""
    async with runtime.work.open(city) as ctx:
        for _ in range(rows):
            await outbox.put(ctx, kind, clock.uuid7())
        for row in await outbox.claim(ctx):
            row.attempts = outbox.MAX_ATTEMPTS
            await outbox.fail(ctx, row, ValueError("손님의 이름"))


async def lines(runtime: Runtime, login: str) -> list[tuple[str, str]]:
    """Return act and subject of what the operator's log says of a login."""
    async with runtime.doors.control_session() as db:
        return [(n.act, n.subject) for n in await log.recent(db) if n.login == login]
