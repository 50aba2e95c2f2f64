"""A new city comes into being at once and whole, or not at all."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.first_admin import FirstAdmin
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.host import Host
from sinmungo.host.opening import is_open
from sinmungo.host.types import Slice
from sinmungo.people.service import list_units
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.command import snippet
from sinmungo.testing.database import DEPARTMENTS
from sinmungo_tenants.errors import TenantExistsError
from sinmungo_tenants.names import schema_of


def city_file(slug: str, **more: Any) -> CityFile:
    given: dict[str, Any] = {
        "name": "새시",
        "service_name": "기업SOS",
        "hosts": (f"{slug}.localhost",),
        "settings": {"cases.number_prefix": "NW"},
        "tables": {"people": {"departments": DEPARTMENTS}},
    }
    return CityFile(slug=slug, **{**given, **more})


def traces(runtime: Runtime) -> dict[str, list[Any]]:
    """Return all that a city leaves outside its own tables."""
    pattern = f"{runtime.deployment.name}\\_t\\_%"
    queries: dict[str, tuple[str, tuple[Any, ...]]] = {
        "schemas": (r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\_%%' ORDER BY 1", ()),
        "roles": ("SELECT rolname FROM pg_roles WHERE rolname LIKE %s ORDER BY 1", (pattern,)),
        "members": (
            (
                "SELECT r.rolname, m.rolname, a.set_option, a.inherit_option FROM pg_auth_members a"
                " JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
                " WHERE r.rolname LIKE %s ORDER BY 1, 2, 3, 4"
            ),
            (pattern,),
        ),
        "tenants": ("SELECT id, slug FROM control.tenants ORDER BY 1", ()),
        "hosts": ("SELECT host FROM control.tenant_hosts ORDER BY 1", ()),
        "components": (
            "SELECT tenant_id, component FROM control.component_state ORDER BY 1, 2",
            (),
        ),
        "plugins": ("SELECT tenant_id, plugin FROM control.plugin_state ORDER BY 1, 2", ()),
    }
    with psycopg.connect(runtime.settings.database_url) as connection:
        return {n: connection.execute(q, p).fetchall() for n, (q, p) in queries.items()}


async def test_a_city_is_made_whole(runtime: Runtime):
    city = (await Cities(runtime).add(city_file("whole"))).city
    async with runtime.work.open(city) as ctx:
        assert len(await list_units(ctx)) == 4
        assert await is_open(ctx)
    assert city.revisions["core"]
    assert runtime.registry.by_host("whole.localhost") == city


async def test_the_migrator_keeps_no_key_to_the_city(runtime: Runtime):
    """The role that seeds a new city is lent for that one transaction only."""
    city = (await Cities(runtime).add(city_file("unlent"))).city
    role, app = runtime.deployment.city(city.id), runtime.deployment.app
    members = [(m, s, i) for r, m, s, i in traces(runtime)["members"] if r == role]
    assert (app, True, False) in members
    may_become = {m for m, set_option, inherits in members if set_option or inherits}
    assert may_become == {app}


async def test_seeds_run_under_the_citys_own_role(runtime: Runtime, other_city):
    """What a seed sends is stopped at the wall like any request: no other city, no DDL."""
    seen: list[str] = []

    async def curious(ctx: Ctx, table: Mapping[str, Any]) -> None:
        del table
        connection: Any = ctx.db._connection
        seen.append(await connection.fetchval("SELECT current_user"))
        for text in (
            f"SELECT 1 FROM {schema_of(other_city.id)}.officers",
            "SELECT 1 FROM control.tenants",
            "CREATE TABLE sneaked (id int)",
        ):
            with pytest.raises(Exception, match="permission denied"):
                async with ctx.db.savepoint():
                    await connection.execute(text)

    cities = Cities(seeded_by(runtime, curious))
    city = (await cities.add(city_file("curious"))).city
    assert seen == [runtime.deployment.city(city.id)]


@pytest.fixture
async def other_city(make_city):
    return await make_city()


def seeded_by(runtime: Runtime, seed: Any) -> Runtime:
    """Return the runtime with one more slice, whose seed this is."""
    core = (*CORE_SLICES, Slice(slug="last", title="끝", seed=seed))
    made = Runtime.__new__(Runtime)
    made.__dict__.update(runtime.__dict__)
    made.host = Host(core, (), ())
    made.work = runtime.work.__class__(
        runtime.doors, runtime.work.keyring, made.host, runtime.work.wake, runtime.settings
    )
    return made


async def test_a_seed_that_raises_leaves_nothing(runtime: Runtime):
    async def broken(ctx: Ctx, table: Mapping[str, Any]) -> None:
        del table
        await set_setting(ctx, "last.word", "half")
        raise RuntimeError("in the middle")

    before = traces(runtime)
    with pytest.raises(RuntimeError, match="in the middle"):
        await Cities(seeded_by(runtime, broken)).add(city_file("broken"))
    assert traces(runtime) == before


async def test_a_seed_whose_sql_fails_in_secret_leaves_nothing(runtime: Runtime):
    async def hiding(ctx: Ctx, table: Mapping[str, Any]) -> None:
        del table
        connection: Any = ctx.db._connection
        try:
            await connection.execute("SELECT 1/0")
        except asyncpg.PostgresError:  # the mistake that is tried
            return

    before = traces(runtime)
    with pytest.raises(Exception, match="current transaction is aborted"):
        await Cities(seeded_by(runtime, hiding)).add(city_file("hiding"))
    assert traces(runtime) == before


@pytest.mark.parametrize("taken", ["slug", "host"])
async def test_a_taken_name_leaves_nothing(runtime: Runtime, taken: str):
    cities = Cities(runtime)
    await cities.add(city_file(f"first-{taken}"))
    before = traces(runtime)
    hosts = ("new.localhost", f"first-{taken}.localhost")
    again = {
        "slug": city_file("first-slug", hosts=()),
        "host": city_file("second-host", hosts=hosts),
    }
    with pytest.raises(TenantExistsError):
        await cities.add(again[taken])
    assert traces(runtime) == before


KILLED = """
import asyncio, os, signal, sys
import msgspec
from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.cities import Cities, CityFile

