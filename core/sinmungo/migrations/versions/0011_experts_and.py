"""Experts and their sessions.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advice_fields",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_advice_fields")),
    )
    op.create_table(
        "advice_numbers",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_advice_numbers")),
    )
    op.create_table(
        "advice_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("hourly", sa.Integer(), nullable=False),
        sa.Column("company_cap", sa.Integer(), nullable=False),
        sa.Column("expert_cap", sa.Integer(), nullable=False),
        sa.Column("conflict_years", sa.Integer(), nullable=False),
        sa.Column("report_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "conflict_years >= 0 and report_days >= 0", name=op.f("ck_advice_rules_days")
        ),
        sa.CheckConstraint(
            "hourly >= 0 and company_cap >= 0 and expert_cap >= 0", name=op.f("ck_advice_rules_won")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_rules")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_advice_rules_valid_from")),
    )
    op.create_table(
        "experts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_mask", sa.Text(), nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_mask", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("phone_tail", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_mask", sa.Text(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("term_from", sa.Date(), nullable=False),
        sa.Column("term_to", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("review_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_experts_capacity")),
        sa.CheckConstraint("term_from <= term_to", name=op.f("ck_experts_term")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_experts_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experts")),
        sa.UniqueConstraint("officer_id", name=op.f("uq_experts_officer_id")),
    )
    op.create_index("ix_experts_affiliation_id", "experts", ["affiliation", "id"], unique=False)
    op.create_index(op.f("ix_experts_email_hash"), "experts", ["email_hash"], unique=False)
    op.create_index(op.f("ix_experts_name_hash"), "experts", ["name_hash"], unique=False)
    op.create_index(op.f("ix_experts_phone_hash"), "experts", ["phone_hash"], unique=False)
    op.create_index(op.f("ix_experts_phone_tail"), "experts", ["phone_tail"], unique=False)
    op.create_table(
        "advice_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=True),
        sa.Column("session_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("pledge_version", sa.Text(), nullable=True),
        sa.Column("pledged_how", sa.Text(), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=True),
        sa.Column("pledged_by", sa.Uuid(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("report_due", sa.Date(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("fee_full", sa.Integer(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'PAID') = (fee is not null)", name=op.f("ck_advice_requests_paid")
        ),
        sa.CheckConstraint(
            "mode in ('VISIT', 'OFFICE', 'PHONE', 'VIDEO')", name=op.f("ck_advice_requests_mode")
        ),
        sa.CheckConstraint(
            "pledged_how in ('SIGNED', 'PAPER')", name=op.f("ck_advice_requests_pledged_how")
        ),
        sa.CheckConstraint(
            "state in ('REQUESTED', 'CANCELLED') or expert_id is not null",
            name=op.f("ck_advice_requests_expert"),
        ),
        sa.CheckConstraint(
            "state in ('REQUESTED', 'MATCHED', 'PLEDGED', 'HELD', 'REPORTED', 'PAID', 'CANCELLED')",
            name=op.f("ck_advice_requests_state"),
        ),
        sa.CheckConstraint(
            "state not in ('HELD', 'REPORTED', 'PAID') or (held_on is not null and minutes is not null and rule_id is not null)",
            name=op.f("ck_advice_requests_held"),
        ),
        sa.CheckConstraint(
            "case_id is not null or visit_id is not null",
            name=op.f("ck_advice_requests_asked_from"),
        ),
        sa.CheckConstraint(
            "fee is null or (fee >= 0 and fee <= fee_full)", name=op.f("ck_advice_requests_fee")
        ),
        sa.CheckConstraint(
            "minutes is null or minutes > 0", name=op.f("ck_advice_requests_minutes")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_advice_requests_case_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_advice_requests_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_advice_requests_expert_id")
        ),
        sa.ForeignKeyConstraint(
            ["field"], ["advice_fields.code"], name=op.f("fk_advice_requests_field")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_advice_requests_officer_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["advice_rules.id"], name=op.f("fk_advice_requests_rule_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("fk_advice_requests_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk_advice_requests_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_requests")),
        sa.UniqueConstraint("no", name=op.f("uq_advice_requests_no")),
    )
    op.create_index(
        op.f("ix_advice_requests_case_id"), "advice_requests", ["case_id"], unique=False
    )
    op.create_index(
        "ix_advice_requests_company_id", "advice_requests", ["company_id", "held_on"], unique=False
    )
    op.create_index(
        "ix_advice_requests_expert_id", "advice_requests", ["expert_id", "held_on"], unique=False
    )
    op.create_index(
        "ix_advice_requests_requested_at", "advice_requests", ["requested_at", "id"], unique=False
    )
    op.create_index(
        "ix_advice_requests_state", "advice_requests", ["state", "requested_at"], unique=False
    )
    op.create_index(
        op.f("ix_advice_requests_visit_id"), "advice_requests", ["visit_id"], unique=False
    )
    op.create_table(
        "expert_fields",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_fields_expert_id")
        ),
        sa.ForeignKeyConstraint(
            ["field"], ["advice_fields.code"], name=op.f("fk_expert_fields_field")
        ),
        sa.PrimaryKeyConstraint("expert_id", "field", name=op.f("pk_expert_fields")),
    )
    op.create_index(op.f("ix_expert_fields_field"), "expert_fields", ["field"], unique=False)
    op.create_table(
        "expert_tax",
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("income", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("account_mask", sa.Text(), nullable=True),
        sa.Column("account_hash", sa.LargeBinary(), nullable=True),
        sa.Column("holder_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("holder_mask", sa.Text(), nullable=True),
        sa.Column("holder_hash", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "income in ('BUSINESS', 'OTHER', 'INVOICE')", name=op.f("ck_expert_tax_income")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_tax_expert_id")
        ),
        sa.PrimaryKeyConstraint("expert_id", name=op.f("pk_expert_tax")),
    )
    op.create_index(
        op.f("ix_expert_tax_account_hash"), "expert_tax", ["account_hash"], unique=False
    )
    op.create_index(op.f("ix_expert_tax_holder_hash"), "expert_tax", ["holder_hash"], unique=False)
    op.create_table(
        "expert_ties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("business", sa.Text(), nullable=True),
        sa.Column("business_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('RELATIVE', 'SAME_FIRM', 'STAKE', 'ADVISER_TO_RIVAL')",
            name=op.f("ck_expert_ties_kind"),
        ),
        sa.CheckConstraint(
            "company_id is not null or business_key is not null", name=op.f("ck_expert_ties_whom")
        ),
        sa.CheckConstraint(
            "valid_to is null or valid_from <= valid_to", name=op.f("ck_expert_ties_days")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_expert_ties_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_ties_expert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_ties")),
    )
    op.create_index(
        op.f("ix_expert_ties_business_key"), "expert_ties", ["business_key"], unique=False
    )
    op.create_index(op.f("ix_expert_ties_company_id"), "expert_ties", ["company_id"], unique=False)
    op.create_index(op.f("ix_expert_ties_expert_id"), "expert_ties", ["expert_id"], unique=False)
    op.create_table(
        "advice_declines",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("expert_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason in ('RELATIVE', 'SAME_FIRM', 'STAKE', 'ADVISER_TO_RIVAL', 'BUSY', 'OTHER')",
            name=op.f("ck_advice_declines_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_advice_declines_expert_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["advice_requests.id"], name=op.f("fk_advice_declines_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "expert_id", name=op.f("pk_advice_declines")),
    )
    op.create_table(
        "advice_ratings",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source in ('LINK', 'OFFICER')", name=op.f("ck_advice_ratings_source")),
        sa.CheckConstraint("score between 1 and 5", name=op.f("ck_advice_ratings_score")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["advice_requests.id"], name=op.f("fk_advice_ratings_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_advice_ratings")),
    )
    op.create_table(
        "rating_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["advice_requests.id"], name=op.f("fk_rating_links_request_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_rating_links")),
    )
    op.create_index(
        op.f("ix_rating_links_request_id"), "rating_links", ["request_id"], unique=False
    )
