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

from sinmungo_tenants.errors import BindError, LostTransactionError
from sinmungo_tenants.names import CONTROL_SCHEMA, JOBS_SCHEMA, Deployment, schema_of
from sinmungo_tenants.registry import Tenant
from sinmungo_tenants.session import Session

log = structlog.get_logger(__name__)
_JSONB_VERSION = b"\x01"
_ROLLBACK_SECONDS = 5.0


async def _prepare(connection: asyncpg.Connection) -> None:
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

    async def connect(self) -> None:
        """Open the pool; call once, in the event loop that will use it."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._size,
            max_inactive_connection_lifetime=900,
            init=_prepare,
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

    def tenant_session(self, tenant: Tenant) -> AbstractAsyncContextManager[Session]:
        """Open a transaction bound to one city; commit at the end, undo on any error."""
        role, schema = self.deployment.city(tenant.id), schema_of(tenant.id)
        return _Bound(self._pool, role, schema, tenant.revision_tag)

    def control_session(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction on the registry and the job queue, with no right on any city."""
        path = f"{CONTROL_SCHEMA}, {JOBS_SCHEMA}"
        return _Bound(self._pool, self.deployment.control, path, "control")


class _Bound(AbstractAsyncContextManager[Session]):
    """One transaction. A class and no generator: every request goes through here."""

    __slots__ = ("_connection", "_path", "_pool", "_role", "_session", "_tag")

    def __init__(self, pool: Any, role: str, path: str, tag: str) -> None:
        self._pool, self._role, self._path, self._tag = pool, role, path, tag
        self._connection: Any = None

    async def __aenter__(self) -> Session:
        connection = await self._pool.acquire()
        try:
            await _begin(connection, self._role, self._path)
        except BaseException:
            await self._pool.release(connection)
            raise
        self._connection = connection
        self._session = Session(connection, self._tag)
        return self._session

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
