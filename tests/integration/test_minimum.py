"""Whoever names a minimum is believed only as far as every statement can be prepared on it."""

import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import column, select

from sinmungo.app import Runtime
from sinmungo.companies.models import companies
from sinmungo.component import COMPONENT
from sinmungo_tenants import Component, read
from sinmungo_tenants.chain import minimum
from sinmungo_tenants.migrate import steps
from sinmungo_tenants.statements import Write

SCHEMA = "at_minimum"


def statements(components: list[Component]) -> list[Write]:
    """Return every statement that a module has built and that reads or writes a city's tables."""
    own = {table for c in components for table in c.metadata.tables.values()}
    packages = {"sinmungo", *(f"sinmungo_{c.name}" for c in components)}
    modules = [m for name, m in sys.modules.items() if name.partition(".")[0] in packages]
    found = {w for module in modules for value in vars(module).values() for w in _within(value, 3)}
    return [w for w in found if own.intersection(_tables(w.statement))]


def _within(value: Any, depth: int) -> Iterator[Write]:
    """Yield the statements in a module's value: itself, or what a table or an object holds."""
    if isinstance(value, Write):
        yield value
    elif depth and isinstance(value, dict | tuple | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _within(one, depth - 1)
    elif depth and type(value).__module__.startswith("sinmungo"):
        for one in getattr(value, "__dict__", {}).values():
            yield from _within(one, depth - 1)


def _tables(statement: Any) -> Iterator[Any]:
    from sqlalchemy.sql.visitors import iterate

    yield getattr(statement, "table", None)
    yield from iterate(statement)


def refused(connection: psycopg.Connection[Any], found: list[Write]) -> list[str]:
    """Return what PostgreSQL says of those that it cannot prepare."""
    told = []
    for number, one in enumerate(found):
        try:
            with connection.transaction():
                connection.execute(f"PREPARE s{number} AS {one.sql}".encode())
        except psycopg.errors.IndeterminateDatatype:
            continue  # the driver names the types of parameters that the text leaves open
        except psycopg.Error as error:
            told.append(f"{str(error).splitlines()[0]}: {one.sql[:100]}")
    return told


@pytest.fixture
def connection(runtime: Runtime) -> Iterator[psycopg.Connection[Any]]:
    """Return a connection to tables of core and of the plugins here, each at its minimum."""
    components = [COMPONENT, *runtime.host.components()]
    with psycopg.connect(runtime.settings.database_url) as opened:
        opened.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        opened.execute(f"SET LOCAL search_path = {SCHEMA}, public".encode())
        for component in components:
            last = minimum(component)
            for step in steps(component):
                for statement in step.statements:
                    opened.execute(statement.encode())
                if step.revision == last:
                    break
        yield opened
        opened.rollback()


def test_every_statement_fits_the_tables_of_its_minimum(
    runtime: Runtime, connection: psycopg.Connection[Any]
):
    found = statements([COMPONENT, *runtime.host.components()])
    assert len(found) > 500
    assert refused(connection, found) == []
    later = read(select(column("added_later")).select_from(companies), str)
    (told,) = refused(connection, [later])
    assert "added_later" in told
