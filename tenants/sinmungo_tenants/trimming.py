"""Taking out what is too old: lines of a city's log, and fleet runs. Runs as the migrator.

A city's own role may only add to its logs.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN, Servers

LOCK_TIMEOUT = "5s"
type Proof = Callable[[int], tuple[str, Sequence[Any]]]
_OUTCOMES = (
    "DELETE FROM control.fleet_outcomes o USING control.fleet_runs r WHERE o.run_id = r.id"
    " AND r.started_at < %s AND r.id <> %s"
)
_RUNS = "DELETE FROM control.fleet_runs WHERE started_at < %s AND id <> %s"
_NEWEST = "SELECT id FROM control.fleet_runs ORDER BY started_at DESC, id DESC LIMIT 1"


def trim_log(
    servers: Servers,
    server: str,
    tenant_id: str,
    table: str,
    column: str,
    before: datetime,
    proof: Proof | None = None,
) -> int:
    """Delete the lines of a city's log whose moment lies before `before`; return how many went.

    `proof` is told how many; the statement that it returns, with its values in order, is run in the
    city's schema in the same transaction: no line goes without it.
    """
    statement = sql.SQL("DELETE FROM {} WHERE {} < %s").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    with servers.transaction(server) as city:
        city.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        city.execute(f"SET LOCAL search_path = {schema_of(tenant_id)}".encode())
        count = city.execute(statement, (before,)).rowcount
        if count and proof is not None:
            text, values = proof(count)
            psycopg.RawCursor(city).execute(text.encode(), values)
        return count


def trim_runs(servers: Servers, before: datetime) -> int:
    """Delete fleet runs that began before `before`, with their outcomes; return how many runs.

    The newest stays, whatever its age: it says who is behind.
    """
    with servers.transaction(MAIN) as control:
        newest = control.execute(_NEWEST).fetchone()
        if newest is None:
            return 0
        control.execute(_OUTCOMES, (before, newest[0]))
        return control.execute(_RUNS, (before, newest[0])).rowcount
