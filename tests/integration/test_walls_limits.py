"""What the wall between cities does not stop, shown to be so, and what a login per city would add.

A limit that is only written down may be better or worse than it is told; each one here is tried.
"""

import asyncio
import time
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Boolean, Text, cast, column, func, literal_column, select, table

from sinmungo.app import Runtime
from sinmungo.host.context import Ctx
from sinmungo.people.models import org_units
from sinmungo.testing.storm.after import carried_over
from sinmungo.testing.whole_cities import register_case
from sinmungo_tenants import Read, Tenant, read
from sinmungo_tenants.names import schema_of

DENIED = asyncpg.InsufficientPrivilegeError
UNITS = read(select(org_units.c.id), org_units.c.id.type.python_type)
ROLE = read(select(cast(func.current_user(), Text).label("role")), str)
SECRET = "01000112233"


def setting(name: str, value: str, *, local: bool = True) -> Read[str]:
    """What an injected expression can do inside any query: SET without a statement of its own."""
    changed = func.set_config(name, value, local).cast(Text)
    return read(select(changed.label("value")), str)


def units_of(city: Tenant) -> Read[Any]:
    units = table("org_units", column("id"), schema=schema_of(city.id))
    return read(select(units.c.id), Any)


async def own_units(runtime: Runtime, city: Tenant) -> set[Any]:
    async with runtime.work.open(city) as ctx:
        return set(await ctx.db.all(UNITS))


async def test_reset_role_alone_opens_nothing(runtime: Runtime, city: Tenant):
    with pytest.raises(DENIED):
        async with runtime.work.open(city) as ctx:
            await ctx.db.all(setting("role", "none"))
            await ctx.db.all(units_of(city))


async def test_hostile_sql_can_become_another_city(runtime: Runtime, city: Tenant, make_city: Any):
    other = await make_city()
    theirs = await own_units(runtime, other)
    async with runtime.work.open(city) as ctx:
        await ctx.db.all(setting("role", runtime.deployment.city(other.id)))
        assert set(await ctx.db.all(units_of(other))) == theirs


async def test_hostile_sql_can_read_the_registry(runtime: Runtime, city: Tenant):
    registry = read(select(literal_column("slug", Text)).select_from(_control("tenants")), str)
    async with runtime.work.open(city) as ctx:
        await ctx.db.all(setting("role", runtime.deployment.control))
        assert city.slug in await ctx.db.all(registry)


async def test_hostile_sql_becomes_no_owner_and_no_superuser(runtime: Runtime, city: Tenant):
    with psycopg.connect(runtime.settings.database_url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row is not None
    for role in (runtime.deployment.migrator, row[0]):
        with pytest.raises(DENIED):
            async with runtime.work.open(city) as ctx:
                await ctx.db.all(setting("role", role))
    with pytest.raises(DENIED):
        async with runtime.work.open(city) as ctx:
            await ctx.db.all(setting("session_authorization", row[0]))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE {schema}.spoils (id int)",
        "CREATE TABLE public.spoils (id int)",
        "CREATE TEMP TABLE org_units (id int)",
        "DROP TABLE {schema}.org_units",
        "TRUNCATE {schema}.org_units",
        "ALTER TABLE {schema}.org_units DISABLE TRIGGER ALL",
        "DELETE FROM {schema}.events",
        "UPDATE {schema}.access_log SET act = 'NONE'",
        "COPY {schema}.org_units TO PROGRAM 'cat'",
        "COPY {schema}.org_units FROM '/etc/hosts'",
        "SET session_replication_role = 'replica'",
        "CREATE ROLE spy",
    ],
)
async def test_even_as_its_own_role_hostile_sql_changes_no_structure_and_no_log(
    runtime: Runtime, city: Tenant, text: str
):
    """Shadowing a table by a temporary one would outlive the transaction: it cannot be made."""
    connection = await asyncpg.connect(runtime.settings.app_dsn)
    schema, role = schema_of(city.id), runtime.deployment.city(city.id)
    try:
        await connection.execute(f"BEGIN; SET LOCAL ROLE {role}; SET LOCAL search_path = {schema}")
        with pytest.raises(DENIED):
            await connection.execute(text.format(schema=schema))
    finally:
        await connection.close()


async def test_a_role_taken_for_the_whole_session_ends_at_the_next_door(
    runtime: Runtime, city: Tenant, make_city: Any
):
    """Hostile SQL can leave settings on the connection; role and path are bound anew each time."""
    other, size = await make_city(), runtime.settings.pool_size
    for _ in range(size):
        async with runtime.work.open(city) as ctx:
            await ctx.db.all(setting("role", runtime.deployment.city(other.id), local=False))
    assert await carried_over(runtime), "it stays on a pooled connection"
    mine = await own_units(runtime, city)

    async def look() -> tuple[str, set[Any]]:
        async with runtime.work.open(city) as ctx:
            return await ctx.db.one(ROLE), set(await ctx.db.all(UNITS))

    try:
        for found in await asyncio.gather(*(look() for _ in range(size * 2))):
            assert found == (runtime.deployment.city(city.id), mine)
    finally:
        await runtime.doors.close()
        await runtime.doors.connect()
    assert await carried_over(runtime) == []


