"""A new city in one transaction: registry, role, schema, tables, and the rows it begins with.

Whoever calls writes the first rows through the session it is given, under the city's own role, so
that a seed has the rights of the city and no more. Whatever fails, nothing is left: roles, schemas
and grants are undone by PostgreSQL like rows. Runs as the migrator.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from sinmungo_tenants import headsql, migrate
from sinmungo_tenants.batch import in_one_message
from sinmungo_tenants.components import Component
from sinmungo_tenants.doors import prepare
from sinmungo_tenants.errors import ServerDownError, TenantExistsError
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import Deployment, check_host, check_slug, new_tenant_id, schema_of
from sinmungo_tenants.pools import AWAY
from sinmungo_tenants.provision import LOCK_TIMEOUT, TenantSpec, schema_statements
from sinmungo_tenants.registry import Tenant
from sinmungo_tenants.servers import CONNECT_SECONDS, MAIN, Servers
from sinmungo_tenants.session import Session

_TENANT = (
    "INSERT INTO control.tenants"
    " (id, slug, kind, name, service_name, state, server, created_at, row_version)"
    " VALUES ($1, $2, $3, $4, $5, 'ACTIVE', $6, $7, 1)"
)
_HOST = "INSERT INTO control.tenant_hosts (host, tenant_id, position) VALUES ($1, $2, $3)"
_STATE = (
    "INSERT INTO control.component_state (tenant_id, component, revision, updated_at)"
    " VALUES ($1, $2, $3, $4)"
)
_PLUGIN = (
    "INSERT INTO control.plugin_state (tenant_id, plugin, state, updated_at, version, row_version)"
    " VALUES ($1, $2, 'ACTIVE', $3, $4, 1)"
)
_TOUCH = "UPDATE control.registry_version SET version = version + 1"


class Adder:
    """Makes cities of one deployment; `servers` are the migrator's addresses."""

    def __init__(self, deployment: Deployment, servers: str | Servers) -> None:
        self.deployment = deployment
        self.servers = Servers.of(servers)

    @asynccontextmanager
    async def adding(
        self,
        spec: TenantSpec,
        components: Sequence[Component],
        plugins: Mapping[str, str] | None = None,
    ) -> AsyncIterator[tuple[Tenant, Session]]:
        """Make a city and yield it with a session for its first rows; all or nothing.

        `components` are its tables, `plugins` (slug → version) those that are active from the
        beginning; the city that is yielded has none yet. On another server than main the city's
        transaction commits just before the registry's. Raises `TenantExistsError` when slug or
        host is taken, `ServerDownError` when the server is unknown or away.
        """
        city = _tenant(spec, components)
        async with self._open(spec.server) as (control, home):
            session = Session(home, city.revision_tag)
            await _register(control, city, components)
            await self._furnish(home, city, components)
            await self._bind(home, city)
            yield city, session
            await self._unbind(home, city)
            for plugin, version in (plugins or {}).items():
                now = datetime.now(UTC)
                await control.execute(_PLUGIN, city.id, plugin, now, version)
            await control.execute(_TOUCH)
        for callback in session.take_after_commit():
            await callback()

    @asynccontextmanager
    async def _open(
        self, server: str
    ) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
        """Open the registry's transaction and the city's: one and the same on main."""
        async with self._transaction(MAIN) as control:
            if server == MAIN:
                yield control, control
                return
            async with self._transaction(server) as home:
                yield control, home

    @asynccontextmanager
    async def _transaction(self, server: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await self._connect(server)
        try:
            await prepare(connection)
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                await connection.execute("SET LOCAL client_min_messages = 'warning'")
                yield connection
        finally:
            await connection.close()

    async def _connect(self, server: str) -> asyncpg.Connection:
        dsn = self.servers.dsn(server)
        if server == MAIN:
            return await asyncpg.connect(dsn)
        try:
            return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        except AWAY as error:
            raise ServerDownError(f"the server {server!r} cannot be reached") from error

    async def _furnish(
        self, connection: asyncpg.Connection, city: Tenant, components: Sequence[Component]
    ) -> None:
        """Make role, schema, tables and grants, in one message."""
        schema = schema_of(city.id)
        texts = [
            *schema_statements(self.deployment, city.id),
            f"SET LOCAL search_path = {schema}",
        ]
        for component in components:
            texts += tables_of(component)
            grants = migrate.grant_statements(component, schema, self.deployment, city.id)
            texts += [grant.as_string() for grant in grants]
        await connection.execute(in_one_message(texts))

    async def _bind(self, connection: asyncpg.Connection, city: Tenant) -> None:
        """Become the city: the migrator lends itself its role until the rows are written."""
        role = self.deployment.city(city.id)
        own = self.deployment.migrator
        await connection.execute(f"GRANT {role} TO {own} WITH INHERIT FALSE, SET TRUE")
        await connection.execute(f"SET LOCAL search_path = {schema_of(city.id)}")
        await connection.execute(f"SET LOCAL ROLE {role}")

    async def _unbind(self, connection: asyncpg.Connection, city: Tenant) -> None:
        await connection.execute("SET LOCAL ROLE NONE")
        role = self.deployment.city(city.id)
        await connection.execute(f"REVOKE {role} FROM {self.deployment.migrator}")


def tables_of(component: Component) -> tuple[str, ...]:
    """Return what makes a component's tables in an empty schema, the version table included."""
    made = headsql.statements(component)
    if made is None:
        made = tuple(text for step in migrate.steps(component) for text in step.statements)
    return (
        *made,
        f"CREATE TABLE {component.version_table} (version_num varchar(32) PRIMARY KEY)",
        f"INSERT INTO {component.version_table} VALUES ('{head(component)}')",
    )


def _tenant(spec: TenantSpec, components: Sequence[Component]) -> Tenant:
    return Tenant(
        id=new_tenant_id(),
        slug=check_slug(spec.slug),
        kind=spec.kind,
        name=spec.name,
        service_name=spec.service_name,
        state="ACTIVE",
        server=spec.server,
        hosts=tuple(dict.fromkeys(map(check_host, spec.hosts))),
        revisions={c.name: head(c) for c in components},
        revision_tag="new",
    )


async def _register(
    connection: asyncpg.Connection, city: Tenant, components: Sequence[Component]
) -> None:
    now = datetime.now(UTC)
    names = (city.id, city.slug, city.kind, city.name, city.service_name)
    try:
        await connection.execute(_TENANT, *names, city.server, now)
    except asyncpg.UniqueViolationError as error:
        raise TenantExistsError(f"the slug {city.slug!r} belongs to another city") from error
    for position, host in enumerate(city.hosts):
        try:
            await connection.execute(_HOST, host, city.id, position)
        except asyncpg.UniqueViolationError as error:
            raise TenantExistsError(f"the host {host!r} belongs to another city") from error
    for component in components:
        await connection.execute(_STATE, city.id, component.name, head(component), now)
