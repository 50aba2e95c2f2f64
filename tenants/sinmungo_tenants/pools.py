"""The application's connections, a pool per server.

Main is connected at the start: nothing works without it. Other servers are connected when a city of
theirs is first asked for. One that is away is tried by one request at a time, and the others are
refused instead of piling up: no city of another server waits for them.
"""

import asyncio
import contextlib
import time
from typing import Any

import asyncpg
import structlog

from sinmungo_tenants.errors import ServerDownError

log = structlog.get_logger(__name__)
CONNECT_SECONDS = 5.0
RETRY_SECONDS = 1.0
SILENT_SECONDS = 5.0  # after the time in which the server itself would have ended a statement
AWAY = (
    OSError,  # TimeoutError among them
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,  # what the driver says of a connection that ended while it slept
    asyncpg.InvalidAuthorizationSpecificationError,  # a wrong password in the settings
    asyncpg.InvalidCatalogNameError,
)
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a connection says that was cut off in the middle of something."""


class Pool:
    """Connections to one server; `waiting` is how many wait for one."""

    __slots__ = ("_name", "_pool", "waiting")

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool: Any = None
        self.waiting = 0

    async def open(self, dsn: str, statement_seconds: float, **options: Any) -> None:
        """Make the pool; call once, in the event loop that will use it.

        The server is to end a statement after `statement_seconds`, if it is still there.
        """
        del statement_seconds
        self._pool = await asyncpg.create_pool(dsn, **options)

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            await self._pool.close()

    async def acquire(self) -> Any:
        """Take a connection, waiting for one if need be."""
        self.waiting += 1
        try:
            return await self._pool.acquire()
        finally:
            self.waiting -= 1

    async def release(self, connection: Any) -> None:
        """Give a connection back; one that the server ended meanwhile is back already."""
        with contextlib.suppress(*BROKEN):
            await self._pool.release(connection)

    @property
    def refuses(self) -> bool:
        """Whether asking now is of no use."""
        return False

    def judge(self, error: BaseException) -> None:
        """Say what else the caller should hear of a binding that failed: nothing."""

    @property
    def size(self) -> int:
        """Connections that are open."""
        return self._pool.get_size() if self._pool is not None else 0

    @property
    def idle(self) -> int:
        """Open connections that nobody uses."""
        return self._pool.get_idle_size() if self._pool is not None else 0


class RemotePool(Pool):
    """Connections to another server than main: it may be away while the rest goes on."""

    __slots__ = ("_first", "_next_try")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._first = asyncio.Lock()
        self._next_try = 0.0  # 0: it answered last; else when one request may try again

    async def open(self, dsn: str, statement_seconds: float, **options: Any) -> None:
        """Make the pool without a connection: whether the server is there shows when it is used.

        One that falls silent without closing its connections is not waited for much longer than
        it would take a living one to give up.
        """
        await super().open(
            dsn,
            statement_seconds,
            **{**options, "min_size": 0},
            timeout=CONNECT_SECONDS,
            command_timeout=statement_seconds + SILENT_SECONDS,
        )

    async def acquire(self) -> Any:
        """Take a connection; raise `ServerDownError` when the server is away."""
        if self.size == 0:  # nobody knows whether it is there: one request finds out for all
            async with self._first:
                if self.refuses:
                    raise self._down()
                if self.size == 0:
                    return await self._try()
        return await self._try()

    async def _try(self) -> Any:
        if self._next_try:
            self._next_try = time.monotonic() + CONNECT_SECONDS + RETRY_SECONDS  # for all others
        try:
            connection = await super().acquire()
        except AWAY as error:
            raise self._lost(error) from error
        if self._next_try:
            self._next_try = 0.0
            log.info("server.back", server=self._name)
        return connection

    @property
    def refuses(self) -> bool:
        """Whether the server is away and it is not yet time to try again."""
        return self._next_try > 0 and time.monotonic() < self._next_try

    def judge(self, error: BaseException) -> None:
        """Raise `ServerDownError` if a binding failed since the server went away."""
        cause = error.__cause__ or error
        if isinstance(cause, AWAY):
            raise self._lost(cause) from error

    def _lost(self, error: BaseException) -> ServerDownError:
        if not self._next_try:
            log.warning("server.away", server=self._name, kind=type(error).__name__)
        self._next_try = time.monotonic() + RETRY_SECONDS
        return self._down()

    def _down(self) -> ServerDownError:
        return ServerDownError(f"the server {self._name!r} is away")
