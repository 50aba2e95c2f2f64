"""`sinmungo fleet …` as the operator types it, on cities whose plugin is a revision behind."""

import os
from dataclasses import dataclass

import psycopg
import pytest_asyncio

from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.command import command
from sinmungo_tenants.chain import chain
from sinmungo_tenants.fleet.apply import advance
from sinmungo_tenants.fleet.plan import behind, opened
from sinmungo_tenants.migrate import steps
from sinmungo_tenants.names import schema_of


@dataclass
class Operator:
    """A deployment of its own and the command line on it."""

    runtime: Runtime

    async def fleet(self, *words: str, **changes: str) -> tuple[int, str]:
        settings = self.runtime.settings
        environment = {
            **os.environ,
            "SINMUNGO_DATA": settings.data,
            "SINMUNGO_DEPLOYMENT": settings.deployment,
            "SINMUNGO_APP_DSN": settings.app_dsn,
            "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
            "COLUMNS": "200",
        }
        return await command("fleet", *words, environment=environment | changes)

    def put_back(self, slug: str) -> None:
        """Make a city anew as it was before core's newest revision."""
        city, known = self.runtime.registry.by_slug(slug), chain(COMPONENT)
        schema = schema_of(city.id)
        with psycopg.connect(self.runtime.settings.migrator_dsn) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
            connection.execute(f"CREATE SCHEMA {schema}")
            connection.execute(f"SET LOCAL search_path = {schema}")
            connection.execute("CREATE TABLE alembic_core (version_num varchar(32) PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_core VALUES ('')")
            advance(connection, COMPONENT, schema, steps(COMPONENT)[:-1])
            connection.execute(
                "UPDATE control.component_state SET revision = %s"
                " WHERE tenant_id = %s AND component = 'core'",
                (known[-2], city.id),
            )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operator(server_dsn, worker_id, tmp_path_factory):
    name = f"fleetcli_{worker_id}"
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES)
    async with database.test_runtime(dsn, name, tmp_path_factory.mktemp("cli"), host) as runtime:
        for slug in ("near", "far"):
            await database.new_city(runtime, slug, (), {}, kept=True)
        yield Operator(runtime)


async def test_the_operators_road_from_plan_to_done(operator: Operator):
    """Each step on what the one before has left; making old cities is the dear part."""
    for slug in ("near", "far"):
        operator.put_back(slug)
    old, new = chain(COMPONENT)[-2:]
    await plan_and_status_tell_who_is_behind(operator, old, new)
    await a_rehearsal_leaves_the_city_behind(operator, new)
    await what_cannot_start_is_one_line_and_two(operator)
    await the_exit_code_tells_of_a_failure(operator)
    await the_next_run_resumes(operator)


async def plan_and_status_tell_who_is_behind(operator: Operator, old: str, new: str) -> None:
    code, output = await operator.fleet("plan", "--sql")
    assert code == 0
    (row,) = [line for line in output.splitlines() if "core" in line and "--" not in line]
    cells = [cell.strip() for cell in row.strip("│ ").split("│")]
    assert cells == ["core", new, new, "2", "2", "2", "0", new]
    assert f"-- core {new}" in output
    assert f"-- core {old}" not in output
    code, output = await operator.fleet("status")
    assert code == 1
    assert {f"behind: {city}: core {old} → {new}" for city in ("far", "near")} == set(
        output.splitlines()
    )


async def a_rehearsal_leaves_the_city_behind(operator: Operator, new: str) -> None:
    code, output = await operator.fleet("rehearse", "near")
    assert code == 0
    assert f"core {new}: 0." in output
    assert "the copy is gone again" in output
    with opened(operator.runtime.settings.migrator_dsn) as connection:
        assert len(behind(connection, [COMPONENT])) == 2
    code, output = await operator.fleet("rehearse", "nowhere")
    assert (code, output.strip()) == (2, "sinmungo: no city with the slug 'nowhere'")


async def what_cannot_start_is_one_line_and_two(operator: Operator) -> None:
    code, output = await operator.fleet("upgrade", "--canary", "nowhere")
    assert (code, output.strip()) == (2, "sinmungo: no city with the slug 'nowhere'")
    code, output = await operator.fleet("upgrade", "--workers", "0")
    assert (code, len(output.strip().splitlines())) == (2, 1)
    port = {"SINMUNGO_MIGRATOR_DSN": "postgresql://nobody@127.0.0.1:1/none"}
    code, output = await operator.fleet("plan", **port)
    assert (code, output.startswith("sinmungo: the database: ")) == (2, True)
    with psycopg.connect(operator.runtime.settings.migrator_dsn) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (0x5EED_F1EE7,))
        code, output = await operator.fleet("upgrade")
        assert (code, "another run is under way" in output) == (2, True)


async def the_exit_code_tells_of_a_failure(operator: Operator) -> None:
    city = operator.runtime.registry.by_slug("far")
    words = ("--canary", "near", "--workers", "1", "--lock-timeout", "0.2")
    with psycopg.connect(operator.runtime.settings.database_url) as reader:
        reader.execute(f"LOCK TABLE {schema_of(city.id)}.alembic_core IN ACCESS EXCLUSIVE MODE")
        code, output = await operator.fleet("upgrade", *words)
    assert code == 1
    assert "FAILED: far: core:" in output
    assert "1 ok, 1 failed, 0 left" in output
    code, output = await operator.fleet("status")
    assert (code, "behind: far" in output, "behind: near" in output) == (1, True, False)


async def the_next_run_resumes(operator: Operator) -> None:
    code, output = await operator.fleet("upgrade")
    assert (code, "1 ok, 0 failed, 0 left" in output) == (0, True), output
    code, output = await operator.fleet("status", "--everything")
    assert code == 0
    assert "last run: DONE" in output
    assert output.count(" OK ") == 1
    assert "every city is up to date" in output
    for verb in ("upgrade", "plan"):
        code, output = await operator.fleet(verb)
        assert (code, "nothing to do" in output) == (0, True)


async def test_a_newer_package_brings_its_first_data_too(operator: Operator):
    runtime = operator.runtime
    city = await database.new_city(runtime, "lived", ("experts",), {}, kept=True)
    schema = schema_of(city.id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        connection.execute(f"UPDATE {schema}.plugin_states SET version = '0.0.1'")
        connection.execute(
            "UPDATE control.plugin_state SET version = '0.0.1' WHERE tenant_id = %s", (city.id,)
        )
        connection.execute(f"DELETE FROM {schema}.advice_fields")
    code, output = await operator.fleet("upgrade")
    version = runtime.host.plugins["experts"].manifest.version
    assert (code, f"lived: experts: first data of {version}" in output) == (0, True), output
    with psycopg.connect(runtime.settings.database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {schema}.advice_fields").fetchone()
    assert row is not None
    assert row[0] > 0
    code, output = await operator.fleet("upgrade")
    assert (code, "first data" in output) == (0, False)
