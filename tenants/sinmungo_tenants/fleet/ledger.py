"""The rows of a run as it writes them: all pending first, then each outcome as it happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from sinmungo_tenants.fleet.plan import Pair

type Rows = psycopg.Connection[Any]

_RUN = """
INSERT INTO control.fleet_runs (id, started_at, started_by, canary, workers, state)
VALUES (%s, %s, %s, %s, %s, 'RUNNING')
"""
_OUTCOME = """
INSERT INTO control.fleet_outcomes
(run_id, tenant_id, component, slug, from_revision, to_revision, state, is_canary)
VALUES (%s, %s, %s, %s, %s, %s, 'PENDING', %s)
"""
_SET = """
UPDATE control.fleet_outcomes SET state = %s, error = %s, seconds = %s, finished_at = %s
WHERE run_id = %s AND tenant_id = %s AND component = %s
"""
_FINISH = """
WITH outcome AS (
  UPDATE control.fleet_outcomes SET state = %s, error = %s, seconds = %s, finished_at = %s
  WHERE run_id = %s AND tenant_id = %s AND component = %s
), copy AS (
  UPDATE control.component_state SET revision = %s, updated_at = %s
  WHERE tenant_id = %s AND component = %s
) UPDATE control.registry_version SET version = version + 1
"""
_CLOSE = "UPDATE control.fleet_runs SET state = %s, finished_at = %s WHERE id = %s"
_ABANDON = """
UPDATE control.fleet_runs SET state = 'ABANDONED', finished_at = %s WHERE state = 'RUNNING'
"""
_REOPEN = """
UPDATE control.fleet_outcomes SET state = 'PENDING', error = 'the run was ended from outside'
WHERE state = 'RUNNING'
"""
_LAST = """
SELECT id, started_at, finished_at, started_by, state FROM control.fleet_runs
ORDER BY started_at DESC LIMIT 1
"""
_LINES = """
SELECT slug, component, from_revision, to_revision, state, error, seconds
FROM control.fleet_outcomes WHERE run_id = %s ORDER BY slug, component
"""
_OWNER = """
SELECT started_by, started_at FROM control.fleet_runs WHERE state = 'RUNNING'
ORDER BY started_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one component of one city."""

    pair: Pair
    state: str
    error: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its row says."""

    id: UUID
    started_at: datetime
    started_by: str
    canary: str | None
    workers: int


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run."""

    id: UUID
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """An outcome as it was written."""

    slug: str
    component: str
    from_revision: str
    to_revision: str
    state: str
    error: str | None
    seconds: float | None


def last_run(connection: Rows) -> LastRun | None:
    """Return the newest run, if there ever was one."""
    row = connection.execute(_LAST).fetchone()
    return LastRun(*row) if row else None


def lines(connection: Rows, run_id: UUID) -> list[Line]:
    """Return the outcomes of a run, by city."""
    return [Line(*row) for row in connection.execute(_LINES, (run_id,))]


def owner(connection: Rows) -> tuple[str, datetime] | None:
    """Return by whom and since when a run is under way."""
    return connection.execute(_OWNER).fetchone()


def abandon(connection: Rows, now: datetime) -> int:
    """Close runs whose process was killed; return how many. Hold the lock of the fleet first."""
    connection.execute(_REOPEN)
    return connection.execute(_ABANDON, (now,)).rowcount


def begin(connection: Rows, run: Run, pairs: Iterable[Pair]) -> None:
    """Write a run with every outcome pending."""
    with connection.transaction(), connection.cursor() as cursor:
        values = (run.id, run.started_at, run.started_by, run.canary, run.workers)
        cursor.execute(_RUN, values)
        rows = [
            (run.id, p.tenant_id, p.component.name, p.slug, p.revision, p.target, p.slug == canary)
            for canary in (run.canary,)
            for p in pairs
        ]
        cursor.executemany(_OUTCOME, rows)


def note(connection: Rows, run: Run, outcome: Outcome, now: datetime | None = None) -> None:
    """Write an outcome; `now` when it is final."""
    connection.execute(_SET, _noted(run, outcome, now))


def finish(connection: Rows, run: Run, outcome: Outcome, now: datetime) -> None:
    """Write a success and the registry's copy of the revision, in the transaction of both."""
    pair = outcome.pair
    copied = (pair.target, now, pair.tenant_id, pair.component.name)
    connection.execute(_FINISH, (*_noted(run, outcome, now), *copied))


def _noted(run: Run, outcome: Outcome, now: datetime | None) -> tuple[Any, ...]:
    pair, state = outcome.pair, (outcome.state, outcome.error, outcome.seconds, now)
    return (*state, run.id, pair.tenant_id, pair.component.name)


def close(connection: Rows, run: Run, state: str, now: datetime) -> None:
    """Write how the run ended; waits until all its commits are on the disk."""
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = on")
        connection.execute(_CLOSE, (state, now, run.id))
