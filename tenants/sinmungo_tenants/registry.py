"""Which cities there are, held in memory by every process.

A request must know its city without asking the database. The whole registry is small (243 rows),
so each process keeps it and looks ten times a second at one number, `registry_version`, that every
change raises: a switch is obeyed by all processes within a second, with no message bus.
"""

import asyncio
import hashlib
import math
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
import structlog
from sqlalchemy import literal_column, select

from sinmungo_tenants.chain import too_old
from sinmungo_tenants.components import Component
from sinmungo_tenants.control.tables import (
    component_state,
    plugin_state,
    registry_version,
    tenant_hosts,
    tenants,
)
from sinmungo_tenants.errors import UnknownTenantError
from sinmungo_tenants.servers import MAIN
from sinmungo_tenants.statements import read

if TYPE_CHECKING:
    from sinmungo_tenants.doors import Doors

log = structlog.get_logger(__name__)
POLL_SECONDS = 0.1


class Tenant(msgspec.Struct, frozen=True):
    """A city (kind CITY, PROVINCE or AGENCY) as every process knows it.

    `server` names the database server it lies on (`servers.MAIN`, or one of the settings).
    `plugins` are those that are ACTIVE, `plugin_states` all that have a state here.
    `version` grows with each change of the city's row in the registry.
    `behind`: components older than this code's minimum; `upgrading`: one that all else rests on is.
    """

    id: str
    slug: str
    kind: str
    name: str
    service_name: str
    state: str
    server: str = MAIN
    hosts: tuple[str, ...] = ()
    revisions: dict[str, str] = {}
    plugins: frozenset[str] = frozenset()
    plugin_states: dict[str, str] = {}
    revision_tag: str = ""
    behind: frozenset[str] = frozenset()
    upgrading: bool = False
    version: int = 0

    @property
    def open(self) -> bool:
        """Whether the city may be used: neither suspended nor older than this code's minimum."""
        return self.state == "ACTIVE" and not self.upgrading


class _TenantRow(msgspec.Struct):
    id: str
    slug: str
    kind: str
    name: str
    service_name: str
    state: str
    server: str
    row_version: int


class _Pair(msgspec.Struct):
    tenant_id: str
    key: str
    value: str


_VERSION = read(select(registry_version.c.version), int)
_TENANTS = read(
    select(
        tenants.c.id,
        tenants.c.slug,
        tenants.c.kind,
        tenants.c.name,
        tenants.c.service_name,
        tenants.c.state,
        tenants.c.server,
        tenants.c.row_version,
    ).order_by(tenants.c.slug),
    _TenantRow,
)
_HOSTS = read(
    select(
        tenant_hosts.c.tenant_id,
        tenant_hosts.c.host.label("key"),
        literal_column("''").label("value"),
    ).order_by(tenant_hosts.c.position, tenant_hosts.c.host),
    _Pair,
)
_REVISIONS = read(
    select(
        component_state.c.tenant_id,
        component_state.c.component.label("key"),
        component_state.c.revision.label("value"),
    ),
    _Pair,
)
_PLUGINS = read(
    select(
        plugin_state.c.tenant_id,
        plugin_state.c.plugin.label("key"),
        plugin_state.c.state.label("value"),
    ),
    _Pair,
)


class Registry:
    """The cities of this deployment; `refresh` reads them, `watch` keeps them fresh.

    A city that lacks a `required` component, or has it below this code's minimum, is not open;
    an `optional` one that a city has below it is listed in the city's `behind`.
    """

    def __init__(
        self,
        doors: "Doors",
        required: Sequence[Component] = (),
        optional: Sequence[Component] = (),
    ) -> None:
        self._doors = doors
        self._required = tuple(required)
        self._optional = tuple(optional)
        self._version = -1
        self._looked_at = 0.0
        self._by_host: dict[str, Tenant] = {}
        self._by_slug: dict[str, Tenant] = {}
        self._by_id: dict[str, Tenant] = {}

    @property
    def age(self) -> float:
        """Seconds since this process last looked at the registry's version; infinite before."""
        return time.monotonic() - self._looked_at if self._looked_at else math.inf

    def by_host(self, host: str) -> Tenant | None:
        """Return the city that answers at this host name (without port), if any."""
        return self._by_host.get(host)

    def by_slug(self, slug: str) -> Tenant:
        """Return the city with this slug; raise `UnknownTenantError`."""
        found = self._by_slug.get(slug)
        if found is None:
            raise UnknownTenantError(f"no city with the slug {slug!r}")
        return found

    def by_id(self, tenant_id: str) -> Tenant:
        """Return the city with this id; raise `UnknownTenantError`."""
        found = self._by_id.get(tenant_id)
        if found is None:
            raise UnknownTenantError(f"no city with the id {tenant_id!r}")
        return found

    def all(self) -> list[Tenant]:
        """Return every city, by slug."""
        return list(self._by_slug.values())

    async def refresh(self, *, force: bool = False) -> bool:
        """Read the registry again if its version moved; return whether it did."""
        async with self._doors.control_session() as session:
            version = await session.one(_VERSION)
            self._looked_at = time.monotonic()
            if version == self._version and not force:
                return False
            rows = await session.all(_TENANTS)
            hosts = await session.all(_HOSTS)
            revisions = await session.all(_REVISIONS)
            plugins = await session.all(_PLUGINS)
        self._load(rows, hosts, revisions, plugins)
        self._version = version
        return True

    async def watch(self) -> None:
        """Refresh for ever; a database that is away is retried, not fatal."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.refresh()
            except Exception:
                log.warning("registry.refresh_failed", exc_info=True)

    def _load(
        self,
        rows: Iterable[_TenantRow],
        hosts: Iterable[_Pair],
        revisions: Iterable[_Pair],
        plugins: Iterable[_Pair],
    ) -> None:
        found = _Found({}, {}, {})
        for pair in hosts:
            found.hosts.setdefault(pair.tenant_id, []).append(pair.key)
        for pair in revisions:
            found.revisions.setdefault(pair.tenant_id, {})[pair.key] = pair.value
        for pair in plugins:
            found.plugins.setdefault(pair.tenant_id, {})[pair.key] = pair.value
        cities = [self._tenant(row, found) for row in rows]
        self._by_id = {c.id: c for c in cities}
        self._by_slug = {c.slug: c for c in cities}
        self._by_host = {host: c for c in cities for host in c.hosts}

    def _tenant(self, row: _TenantRow, found: "_Found") -> Tenant:
        revisions, states = found.revisions.get(row.id, {}), found.plugins.get(row.id, {})
        text = ",".join(f"{k}={v}" for k, v in sorted(revisions.items()))
        late = {c.name for c in self._required if too_old(c, revisions.get(c.name, ""))}
        installed = (c for c in self._optional if c.name in revisions)
        return Tenant(
            id=row.id,
            slug=row.slug,
            kind=row.kind,
            name=row.name,
            service_name=row.service_name,
            state=row.state,
            server=row.server,
            hosts=tuple(found.hosts.get(row.id, ())),
            revisions=revisions,
            plugins=frozenset(p for p, state in states.items() if state == "ACTIVE"),
            plugin_states=states,
            revision_tag=hashlib.sha256(text.encode()).hexdigest()[:8],
            behind=frozenset(late | {c.name for c in installed if too_old(c, revisions[c.name])}),
            upgrading=bool(late),
            version=row.row_version,
        )


class _Found(msgspec.Struct):
    """What was read, by city."""

    hosts: dict[str, list[str]]
    revisions: dict[str, dict[str, str]]
    plugins: dict[str, dict[str, str]]
