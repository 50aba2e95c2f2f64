"""Fleet runs and their outcomes.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fleet_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("canary", sa.Text()),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('RUNNING', 'DONE', 'FAILED', 'ABANDONED')", name="ck_fleet_runs_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fleet_runs"),
    )
    op.create_index("ix_fleet_runs_started_at", "fleet_runs", ["started_at"])
    op.create_table(
        "fleet_outcomes",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("from_revision", sa.Text(), nullable=False),
        sa.Column("to_revision", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("seconds", sa.Float()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("is_canary", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state in ('PENDING', 'RUNNING', 'OK', 'FAILED')", name="ck_fleet_outcomes_state"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["fleet_runs.id"], name="fk_fleet_outcomes_run_id"),
        sa.PrimaryKeyConstraint("run_id", "tenant_id", "component", name="pk_fleet_outcomes"),
    )
