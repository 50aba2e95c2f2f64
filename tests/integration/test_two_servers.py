"""A deployment on two PostgreSQL servers: both doors, the fleet, plugins, archives."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import psycopg
import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.component import COMPONENT
from sinmungo.deploy.archives import Archives, Plan
from sinmungo.deploy.cities import Cities
from sinmungo.deploy.leaving import Leaving
from sinmungo.deploy.servers import look_at, places
from sinmungo.host import activation
from sinmungo.jobs.worker import Worker
from sinmungo.platform_desk import figures
from sinmungo.testing.command import command
from sinmungo.testing.people import People
from sinmungo.testing.two_servers import SCHEMAS, World, file, two_servers
from sinmungo.testing.web import Web
from sinmungo.testing.whole_cities import register_case, sums
from sinmungo_tenants.archive.drop import Life
from sinmungo_tenants.archive.problems import DropRefusedError
from sinmungo_tenants.errors import TenantExistsError, UnknownServerError
from sinmungo_tenants.fleet import ledger
from sinmungo_tenants.fleet.rehearse import rehearse
from sinmungo_tenants.fleet.verify import verify
from sinmungo_tenants.names import schema_of

ROLES = "SELECT rolname FROM pg_roles WHERE rolname ~ '_t_'"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    server_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("two")
    async with two_servers(server_dsn, f"two_{worker_id}", folder) as made:
        yield made


async def test_a_server_is_added_listed_and_checked(world: World):
    file = Path(world.runtime.settings.data) / "config.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "[servers.east]" in file.read_text("utf-8")
    assert world.second.dsn.split("@")[0] not in file.read_text("utf-8")
    listed = await world.run("server", "list")
    assert re.search(r"main +│ yes +│ 1\d\.\d+ +│ 1 ", listed), listed
    assert re.search(r"east +│ yes +│ 1\d\.\d+ +│ 1 ", listed), listed
    assert "east: well, 1 cities" in await world.run("server", "check")
    await world.run("server", "add", "east", world.second.dsn)  # again: mended, written once
    assert file.read_text("utf-8").count("[servers.east]") == 1
    told = await world.run("config")
    assert "postgresql://" not in told
    for words in (("add", "main", world.second.dsn), ("add", "we st", "x"), ("check", "west")):
        code, told = await command("server", *words, environment=world.environment)
        assert (code, told.count("\n")) == (1, 1), told


async def test_a_city_lies_on_its_server_and_nowhere_else(world: World):
    there = world.second.names(SCHEMAS)
    assert schema_of(world.there.id) in there
    assert {"control", "jobs", schema_of(world.here.id)}.isdisjoint(there)
    assert schema_of(world.there.id) not in world.schemas_on_main()
    assert (world.here.server, world.there.server) == ("main", "east")
    query = f"SELECT 1 FROM {schema_of(world.here.id)}.cases"
    with pytest.raises(asyncpg.UndefinedTableError):
        await _as_app(world, query)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _as_app(world, f"SELECT 1 FROM {schema_of(world.there.id)}.cases")


async def _as_app(world: World, query: str) -> None:
    """Ask the second server with the application's login, outside the doors."""
    connection = await asyncpg.connect(world.runtime.settings.servers["east"].app_dsn)
    try:
        await connection.execute(query)
    finally:
        await connection.close()


async def test_both_are_served_over_http_at_once(world: World):
    numbers = {}
    for city in (world.here, world.there):
        numbers[city.id] = await register_case(world.runtime, city)
        officer = await People(world.runtime, city).officer("INTAKE_OFFICER")
        web = Web(world.app, city.hosts[0], People(world.runtime, city))
        pages = [web.browser(officer).get("/office/cases") for _ in range(6)]
        answers = await asyncio.gather(*pages, web.api(officer).get("/api/v1/cases?view=ALL"))
        assert {a.status_code for a in answers} == {200}
        assert numbers[city.id] in answers[-1].text
        await web.close()
    stranger = await People(world.runtime, world.here).officer("INTAKE_OFFICER")
    web = Web(world.app, world.there.hosts[0], People(world.runtime, world.there))
    assert (await web.api(stranger).get("/api/v1/cases?view=ALL")).status_code == 401
    await web.close()
    async with world.runtime.doors.control_session() as control:
        assert control.statements == 0
    assert world.runtime.doors.load().used == 0


async def test_jobs_of_the_other_server_are_woken_on_main_and_done(world: World):
    await world.put(world.there)
    query = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE args->>'tenant_id' = %s"
    assert world.main(query, world.there.id) == [(1,)]
    worker = Worker(world.runtime.work, world.runtime.registry)
    assert await worker.wake(world.there.id) == 1
    schema = schema_of(world.there.id)
    assert world.second.names(f"SELECT state FROM {schema}.outbox") == ["DONE"]
    assert await figures.gather_all(world.runtime) == 2
    await figures.measure(world.runtime)
    sizes = dict(world.main("SELECT tenant_id, bytes FROM control.city_sizes"))
    assert sizes.keys() == {world.here.id, world.there.id}
    assert min(sizes.values()) > 100_000


async def test_a_city_that_cannot_be_made_leaves_nothing_on_either(world: World):
    before = world.second.names(SCHEMAS), world.second.names(ROLES), world.schemas_on_main()
    taken = msgspec.structs.replace(file("other", "east"), hosts=world.here.hosts)
    with pytest.raises(TenantExistsError):
        await Cities(world.runtime).add(taken)
    wrong = msgspec.structs.replace(file("other", "east"), tables={"people": {"departments": 3}})
    with pytest.raises(Exception, match=r".+"):
        await Cities(world.runtime).add(wrong)
    with pytest.raises(UnknownServerError):
        await Cities(world.runtime).add(file("other", "west"))
    after = world.second.names(SCHEMAS), world.second.names(ROLES), world.schemas_on_main()
    assert before == after
    assert [c.slug for c in world.runtime.registry.all()] == ["here", "there"]


async def test_a_plugin_and_a_fleet_run_on_both(world: World, monkeypatch: pytest.MonkeyPatch):
    for city in (world.here, world.there):
        await activation.enable(world.runtime, city, "fake")
    found = await asyncio.to_thread(
        rehearse, world.runtime.settings.migrators, [COMPONENT, world.newer], "there"
    )
    assert found.error is None
    assert ("fake", "0002") in {(c, r) for c, r, _ in found.steps}
    assert [n for n in world.second.names(SCHEMAS) if n.startswith("rehearsal")] == []
    # The registry dies just after the city's own commit: the next run finds it done.
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "finish", _cut)
        result = await asyncio.to_thread(world.upgrade)
    assert {(o.pair.slug, o.state) for o in result.outcomes} == {
        ("here", "FAILED"),
        ("there", "FAILED"),
    }
    schema = schema_of(world.there.id)
    assert world.second.names(f"SELECT version_num FROM {schema}.alembic_fake") == ["0002"]
    assert (await world.city("there")).revisions["fake"] == "0001"
    result = await asyncio.to_thread(world.upgrade)
    assert {(o.pair.slug, o.state) for o in result.outcomes} == {("here", "OK"), ("there", "OK")}
    for city in ("here", "there"):
        assert (await world.city(city)).revisions["fake"] == "0002"
    assert (await asyncio.to_thread(world.upgrade)).outcomes == ()


def _cut(*_: object) -> None:
    raise psycopg.OperationalError("the connection was lost")


async def test_a_copy_that_differs_is_mended_from_the_city(world: World):
    world.write("UPDATE control.component_state SET revision = '0001' WHERE component = 'fake'")
    world.write("DELETE FROM control.component_state WHERE component = 'core'")
    components = (COMPONENT, world.newer)
    found = await asyncio.to_thread(verify, world.runtime.settings.migrators, components, clock.now)
    assert found.cities == 2
    assert {(d.slug, d.component, d.copied, d.found) for d in found.mended} == {
        (slug, *rest)
        for slug in ("here", "there")
        for rest in (("fake", "0001", "0002"), ("core", "", world.here.revisions["core"]))
    }
    again = await asyncio.to_thread(verify, world.runtime.settings.migrators, components, clock.now)
    assert (again.mended, again.unasked) == ((), ())
    assert not (await world.city("there")).upgrading


async def test_a_plugin_is_purged_there_without_residue(world: World):
    for city in (world.here, world.there):
        now = await world.city(city.slug)
        await activation.disable(world.runtime, now, "fake")
        await activation.purge(world.runtime, await world.city(city.slug), "fake")
    query = f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema_of(world.there.id)}'"
    assert [t for t in world.second.names(query) if "fake_notes" in t or "alembic_fake" in t] == []
    assert "fake" not in (await world.city("there")).revisions
    assert world.main("SELECT 1 FROM control.plugin_state WHERE plugin = 'fake'") == []


