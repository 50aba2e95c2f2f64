"""Cities that a test has done with serve the next one: making seventy tables takes half a second.

A used city is emptied, its schema and role take a new id's names, and the registry forgets it; to
the next test it is a fresh city. One whose tables a test has changed is left alone.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
import psycopg
from psycopg import sql

from sinmungo.app import Runtime
from sinmungo_tenants import Component, Tenant
from sinmungo_tenants.adding import Adder
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN

_CONTROL = ("component_state", "plugin_state", "tenant_hosts")
_used: list[tuple[Runtime, Tenant, tuple[Component, ...]]] = []
_free: dict[tuple[str, frozenset[str]], list[str]] = {}


class RecyclingAdder(Adder):
    """Makes a city of an emptied one where it can; the same as a new one to whoever asks."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.deployment, runtime.settings.migrators)
        self._runtime = runtime

    async def _furnish(
        self, connection: asyncpg.Connection, city: Tenant, components: Sequence[Component]
    ) -> None:
        free = _free.get(_key(self._runtime, components), [])
        if not free or city.server != MAIN:
            await super()._furnish(connection, city, components)
            return
        old = free.pop()
        for kind, before, after in (
            ("SCHEMA", schema_of(old), schema_of(city.id)),
            ("ROLE", self.deployment.city(old), self.deployment.city(city.id)),
        ):
            await connection.execute(f"ALTER {kind} {before} RENAME TO {after}")


def made(runtime: Runtime, city: Tenant, components: Sequence[Component]) -> None:
    """Remember a city that the running test was given."""
    _used.append((runtime, city, tuple(components)))


def mark() -> int:
    """Return how many cities are in use; `release(mark)` gives back those given since."""
    return len(_used)


def release(since: int) -> None:
    """Empty the cities given since the mark, and keep them for the next test."""
    done, _used[since:] = _used[since:], []
    for runtime, city, components in done:
        try:
            with psycopg.connect(_admin(runtime)) as connection:
                connection.execute("SET LOCAL lock_timeout = '2s'")
                if not _empty(connection, city, components):
                    continue
        except psycopg.errors.LockNotAvailable:
            continue  # something of the test still holds it
        _free.setdefault(_key(runtime, components), []).append(city.id)


def _key(runtime: Runtime, components: Sequence[Component]) -> tuple[str, frozenset[str]]:
    return _admin(runtime), frozenset(f"{c.name} {head(c)}" for c in components)


def _admin(runtime: Runtime) -> str:
    return runtime.settings.database_url


def _empty(
    connection: psycopg.Connection[Any], city: Tenant, components: Sequence[Component]
) -> bool:
    """Delete every row; False, and nothing done, when the tables are no longer the components'."""
    schema, known = schema_of(city.id), {t for c in components for t in c.metadata.tables}
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,))
    if {name for (name,) in rows} != known | {c.version_table for c in components}:
        return False
    for component in components:
        query = sql.SQL("SELECT version_num FROM {}")
        table = sql.Identifier(schema, component.version_table)
        found = connection.execute(query.format(table)).fetchone()
        if found != (head(component),):
            return False
    connection.execute("SET LOCAL session_replication_role = 'replica'")
    deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, t)) for t in known]
    connection.execute(sql.SQL("; ").join(deletes))
    for name in _CONTROL:
        query = sql.SQL("DELETE FROM {} WHERE tenant_id = %s")
        connection.execute(query.format(sql.Identifier("control", name)), (city.id,))
    connection.execute("DELETE FROM control.tenants WHERE id = %s", (city.id,))
    return True