async def main():
    runtime = Runtime(msgspec.json.decode(sys.argv[1], type=Settings))
    async with runtime.running():
        async def die(ctx, file, plugins):
            print("seeding", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        cities = Cities(runtime)
        cities._begin = die
        await cities.add(CityFile(slug="killed", name="시", service_name="기업SOS"))

asyncio.run(main())
"""


async def test_a_process_killed_in_the_middle_leaves_nothing(runtime: Runtime):
    before = traces(runtime)
    settings = msgspec.json.encode(runtime.settings).decode()
    found = await snippet(KILLED, settings, environment=os.environ)
    assert found == (-signal.SIGKILL, "seeding\n")
    for _ in range(100):
        if traces(runtime) == before:
            break
        await asyncio.sleep(0.05)
    assert traces(runtime) == before


async def test_two_at_once_with_one_slug_make_one_city(runtime: Runtime):
    cities = Cities(runtime)
    twice = (cities.add(city_file("twin")), cities.add(city_file("twin", hosts=())))
    found = await asyncio.gather(*twice, return_exceptions=True)
    assert sum(isinstance(one, TenantExistsError) for one in found) == 1
    assert sum(slug == "twin" for _, slug in traces(runtime)["tenants"]) == 1


async def test_a_plugin_lives_from_the_beginning(runtime: Runtime):
    plugins = [p.slug for p in runtime.host.plugins.values() if not p.built_in]
    assert plugins
    city = (await Cities(runtime).add(city_file("plugged", plugins=tuple(plugins)))).city
    assert set(runtime.host.with_required(plugins)) == city.plugins
    for plugin in plugins:
        component = runtime.host.component(plugin)
        assert component is None or component.name in city.revisions


async def test_what_is_taken_over_from_another_city(runtime: Runtime):
    cities = Cities(runtime)
    model = (
        await cities.add(
            city_file(
                "model",
                settings={"cases.number_prefix": "MD", "cases.default_petition_type": "STATUTORY"},
                tables={
                    "people": {"departments": DEPARTMENTS},
                    "cases": {
                        "categories": {"FUNDS": "돈 이야기", "IP": False},
                        "periods": {"STATUTORY": {"amount": 9, "unit": "DAYS"}},
                    },
                    "companies": {"dongs": ["옛동"]},
                },
            )
        )
    ).city
    bare = city_file("likened", settings={}, tables={})
    city = (await cities.add(bare, like=model)).city
    async with runtime.work.open(model) as ctx:
        theirs = await rows(ctx, "categories", "channels", "deadline_rules")
    async with runtime.work.open(city) as ctx:
        ours = await rows(ctx, "categories", "channels", "deadline_rules")
        found = await get_settings(
            ctx,
            {
                "cases.number_prefix": None,
                "cases.default_petition_type": None,
                "companies.dongs": None,
            },
        )
        assert await list_units(ctx) == []
        assert await rows(ctx, "officers", "companies", "cases", "sessions") == {
            "officers": [],
            "companies": [],
            "cases": [],
            "sessions": [],
        }
    assert found["cases.default_petition_type"] == "STATUTORY"
    assert (found["cases.number_prefix"], found["companies.dongs"]) == (None, None)
    assert ours["categories"] == theirs["categories"]
    assert any(r["label"] == "돈 이야기" for r in ours["categories"])
    plain = [{k: v for k, v in r.items() if k != "id"} for r in ours["deadline_rules"]]
    assert plain == [{k: v for k, v in r.items() if k != "id"} for r in theirs["deadline_rules"]]
    shared = {r["id"] for r in ours["deadline_rules"]} & {r["id"] for r in theirs["deadline_rules"]}
    assert shared == set()


async def rows(ctx: Ctx, *tables: str) -> dict[str, list[dict[str, Any]]]:
    connection: Any = ctx.db._connection
    return {
        table: [dict(r) for r in await connection.fetch(f"SELECT * FROM {table} ORDER BY 2, 3, 4")]
        for table in tables
    }


def test_no_table_that_is_taken_over_holds_a_person_or_a_secret(runtime: Runtime):
    """What `--like` copies is named by the slices: no sealed column, and no key to a record."""
    tables = [t for s in runtime.host.core for t in s.copied]
    assert {"categories", "channels", "deadline_rules"} <= {t.name for t in tables}
    for table in tables:
        columns = [c.name for c in table.c]
        assert [c for c in columns if c.endswith(("_sealed", "_hash", "_mask"))] == [], table.name
        assert list(table.foreign_keys) == [], table.name


async def test_a_city_made_by_hand_waits_behind_closed_doors(runtime: Runtime):
    added = await Cities(runtime).add(
        city_file("waiting"), admin=FirstAdmin("chief", "정다올"), opened=False
    )
    async with runtime.work.open(added.city) as ctx:
        assert not await is_open(ctx)
    assert added.link.startswith("http://waiting.localhost")
