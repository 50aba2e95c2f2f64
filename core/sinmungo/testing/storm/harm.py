"""What is done to a deployment in a storm, as its administrator could and as life does."""

import asyncio
import contextlib
import itertools
import random
import threading
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import httpx
import psycopg

from sinmungo.app import Runtime
from sinmungo.host.failures import BLAMELESS
from sinmungo.jobs.worker import Worker
from sinmungo.testing.storm.tally import Tally
from sinmungo.testing.storm.towns import Town, Way
from sinmungo_tenants.errors import TenantsError
from sinmungo_tenants.names import schema_of

type Blow = Callable[[], Awaitable[bool]]

AWAY = (*BLAMELESS, OSError, TenantsError)
"""How it looks to whoever was at work when a query was cancelled or a backend killed."""
_VICTIM = """
SELECT {act}(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s AND {who}
ORDER BY random() LIMIT 1
"""
_CANCEL = _VICTIM.format(act="pg_cancel_backend", who="state = 'active'")
_KILL = _VICTIM.format(act="pg_terminate_backend", who="pid <> pg_backend_pid()")
_HELD = 0.2
_PAUSE = 0.03
_WAITS, _ANSWERS = 40, 4


class Harm:
    """Everything that goes wrong; `dsn` is a superuser's address of the deployment's database."""

    def __init__(self, runtime: Runtime, towns: Sequence[Town], way: Way, tally: Tally) -> None:
        self._runtime, self._towns, self._way, self._tally = runtime, towns, way, tally
        self._dsn = runtime.settings.database_url
        self._rng = random.Random(1)  # noqa: S311 - whom it hits is no secret
        self._worker = Worker(runtime.work, runtime.registry)

    def blows(self) -> dict[str, tuple[float, Blow]]:
        """Return every kind of harm by name, with the seconds between two of it."""
        return {
            "pool exhausted": (1.0, self.exhaust),
            "table locked": (0.8, self.lock),
            "plugin switched": (0.5, self.switch),
            "jobs done": (0.2, self.jobs),
        }

    async def exhaust(self) -> bool:
        """Hold every connection of this process for a moment, so that others wait for one.

        All are asked for at once: one by one they would be held while waiting for the next.
        """
        held = (self._hold() for _ in range(self._runtime.settings.pool_size))
        waited = max(await asyncio.gather(*held))
        self._tally.harm["waited for a connection"] += waited
        return waited > 0

    async def _hold(self) -> int:
        async with self._runtime.doors.control_session():
            await asyncio.sleep(_HELD)
            return self._runtime.doors.load().waiting

    async def lock(self) -> bool:
        """Lock the numbers of a city, so that who registers there waits with a connection."""
        schema = schema_of(self._rng.choice(self._towns).city.id)
        connection = await asyncpg.connect(self._dsn)
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {schema}.case_numbers")
                await asyncio.sleep(_HELD)
        finally:
            await connection.close()
        return True

    async def switch(self) -> bool:
        """Switch the plugin on or off in a city, as its administrator."""
        town, act = self._rng.choice(self._towns), self._rng.choice(("enable", "disable"))
        token = f"Bearer {town.admin.token}"
        async with self._way.client(town, "127.0.0.1", authorization=token) as client:
            answer = await client.post(f"/api/v1/plugins/gust/{act}")
        self._tally.read(town.mark, f"plugin {act}", answer.content)
        return answer.is_success

    async def jobs(self) -> bool:
        """Do what is due in every city, as the worker does."""
        done = await self._worker.sweep()
        self._tally.good["job"] += done
        return bool(done)


def strike(dsn: str, login: str, tally: Tally, over: threading.Event) -> None:
    """Cancel queries, and end backends in a transaction or not, until it is over.

    Runs in a thread of its own: a crowded event loop must not soften it. It keeps step with the
    answers that come, so that a slow machine gets some work done between two blows.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in itertools.cycle(("query cancelled",) * 3 + ("backend killed",)):
            if not _in_step(tally, over):
                return
            text = _CANCEL if name == "query cancelled" else _KILL
            hit = connection.execute(text.encode(), (login,)).fetchone()
            tally.harm[name] += hit is not None


def _in_step(tally: Tally, over: threading.Event) -> bool:
    """Wait for a few answers, or for a while; False when it is over."""
    before = tally.good.total()
    for _ in range(_WAITS):
        if over.wait(_PAUSE):
            return False
        if tally.good.total() >= before + _ANSWERS:
            break
    return True


async def keep_on(name: str, pause: float, blow: Blow, tally: Tally, stop: asyncio.Event) -> None:
    """Do harm again and again until it is over; what hits the hitter does not end it."""
    while not stop.is_set():
        try:
            tally.harm[name] += await blow()
        except (*AWAY, httpx.TransportError):
            tally.harm[f"{name}: hit itself"] += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
