"""The walls between cities, tried as the application's own login."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import bindparam, literal_column, select, table, update

from sinmungo.app import Runtime
from sinmungo.host.models import events, settings
from sinmungo.people.models import org_units
from sinmungo_tenants import Tenant, read, write
from sinmungo_tenants.control.tables import tenants
from sinmungo_tenants.errors import BindError, LostTransactionError
from sinmungo_tenants.names import schema_of

UNIT_IDS = read(select(org_units.c.id), org_units.c.id.type.python_type)
UNIT = read(
    select(org_units.c.id).where(org_units.c.id == bindparam("id")), org_units.c.id.type.python_type
)
DENIED = asyncpg.InsufficientPrivilegeError


def explicit(schema: str, name: str):
    """A query that names another city's schema outright."""
    return read(select(literal_column("1")).select_from(table(name, schema=schema)), int)


async def test_the_login_has_no_right_on_any_table_of_any_city(runtime: Runtime, make_city):
    await make_city()
    connection = await asyncpg.connect(runtime.settings.app_dsn)
    try:
        rows = await connection.fetch(
            "select n.nspname, c.relname,"
            " has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') as may"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname like 't\\_%' and c.relkind = 'r'"
        )
    finally:
        await connection.close()
    assert len(rows) > 20
    assert [r for r in rows if r["may"]] == []


async def test_an_unbound_query_fails(runtime: Runtime, city: Tenant):
    connection = await asyncpg.connect(runtime.settings.app_dsn)
    try:
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.fetch("select * from org_units")
        with pytest.raises(DENIED):
            await connection.fetch(f"select * from {schema_of(city.id)}.org_units")
    finally:
        await connection.close()


async def test_another_citys_row_is_not_found_by_its_id(runtime: Runtime, city: Tenant, make_city):
    other = await make_city()
    async with runtime.work.open(other) as ctx:
        foreign = (await ctx.db.all(UNIT_IDS))[0]
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.first(UNIT, id=foreign) is None


async def test_an_explicit_schema_is_refused(runtime: Runtime, city: Tenant, make_city):
    other = await make_city()
    foreign = explicit(schema_of(other.id), "org_units")
    with pytest.raises(DENIED):
        async with runtime.work.open(city) as ctx:
            await ctx.db.all(foreign)
    with pytest.raises(DENIED):
        async with runtime.doors.control_session() as session:
            await session.all(foreign)


async def test_a_city_cannot_read_the_registry_or_the_queue(runtime: Runtime, city: Tenant):
    for schema, name in (("control", "tenants"), ("jobs", "procrastinate_jobs")):
        with pytest.raises(DENIED):
            async with runtime.work.open(city) as ctx:
                await ctx.db.all(explicit(schema, name))


async def test_logs_can_only_grow(runtime: Runtime, city: Tenant):
    change = write(update(events).values(kind="forged"))
    with pytest.raises(DENIED):
        async with runtime.work.open(city) as ctx:
            await ctx.db.run(change)


async def test_the_wall_holds_after_error_cancel_and_pool_return(
    runtime: Runtime, city: Tenant, make_city
):
    other = await make_city()
    foreign = explicit(schema_of(other.id), "org_units")
    slow = read(select(literal_column("pg_sleep(5)::text").label("x")), str)
    for _ in range(3):
        with pytest.raises(asyncpg.UndefinedTableError):
            async with runtime.work.open(other) as ctx:
                await ctx.db.all(explicit(schema_of(other.id), "no_such_table"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), runtime.work.open(other) as ctx:
                await ctx.db.all(slow)
        with pytest.raises(DENIED):
            async with runtime.work.open(city) as ctx:
                await ctx.db.all(foreign)


async def test_cities_at_once_see_only_their_own(runtime: Runtime, make_city):
    cities = [await make_city() for _ in range(4)]
    own = {}
    for each in cities:
        async with runtime.work.open(each) as ctx:
            own[each.id] = set(await ctx.db.all(UNIT_IDS))

    async def look(each: Tenant) -> None:
        for _ in range(20):
            async with runtime.work.open(each) as ctx:
                assert set(await ctx.db.all(UNIT_IDS)) == own[each.id]

    await asyncio.gather(*(look(each) for each in cities * 3))


async def test_a_swallowed_error_does_not_look_like_success(runtime: Runtime, city: Tenant):
    broken = explicit(schema_of(city.id), "no_such_table")
    with pytest.raises(LostTransactionError):
        async with runtime.work.open(city) as ctx:
            with pytest.raises(asyncpg.UndefinedTableError):
                await ctx.db.all(broken)


async def test_an_unknown_role_binds_nothing(runtime: Runtime, city: Tenant):
    import msgspec

    ghost = msgspec.structs.replace(city, id="abcdefgh")
    with pytest.raises(BindError):
        async with runtime.work.open(ghost):
            pass
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(UNIT_IDS)


async def test_after_commit_runs_only_after_a_commit(runtime: Runtime, city: Tenant):
    seen = []

    async def note() -> None:
        seen.append("done")

    with pytest.raises(RuntimeError):
        async with runtime.work.open(city) as ctx:
            ctx.db.after_commit(note)
            raise RuntimeError
    assert seen == []
    async with runtime.work.open(city) as ctx:
        ctx.db.after_commit(note)
        assert seen == []
    assert seen == ["done"]


async def test_savepoint_undoes_only_its_inside(runtime: Runtime, city: Tenant):
    from sinmungo.host.city_settings import get_settings, set_setting

    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "a", 1)
        with pytest.raises(RuntimeError):
            async with ctx.db.savepoint():
                await set_setting(ctx, "b", 2)
                raise RuntimeError
    async with runtime.work.open(city) as ctx:
        assert await get_settings(ctx, {"a": None, "b": None}) == {"a": 1, "b": None}


async def test_the_control_door_sees_cities_and_no_citys_settings(runtime: Runtime, city: Tenant):
    async with runtime.doors.control_session() as session:
        slugs = await session.all(read(select(tenants.c.slug), str))
        assert city.slug in slugs
    with pytest.raises(asyncpg.UndefinedTableError):
        async with runtime.doors.control_session() as session:
            await session.all(read(select(settings.c.key), str))
