"""Submissions before registration, cases after it, and the law and habit they run by."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

categories = Table(
    "categories",
    core_metadata,
    Column("code", Text, primary_key=True),
    text("label"),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    row_version(),
)

channels = Table(
    "channels",
    core_metadata,
    Column("code", Text, primary_key=True),
    text("label"),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    row_version(),
)

deadline_rules = Table(
    "deadline_rules",
    core_metadata,
    pk(),
    text("petition_type"),
    text("label"),
    Column("amount", Integer, nullable=False),
    text("unit"),
    Column("position", Integer, nullable=False),
    text("source"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint("unit in ('AT_ONCE', 'HOURS', 'DAYS')", name="unit"),
    Index("ix_deadline_rules_petition_type", "petition_type", "valid_from"),
)

holiday_changes = Table(
    "holiday_changes",
    core_metadata,
    Column("day", Date, primary_key=True),
    text("kind"),
    text("name"),
    moment("changed_at"),
    row_version(),
    CheckConstraint("kind in ('ADDED', 'REMOVED')", name="kind"),
)

case_numbers = Table(
    "case_numbers",
    core_metadata,
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

submissions = Table(
    "submissions",
    core_metadata,
    pk(),
    Column("receipt_no", Text, nullable=False, unique=True),
    text("code_hash"),
    text("channel"),
    text("company_name"),
    text("business_no", nullable=True),
    *sealed("caller"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("category", nullable=True),
    text("content"),
    text("consent_version"),
    moment("consent_at"),
    text("state"),
    moment("submitted_at", index=True),
    moment("registered_at", nullable=True),
    row_version(),
    CheckConstraint("state in ('SUBMITTED', 'REGISTERED', 'WITHDRAWN')", name="state"),
)

cases = Table(
    "cases",
    core_metadata,
    pk(),
    Column("case_no", Text, nullable=False, unique=True),
    Column("intake_id", Uuid, nullable=False, index=True),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), index=True),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    text("channel"),
    text("category"),
    text("petition_type"),
    Column("rule_id", Uuid, ForeignKey("deadline_rules.id"), nullable=False),
    text("content"),
    text("summary"),
    *sealed("caller"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("status"),
    text("priority"),
    Column("lead_unit_id", Uuid, ForeignKey("org_units.id")),
    Column("officer_id", Uuid, ForeignKey("officers.id")),
    moment("registered_at"),
    moment("due_at"),
    moment("answered_at", nullable=True),
    moment("closed_at", nullable=True),
    text("disposition", nullable=True),
    text("implementation", nullable=True),
    text("answer", nullable=True),
    Column("answered_by", Uuid),
    text("close_reason", nullable=True),
    row_version(),
    CheckConstraint(
        "status in ('REGISTERED', 'ASSIGNED', 'IN_REVIEW', 'ANSWERED', 'CLOSED')", name="status"
    ),
    CheckConstraint("priority in ('NORMAL', 'HIGH')", name="priority"),
    Index("ix_cases_status_due_at", "status", "due_at"),
    Index("ix_cases_officer_id_status", "officer_id", "status"),
    Index("ix_cases_lead_unit_id_status", "lead_unit_id", "status"),
    Index("ix_cases_registered_at", "registered_at"),
)
