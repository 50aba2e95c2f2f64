"""A rehearsal: a city's tables and rows in a schema that nobody else ever sees, upgraded there.

Everything on the copy happens in one transaction that is always undone. So nothing is left to
clean up, whatever ends it, and the city itself is only read, in one snapshot.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from sinmungo_tenants import migrate
from sinmungo_tenants.archive.copy import Shape, copy_out, shapes, snapshot, tables_in_order
from sinmungo_tenants.chain import chain
from sinmungo_tenants.components import Component
from sinmungo_tenants.errors import UnknownTenantError
from sinmungo_tenants.fleet.apply import StepFailedError, advance, pending, plain
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN, Servers

type Rows = psycopg.Connection[Any]

_INSTALLED = """
SELECT t.id, t.server, s.component FROM control.tenants t
JOIN control.component_state s ON s.tenant_id = t.id WHERE t.slug = %s
"""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal found: seconds by (component, revision), rows by table before and after.

    `error` says which revision failed and why; the steps before it are told all the same.
    """

    steps: tuple[tuple[str, str, float], ...]
    before: dict[str, int]
    after: dict[str, int]
    error: str | None = None

    @property
    def changed(self) -> dict[str, tuple[int | None, int | None]]:
        """Tables that were made, are gone, or have another number of rows than before."""
        names = sorted(self.before | self.after)
        pairs = {n: (self.before.get(n), self.after.get(n)) for n in names}
        return {n: pair for n, pair in pairs.items() if pair[0] != pair[1]}


def rehearse(
    servers: str | Servers,
    components: Sequence[Component],
    slug: str,
    copied: Callable[[str, int], None] = lambda _table, _rows: None,
) -> Rehearsed:
    """Run a city's pending revisions on a copy of it, on its own server.

    `copied` hears of each table copied.
    Raises `UnknownTenantError`, and `StepFailedError` when the city's tables are not those of the
    revision it says it is on.
    """
    known = Servers.of(servers)
    tenant_id, server, installed = _installed(known, slug)
    with closing(known.connect(server)) as connection:
        connection.execute("SET LOCAL client_min_messages = 'warning'")
        chosen = [c for c in components if c.name in installed and chain(c)]
        city, scratch = schema_of(tenant_id), f"rehearsal_{secrets.token_hex(4)}"
        found = {c.name: migrate.current(connection, c, city) for c in chosen}
        at = {name: revision or "" for name, revision in found.items()}
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(scratch)))
        for component in chosen:
            _build(connection, component, scratch, at[component.name])
        before = _copy(known.dsn(server), connection, city, scratch, copied)
        done = _upgrade(connection, chosen, scratch, at)
        if done.error:
            return Rehearsed(done.steps, before, before, done.error)
        return Rehearsed(done.steps, before, _count(connection, scratch))


def _installed(servers: Servers, slug: str) -> tuple[str, str, set[str]]:
    """Return a city's id, its server and its components."""
    with servers.transaction(MAIN) as control:
        rows = control.execute(_INSTALLED, (slug,)).fetchall()
    if not rows:
        raise UnknownTenantError(f"no city with the slug {slug!r}")
    return rows[0][0], rows[0][1], {name for _, _, name in rows}


def _build(connection: Rows, component: Component, scratch: str, at: str) -> None:
    """Make the component's tables as they were at a revision."""
    left = len(pending(component, at))
    done = migrate.steps(component)[: len(chain(component)) - left]
    table = sql.Identifier(scratch, component.version_table)
    connection.execute(
        sql.SQL("CREATE TABLE {} (version_num varchar(32) PRIMARY KEY)").format(table)
    )
    advance(connection, component, scratch, done)


def _copy(
    dsn: str, connection: Rows, city: str, scratch: str, copied: Callable[[str, int], None]
) -> dict[str, int]:
    """Copy every row, table by table, from one snapshot of the city; return the counts."""
    counts = {}
    made = shapes(connection, scratch)
    with snapshot(dsn, city) as (reader, tables):
        known = shapes(reader, city)
        for table in tables:
            if table not in made:
                continue  # another component's, or made by hand: no revision touches it
            if known[table].columns != made[table].columns:
                raise StepFailedError(f"table {table} is not as its revision made it")
            counts[table] = _copy_table(reader, connection, (city, scratch, table), known[table])
            copied(table, counts[table])
    return counts


def _copy_table(reader: Rows, writer: Rows, names: tuple[str, str, str], shape: Shape) -> int:
    city, scratch, table = names
    columns = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN")
    with (
        writer.cursor() as cursor,
        cursor.copy(statement.format(sql.Identifier(scratch, table), columns)) as target,
    ):
        return copy_out(reader, city, table, shape, target.write).rows


def _upgrade(
    connection: Rows, components: Sequence[Component], scratch: str, at: dict[str, str]
) -> Rehearsed:
    steps: list[tuple[str, str, float]] = []
    for component in components:

        def heard(revision: str, seconds: float, name: str = component.name) -> None:
            steps.append((name, revision, seconds))

        try:
            ahead = pending(component, at[component.name])
            advance(connection, component, scratch, ahead, heard)
        except StepFailedError as error:
            return Rehearsed(tuple(steps), {}, {}, str(error))
        except psycopg.Error as error:
            return Rehearsed(tuple(steps), {}, {}, f"{component.name}: {plain(error)}")
    return Rehearsed(tuple(steps), {}, {})


def _count(connection: Rows, schema: str) -> dict[str, int]:
    counts = {}
    for table in tables_in_order(connection, schema):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        row = connection.execute(query).fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts
