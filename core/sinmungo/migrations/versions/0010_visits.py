"""Visits.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_numbers",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_visit_numbers")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_no", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("next_plan", sa.Text(), nullable=True),
        sa.Column("guided", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("employees_foreign", sa.Integer(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("products", sa.Text(), nullable=True),
        sa.Column("sales", sa.BigInteger(), nullable=True),
        sa.Column("export_usd", sa.BigInteger(), nullable=True),
        sa.Column("factory_area", sa.Integer(), nullable=True),
        sa.Column("premises", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'DONE') = (visit_no is not null)", name=op.f("ck_visits_number")
        ),
        sa.CheckConstraint(
            "kind in ('TASKFORCE', 'COMM_DAY', 'JOINT_DELEGATION', 'MAYOR', 'DEDICATED', 'OUTREACH', 'FIELD_CLINIC', 'CONSULT_ON_SITE', 'COURTESY', 'COMPLETION_INSPECTION', 'POST_CHECK')",
            name=op.f("ck_visits_kind"),
        ),
        sa.CheckConstraint(
            "state <> 'DONE' or (visited_on is not null and recorded_at is not null)",
            name=op.f("ck_visits_done"),
        ),
        sa.CheckConstraint(
            "state = 'DONE' or planned_at is not null", name=op.f("ck_visits_planned")
        ),
        sa.CheckConstraint(
            "state in ('PLANNED', 'DONE', 'CANCELLED')", name=op.f("ck_visits_state")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_visits_company_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_visits_officer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_units.id"], name=op.f("fk_visits_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("visit_no", name=op.f("uq_visits_visit_no")),
    )
    op.create_index("ix_visits_company_id", "visits", ["company_id", "visited_on"], unique=False)
    op.create_index("ix_visits_planned_at", "visits", ["planned_at", "id"], unique=False)
    op.create_index("ix_visits_visited_on", "visits", ["visited_on", "id"], unique=False)
    op.create_table(
        "visit_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'NOTIFIED' or unit_id is not null", name=op.f("ck_visit_items_notified")
        ),
        sa.CheckConstraint(
            "outcome <> 'PROPOSED' or agency_id is not null", name=op.f("ck_visit_items_proposed")
        ),
        sa.CheckConstraint(
            "outcome in ('ON_SITE', 'HANDLED', 'NOTIFIED', 'PROPOSED', 'UNCLASSED')",
            name=op.f("ck_visit_items_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_visit_items_agency_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_visit_items_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_units.id"], name=op.f("fk_visit_items_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_items_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_items")),
        sa.UniqueConstraint("case_id", name=op.f("uq_visit_items_case_id")),
    )
    op.create_index(
        "ix_visit_items_visit_id", "visit_items", ["visit_id", "position"], unique=False
    )
    op.create_table(
        "visit_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_mask", sa.Text(), nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_people_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_people")),
    )
    op.create_index(op.f("ix_visit_people_name_hash"), "visit_people", ["name_hash"], unique=False)
    op.create_index(
        "ix_visit_people_visit_id", "visit_people", ["visit_id", "position"], unique=False
    )
    op.create_table(
        "visit_team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_mask", sa.Text(), nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "officer_id is null or name_sealed is null", name=op.f("ck_visit_team_officer")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_visit_team_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_visit_team_officer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_units.id"], name=op.f("fk_visit_team_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_team_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_team")),
    )
    op.create_index(op.f("ix_visit_team_name_hash"), "visit_team", ["name_hash"], unique=False)
    op.create_index(op.f("ix_visit_team_officer_id"), "visit_team", ["officer_id"], unique=False)
    op.create_index("ix_visit_team_visit_id", "visit_team", ["visit_id", "position"], unique=False)
    op.create_table(
        "visit_item_outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('ON_SITE', 'HANDLED', 'NOTIFIED', 'PROPOSED', 'UNCLASSED')",
            name=op.f("ck_visit_item_outcomes_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_visit_item_outcomes_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["visit_items.id"], name=op.f("fk_visit_item_outcomes_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("fk_visit_item_outcomes_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_item_outcomes")),
    )
    op.create_index(
        "uq_visit_item_outcomes_item_id_seq", "visit_item_outcomes", ["item_id", "seq"], unique=True
    )
