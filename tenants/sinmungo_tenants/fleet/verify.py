"""Asks every city itself which revisions it is on, and mends the registry's copy.

The copy is written right after the city's own row. A process that dies between the two, or a city
whose server was put back from a base backup, leaves a copy that is wrong: the city is right.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg

from sinmungo_tenants.components import Component
from sinmungo_tenants.errors import ServerDownError
from sinmungo_tenants.fleet.apply import plain
from sinmungo_tenants.migrate import current
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN, Servers

type Rows = psycopg.Connection[Any]

_CITIES = "SELECT id, slug, server FROM control.tenants ORDER BY server, slug"
_COPIES = "SELECT tenant_id, component, revision FROM control.component_state"
# Each only while the copy is still what was compared: whoever changes a city writes its copy too.
_ADD = """
INSERT INTO control.component_state (tenant_id, component, revision, updated_at)
SELECT id, %(component)s, %(found)s, %(now)s FROM control.tenants WHERE id = %(tenant_id)s
ON CONFLICT DO NOTHING
"""
_SET = """
UPDATE control.component_state SET revision = %(found)s, updated_at = %(now)s
WHERE tenant_id = %(tenant_id)s AND component = %(component)s AND revision = %(copied)s
"""
_DELETE = """
DELETE FROM control.component_state
WHERE tenant_id = %(tenant_id)s AND component = %(component)s AND revision = %(copied)s
"""
_TOUCH = "UPDATE control.registry_version SET version = version + 1"


@dataclass(frozen=True, slots=True)
class Difference:
    """A copy that was wrong and is mended; an empty revision: the city has no such tables."""

    tenant_id: str
    slug: str
    component: str
    copied: str
    found: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at all cities found: how many answered, and (slug, why) of those that did not."""

    cities: int
    mended: tuple[Difference, ...]
    unasked: tuple[tuple[str, str], ...]


def verify(
    servers: str | Servers, components: Sequence[Component], now: Callable[[], datetime]
) -> Verified:
    """Compare each city with the registry's copy and mend the copy; a city alone is never changed.

    A city whose server is away, or which has no tables at all, is told of and left as it is.
    """
    known, look = Servers.of(servers), _Look(components)
    with known.connect(MAIN, autocommit=True) as control:
        cities = control.execute(_CITIES).fetchall()
        for server in dict.fromkeys(server for _, _, server in cities):
            here = [(i, slug) for i, slug, s in cities if s == server]
            try:
                with known.connect(server, autocommit=True) as home:
                    look.at(control, home, here)
            except ServerDownError as error:
                look.unasked += [(slug, str(error)) for _, slug in here]
            except psycopg.Error as error:
                look.unasked += [(slug, plain(error)) for _, slug in here]
        mended = tuple(d for d in look.wrong if _mend(control, d, now()))
        if mended:
            control.execute(_TOUCH)
    return Verified(look.asked, mended, tuple(look.unasked))


class _Look:
    """What is found while going round."""

    def __init__(self, components: Sequence[Component]) -> None:
        self._components = components
        self.asked = 0
        self.wrong: list[Difference] = []
        self.unasked: list[tuple[str, str]] = []

    def at(self, control: Rows, home: Rows, cities: list[tuple[str, str]]) -> None:
        """Compare the cities of one server."""
        copies = {(t, c): r for t, c, r in control.execute(_COPIES)}
        for tenant_id, slug in cities:
            schema = schema_of(tenant_id)
            truth = {c.name: current(home, c, schema) or "" for c in self._components}
            if not truth[self._components[0].name]:
                self.unasked.append((slug, "has no tables on its server"))
                continue
            self.asked += 1
            for component, found in truth.items():
                copied = copies.get((tenant_id, component), "")
                if copied != found:
                    self.wrong.append(Difference(tenant_id, slug, component, copied, found))


def _mend(control: Rows, one: Difference, now: datetime) -> bool:
    statement = _ADD if not one.copied else _SET if one.found else _DELETE
    return control.execute(statement, {**asdict(one), "now": now}).rowcount == 1
