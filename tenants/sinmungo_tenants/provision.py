"""Making and changing cities: roles, schemas, tables. Runs as the migrator, by psycopg.

The web process needs none of this to serve; only the command line, the demo and the switching-on
of a plugin come here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from sinmungo_tenants import migrate
from sinmungo_tenants.components import Component
from sinmungo_tenants.errors import TenantExistsError, UnknownTenantError
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import (
    CONTROL_SCHEMA,
    JOBS_SCHEMA,
    Deployment,
    check_host,
    check_slug,
    schema_of,
)
from sinmungo_tenants.servers import MAIN, Servers, server_of

LOCK_TIMEOUT = "5s"
EXTENSIONS_SCHEMA = "extensions"


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """What the registry must know of a city; everything else lies in the city itself."""

    slug: str
    name: str
    service_name: str
    kind: str = "CITY"
    hosts: tuple[str, ...] = ()
    server: str = MAIN


class Provisioner:
    """Adds cities and upgrades their components; one transaction per act, two on two servers."""

    def __init__(self, deployment: Deployment, servers: str | Servers) -> None:
        self.deployment = deployment
        self.servers = Servers.of(servers)

    @contextmanager
    def _transaction(self, server: str = MAIN) -> Iterator[psycopg.Connection[Any]]:
        with self.servers.transaction(server) as connection:
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
            connection.execute("SET LOCAL client_min_messages = 'warning'")
            yield connection

    @contextmanager
    def _both(
        self, server: str = "", *, tenant_id: str = ""
    ) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Connection[Any]]]:
        """Open the registry and a city: one transaction on main, else the city's commits first.

        Without `server` it is the one on which `tenant_id` lies.
        """
        with self._transaction() as control:
            where = server or server_of(control, tenant_id)
            if where == MAIN:
                yield control, control
                return
            with self._transaction(where) as city:
                yield control, city

    def upgrade_shared(self, component: Component, schema: str) -> None:
        """Bring a component of the deployment itself (control, jobs) to its head."""
        with self._transaction() as connection:
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
            )
            migrate.upgrade(connection, component, schema)
            self._grant_shared(connection, schema, component.append_only)

    def _grant_shared(
        self, connection: psycopg.Connection[Any], schema: str, logs: Sequence[str]
    ) -> None:
        role, name = sql.Identifier(self.deployment.control), sql.Identifier(schema)
        for text in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
        ):
            connection.execute(sql.SQL(text).format(schema=name, role=role))
        for table in logs:
            keep = sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}")
            connection.execute(keep.format(sql.Identifier(schema, table), role))

    def upgrade(self, tenant_id: str, components: Sequence[Component]) -> None:
        """Bring components of one city to their heads, each in a transaction of its own."""
        for component in components:
            with self._both(tenant_id=tenant_id) as (control, city):
                self._upgrade(control, city, tenant_id, component)
                _touch(control)

    def behind(self, components: Sequence[Component]) -> list[tuple[str, str]]:
        """Return (tenant id, component) pairs that have the component but not its head."""
        heads = {c.name: head(c) for c in components}
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT tenant_id, component, revision FROM control.component_state"
            ).fetchall()
        return [(t, c) for t, c, revision in rows if c in heads and heads[c] != revision]

    def set_state(self, tenant_id: str, state: str) -> None:
        """Set a city ACTIVE or SUSPENDED; raise `UnknownTenantError` if it is not there."""
        with self._transaction() as connection:
            done = connection.execute(
                "UPDATE control.tenants SET state = %s, row_version = row_version + 1"
                " WHERE id = %s",
                (state, tenant_id),
            )
            if done.rowcount != 1:
                raise UnknownTenantError(f"no city with the id {tenant_id!r}")
            _touch(connection)

    def rename(self, tenant_id: str, spec: TenantSpec) -> None:
        """Set a city's names and hosts to those of `spec`; id, slug and data stay."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE control.tenants SET name = %s, service_name = %s, kind = %s,"
                " row_version = row_version + 1 WHERE id = %s",
                (spec.name, spec.service_name, spec.kind, tenant_id),
            )
            connection.execute(
                "DELETE FROM control.tenant_hosts WHERE tenant_id = %s", (tenant_id,)
            )
            _add_hosts(connection, tenant_id, spec)
            _touch(connection)

    def _register(
        self, connection: psycopg.Connection[Any], tenant_id: str, spec: TenantSpec
    ) -> None:
        now, names = datetime.now(UTC), (spec.kind, spec.name, spec.service_name)
        try:
            connection.execute(
                "INSERT INTO control.tenants"
                " (id, slug, kind, name, service_name, state, server, created_at, row_version)"
                " VALUES (%s, %s, %s, %s, %s, 'ACTIVE', %s, %s, 1)",
                (tenant_id, check_slug(spec.slug), *names, spec.server, now),
            )
        except psycopg.errors.UniqueViolation as error:
            raise TenantExistsError(f"the slug {spec.slug!r} belongs to another city") from error
        _add_hosts(connection, tenant_id, spec)

    def _make_schema(self, connection: psycopg.Connection[Any], tenant_id: str) -> None:
        for text in schema_statements(self.deployment, tenant_id):
            connection.execute(text.encode())

    def _upgrade(
        self,
        control: psycopg.Connection[Any],
        city: psycopg.Connection[Any],
        tenant_id: str,
        component: Component,
    ) -> None:
        schema = schema_of(tenant_id)
        revision = migrate.upgrade(city, component, schema)
        for grant in migrate.grant_statements(component, schema, self.deployment, tenant_id):
            city.execute(grant)
        control.execute(
            "INSERT INTO control.component_state (tenant_id, component, revision, updated_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (tenant_id, component)"
            " DO UPDATE SET revision = excluded.revision, updated_at = excluded.updated_at",
            (tenant_id, component.name, revision, datetime.now(UTC)),
        )


