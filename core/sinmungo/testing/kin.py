"""Records below records: which child belongs to which parent, and how the two can be mixed up.

A path with two ids is a promise about both. A handler that looks at one of them only would act on
a record under another's name, or say "done" about nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql

from sinmungo.app import Runtime
from sinmungo.testing.prey import Prey, uuid_params
from sinmungo.testing.sweep import Route
from sinmungo_tenants.names import schema_of

_HAS = """
SELECT 1 FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s AND column_name = %s
"""


@dataclass(frozen=True, slots=True)
class Kin:
    """A child, its parent, and a parent of the same city whose child it is not."""

    parent: UUID
    child: UUID
    stranger: UUID


def paired(routes: Iterable[Route]) -> list[Route]:
    """Return the routes whose path takes more than one id."""
    return [r for r in routes if len(uuid_params(r)) > 1]


def kin_of(runtime: Runtime, own: Prey, route: Route) -> Kin | None:
    """Return records of a city that fit a path of two ids; None where no table joins the two."""
    parent, child = (p.name for p in uuid_params(route)[-2:])
    schema = schema_of(own.city.id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        for table in own.tables_for(child, route.path):
            if connection.execute(_HAS, (schema, table, parent)).fetchone() is None:
                continue
            query = sql.SQL("SELECT id, {} FROM {} ORDER BY id DESC LIMIT 1")
            names = sql.Identifier(parent), sql.Identifier(schema, table)
            found = connection.execute(query.format(*names)).fetchone()
            known = own.by_table[own.tables_for(parent, route.path)[0]]
            others = [i for i in known if found and i != found[1]]
            if found and others:
                return Kin(found[1], found[0], others[0])
    return None


def crossings(route: Route, kin: Kin, other: Prey) -> list[dict[str, object]]:
    """Return what must not be found: pairs across two cities, and a child below a stranger."""
    first, last = (p.name for p in uuid_params(route)[-2:])
    return [
        {first: kin.parent, last: other.one(last)},
        {first: other.one(first), last: kin.child},
        {first: kin.stranger, last: kin.child},
    ]
