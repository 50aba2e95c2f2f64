"""Proposals waits and old numbers.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_waits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('COOP_WAIT', 'SUPPLEMENT_WAIT', 'SITE_CHECK', 'EXTERNAL_WAIT')",
            name=op.f("ck_case_waits_kind"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_waits_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_waits")),
    )
    op.create_index(op.f("ix_case_waits_case_id"), "case_waits", ["case_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('ACCEPTED', 'PARTIALLY_ACCEPTED', 'NOT_ACCEPTED', 'LONG_TERM_REVIEW')",
            name=op.f("ck_proposals_outcome"),
        ),
        sa.CheckConstraint(
            "state <> 'REPLIED' or replied_on is not null", name=op.f("ck_proposals_replied")
        ),
        sa.CheckConstraint(
            "state in ('OPEN', 'REPLIED', 'CLOSED')", name=op.f("ck_proposals_state")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_proposals_agency_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_proposals_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_units.id"], name=op.f("fk_proposals_unit_id")),
        sa.ForeignKeyConstraint(["wait_id"], ["case_waits.id"], name=op.f("fk_proposals_wait_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_agency_id"), "proposals", ["agency_id"], unique=False)
    op.create_index(op.f("ix_proposals_case_id"), "proposals", ["case_id"], unique=False)
    op.create_index("ix_proposals_proposed_on_id", "proposals", ["proposed_on", "id"], unique=False)
    op.create_index("uq_proposals_wait_id", "proposals", ["wait_id"], unique=True)