def schema_statements(deployment: Deployment, tenant_id: str) -> tuple[str, ...]:
    """Return what makes a city's role and empty schema; every part is checked in `names`."""
    role, schema = deployment.city(tenant_id), schema_of(tenant_id)
    return (
        f"CREATE ROLE {role} NOLOGIN",
        f"GRANT {role} TO {deployment.app} WITH INHERIT FALSE, SET TRUE",
        f"CREATE SCHEMA {schema}",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
    )


def _add_hosts(connection: psycopg.Connection[Any], tenant_id: str, spec: TenantSpec) -> None:
    for position, host in enumerate(dict.fromkeys(map(check_host, spec.hosts))):
        try:
            connection.execute(
                "INSERT INTO control.tenant_hosts (host, tenant_id, position) VALUES (%s, %s, %s)",
                (host, tenant_id, position),
            )
        except psycopg.errors.UniqueViolation as error:
            raise TenantExistsError(f"the host {host!r} belongs to another city") from error


def _touch(connection: psycopg.Connection[Any]) -> None:
    connection.execute("UPDATE control.registry_version SET version = version + 1")


@dataclass(frozen=True, slots=True)
class Logins:
    """Passwords of the two logins of a deployment."""

    app_password: str
    migrator_password: str


def create_deployment(admin_dsn: str, deployment: Deployment, logins: Logins) -> None:
    """Make (or mend) the deployment's roles in the database of `admin_dsn`.

    Needs a role that may create roles; run once per start of the demo, idempotent.
    """
    with psycopg.connect(admin_dsn) as connection:
        _role(connection, deployment.migrator, "LOGIN CREATEROLE", logins.migrator_password)
        _role(connection, deployment.app, "LOGIN", logins.app_password)
        _role(connection, deployment.control, "NOLOGIN", None)
        names = {
            "app": sql.Identifier(deployment.app),
            "migrator": sql.Identifier(deployment.migrator),
            "control": sql.Identifier(deployment.control),
            "database": sql.Identifier(connection.info.dbname),
        }
        for text in (
            "GRANT {control} TO {app} WITH INHERIT FALSE, SET TRUE",
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {app}",
            "GRANT CONNECT, CREATE ON DATABASE {database} TO {migrator}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        ):
            connection.execute(sql.SQL(text).format(**names))
        add_extensions(connection)


def add_extensions(connection: psycopg.Connection[Any]) -> None:
    """Make what cities' exclusion constraints need, once per database (docs/decisions, 6).

    An index finds the operators by itself, so no role needs a right on the schema.
    """
    for text in (
        "SET LOCAL client_min_messages = 'warning'",
        f"CREATE SCHEMA IF NOT EXISTS {EXTENSIONS_SCHEMA}",
        f"CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA {EXTENSIONS_SCHEMA}",
    ):
        connection.execute(text.encode())


def _role(
    connection: psycopg.Connection[Any], name: str, attributes: str, password: str | None
) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    verb = "ALTER" if exists else "CREATE"
    text = sql.SQL(f"{verb} ROLE {{}} {attributes}").format(sql.Identifier(name))
    if password is not None:
        text += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    connection.execute(text)


SHARED_SCHEMAS = (CONTROL_SCHEMA, JOBS_SCHEMA)
