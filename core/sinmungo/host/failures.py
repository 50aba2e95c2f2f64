"""Faults of plugins: kept where the admin sees them, and counted until one is stopped.

A fault is written down in a transaction of its own after the one it happened in has ended, so it
outlives what it undid and never waits for a second connection while it holds a first. The count is
taken from the city's table, so that all processes count together.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import msgspec
import structlog
from sqlalchemy import and_, bindparam, func, or_, select

from sinmungo import clock
from sinmungo.host import plugin_records as records
from sinmungo.host.models import hook_failures, plugin_states
from sinmungo.host.types import SYSTEM
from sinmungo.host.watching import BlockedError
from sinmungo_tenants import Doors, Registry, Session, Tenant, insert_into, read
from sinmungo_tenants.errors import ServerDownError

log = structlog.get_logger(__name__)
STRICT = "on_event"
WINDOW = timedelta(minutes=10)
STRICT_LIMIT = 5
OTHER_LIMIT = 20
KEEP_SECONDS = 5.0
# What a plugin raises that may not end the process it runs in.
FAULTS = (Exception, SystemExit, KeyboardInterrupt, asyncio.CancelledError, BlockedError)
# The database went away, is full, or an operator stopped the statement: no fault of a plugin.
BLAMELESS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    ServerDownError,
    asyncpg.InternalClientError,  # what the driver says of a connection that ended while it slept
)


def is_blameless(error: BaseException | None) -> bool:
    """Whether the database is to blame; the web frame and the doors hide why behind their own."""
    while error is not None:
        if isinstance(error, BLAMELESS):
            return True
        error = error.__cause__
    return False


def is_cancelled(error: BaseException) -> bool:
    """Whether this is the cancellation of the running task itself; a plugin may raise one too."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and bool(task and task.cancelling())


class Failure(NamedTuple):
    """One fault: whose, in which hook, route, job or report, and the kind of error."""

    plugin: str
    hook: str
    error: str


class _Count(msgspec.Struct):
    strict: int
    other: int


_ADD = insert_into(hook_failures)
# What undoes an officer's act, or holds up all who share the process.
_IS_STRICT = or_(hook_failures.c.hook == STRICT, hook_failures.c.error == BlockedError.__name__)
_COUNTS: list[Any] = [
    func.count().filter(_IS_STRICT).label("strict"),
    func.count().filter(~_IS_STRICT).label("other"),
]
_COUNT = read(
    select(*_COUNTS)
    .select_from(
        hook_failures.join(
            plugin_states,
            and_(
                plugin_states.c.plugin == hook_failures.c.plugin,
                plugin_states.c.changed_at <= hook_failures.c.happened_at,
            ),
        )
    )
    .where(
        hook_failures.c.plugin == bindparam("plugin"),
        hook_failures.c.happened_at > bindparam("since"),
    ),
    _Count,
)


class Failures:
    """Keeps faults of one deployment and trips a plugin that has too many."""

    def __init__(self, doors: Doors, registry: Registry) -> None:
        self._doors = doors
        self._registry = registry

    async def keep(self, city: Tenant, found: Sequence[Failure]) -> None:
        """Write faults down and trip their plugins if need be; never raises."""
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await self._keep(city, found)
        except Exception:
            log.warning("failures.not_kept", tenant=city.slug, count=len(found), exc_info=True)

    async def _keep(self, city: Tenant, found: Sequence[Failure]) -> None:
        now = clock.now()
        async with self._doors.tenant_session(city) as db:
            for failure in found:
                await db.run(_ADD, id=clock.uuid7(), happened_at=now, **failure._asdict())
            last = {failure.plugin: failure for failure in found}
            tripped = [row for f in last.values() if (row := await _trip(db, f, now))]
        if tripped:
            await records.publish(self._doors, city.id, tripped)
            await self._registry.refresh()


async def _trip(db: Session, failure: Failure, now: datetime) -> records.StateRow | None:
    """Stop a plugin with too many faults since it was switched on; None if it goes on."""
    count = await db.one(_COUNT, plugin=failure.plugin, since=now - WINDOW)
    if count.strict < STRICT_LIMIT and count.other < OTHER_LIMIT:
        return None
    if not await db.run(records.TRIP, b_plugin=failure.plugin, changed_at=now):
        return None
    log.error("plugin.tripped", plugin=failure.plugin, hook=failure.hook, error=failure.error)
    why = f"{failure.hook} {failure.error}"
    await records.add_log(db, failure.plugin, "TRIP", SYSTEM, reason="FAILURES", detail=why)
    return await db.one(records.STATE, plugin=failure.plugin)
