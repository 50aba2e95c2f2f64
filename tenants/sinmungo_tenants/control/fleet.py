"""What upgrades did to the cities: a row per run, and a row per city and component of it.

Rows are written before the work begins and after each step, so that whoever looks sees a run live,
and the next run knows what one that was killed has left. The truth about a city's revision stays in
the city.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Table,
    Text,
    Uuid,
)

from sinmungo_tenants.control.tables import metadata

# Held by the run under way: one per database, which holds one deployment.
FLEET_LOCK = 0x5EED_F1EE7

fleet_runs = Table(
    "fleet_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False, index=True),
    Column("finished_at", DateTime(timezone=True)),
    Column("started_by", Text, nullable=False),
    Column("canary", Text),
    Column("workers", Integer, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state in ('RUNNING', 'DONE', 'FAILED', 'ABANDONED')", name="state"),
)

# No key to tenants: what happened to a city that has left since is still told.
fleet_outcomes = Table(
    "fleet_outcomes",
    metadata,
    Column("run_id", Uuid, ForeignKey("fleet_runs.id"), primary_key=True),
    Column("tenant_id", Text, primary_key=True),
    Column("component", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("from_revision", Text, nullable=False),
    Column("to_revision", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text),
    Column("seconds", Float),
    Column("finished_at", DateTime(timezone=True)),
    Column("is_canary", Boolean, nullable=False),
    CheckConstraint("state in ('PENDING', 'RUNNING', 'OK', 'FAILED')", name="state"),
)
