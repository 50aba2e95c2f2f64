"""Partner agencies.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('MINISTRY', 'SPECIAL_LOCAL_ADMIN', 'METRO_GOV', 'BASIC_GOV', 'CITY_FOUNDATION', 'NATIONAL_PUBLIC', 'GUARANTEE_FUND', 'BANK', 'ASSOCIATION', 'UNIVERSITY', 'OMBUDSMAN', 'VENDOR')",
            name=op.f("ck_agencies_kind"),
        ),
        sa.CheckConstraint(
            "successor_id is null or valid_to is not null", name=op.f("ck_agencies_successor")
        ),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_agencies_days")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["agencies.id"], name=op.f("fk_agencies_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
    )
    op.create_index("ix_agencies_name_key", "agencies", ["name_key"], unique=False)
    op.create_index(op.f("ix_agencies_successor_id"), "agencies", ["successor_id"], unique=False)
    op.create_index(
        "uq_agencies_open",
        "agencies",
        ["name_key"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
