"""What the operator's desk reads of runs, through the control door."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Text,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    select,
    table,
)

from sinmungo_tenants.control.fleet import FLEET_LOCK, fleet_outcomes, fleet_runs
from sinmungo_tenants.statements import read


class RunRow(msgspec.Struct):
    """A run with how many (city, component) pairs are in which state."""

    id: UUID
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    canary: str | None
    workers: int
    state: str
    pending: int
    running: int
    ok: int
    failed: int


class OutcomeRow(msgspec.Struct):
    """What a run did, or will do, to one component of one city."""

    tenant_id: str
    slug: str
    component: str
    from_revision: str
    to_revision: str
    state: str
    error: str | None
    seconds: float | None
    finished_at: datetime | None


_r: Any = fleet_runs.c
_o: Any = fleet_outcomes.c


def _in(state: str, label: str) -> Any:
    return func.count(case((_o.state == state, 1))).label(label)


_RUNS = (
    select(
        _r.id,
        _r.started_at,
        _r.finished_at,
        _r.started_by,
        _r.canary,
        _r.workers,
        _r.state,
        _in("PENDING", "pending"),
        _in("RUNNING", "running"),
        _in("OK", "ok"),
        _in("FAILED", "failed"),
    )
    .join_from(fleet_runs, fleet_outcomes, _o.run_id == _r.id, isouter=True)
    .group_by(*fleet_runs.c)
)
# Newest runs first; parameter `limit`.
RUNS = read(_RUNS.order_by(_r.started_at.desc()).limit(bindparam("limit")), RunRow)
RUN = read(_RUNS.where(_r.id == bindparam("id")), RunRow)
_locks: Any = table(
    "pg_locks",
    column("locktype", Text),
    column("database"),
    column("classid"),
    column("objid"),
    column("granted"),
).c
_here = table("pg_database", column("oid"), column("datname")).c
# Whether a run is under way: a run that was killed leaves its row RUNNING, but not its lock.
UNDER_WAY = read(
    select(
        exists()
        .where(
            _locks.locktype == "advisory",
            _locks.granted,
            _locks.database == _here.oid,
            _here.datname == func.current_database(),
            cast(_locks.classid, BigInteger) == FLEET_LOCK >> 32,
            cast(_locks.objid, BigInteger) == FLEET_LOCK & 0xFFFFFFFF,
        )
        .label("under_way")
    ),
    bool,
)
# What a run did, failures first; parameters `run_id`, `limit` and `offset`.
OUTCOMES = read(
    select(
        _o.tenant_id,
        _o.slug,
        _o.component,
        _o.from_revision,
        _o.to_revision,
        _o.state,
        _o.error,
        _o.seconds,
        _o.finished_at,
    )
    .where(_o.run_id == bindparam("run_id"))
    .order_by(
        case((_o.state == "FAILED", 0), (_o.state == "RUNNING", 1), (_o.state == "PENDING", 2)),
        _o.slug,
        _o.component,
    )
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    OutcomeRow,
)
