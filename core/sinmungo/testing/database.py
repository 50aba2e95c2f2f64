"""Databases, deployments and cities for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.database import set_up
from sinmungo.host.host import Host
from sinmungo.logs import configure_logs
from sinmungo.testing import recycling
from sinmungo.testing.recycling import RecyclingAdder
from sinmungo_tenants import Tenant

DEPARTMENTS: list[dict[str, Any]] = [
    {"name": "기업지원과", "phone": "02-0000-1000", "teams": ["기업SOS팀", "기업육성팀"]},
    {"name": "도로과", "phone": "02-0000-2000", "teams": []},
]


def fresh_database(dsn: str, name: str) -> str:
    """Make an empty database (dropping an old one of that name) and return its address."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    return dsn.rsplit("/", 1)[0] + f"/{name}"


@asynccontextmanager
async def test_runtime(
    dsn: str,
    deployment: str,
    data: Path,
    host: Host | None = None,  # noqa: PT028 - a helper, whatever its name
) -> AsyncIterator[Runtime]:
    """Open a deployment of its own, roles included, on an empty database.

    `host` replaces what is installed: `load(CORE_SLICES, found=[fake_plugin(…)])`.
    """
    settings = Settings(
        data=str(data), deployment=deployment, cookie_secure=False, database_url=dsn
    )
    configure_logs(settings.log_format)  # what nobody configured tells the locals of every frame
    made = Runtime(set_up(settings, dsn), host)
    async with made.running():
        yield made


async def new_city(
    runtime: Runtime,
    slug: str,
    plugins: tuple[str, ...],
    tables: dict[str, Any],
    *,
    kept: bool = False,
) -> Tenant:
    """Make a city with two departments; `tables` are its file's sections.

    It serves the running test alone, unless it is `kept` for others.
    """
    file = CityFile(
        slug=slug,
        name="시험시",
        service_name="기업SOS",
        hosts=(f"{slug}.localhost",),
        plugins=plugins,
        settings={"cases.number_prefix": "TS"},
        tables={"people": {"departments": DEPARTMENTS}, **tables},
    )
    cities = Cities(runtime)
    cities.adder = RecyclingAdder(runtime)
    await cities.apply([file])
    city = runtime.registry.by_slug(slug)
    if not kept:
        recycling.made(runtime, city, cities.components(plugins))
    return city