async def test_a_city_moves_with_all_it_has(world: World, tmp_path: Path):
    runtime = world.runtime
    await Cities(runtime).apply([file("moving", "main", "fake")])
    moving = runtime.registry.by_slug("moving")
    number = await register_case(runtime, moving)
    settled = {c.slug: sums(runtime, c) for c in (world.here, world.there)}
    life = Life(runtime.deployment, runtime.settings.migrators, clock.now)
    life.stop(moving.id, "서버를 옮김", "tester")
    made = Archives(runtime, "tester").make(moving.id, tmp_path)
    # First beside the old one, to look at it; that copy on the second server is let go again.
    Archives(runtime, "tester").restore(made.file, Plan(slug="copied", server="east"))
    copied = await world.city("copied")
    assert schema_of(copied.id) in world.second.names(SCHEMAS)
    with pytest.raises(DropRefusedError):
        life.drop(copied.id, "copied", "tester")
    Leaving(runtime, "tester").export(copied.id, tmp_path)
    life.drop(copied.id, "copied", "tester")
    assert schema_of(copied.id) not in world.second.names(SCHEMAS)
    assert f"{runtime.deployment.city(copied.id)}" not in world.second.names(ROLES)

    Leaving(runtime, "tester").export(moving.id, tmp_path)
    before = sums(runtime, moving, but=("city_keys",))
    life.drop(moving.id, "moving", "tester")
    plan = Plan(server="east", opened=True)
    Archives(runtime, "tester").restore(made.file, plan)
    moved = await world.city("moving")
    assert (moved.server, moved.hosts) == ("east", moving.hosts)
    assert moved.plugins == {"fake"}
    after = sums(runtime, moved, but=("city_keys",))
    # The export itself was written into the access log of the city that has left.
    assert {t for t in before if before[t] != after[t]} == {"access_log"}
    assert {c.slug: sums(runtime, c) for c in (world.here, world.there)} == settled
    officer = await People(runtime, moved).officer("INTAKE_OFFICER")
    web = Web(world.app, moved.hosts[0], People(runtime, moved))
    assert number in (await web.api(officer).get("/api/v1/cases?view=ALL")).text
    await web.close()
    assert schema_of(moved.id) not in world.schemas_on_main()


async def test_what_a_cut_off_restore_or_drop_leaves_is_told_and_mended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    runtime, settings = world.runtime, world.runtime.settings
    moving = await world.city("moving")
    life = Life(runtime.deployment, settings.migrators, clock.now)
    life.stop(moving.id, "끊김", "tester")
    made = Archives(runtime, "tester").make(moving.id, tmp_path)
    Leaving(runtime, "tester").export(moving.id, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "commit", _commit_only_there)
        with pytest.raises(psycopg.OperationalError):
            life.drop(moving.id, "moving", "tester")
    assert schema_of(moving.id) not in world.second.names(SCHEMAS)
    found = look_at(settings, "east", places(settings))
    assert [p for p in found.problems if "moving should lie here" in p]
    life.drop(moving.id, "moving", "tester")
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "commit", _commit_only_there)
        with pytest.raises(psycopg.OperationalError):
            Archives(runtime, "tester").restore(made.file, Plan(server="east"))
    found = look_at(settings, "east", places(settings))
    assert len([p for p in found.problems if "is no city's here" in p]) == 1
    left = set(world.second.names(SCHEMAS)) - {schema_of(world.there.id)}
    Archives(runtime, "tester").restore(made.file, Plan(server="east", opened=True))
    moved = await world.city("moving")
    assert left == set(world.second.names(SCHEMAS)) - {
        schema_of(world.there.id),
        schema_of(moved.id),
    }
    with psycopg.connect(world.second.dsn) as connection:
        for schema in left:
            role = runtime.deployment.city(schema.removeprefix("t_"))
            connection.execute(f"DROP SCHEMA {schema} CASCADE; DROP ROLE {role}".encode())
    assert look_at(settings, "east", places(settings)).problems == ()


def _commit_only_there(connection: psycopg.Connection[Any]) -> None:
    """Commit on the second server; on main the connection is lost before."""
    in_registry = "SELECT 1 FROM pg_namespace WHERE nspname = 'control'"
    if connection.execute(in_registry).fetchone():
        connection.close()
        raise psycopg.OperationalError("the connection was lost")
    connection.pgconn.exec_(b"COMMIT")
