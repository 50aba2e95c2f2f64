"""Whether this process can serve: short words for a load balancer, and no secret among them."""

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import column, select, table

from sinmungo.sealed import DeploymentKey, KeyFormatError
from sinmungo_tenants import read
from sinmungo_tenants.chain import too_old
from sinmungo_tenants.control.component import COMPONENT as CONTROL

if TYPE_CHECKING:
    from sinmungo.app import Runtime

log = structlog.get_logger(__name__)
STALE_SECONDS = 10.0
SECONDS = 3.0
_REVISION = read(select(table(CONTROL.version_table, column("version_num")).c.version_num), str)


async def reasons(runtime: "Runtime") -> list[str]:
    """Return why not: `database`, `schema`, `registry`, `key`; an empty list means ready."""
    found = []
    try:
        async with asyncio.timeout(SECONDS), runtime.doors.control_session() as db:
            revision = await db.first(_REVISION)
        if too_old(CONTROL, revision or ""):
            found.append("schema")
    except Exception:
        log.warning("not_ready.database", exc_info=True)
        found.append("database")
    if runtime.registry.age > STALE_SECONDS:
        found.append("registry")
    try:
        DeploymentKey.load(runtime.settings.key_file)
    except KeyFormatError:
        found.append("key")
    return found
