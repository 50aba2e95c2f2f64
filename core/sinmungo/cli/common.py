"""What the commands that work on cities share: a runtime on the configured database."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sinmungo import config
from sinmungo.app import Runtime
from sinmungo.cli.problems import load_settings, told
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.database import set_up
from sinmungo.logs import configure_logs, only_failures


def need_database(settings: config.Settings) -> config.Settings:
    """Return settings with both logins; made from SINMUNGO_DATABASE_URL when only that is given."""
    if settings.app_dsn and settings.migrator_dsn:
        return settings
    if not settings.database_url:
        raise CliProblemError(
            "no database: set SINMUNGO_APP_DSN and SINMUNGO_MIGRATOR_DSN, or SINMUNGO_DATABASE_URL"
        )
    with told():
        return set_up(settings, settings.database_url)


@asynccontextmanager
async def runtime() -> AsyncIterator[Runtime]:
    """Open a runtime on the configured database; of the log only errors are printed."""
    configure_logs("console")
    only_failures()
    made = Runtime(need_database(load_settings()))
    async with made.running():
        yield made


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine, problems told in one line."""
    with told():
        return asyncio.run(work)
