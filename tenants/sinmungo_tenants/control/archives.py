"""What became of cities: their archives and exports, who suspended them, which are gone.

No key refers to `tenants`: these rows outlive the city.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Table,
    Text,
    Uuid,
)

from sinmungo_tenants.control.tables import metadata

archives = Table(
    "archives",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text),
    Column("content_sha256", Text),
    Column("bytes", BigInteger),
    Column("row_count", BigInteger),
    Column("seconds", Float),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("kind in ('ARCHIVE', 'EXPORT')", name="kind"),
    CheckConstraint("state in ('DONE', 'FAILED')", name="state"),
    Index("ix_archives_tenant_id_made_at", "tenant_id", "made_at"),
)

tenant_log = Table(
    "tenant_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
    Column("done_by", Text, nullable=False),
    CheckConstraint(
        "act in ('SUSPEND', 'RESUME', 'ARCHIVE', 'RESTORE', 'EXPORT', 'DROP')", name="act"
    ),
    Index("ix_tenant_log_tenant_id_done_at", "tenant_id", "done_at"),
)

dropped_tenants = Table(
    "dropped_tenants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("dropped_at", DateTime(timezone=True), nullable=False),
    Column("dropped_by", Text, nullable=False),
    Column("export_sha256", Text, nullable=False),
)
