"""The operator's desk: operators with their sessions and log, figures of cities, workers' beats.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        number("failed_count"),
        moment("locked_until", nullable=True),
        moment("disabled_at", nullable=True),
        moment("created_at"),
        number("row_version"),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("login", name="uq_operators_login"),
    )
    op.create_table(
        "operator_codes",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_codes_operator_id"
        ),
        sa.PrimaryKeyConstraint("id_hash", name="pk_operator_codes"),
    )
    op.create_index("ix_operator_codes_operator_id", "operator_codes", ["operator_id"])
    op.create_table(
        "operator_sessions",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        moment("created_at"),
        moment("seen_at"),
        moment("expires_at"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_sessions_operator_id"
        ),
        sa.PrimaryKeyConstraint("id_hash", name="pk_operator_sessions"),
    )
    op.create_index("ix_operator_sessions_operator_id", "operator_sessions", ["operator_id"])
    op.create_table(
        "operator_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        moment("at"),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operator_log"),
    )
    op.create_index("ix_operator_log_at", "operator_log", ["at"])
    op.create_table(
        "city_figures",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        number("cases_this_month"),
        number("open_cases"),
        number("officers"),
        number("outbox_pending"),
        number("outbox_failed"),
        number("hook_failures"),
        sa.Column("outbox", JSONB(), nullable=False),
        sa.Column("plugins", JSONB(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        moment("gathered_at"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_city_figures"),
    )
    op.create_table(
        "city_sizes",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        moment("measured_at"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_city_sizes"),
    )
    op.create_table(
        "process_beats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        moment("started_at"),
        moment("seen_at"),
        sa.CheckConstraint("kind in ('WORKER')", name="ck_process_beats_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_process_beats"),
    )
    op.create_index("ix_process_beats_seen_at", "process_beats", ["seen_at"])
