"""What the commands share: problems told in one line, and a runtime on the configured database."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from rich.console import Console

from sinmungo import config
from sinmungo.app import Runtime
from sinmungo.deploy.cities import CityFileProblemError
from sinmungo.deploy.database import DatabaseProblemError
from sinmungo.deploy.folder import FolderProblemError
from sinmungo.errors import SinmungoError
from sinmungo_tenants import TenantsError
from sinmungo_tenants.server import ServerProblem

console = Console(stderr=False, highlight=False)
FORESEEN = (
    CityFileProblemError,
    DatabaseProblemError,
    FolderProblemError,
    ServerProblem,
    SinmungoError,
    TenantsError,
    msgspec.ValidationError,
)


class CliProblemError(Exception):
    """One line with the reason and what to do."""


@contextmanager
def told() -> Iterator[None]:
    """Turn foreseeable problems into one line."""
    try:
        yield
    except FORESEEN as error:
        raise CliProblemError(str(error)) from error


def load_settings() -> config.Settings:
    """Return the settings; a wrong one is told by name."""
    with told():
        return config.load()


def need_database(settings: config.Settings) -> config.Settings:
    """Return settings with both logins; made from SINMUNGO_DATABASE_URL when only that is given."""
    if settings.app_dsn and settings.migrator_dsn:
        return settings
    if not settings.database_url:
        raise CliProblemError(
            "no database: set SINMUNGO_APP_DSN and SINMUNGO_MIGRATOR_DSN, or SINMUNGO_DATABASE_URL"
        )
    from sinmungo.deploy.database import set_up

    with told():
        return set_up(settings, settings.database_url)


@asynccontextmanager
async def runtime() -> AsyncIterator[Runtime]:
    """Open a runtime on the configured database."""
    made = Runtime(need_database(load_settings()))
    async with made.running():
        yield made


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine, problems told in one line."""
    with told():
        return asyncio.run(work)
