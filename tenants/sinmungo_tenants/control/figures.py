"""What the operator's desk shows of each city, gathered by the worker through each city's own door.

The control role sees no city, and asking 243 cities takes a second: so the desk reads this copy and
says how old it is. Counts and kinds only; nothing that a person or a company wrote.
No foreign key: a city that is dropped needs nobody to think of its figures.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo_tenants.control.tables import metadata

city_figures = Table(
    "city_figures",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("cases_this_month", Integer, nullable=False),
    Column("open_cases", Integer, nullable=False),
    Column("officers", Integer, nullable=False),
    Column("outbox_pending", Integer, nullable=False),
    Column("outbox_failed", Integer, nullable=False),
    Column("hook_failures", Integer, nullable=False),
    Column("outbox", JSONB, nullable=False),
    Column("plugins", JSONB, nullable=False),
    Column("problem", Text, nullable=False),
    Column("gathered_at", DateTime(timezone=True), nullable=False),
)

city_sizes = Table(
    "city_sizes",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("measured_at", DateTime(timezone=True), nullable=False),
)

process_beats = Table(
    "process_beats",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False, index=True),
    CheckConstraint("kind in ('WORKER')", name="kind"),
)
