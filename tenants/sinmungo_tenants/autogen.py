"""Writes the first draft of a revision by comparing a component's models with its migrations."""

from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import Connection

from sinmungo_tenants.components import Component
from sinmungo_tenants.names import safe


def _context(connection: Connection, component: Component) -> MigrationContext:
    def ours(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:  # noqa: ARG001, FBT001 - alembic's own signature
        return kind != "table" or name in component.metadata.tables

    options = {"compare_type": True, "include_object": ours, "target_metadata": component.metadata}
    return MigrationContext.configure(connection, opts=options)


def difference(dsn: str, component: Component, schema: str) -> list[Any]:
    """Return what the models have and the schema has not, or the other way round; [] if equal."""
    with _connect(dsn, schema) as connection:
        return list(compare_metadata(_context(connection, component), component.metadata))


def draft(dsn: str, component: Component, schema: str) -> str:
    """Return the body of `upgrade()` that would bring the schema to the models."""
    with _connect(dsn, schema) as connection:
        script = produce_migrations(_context(connection, component), component.metadata)
        if script.upgrade_ops is None:
            return "pass"
        return render_python_code(script.upgrade_ops)


def _connect(dsn: str, schema: str) -> Connection:
    engine = create_engine(
        dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
    )
    connection = engine.connect()
    connection.execute(text(f"SET search_path = {safe(schema)}"))
    return connection
