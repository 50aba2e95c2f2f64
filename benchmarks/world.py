"""A deployment to measure on: a scratch PostgreSQL, N cities, their officers and their cases."""

import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from benchmarks.fill import fill
from benchmarks.timing import Options
from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.database import set_up
from sinmungo.testing.people import Officer, People
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.server.scratch import scratch_server

DEPARTMENTS: list[dict[str, Any]] = [
    {"name": "기업지원과", "phone": "02-000-1000", "teams": ["상담팀", "육성팀"]},
    {"name": "도로과", "phone": "02-000-2000", "teams": []},
]


class Town(msgspec.Struct, frozen=True):
    """A city as the clients need it: where it answers, who asks, and for what.

    `intake` registers cases and sees all; `lead` sees those of the own unit, `case_ids` among them.
    """

    tenant_id: str
    host: str
    role: str
    schema: str
    tag: str
    intake: Officer
    lead: Officer
    case_ids: list[UUID]
    company_ids: list[UUID]


class World(msgspec.Struct, kw_only=True):
    """What every part gets. `made_in` is how long each city took to be made, in seconds."""

    settings: Settings
    admin_dsn: str
    folder: Path
    options: Options
    towns: list[Town] = []
    made_in: list[float] = []


@contextmanager
def scratch_world(options: Options) -> Generator[World]:
    """Start the server and make the deployment, still without cities."""
    with scratch_server() as server, tempfile.TemporaryDirectory(prefix="sinmungo-bench-") as name:
        folder = Path(name)
        wanted = Settings(data=str(folder / "data"), deployment="bench", cookie_secure=False)
        settings = set_up(wanted, server.dsn)
        yield World(settings=settings, admin_dsn=server.dsn, folder=folder, options=options)


def city_file(slug: str, plugins: tuple[str, ...] = ()) -> CityFile:
    """Return the file of a city that has departments and nothing else."""
    return CityFile(
        slug=slug,
        name="시험시",
        service_name="기업SOS",
        hosts=(f"{slug}.localhost",),
        plugins=plugins,
        settings={"cases.number_prefix": "BM"},
        tables={"people": {"departments": DEPARTMENTS}},
    )


async def make_towns(world: World, step: Any) -> None:
    """Make and fill the cities; `step()` is called after each."""
    runtime = Runtime(world.settings)
    async with runtime.running():
        cities = Cities(runtime)
        for number in range(world.options.cities):
            slug = f"town{number:03d}"
            started = time.perf_counter()
            await cities.apply([city_file(slug)])
            world.made_in.append(time.perf_counter() - started)
            world.towns.append(await _settle(world, runtime, slug))
            step()
    _analyze(world)


async def _settle(world: World, runtime: Runtime, slug: str) -> Town:
    city = runtime.registry.by_slug(slug)
    people = People(runtime, city)
    intake = await people.officer("INTAKE_OFFICER", "LEAD_OFFICER", unit="상담팀", name="김철수")
    lead = await people.officer("LEAD_OFFICER", unit="육성팀", name="이영희")
    case_ids, company_ids = await fill(world.admin_dsn, runtime, city, lead, world.options.cases)
    return Town(
        tenant_id=city.id,
        host=city.hosts[0],
        role=runtime.deployment.city(city.id),
        schema=schema_of(city.id),
        tag=city.revision_tag,
        intake=intake,
        lead=lead,
        case_ids=case_ids,
        company_ids=company_ids,
    )


def _analyze(world: World) -> None:
    with psycopg.connect(world.admin_dsn, autocommit=True) as connection:
        for town in world.towns:
            schema = sql.Identifier(town.schema)
            for table in ("cases", "companies", "events"):
                connection.execute(
                    sql.SQL("VACUUM ANALYZE {}.{}").format(schema, sql.Identifier(table))
                )
