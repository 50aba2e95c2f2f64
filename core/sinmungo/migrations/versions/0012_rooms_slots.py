"""Rooms slots and bookings.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_services")),
        sa.UniqueConstraint("name", name=op.f("uq_booking_services_name")),
    )
    op.create_table(
        "rooms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=True),
        sa.Column("service_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_rooms_seats")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_rooms_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("name", name=op.f("uq_rooms_name")),
    )
    op.create_table(
        "consultants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_mask", sa.Text(), nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'AGENCY') = (agency_id is not null)", name=op.f("ck_consultants_agency")
        ),
        sa.CheckConstraint(
            "(kind = 'OFFICER') = (officer_id is not null)", name=op.f("ck_consultants_officer")
        ),
        sa.CheckConstraint(
            "kind in ('OFFICER', 'AGENCY', 'EXPERT')", name=op.f("ck_consultants_kind")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_consultants_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_consultants_officer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultants")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_consultants_agency_id")),
        sa.UniqueConstraint("officer_id", name=op.f("uq_consultants_officer_id")),
    )
    op.create_index(op.f("ix_consultants_name_hash"), "consultants", ["name_hash"], unique=False)
    op.create_table(
        "room_closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_room_closures_days")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_closures_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_closures")),
    )
    op.create_index(op.f("ix_room_closures_room_id"), "room_closures", ["room_id"], unique=False)
    op.create_table(
        "room_hours",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_room_hours_hours")),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("ck_room_hours_weekday")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_hours_room_id")),
        sa.PrimaryKeyConstraint("room_id", "weekday", "opens", name=op.f("pk_room_hours")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("consultant_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("business_no", sa.Text(), nullable=True),
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
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("consultant_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state <> 'CANCELLED'"),
            using="gist",
            name="ex_bookings_consultant",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("room_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state <> 'CANCELLED'"),
            using="gist",
            name="ex_bookings_room",
        ),
        sa.CheckConstraint(
            "(state = 'CANCELLED') = (cancelled_by is not null)", name=op.f("ck_bookings_cancelled")
        ),
        sa.CheckConstraint("channel in ('OFFICE', 'PORTAL')", name=op.f("ck_bookings_channel")),
        sa.CheckConstraint(
            "state in ('BOOKED', 'DONE', 'NO_SHOW', 'CANCELLED')", name=op.f("ck_bookings_state")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bookings_times")),
        sa.ForeignKeyConstraint(["booked_by"], ["officers.id"], name=op.f("fk_bookings_booked_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_bookings_case_id")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_bookings_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultants.id"], name=op.f("fk_bookings_consultant_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_bookings_room_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["booking_services.id"], name=op.f("fk_bookings_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_bookings_receipt_no")),
    )
    op.create_index(
        "ix_bookings_address_hash_booked_at",
        "bookings",
        ["address_hash", "booked_at"],
        unique=False,
    )
    op.create_index(op.f("ix_bookings_case_id"), "bookings", ["case_id"], unique=False)
    op.create_index(op.f("ix_bookings_company_id"), "bookings", ["company_id"], unique=False)
    op.create_index(op.f("ix_bookings_email_hash"), "bookings", ["email_hash"], unique=False)
    op.create_index(op.f("ix_bookings_name_hash"), "bookings", ["name_hash"], unique=False)
    op.create_index(op.f("ix_bookings_phone_hash"), "bookings", ["phone_hash"], unique=False)
    op.create_index(op.f("ix_bookings_phone_tail"), "bookings", ["phone_tail"], unique=False)
    op.create_index(op.f("ix_bookings_starts_at"), "bookings", ["starts_at"], unique=False)
    op.create_table(
        "room_rota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("consultant_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(weekday is null) <> (on_day is null)", name=op.f("ck_room_rota_when")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_room_rota_hours")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_room_rota_days")),
        sa.CheckConstraint("weekday between 1 and 7", name=op.f("ck_room_rota_weekday")),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultants.id"], name=op.f("fk_room_rota_consultant_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_rota_room_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["booking_services.id"], name=op.f("fk_room_rota_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_rota")),
    )
    op.create_index(
        op.f("ix_room_rota_consultant_id"), "room_rota", ["consultant_id"], unique=False
    )
    op.create_index(op.f("ix_room_rota_on_day"), "room_rota", ["on_day"], unique=False)
    op.create_index(op.f("ix_room_rota_room_id"), "room_rota", ["room_id"], unique=False)
