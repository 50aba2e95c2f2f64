"""Archives and exports of cities, what was done with cities, and which are gone.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('ARCHIVE', 'EXPORT')", name="ck_archives_kind"),
        sa.CheckConstraint("state in ('DONE', 'FAILED')", name="ck_archives_state"),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
    )
    op.create_index("ix_archives_tenant_id_made_at", "archives", ["tenant_id", "made_at"])
    op.create_table(
        "tenant_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act in ('SUSPEND', 'RESUME', 'ARCHIVE', 'RESTORE', 'EXPORT', 'DROP')",
            name="ck_tenant_log_act",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tenant_log"),
    )
    op.create_index("ix_tenant_log_tenant_id_done_at", "tenant_log", ["tenant_id", "done_at"])
    op.create_table(
        "dropped_tenants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_by", sa.Text(), nullable=False),
        sa.Column("export_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dropped_tenants"),
    )
