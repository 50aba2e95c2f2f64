"""Once a day the worker takes out what is too old to be of use: faults of plugins, fleet runs."""

import asyncio
from datetime import timedelta

import structlog

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host.models import hook_failures
from sinmungo_tenants import Tenant
from sinmungo_tenants.trimming import trim_log, trim_runs

log = structlog.get_logger(__name__)
FAULTS_KEPT = timedelta(days=90)
RUNS_KEPT = timedelta(days=400)
DAY_SECONDS = 86_400.0


def trim(runtime: Runtime) -> int:
    """Remove what is too old from the registry and every city; return how many lines and runs.

    A city that cannot be reached keeps its lines until the next day and stops no other.
    """
    now, servers = clock.now(), runtime.settings.migrators
    removed = trim_runs(servers, now - RUNS_KEPT)
    return removed + sum(_trim_city(runtime, city) for city in runtime.registry.all())


def _trim_city(runtime: Runtime, city: Tenant) -> int:
    before, column = clock.now() - FAULTS_KEPT, hook_failures.c.happened_at.name
    servers = runtime.settings.migrators
    try:
        return trim_log(servers, city.server, city.id, hook_failures.name, column, before)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cities want trimming
        log.warning("upkeep.city_failed", tenant=city.slug, kind=type(error).__name__)
        return 0


async def keep(runtime: Runtime) -> None:
    """Trim at the start and then daily, as a task of the worker; without a migrator's login never.

    A failed round is logged and repeated the next day.
    """
    while runtime.settings.migrator_dsn:
        try:
            await runtime.registry.refresh()
            removed = await asyncio.to_thread(trim, runtime)
            log.info("upkeep.done", removed=removed)
        except Exception:
            log.exception("upkeep.failed")
        await asyncio.sleep(DAY_SECONDS)
