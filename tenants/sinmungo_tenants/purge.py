"""Taking a component out of one city, so that nothing of it is left. Runs as the migrator.

One transaction: the tables are locked first, then whatever the caller wants to keep or clear is
done, then they are dropped and the registry forgets them. A failure anywhere leaves all as it was.
For a city on another server than main the registry's part is a second one, committed last.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from sinmungo_tenants.components import Component
from sinmungo_tenants.migrate import steps
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN, Servers, server_of

LOCK_TIMEOUT = "5s"
_MADE = re.compile(r'^CREATE TABLE "?(\w+)"?', re.IGNORECASE)

type Clearing = Callable[[psycopg.Connection[Any], list[str]], None]


@contextmanager
def _transaction(
    servers: Servers, tenant_id: str
) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
    """Open the registry and the city, with the city's schema on the path of the latter."""
    with servers.transaction(MAIN) as control:
        _set(control)
        server = server_of(control, tenant_id)
        path = sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema_of(tenant_id)))
        if server == MAIN:
            control.execute(path)
            yield control, control
            return
        with servers.transaction(server) as city:
            _set(city)
            city.execute(path)
            yield control, city


def _set(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
    connection.execute("SET LOCAL client_min_messages = 'warning'")


def purge(
    servers: str | Servers,
    tenant_id: str,
    name: str,
    component: Component | None,
    before: Clearing,
) -> list[str]:
    """Drop a component's tables in a city; return their names, parents first.

    `before` gets the city's connection, with its schema on the path, and the tables that exist, all
    locked. `name` is the plugin whose state the registry forgets. Raises what PostgreSQL
    raises (LockNotAvailable after five seconds) and what `before` raises; then nothing is done.
    """
    schema = schema_of(tenant_id)
    with _transaction(Servers.of(servers), tenant_id) as (control, connection):
        tables = [t for t in _tables(component) if _exists(connection, schema, t)]
        for table in tables:
            lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
            connection.execute(lock.format(sql.Identifier(schema, table)))
        before(connection, tables)
        if component is not None:
            _drop(connection, schema, [*tables, component.version_table])
            control.execute(
                "DELETE FROM control.component_state WHERE tenant_id = %s AND component = %s",
                (tenant_id, component.name),
            )
        control.execute(
            "DELETE FROM control.plugin_state WHERE tenant_id = %s AND plugin = %s",
            (tenant_id, name),
        )
        control.execute("UPDATE control.registry_version SET version = version + 1")
    return tables


def _tables(component: Component | None) -> list[str]:
    """Return every table that any revision of the component makes, parents first."""
    if component is None:
        return []
    now = [str(table.name) for table in component.metadata.sorted_tables]
    texts = (text for step in steps(component) for text in step.statements)
    ever = {found[1] for text in texts if (found := _MADE.match(text))}
    return [*now, *sorted(ever - set(now))]


def _exists(connection: psycopg.Connection[Any], schema: str, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (f"{schema}.{table}",)).fetchone()
    return row is not None and row[0] is not None


def _drop(connection: psycopg.Connection[Any], schema: str, tables: list[str]) -> None:
    """Drop without CASCADE: whatever else hangs on these tables is no one's to take along."""
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(names))
