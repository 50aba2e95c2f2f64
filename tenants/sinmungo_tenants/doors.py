"""The two doors. Nothing else opens a session, and outside a door there is no query.

A city is bound by one message, `BEGIN; SET LOCAL ROLE …; SET LOCAL search_path = …`: no round trip
more than a plain BEGIN, and PostgreSQL itself forbids every other city until the transaction ends.
The role and the path die with the transaction, whatever ends it, so a pooled connection carries
nothing over. RESET ROLE inside would undo the wall: it guards against mistakes, not against
code that means harm (THREAT_MODEL.md).
"""

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import asyncpg
import msgspec
import structlog

from sinmungo_tenants.errors import (
    BehindError,
    BindError,
    LostTransactionError,
    UnknownServerError,
)
from sinmungo_tenants.names import CONTROL_SCHEMA, JOBS_SCHEMA, Deployment, schema_of
from sinmungo_tenants.pools import BROKEN, Pool, RemotePool
from sinmungo_tenants.registry import Tenant
from sinmungo_tenants.servers import MAIN
from sinmungo_tenants.session import Session

log = structlog.get_logger(__name__)
_JSONB_VERSION = b"\x01"
_ROLLBACK_SECONDS = 5.0
# How a connection fails that the server has ended: nothing was begun, another one will do.
_DEAD = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)


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


class Doors:
    """A pool of the application's login per server, and the two ways through them."""

    def __init__(
        self,
        deployment: Deployment,
        dsn: str,
        *,
        size: int = 4,
        timeout: float = 30.0,
        servers: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        """Set up for the application's login: `size` connections, `timeout` seconds a statement.

        `servers` are those besides main: by name their address and number of connections.
        """
        self.deployment = deployment
        self._main = Pool(MAIN)
        self._pools: dict[str, Pool] = {MAIN: self._main}
        self._pools.update((name, RemotePool(name)) for name in servers or ())
        self._addresses = {MAIN: (dsn, size), **(servers or {})}
        self._timeout = timeout

    async def connect(self) -> None:
        """Open the pools; call once, in the event loop that will use them."""
        for name, (dsn, size) in self._addresses.items():
            await self._pools[name].open(
                dsn,
                self._timeout,
                min_size=1,
                max_size=size,
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
        for pool in self._pools.values():
            await pool.close()

    def tenant_session(
        self, tenant: Tenant, seconds: float | None = None
    ) -> AbstractAsyncContextManager[Session]:
        """Open a transaction bound to one city; commit at the end, undo on any error.

        With `seconds` its statements end sooner than usual; that rides in the same first message.
        Raises `BehindError` when the city is older than this code can work on, `ServerDownError`
        when the city's server is not in the settings or (on entering) cannot be reached.
        """
        if tenant.upgrading:
            raise BehindError(f"{tenant.slug} waits for `sinmungo fleet upgrade`: {_older(tenant)}")
        pool = self._pools.get(tenant.server)
        if pool is None:
            raise UnknownServerError(f"{tenant.slug} lies on {tenant.server!r}: not in settings")
        role, schema = self.deployment.city(tenant.id), schema_of(tenant.id)
        if seconds is not None:
            schema += f"; SET LOCAL statement_timeout = {int(seconds * 1000)}"
        return _Bound(pool, role, schema, tenant.revision_tag)

    def refuses(self, tenant: Tenant) -> bool:
        """Whether the city's server is not in the settings, or known to be away."""
        pool = self._pools.get(tenant.server)
        return pool is None or pool.refuses

    def control_session(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction on the registry and the job queue, with no right on any city."""
        path = f"{CONTROL_SCHEMA}, {JOBS_SCHEMA}"
        return _Bound(self._main, self.deployment.control, path, "control")

    def load(self) -> PoolLoad:
        """Return how busy the pools of all servers are at this moment."""
        pools = self._pools.values()
        size, idle = sum(p.size for p in pools), sum(p.idle for p in pools)
        return PoolLoad(size - idle, idle, sum(p.waiting for p in pools))


class _Bound(AbstractAsyncContextManager[Session]):
    """One transaction. A class and no generator: every request goes through here."""

    __slots__ = ("_connection", "_path", "_pool", "_role", "_session", "_tag")

    def __init__(self, pool: Pool, role: str, path: str, tag: str) -> None:
        self._pool = pool
        self._role, self._path, self._tag = role, path, tag
        self._connection: Any = None

    async def __aenter__(self) -> Session:
        ended = self._pool.size  # as many may have been ended by the server while they slept
        while self._connection is None:
            connection = await self._pool.acquire()
            try:
                await _begin(connection, self._role, self._path)
                self._connection = connection
            except BaseException as error:
                await self._pool.release(connection)
                ended -= 1
                if ended < 0 or not isinstance(error, _DEAD):
                    self._pool.judge(error)
                    raise
        self._session = Session(self._connection, self._tag, self._begin_again)
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
    except _DEAD:
        _throw_away(connection)
        raise
    except asyncpg.PostgresError as error:
        await _undo(connection)
        raise BindError(f"could not bind {role}: {error}") from error
    except BaseException:
        await _undo(connection)
        raise


async def _undo(connection: Any) -> None:
    """Roll back; a connection that cannot is thrown away rather than handed on."""
    rollback = asyncio.ensure_future(_rollback(connection))
    try:
        await asyncio.shield(rollback)
    except BROKEN:
        _throw_away(connection)
    except asyncio.CancelledError:
        rollback.add_done_callback(_ended)
        _throw_away(connection)
        raise


async def _rollback(connection: Any) -> None:
    if not connection.is_closed():
        await connection.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)


def _throw_away(connection: Any) -> None:
    # The pool may have taken back one that the server ended.
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


def _ended(rollback: asyncio.Future[None]) -> None:
    """Take note of how a rollback ended that nobody waits for any more."""
    if not rollback.cancelled():
        rollback.exception()
