"""Taking out what is too old: lines of a city's log, and fleet runs. Runs as the migrator.

A city's own role may only add to its logs.
"""

from datetime import datetime

from psycopg import sql

from sinmungo_tenants.names import schema_of
from sinmungo_tenants.servers import MAIN, Servers

LOCK_TIMEOUT = "5s"
_OUTCOMES = (
    "DELETE FROM control.fleet_outcomes o USING control.fleet_runs r WHERE o.run_id = r.id"
    " AND r.started_at < %s AND r.id <> %s"
)
_RUNS = "DELETE FROM control.fleet_runs WHERE started_at < %s AND id <> %s"
_NEWEST = "SELECT id FROM control.fleet_runs ORDER BY started_at DESC, id DESC LIMIT 1"


def trim_log(
    servers: Servers, server: str, tenant_id: str, table: str, column: str, before: datetime
) -> int:
    """Delete the lines of a city's log whose moment lies before `before`; return how many went."""
    statement = sql.SQL("DELETE FROM {} WHERE {} < %s").format(
        sql.Identifier(schema_of(tenant_id), table), sql.Identifier(column)
    )
    with servers.transaction(server) as city:
        city.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        return city.execute(statement, (before,)).rowcount


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
