"""A deployment on two servers for tests: a city on each, and the means to look at both."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from sinmungo import clock, config
from sinmungo.app import Runtime, create_app
from sinmungo.cases.intake import ANSWERED_MAIL
from sinmungo.component import COMPONENT
from sinmungo.config import Settings
from sinmungo.deploy import servers
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.database import set_up
from sinmungo.host.loader import load
from sinmungo.jobs import outbox
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.command import command
from sinmungo.testing.fakes import fake_component, fake_plugin
from sinmungo.testing.notes import METADATA, slices
from sinmungo.testing.people import People
from sinmungo.testing.second_server import SecondServer, second_server
from sinmungo.testing.web import Web
from sinmungo_tenants import Component, Tenant
from sinmungo_tenants.fleet.ledger import Outcome
from sinmungo_tenants.fleet.run import Fleet, Options, Result

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(t_|control|jobs|rehearsal)'"
NEWER = '''
"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("fake_notes", sa.Column("extra", sa.Text()))
'''


class _Nothing:
    """A watcher that is not interested."""

    def begin(self, total: int) -> None:
        """Hear of a run."""

    def done(self, outcome: Outcome) -> None:
        """Hear of an outcome."""


@dataclass
class World:
    """A deployment with a city on main and one on the second server."""

    runtime: Runtime
    app: Any
    second: SecondServer
    here: Tenant
    there: Tenant
    newer: Component
    environment: dict[str, str]

    async def city(self, slug: str) -> Tenant:
        """Return a city as the registry has it now."""
        await self.runtime.registry.refresh(force=True)
        return self.runtime.registry.by_slug(slug)

    def upgrade(self) -> Result:
        """Run the fleet; blocks."""
        settings = self.runtime.settings
        fleet = Fleet(
            self.runtime.deployment,
            settings.migrators,
            (COMPONENT, self.newer),
            now=clock.now,
            new_id=clock.uuid7,
        )
        return fleet.upgrade(Options("tester"), _Nothing())

    def main(self, query: str, *values: object) -> list[Any]:
        """Ask main, as administrator."""
        with psycopg.connect(self.runtime.settings.database_url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def schemas_on_main(self) -> list[str]:
        """Return what lies on main."""
        return [name for (name,) in self.main(SCHEMAS)]

    async def status(self, city: Tenant, path: str = "/office/people/sign-in") -> int:
        """Return the status of a page."""
        found = await self.answer(city, path)
        return int(found.status_code)

    async def answer(self, city: Tenant, path: str) -> Any:
        """Open a page of a city as a stranger."""
        web = Web(self.app, city.hosts[0], People(self.runtime, city))
        try:
            return await web.anyone().get(path)
        finally:
            await web.close()

    def write(self, text: str, *values: object) -> None:
        """Change something on main behind everyone's back."""
        with psycopg.connect(self.runtime.settings.database_url) as connection:
            connection.execute(text.encode(), values)

    async def put(self, city: Tenant) -> None:
        """Ask the worker for a job of a city that has nothing to do."""
        async with self.runtime.work.open(city) as ctx:
            await outbox.put(ctx, ANSWERED_MAIL, clock.uuid7())

    async def run(self, *words: str) -> str:
        """Run a command that must succeed; return what it says."""
        code, told = await command(*words, environment=self.environment)
        assert code == 0, f"sinmungo {' '.join(words)}: {told}"
        return told


def file(slug: str, server: str, *plugins: str) -> CityFile:
    """Return the file of a city on a server."""
    return CityFile(
        slug=slug,
        name="시험시",
        service_name="기업SOS",
        hosts=(f"{slug}.localhost",),
        server=server,
        plugins=plugins,
        settings={"cases.number_prefix": "TS"},
        tables={"people": {"departments": database.DEPARTMENTS}},
    )


@asynccontextmanager
async def two_servers(server_dsn: str, name: str, folder: Path) -> AsyncIterator[World]:
    """Open a deployment of this name on a database of `server_dsn` and on a second server."""
    with second_server() as second:
        async with _world(server_dsn, name, folder, second) as world:
            yield world


@asynccontextmanager
async def _world(
    server_dsn: str, name: str, folder: Path, second: SecondServer
) -> AsyncIterator[World]:
    dsn = database.fresh_database(server_dsn, name)
    data = str(folder / "data")
    ready = set_up(Settings(data=data, deployment=name, database_url=dsn), dsn)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(config.PREFIX)},
        "SINMUNGO_DATA": data,
        "SINMUNGO_DEPLOYMENT": name,
        "SINMUNGO_APP_DSN": ready.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": ready.migrator_dsn,
        "SINMUNGO_COOKIE_SECURE": "false",
        "SINMUNGO_TENANTS": str(folder),
        "COLUMNS": "160",
    }
    assert servers.add(config.load(environment), "east", second.dsn)
    settings = msgspec.structs.replace(config.load(environment), database_url=dsn)
    plugin = fake_component("fake", folder / "fake", METADATA)
    shutil.copytree(folder / "fake", folder / "newer")
    (folder / "newer" / "versions" / "0002.py").write_text(NEWER.lstrip(), "utf-8")
    found: Any = fake_plugin("fake", slices(), component=plugin)
    runtime = Runtime(settings, load(CORE_SLICES, found=[found]))
    async with runtime.running():
        await Cities(runtime).apply([file("here", "main"), file("there", "east")])
        here, there = (runtime.registry.by_slug(slug) for slug in ("here", "there"))
        newer = replace(plugin, scripts=folder / "newer")
        yield World(runtime, create_app(runtime), second, here, there, newer, environment)
