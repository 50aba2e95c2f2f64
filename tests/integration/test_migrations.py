"""Migrations are the truth about tables: models must not drift from them."""

import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.jobs.component import COMPONENT as JOBS
from sinmungo_tenants import Component, Tenant
from sinmungo_tenants.autogen import difference
from sinmungo_tenants.control.component import COMPONENT as CONTROL
from sinmungo_tenants.heads import head
from sinmungo_tenants.migrate import current, steps, upgrade
from sinmungo_tenants.names import schema_of


def components(runtime: Runtime) -> list[Component]:
    of_plugins = [p.manifest.component for p in runtime.host.plugins.values()]
    return [COMPONENT, *(c for c in of_plugins if c is not None)]


@pytest.fixture
def scratch(deployment_dsn: str):
    with psycopg.connect(deployment_dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS scratch CASCADE")
        connection.execute("CREATE SCHEMA scratch")
        yield connection
        connection.execute("DROP SCHEMA scratch CASCADE")


def test_models_and_migrations_agree(runtime: Runtime, scratch, deployment_dsn: str):
    for component in components(runtime):
        with scratch.transaction():
            upgrade(scratch, component, "scratch")
        assert difference(deployment_dsn, component, "scratch") == []


def test_the_registry_agrees_too(runtime: Runtime):
    assert difference(runtime.settings.migrator_dsn, CONTROL, "control") == []


def test_upgrading_twice_changes_nothing(scratch):
    for _ in range(2):
        with scratch.transaction():
            assert upgrade(scratch, COMPONENT, "scratch") == head(COMPONENT)
    assert current(scratch, COMPONENT, "scratch") == head(COMPONENT)


def test_head_counts_of_before_are_kept_under_their_day(scratch):
    """A company that was counted before figures had a table keeps its count under its day."""
    scratch.execute("SET search_path = scratch")
    for step in steps(COMPONENT):
        if step.revision == "0015":
            scratch.execute(
                "INSERT INTO companies (id, name, name_key, initials, grams, employees,"
                " employees_on, size_class, state, created_at, row_version)"
                " SELECT gen_random_uuid(), 'x', 'x', 'x', '', n, '2024-06-30', 'SMALL', 'ACTIVE',"
                " now(), 1 FROM generate_series(50, 52) n"
            )
        for statement in step.statements:
            scratch.execute(statement)
    found = scratch.execute(
        "SELECT c.employees, f.employees, f.day::text, f.size_class FROM company_figures f"
        " JOIN companies c ON c.id = f.company_id ORDER BY 1"
    ).fetchall()
    assert found == [(n, n, "2024-06-30", "SMALL") for n in (50, 51, 52)]


def test_an_unknown_revision_is_refused(scratch):
    with scratch.transaction():
        upgrade(scratch, COMPONENT, "scratch")
        scratch.execute("UPDATE alembic_core SET version_num = '9999'")
    with pytest.raises(ValueError, match="does not know"), scratch.transaction():
        upgrade(scratch, COMPONENT, "scratch")


def test_a_city_carries_its_revisions_and_control_has_the_copy(
    runtime: Runtime, city: Tenant, deployment_dsn: str
):
    assert city.revisions["core"] == head(COMPONENT)
    with psycopg.connect(deployment_dsn) as connection:
        assert current(connection, COMPONENT, schema_of(city.id)) == head(COMPONENT)
        owner = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = %s",
            (schema_of(city.id),),
        ).fetchall()
    assert owner == [(runtime.deployment.migrator,)]


def test_the_queue_function_that_wakes_is_the_pinned_one(runtime: Runtime):
    assert head(JOBS) == "0001"
    with psycopg.connect(runtime.settings.migrator_dsn) as connection:
        names = connection.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'jobs' AND proname IN ('wake', 'procrastinate_defer_jobs_v1')"
            " ORDER BY 1"
        ).fetchall()
    assert [n for (n,) in names] == ["procrastinate_defer_jobs_v1", "wake"]


def test_the_head_read_from_files_is_alembics(runtime: Runtime):
    for component in (*components(runtime), CONTROL, JOBS):
        assert head(component) == steps(component)[-1].revision
