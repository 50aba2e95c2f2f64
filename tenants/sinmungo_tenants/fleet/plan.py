"""Who is behind, by one query on the registry's copy; nothing here needs the migrations' libraries.

A fleet that is up to date is the common answer, and it should come at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from sinmungo_tenants.chain import chain, minimum, too_old
from sinmungo_tenants.components import Component
from sinmungo_tenants.servers import MAIN

_BEHIND = """
SELECT s.tenant_id, t.slug, s.component, s.revision, t.server
FROM control.component_state s
JOIN control.tenants t ON t.id = s.tenant_id
JOIN unnest(%s::text[], %s::text[]) AS h (component, head) ON h.component = s.component
WHERE s.revision <> h.head
ORDER BY t.slug
"""
_STATES = """
SELECT s.component, s.revision, count(*) FROM control.component_state s
WHERE s.component = ANY(%s) GROUP BY s.component, s.revision
"""
_OLDER = """
SELECT s.tenant_id, t.slug, s.plugin
FROM control.plugin_state s
JOIN control.tenants t ON t.id = s.tenant_id
JOIN unnest(%s::text[], %s::text[]) AS v (plugin, version) ON v.plugin = s.plugin
WHERE s.state = 'ACTIVE' AND s.version IS DISTINCT FROM v.version
ORDER BY t.slug, array_position(%s::text[], s.plugin)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A component of a city that is not at its newest revision."""

    tenant_id: str
    slug: str
    component: Component
    revision: str
    server: str = MAIN

    @property
    def target(self) -> str:
        """The revision that an upgrade brings it to."""
        return chain(self.component)[-1]


@dataclass(frozen=True, slots=True)
class Older:
    """A plugin that is active in a city in another version than the one installed."""

    tenant_id: str
    slug: str
    plugin: str


@dataclass(frozen=True, slots=True)
class ComponentPlan:
    """What is to do for one component over all cities.

    `ahead` counts cities on a revision that this code does not know: newer code has been there.
    `closed` counts those that wait behind a maintenance page until they are upgraded.
    """

    component: Component
    cities: int
    behind: int
    ahead: int
    closed: int
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        """The newest revision."""
        return chain(self.component)[-1]

    @property
    def minimum(self) -> str:
        """The oldest revision that this code works on."""
        return minimum(self.component)


@contextmanager
def opened(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """Open the migrator's connection to look, not to change."""
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        yield connection


def behind(
    connection: psycopg.Connection[Any], components: Sequence[Component]
) -> list[list[Pair]]:
    """Return what is behind, city by city in order of slug, components in the order given.

    A city on a revision that this code does not know is left out: it is not behind.
    """
    known = {c.name: c for c in components if chain(c)}
    heads = [chain(c)[-1] for c in known.values()]
    rows = connection.execute(_BEHIND, (list(known), heads)).fetchall()
    cities: dict[str, list[Pair]] = {}
    for tenant_id, slug, name, revision, server in rows:
        if revision in chain(known[name]):
            pair = Pair(tenant_id, slug, known[name], revision, server)
            cities.setdefault(tenant_id, []).append(pair)
    order = list(known)
    return [sorted(c, key=lambda p: order.index(p.component.name)) for c in cities.values()]


def older_plugins(connection: psycopg.Connection[Any], versions: Mapping[str, str]) -> list[Older]:
    """Return where active plugins are of another version than these, city by city."""
    names = list(versions)
    rows = connection.execute(_OLDER, (names, list(versions.values()), names)).fetchall()
    return [Older(*row) for row in rows]


def plan(
    connection: psycopg.Connection[Any], components: Sequence[Component]
) -> list[ComponentPlan]:
    """Return what is to do for each component that has tables."""
    states: dict[str, dict[str, int]] = {}
    for name, revision, count in connection.execute(_STATES, ([c.name for c in components],)):
        states.setdefault(name, {})[revision] = count
    return [_of(c, states.get(c.name, {})) for c in components if chain(c)]


def _of(component: Component, states: dict[str, int]) -> ComponentPlan:
    known = chain(component)
    late = {r: n for r, n in states.items() if r in known[:-1]}
    first = min((known.index(r) for r in late), default=len(known) - 1)
    return ComponentPlan(
        component,
        cities=sum(states.values()),
        behind=sum(late.values()),
        ahead=sum(n for r, n in states.items() if r not in known),
        closed=sum(n for r, n in late.items() if too_old(component, r)),
        revisions=known[first + 1 :],
    )
