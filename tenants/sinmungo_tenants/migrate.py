"""A component's Alembic tree, rendered once to SQL and run in one schema after another.

Rendering costs more than running: 243 cities share one rendering. Each (schema, component) is one
transaction, so that a failure leaves the former state.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from psycopg import sql

from sinmungo_tenants.batch import in_one_message
from sinmungo_tenants.components import Component
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import Deployment


@dataclass(frozen=True, slots=True)
class Step:
    """One revision as the SQL statements it stands for."""

    revision: str
    statements: tuple[str, ...]


class _Collector:
    """Takes what Alembic's offline mode writes, one statement at a time."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def write(self, text: str) -> None:
        """Keep a statement without its terminator."""
        statement = text.strip().rstrip(";").strip()
        if statement:
            self.statements.append(statement)

    def flush(self) -> None:
        """Do nothing; Alembic calls it."""


@lru_cache(maxsize=64)
def steps(component: Component, after: str = "base") -> tuple[Step, ...]:
    """Return every revision of the component after the one given, oldest first."""
    script = ScriptDirectory(str(component.scripts))
    revisions = [r for r in script.walk_revisions(after) if r.revision != after]
    return tuple(Step(r.revision, _render(r.module)) for r in reversed(revisions))


def _render(module: Any) -> tuple[str, ...]:
    collector = _Collector()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={"as_sql": True, "output_buffer": collector, "literal_binds": True},
    )
    with Operations.context(context):
        module.upgrade()
    return tuple(collector.statements)


def current(connection: psycopg.Connection[Any], component: Component, schema: str) -> str | None:
    """Return the revision a schema is on, or None if the component was never there."""
    table = f"{schema}.{component.version_table}"
    found = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    if found is None or found[0] is None:
        return None
    query = sql.SQL("SELECT version_num FROM {}").format(
        sql.Identifier(schema, component.version_table)
    )
    row = connection.execute(query).fetchone()
    return None if row is None else str(row[0])


def upgrade(connection: psycopg.Connection[Any], component: Component, schema: str) -> str:
    """Bring one component in one schema to its head, inside the caller's transaction.

    Returns the revision reached. The caller owns the transaction and the schema.
    """
    done = current(connection, component, schema)
    if done is not None and done == head(component):
        return done
    known = steps(component)
    names = [s.revision for s in known]
    if done is not None and done not in names:
        raise ValueError(f"{schema} is on {component.name} {done}, which this code does not know")
    pending = known[names.index(done) + 1 :] if done else known
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    for step in pending:
        connection.execute(in_one_message(step.statements).encode())
    if pending:
        _stamp(connection, component, pending[-1].revision, first=done is None)
    return head(component)


def _stamp(
    connection: psycopg.Connection[Any], component: Component, revision: str, *, first: bool
) -> None:
    table = sql.Identifier(component.version_table)
    if first:
        connection.execute(
            sql.SQL("CREATE TABLE {} (version_num varchar(32) PRIMARY KEY)").format(table)
        )
        connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(table), (revision,))
    else:
        connection.execute(sql.SQL("UPDATE {} SET version_num = %s").format(table), (revision,))


def grant_statements(
    component: Component, schema: str, deployment: Deployment, tenant_id: str
) -> list[sql.Composed]:
    """Return the grants of a city's role: DML on its tables, INSERT and SELECT only on logs."""
    role = sql.Identifier(deployment.city(tenant_id))
    logs = [t for t in component.metadata.tables if t in component.append_only]
    tables = [t for t in component.metadata.tables if t not in component.append_only]
    return [
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(rights), sql.SQL(", ").join(sql.Identifier(schema, t) for t in names), role
        )
        for rights, names in ((_DML, tables), ("SELECT, INSERT", logs))
        if names
    ]


_DML = "SELECT, INSERT, UPDATE, DELETE"
