"""Companies merged and moved.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_texts")),
    )
    op.create_index(
        "uq_consent_texts_purpose_version", "consent_texts", ["purpose", "version"], unique=True
    )
    op.create_table(
        "company_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_how", sa.Text(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_consents_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_consents")),
    )
    op.create_index(
        op.f("ix_company_consents_company_id"), "company_consents", ["company_id"], unique=False
    )
    op.create_index(
        op.f("ix_company_consents_contact_id"), "company_consents", ["contact_id"], unique=False
    )
    op.create_table(
        "company_figures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("employees_foreign", sa.Integer(), nullable=True),
        sa.Column("size_class", sa.Text(), nullable=True),
        sa.Column("sales", sa.BigInteger(), nullable=True),
        sa.Column("export_usd", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_figures_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_figures")),
    )
    op.create_index(
        "uq_company_figures_company_id_day", "company_figures", ["company_id", "day"], unique=True
    )
    op.create_table(
        "company_memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_company_memberships_days")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_company_memberships_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_memberships_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_memberships")),
    )
    op.create_index(
        op.f("ix_company_memberships_agency_id"), "company_memberships", ["agency_id"], unique=False
    )
    op.create_index(
        op.f("ix_company_memberships_company_id"),
        "company_memberships",
        ["company_id"],
        unique=False,
    )
    op.create_index(
        "uq_company_memberships_open",
        "company_memberships",
        ["company_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "company_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("keep_id", sa.Uuid(), nullable=False),
        sa.Column("drop_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("representative_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("representative_mask", sa.Text(), nullable=True),
        sa.Column("representative_hash", sa.LargeBinary(), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("keep_id <> drop_id", name=op.f("ck_company_merges_two")),
        sa.ForeignKeyConstraint(
            ["drop_id"], ["companies.id"], name=op.f("fk_company_merges_drop_id")
        ),
        sa.ForeignKeyConstraint(
            ["keep_id"], ["companies.id"], name=op.f("fk_company_merges_keep_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_merges")),
    )
    op.create_index(op.f("ix_company_merges_keep_id"), "company_merges", ["keep_id"], unique=False)
    op.create_index(
        op.f("ix_company_merges_merged_at"), "company_merges", ["merged_at"], unique=False
    )
    op.create_index(
        op.f("ix_company_merges_representative_hash"),
        "company_merges",
        ["representative_hash"],
        unique=False,
    )
    op.create_index(
        "uq_company_merges_open",
        "company_merges",
        ["drop_id"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )
    op.create_table(
        "company_pairs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_company_pairs_order")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["companies.id"], name=op.f("fk_company_pairs_high_id")
        ),
        sa.ForeignKeyConstraint(["low_id"], ["companies.id"], name=op.f("fk_company_pairs_low_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_pairs")),
    )
    op.create_index(op.f("ix_company_pairs_high_id"), "company_pairs", ["high_id"], unique=False)
    op.create_index(
        "uq_company_pairs_low_id_high_id", "company_pairs", ["low_id", "high_id"], unique=True
    )
    op.create_table(
        "company_states",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "change in ('MOVED_IN', 'REOPENED', 'CLOSED', 'MOVED')",
            name=op.f("ck_company_states_change"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_states_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_states")),
    )
    op.create_index(
        "ix_company_states_company_id_day", "company_states", ["company_id", "day"], unique=False
    )
    op.create_table(
        "company_merge_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["company_merges.id"], name=op.f("fk_company_merge_rows_merge_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_merge_rows")),
    )
    op.create_index(
        op.f("ix_company_merge_rows_merge_id"), "company_merge_rows", ["merge_id"], unique=False
    )
    op.add_column("companies", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_companies_merged_into",
        "companies",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into is not null"),
    )
    op.create_foreign_key(
        op.f("fk_companies_merged_into"), "companies", "companies", ["merged_into"], ["id"]
    )
