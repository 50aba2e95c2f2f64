"""Submissions before registration, cases after it, and the law and habit they run by.

`due_at` is the moment to warn by, `legal_until` the last one that is not late. `case_notes` holds
what was written at a step (`seq` = `row_version` after it), apart from events, so that it can be
destroyed while the count stays. `case_waits` are what a case waits for beside its main flow: open
rows with clocks of their own; a proposal to another agency is one of them.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    literal_column,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

OPEN_FIRST = literal_column("(answered_at IS NOT NULL)", Boolean)
"""Sorts what still needs an answer before what only needs closing; false comes first."""
_NOT_CLOSED = literal_column("closed_at IS NULL", Boolean)

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
    CheckConstraint("unit in ('AT_ONCE', 'HOURS', 'DAYS', 'WORKING_DAYS')", name="unit"),
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
    Column("year", Integer, primary_key=True, autoincrement=False),
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
    Column("address_hash", LargeBinary),
    row_version(),
    Index("ix_submissions_address_hash_submitted_at", "address_hash", "submitted_at"),
    CheckConstraint("state in ('SUBMITTED', 'REGISTERED', 'WITHDRAWN')", name="state"),
)

cases = Table(
    "cases",
    core_metadata,
    pk(),
    Column("case_no", Text, nullable=False, unique=True),
    Column("intake_id", Uuid, nullable=False, index=True),
    Column("submission_id", Uuid, ForeignKey("submissions.id"), index=True),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False),
    text("channel"),
    text("category"),
    text("petition_type"),
    Column("rule_id", Uuid, ForeignKey("deadline_rules.id"), nullable=False),
    text("content"),
    text("summary"),
    Column("grams", TSVECTOR, nullable=False),
    *sealed("caller"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("status"),
    text("priority"),
    Column("lead_unit_id", Uuid, ForeignKey("org_units.id")),
    Column("officer_id", Uuid, ForeignKey("officers.id")),
    moment("registered_at"),
    Column("registered_by", Uuid),
    Column("registered_unit_id", Uuid, ForeignKey("org_units.id")),
    moment("due_at"),
    moment("legal_until"),
    moment("answered_at", nullable=True),
    moment("closed_at", nullable=True),
    text("disposition", nullable=True),
    text("implementation", nullable=True),
    text("answer", nullable=True),
    Column("answered_by", Uuid),
    text("close_reason", nullable=True),
    row_version(),
    CheckConstraint(
        "status in ('REGISTERED', 'ASSIGNED', 'IN_REVIEW', 'ANSWER_DRAFT', 'APPROVAL', 'ANSWERED', "
        "'CLOSED')",
        name="status",
    ),
    CheckConstraint("priority in ('NORMAL', 'HIGH')", name="priority"),
    Index("ix_cases_desk", OPEN_FIRST, "due_at", "id", postgresql_where=_NOT_CLOSED),
    Index(
        "ix_cases_desk_officer",
        "officer_id",
        OPEN_FIRST,
        "due_at",
        "id",
        postgresql_where=_NOT_CLOSED,
    ),
    Index(
        "ix_cases_desk_unit",
        "lead_unit_id",
        OPEN_FIRST,
        "due_at",
        "id",
        postgresql_where=_NOT_CLOSED,
    ),
    Index("ix_cases_registered_at_id", "registered_at", "id"),
    Index("ix_cases_company_id_registered_at", "company_id", "registered_at"),
    Index("ix_cases_grams", "grams", postgresql_using="gin"),
)

case_waits = Table(
    "case_waits",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    text("kind"),
    moment("opened_at"),
    Column("due_on", Date),
    moment("closed_at", nullable=True),
    Column("opened_by", Uuid),
    row_version(),
    CheckConstraint(
        "kind in ('COOP_WAIT', 'SUPPLEMENT_WAIT', 'SITE_CHECK', 'EXTERNAL_WAIT')", name="kind"
    ),
)

proposals = Table(
    "proposals",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("wait_id", Uuid, ForeignKey("case_waits.id"), nullable=False),
    Column("agency_id", Uuid, ForeignKey("agencies.id"), nullable=False, index=True),
    text("gist"),
    Column("proposed_on", Date, nullable=False),
    Column("proposed_by", Uuid),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    text("state"),
    text("outcome", nullable=True),
    text("reply", nullable=True),
    Column("replied_on", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("state in ('OPEN', 'REPLIED', 'CLOSED')", name="state"),
    CheckConstraint(
        "outcome in ('ACCEPTED', 'PARTIALLY_ACCEPTED', 'NOT_ACCEPTED', 'LONG_TERM_REVIEW')",
        name="outcome",
    ),
    CheckConstraint("state <> 'REPLIED' or replied_on is not null", name="replied"),
    Index("uq_proposals_wait_id", "wait_id", unique=True),
    Index("ix_proposals_proposed_on_id", "proposed_on", "id"),
)

case_notes = Table(
    "case_notes",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    text("body"),
    moment("created_at"),
    Index("uq_case_notes_case_id_seq", "case_id", "seq", unique=True),
)
