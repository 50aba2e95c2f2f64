"""Whole cities in tests: what they hold, and that nothing of a city is left."""

import re
from typing import Any

import msgspec
import psycopg

from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.demo.load import load
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.folder import city_folders
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive.copy import checksums
from sinmungo_tenants.names import schema_of

_MADE = re.compile(r"city\d+")  # the slugs of `make_city`
# A slice of the demo's data → so many of its records are enough of them.
FEWER = {"cases": 12, "companies": 15, "bookings": 20}
_NOT_KEPT = "archives", "tenant_log", "dropped_tenants", "fleet_outcomes"


def sums(runtime: Runtime, city: Tenant, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the hash of every table of a city, but for some tables."""
    found = checksums(runtime.settings.migrators.dsn(city.server), schema_of(city.id))
    return {table: digest for table, digest in found.items() if table not in but}


async def demo_city(runtime: Runtime, file: CityFile, slug: str) -> Tenant:
    """Return a city with a little demo data of every kind of a file, under a slug of its own."""
    hosts, tables = (f"{slug}.localhost",), file.tables | {"demo": _fewer(file.tables["demo"])}
    file = msgspec.structs.replace(file, slug=slug, hosts=hosts, tables=tables)
    await Cities(runtime).apply([file])
    await load(runtime, [file], lambda _: None)
    return runtime.registry.by_slug(slug)


def _fewer(demo: dict[str, Any]) -> dict[str, Any]:
    """Return the demo's tables with fewer of the records that only their number makes slow."""
    fewer = {name: {**demo[name], name: most} for name, most in FEWER.items() if name in demo}
    return demo | fewer


async def register_case(runtime: Runtime, city: Tenant, company: str = "㈜한빛정밀") -> str:
    """Register one case, with a caller whose name and phone are sealed; return its number."""
    rows = [IntakeRow(category="ETC", content="진입로가 좁습니다.")]
    intake = Intake(company_name=company, rows=rows, caller="홍길동", phone="010-1234-5678")
    async with runtime.work.open(city) as ctx:
        made = await service.register(ctx, intake)
    return made[0].case_no


def left_of(runtime: Runtime, tenant_id: str) -> list[str]:
    """Return what is still there of a city: schema, role, registry rows, wake-ups, folders."""
    schema, role = schema_of(tenant_id), runtime.deployment.city(tenant_id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        found = _objects(connection, schema, role) + _rows(connection, tenant_id)
    folders = city_folders(runtime.settings, tenant_id).values()
    return found + [str(f) for f in folders if f.exists()]


def discard(runtime: Runtime) -> None:
    """Remove the cities that tests made in other ways than by `make_city`."""
    with psycopg.connect(runtime.settings.database_url) as connection:
        rows = connection.execute("SELECT id, slug FROM control.tenants").fetchall()
        gone = [tenant_id for tenant_id, slug in rows if not _MADE.fullmatch(slug)]
        for table in ("component_state", "plugin_state", "tenant_hosts"):
            text = f"DELETE FROM control.{table} WHERE tenant_id = ANY(%s)"
            connection.execute(text.encode(), (gone,))
        connection.execute("DELETE FROM control.tenants WHERE id = ANY(%s)", (gone,))
        connection.execute("UPDATE control.registry_version SET version = version + 1")
    for tenant_id in gone:
        role = runtime.deployment.city(tenant_id)
        with psycopg.connect(runtime.settings.database_url) as connection:
            connection.execute("SET client_min_messages = 'warning'")
            connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(tenant_id)} CASCADE".encode())
            connection.execute(f"DROP ROLE IF EXISTS {role}".encode())


def _objects(connection: psycopg.Connection[Any], schema: str, role: str) -> list[str]:
    query = """
    SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname = %(schema)s
    UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname = %(role)s
    """
    rows = connection.execute(query, {"schema": schema, "role": role})
    return [text for (text,) in rows]


def _rows(connection: psycopg.Connection[Any], tenant_id: str) -> list[str]:
    """Return every registry or queue table that names the city, but for what outlives it."""
    query = "SELECT table_schema, table_name FROM information_schema.tables"
    where = " WHERE table_schema IN ('control', 'jobs') AND table_type = 'BASE TABLE'"
    found = []
    for schema, table in connection.execute((query + where).encode()).fetchall():
        text = f"SELECT 1 FROM {schema}.{table} t WHERE t::text LIKE %s LIMIT 1"
        hit = connection.execute(text.encode(), (f"%{tenant_id}%",)).fetchone()
        if hit and table not in _NOT_KEPT:
            found.append(f"{schema}.{table}")
    return found