async def test_hostile_sql_can_lift_the_time_limit(runtime: Runtime, city: Tenant):
    limit = read(select(func.current_setting("statement_timeout").label("at")), str)
    async with runtime.work.open(city) as ctx:
        await ctx.db.all(setting("statement_timeout", "0"))
        assert await ctx.db.one(limit) == "0"


async def test_a_city_sees_that_others_are_there_but_not_what_they_do(
    runtime: Runtime, city: Tenant, make_city: Any
):
    other = await make_city()
    names = read(
        select(literal_column("nspname::text", Text)).select_from(table("pg_namespace")), str
    )
    theirs = literal_column("query = '<insufficient privilege>'", Boolean)
    busy = table("pg_stat_activity", column("pid"), column("datname"))
    queries = read(
        select(theirs.label("hidden"))
        .select_from(busy)
        .where(literal_column("pid <> pg_backend_pid() AND datname = current_database()", Boolean)),
        bool,
    )
    async with runtime.work.open(other), runtime.work.open(city) as ctx:
        assert schema_of(other.id) in await ctx.db.all(names)
        hidden = await ctx.db.all(queries)
        assert hidden
        assert all(hidden)


async def test_code_in_the_process_holds_key_and_login(runtime: Runtime, city: Tenant):
    """A plugin gets a `Ctx`; there is no wall inside a process."""

    def plugin(ctx: Ctx) -> tuple[bytes, str]:
        return ctx.settings.key_file.read_bytes(), ctx.settings.app_dsn

    async with runtime.work.open(city) as ctx:
        key, dsn = plugin(ctx)
    assert key
    assert dsn == runtime.settings.app_dsn


async def test_code_that_blocks_holds_up_every_city(runtime: Runtime, make_city: Any):
    other, order = await make_city(), list[str]()

    async def blocking() -> None:
        time.sleep(0.2)  # noqa: ASYNC251 - what a careless hook does
        order.append("blocking")

    async def elsewhere() -> None:
        async with runtime.work.open(other) as ctx:
            await ctx.db.all(UNITS)
        order.append("elsewhere")

    await asyncio.gather(elsewhere(), blocking())
    assert order == ["blocking", "elsewhere"]


async def test_a_dump_shows_companies_and_no_person(runtime: Runtime, city: Tenant):
    """Who has the whole database reads what companies told, but whom to call only with the key."""
    await register_case(runtime, city, "㈜다읽힘")
    text = dump(runtime, city)
    assert "㈜다읽힘" in text
    assert "진입로가 좁습니다" in text
    for secret in ("홍길동", "01012345678", "010-1234-5678"):
        assert secret not in text
        assert secret.encode().hex() not in text


def dump(runtime: Runtime, city: Tenant) -> str:
    schema, found = schema_of(city.id), list[str]()
    with psycopg.connect(runtime.settings.database_url) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        for (name,) in connection.execute(query, (schema,)).fetchall():
            rows = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, name))
            found += [row for (row,) in connection.execute(rows).fetchall()]
    return "\n".join(found)


async def test_a_login_per_city_would_stop_hostile_sql(
    runtime: Runtime, city: Tenant, make_city: Any
):
    other, login = await make_city(), f"{runtime.deployment.name}_only"
    mine, theirs = (runtime.deployment.city(c.id) for c in (city, other))
    with psycopg.connect(runtime.settings.database_url) as connection:
        connection.execute(_sql("CREATE ROLE {} LOGIN PASSWORD 'only'", login))
        connection.execute(_sql("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", mine, login))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(login)
            )
        )
    try:
        connection = await asyncpg.connect(runtime.settings.app_dsn, user=login, password="only")
        try:
            await connection.execute(f"BEGIN; SET LOCAL ROLE {mine}")
            assert await connection.fetch(f"SELECT id FROM {schema_of(city.id)}.org_units")
            with pytest.raises(DENIED):
                await connection.execute(f"RESET ROLE; SET ROLE {theirs}")
        finally:
            await connection.close()
    finally:
        with psycopg.connect(runtime.settings.database_url) as connection:
            connection.execute(_sql("DROP OWNED BY {}", login))
            connection.execute(_sql("DROP ROLE {}", login))


async def test_one_pool_serves_all_cities(runtime: Runtime, make_city: Any):
    """With a login per city each city would need connections of its own, open or to be opened."""
    cities = [await make_city() for _ in range(runtime.settings.pool_size + 2)]

    async def look(each: Tenant) -> int:
        async with runtime.work.open(each) as ctx:
            return await ctx.db.one(read(select(func.pg_backend_pid().label("pid")), int))

    backends = set(await asyncio.gather(*(look(each) for each in cities * 4)))
    assert len(backends) <= runtime.settings.pool_size < len(cities)


async def test_a_connection_cannot_change_its_login(runtime: Runtime, make_city: Any):
    """So a pool of one login cannot lend its connections to another."""
    await make_city()
    connection = await asyncpg.connect(runtime.settings.app_dsn)
    try:
        with pytest.raises(DENIED):
            await connection.execute(f"SET SESSION AUTHORIZATION {runtime.deployment.migrator}")
    finally:
        await connection.close()


def _control(name: str) -> Any:
    return table(name, schema="control")


def _sql(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
