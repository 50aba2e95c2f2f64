"""The two doors. Nothing else opens a session, and outside a door there is no query.

A city is bound by one message, `BEGIN; SET LOCAL ROLE …; SET LOCAL search_path = …`: no round trip
more than a plain BEGIN, and PostgreSQL itself forbids every other city until the transaction ends.
The role and the path die with the transaction, whatever ends it, so a pooled connection carries
nothing over. RESET ROLE inside would undo the wall: it guards against mistakes, not against
code that means harm (THREAT_MODEL.md).
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import asyncpg
import msgspec
import structlog

from sinmungo_tenants.errors import BehindError, BindError, LostTransactionError
from sinmungo_tenants.names import CONTROL_SCHEMA, JOBS_SCHEMA, Deployment, schema_of
from sinmungo_tenants.registry import Tenant
from sinmungo_tenants.session import Session

log = structlog.get_logger(__name__)
_JSONB_VERSION = b"\x01"
_ROLLBACK_SECONDS = 5.0


async def prepare(connection: asyncpg.Connection) -> None:
    """Let a fresh connection read and write jsonb as plain values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
    )


async def _no_reset(connection: asyncpg.Connection) -> None:
    """Spare the round trip of RESET ALL: everything we set is LOCAL to the transaction."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class PoolLoad(msgspec.Struct):
    """How busy the pool is: connections in use and idle, and who waits for one."""

    used: int
    idle: int
    waiting: int


class _Queue:
    """How many wait for a connection of the pool."""

    __slots__ = ("length",)

    def __init__(self) -> None:
        self.length = 0


class Doors:
    """A pool of the application's login, and the two ways through it."""

    def __init__(
        self, deployment: Deployment, dsn: str, *, size: int = 4, timeout: float = 30.0
    ) -> None:
        """Set up for the application's login: `size` connections, `timeout` seconds a statement."""
        self.deployment = deployment
        self._dsn = dsn
        self._size = size
        self._timeout = timeout
        self._pool: Any = None
        self._queue = _Queue()

    async def connect(self) -> None:
        """Open the pool; call once, in the event loop that will use it."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            max_inactive_connection_lifetime=900,
            init=prepare,
            reset=_no_reset,
            server_settings={
                "application_name": f"{self.deployment.name}-app",
                "statement_timeout": str(int(self._timeout * 1000)),
                "idle_in_transaction_session_timeout": "60000",
                "jit": "off",
            },
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            await self._pool.close()

    def tenant_session(
        self, tenant: Tenant, seconds: float | None = None
    ) -> AbstractAsyncContextManager[Session]:
        """Open a transaction bound to one city; commit at the end, undo on any error.

        With `seconds` its statements end sooner than usual; that rides in the same first message.
        Raises `BehindError` when the city is older than this code can work on.
        """
        if tenant.upgrading:
            raise BehindError(f"{tenant.slug} waits for `sinmungo fleet upgrade`: {_older(tenant)}")
        role, schema = self.deployment.city(tenant.id), schema_of(tenant.id)
        if seconds is not None:
            schema += f"; SET LOCAL statement_timeout = {int(seconds * 1000)}"
        return _Bound(self._pool, self._queue, role, schema, tenant.revision_tag)

    def control_session(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction on the registry and the job queue, with no right on any city."""
        path = f"{CONTROL_SCHEMA}, {JOBS_SCHEMA}"
        return _Bound(self._pool, self._queue, self.deployment.control, path, "control")

    def load(self) -> PoolLoad:
        """Return how busy the pool is at this moment."""
        if self._pool is None:
            return PoolLoad(0, 0, 0)
        size, idle = self._pool.get_size(), self._pool.get_idle_size()
        return PoolLoad(size - idle, idle, self._queue.length)


class _Bound(AbstractAsyncContextManager[Session]):
    """One transaction. A class and no generator: every request goes through here."""

    __slots__ = ("_connection", "_path", "_pool", "_queue", "_role", "_session", "_tag")

    def __init__(self, pool: Any, queue: _Queue, role: str, path: str, tag: str) -> None:
        self._pool, self._queue = pool, queue
        self._role, self._path, self._tag = role, path, tag
        self._connection: Any = None

    async def __aenter__(self) -> Session:
        self._queue.length += 1
        try:
            connection = await self._pool.acquire()
        finally:
            self._queue.length -= 1
        try:
            await _begin(connection, self._role, self._path)
        except BaseException:
            await self._pool.release(connection)
            raise
        self._connection = connection
        self._session = Session(connection, self._tag, self._begin_again)
        return self._session

    async def _begin_again(self) -> None:
        """Give the session a fresh transaction bound as the first was."""
        await self._connection.execute("ROLLBACK")
        await _begin(self._connection, self._role, self._path)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        try:
            if kind is not None:
                await _undo(connection)
                return
            if await connection.execute("COMMIT") != "COMMIT":
                raise LostTransactionError("a statement had failed: nothing was written")
        finally:
            await self._pool.release(connection)
        for callback in self._session.take_after_commit():
            await callback()


def _older(tenant: Tenant) -> str:
    return ", ".join(f"{n} {tenant.revisions.get(n, 'missing')}" for n in sorted(tenant.behind))


async def _begin(connection: Any, role: str, path: str) -> None:
    try:
        await connection.execute(f"BEGIN; SET LOCAL ROLE {role}; SET LOCAL search_path = {path}")
    except asyncpg.PostgresError as error:
        await _undo(connection)
        raise BindError(f"could not bind {role}: {error}") from error
    except BaseException:
        await _undo(connection)
        raise


async def _undo(connection: Any) -> None:
    """Roll back; a connection that cannot is thrown away rather than handed on."""
    if connection.is_closed():
        return
    try:
        rollback = connection.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)
        await asyncio.shield(asyncio.ensure_future(rollback))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        connection.terminate()
    except asyncio.CancelledError:
        connection.terminate()
        raise
