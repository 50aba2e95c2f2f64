"""Rounds, the companies in them, who looks after each, how they were contacted and what came of it.

Companies, officers and cases are core's: their ids are kept as plain values, without a key.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Uuid,
)
from sqlalchemy import text as sql

from sinmungo.sdk import moment, pk, row_version, sealed, text
from sinmungo_bucheon.metadata import metadata

ACTIVE, WAITING, ENDED = "ACTIVE", "WAITING", "ENDED"
STATUSES = {ACTIVE: "관리 중", WAITING: "대기", ENDED: "종료"}
ROUND_ENDED, OTHER = "ROUND_ENDED", "OTHER"
END_REASONS = {
    "WITHDREW": "업체가 그만두기를 바람",
    "BELOW_STANDARD": "선정 요건에 못 미침",
    "MOVED_OUT": "관외 이전",
    "CLOSED_DOWN": "폐업",
    ROUND_ENDED: "회차 마감",
    OTHER: "기타",
}
METHODS = {
    "VISIT": "방문",
    "PHONE": "전화",
    "CALL_IN": "시청 면담",
    "MEETING": "간담회",
    "WRITTEN": "메일·문자",
}
CANDIDATE, PROPOSED, DROPPED = "CANDIDATE", "PROPOSED", "DROPPED"
REGULATION_STATES = {CANDIDATE: "검토 전", PROPOSED: "건의함", DROPPED: "건의하지 않음"}

rounds = Table(
    "bucheon_project100_rounds",
    metadata,
    pk(),
    text("name"),
    Column("selected_on", Date, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("min_employees", Integer, nullable=False),
    Column("closed_on", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("min_employees >= 0", name="min_employees"),
    Index("uq_bucheon_project100_rounds_name", "name", unique=True),
)

enrolments = Table(
    "bucheon_project100_enrolments",
    metadata,
    pk(),
    Column("round_id", Uuid, ForeignKey(rounds.c.id), nullable=False),
    Column("company_id", Uuid, nullable=False, index=True),
    Column("apply_no", Integer, nullable=False),
    text("status"),
    Column("employees", Integer, nullable=False),
    Column("employees_on", Date, nullable=False),
    moment("applied_at"),
    Column("active_on", Date),
    Column("ended_on", Date),
    text("end_reason", nullable=True),
    text("end_note", nullable=True),
    row_version(),
    CheckConstraint("status in ('ACTIVE', 'WAITING', 'ENDED')", name="status"),
    CheckConstraint("(status = 'ENDED') = (end_reason is not null)", name="end_reason"),
    Index("uq_bucheon_project100_enrolments_apply_no", "round_id", "apply_no", unique=True),
    Index(
        "uq_bucheon_project100_enrolments_open",
        "company_id",
        unique=True,
        postgresql_where=sql("status <> 'ENDED'"),
    ),
    Index("ix_bucheon_project100_enrolments_round_id_status", "round_id", "status"),
)

dedications = Table(
    "bucheon_project100_dedications",
    metadata,
    pk(),
    Column("enrolment_id", Uuid, ForeignKey(enrolments.c.id), nullable=False, index=True),
    Column("officer_id", Uuid, nullable=False, index=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    text("reason", nullable=True),
    moment("assigned_at"),
    Column("assigned_by", Uuid),
    Column("handover_id", Uuid, index=True),
    Index(
        "uq_bucheon_project100_dedications_open",
        "enrolment_id",
        unique=True,
        postgresql_where=sql("valid_to is null"),
    ),
)

signals = Table(
    "bucheon_project100_signals",
    metadata,
    pk(),
    Column("enrolment_id", Uuid, ForeignKey(enrolments.c.id), nullable=False, index=True),
    Column("case_id", Uuid, nullable=False, unique=True),
    Column("officer_id", Uuid),
    moment("at"),
)

contacts = Table(
    "bucheon_project100_contacts",
    metadata,
    pk(),
    Column("enrolment_id", Uuid, ForeignKey(enrolments.c.id), nullable=False),
    Column("contacted_on", Date, nullable=False, index=True),
    text("method"),
    Column("officer_id", Uuid, nullable=False),
    *sealed("met"),
    text("met_title", nullable=True),
    text("summary"),
    moment("logged_at"),
    Column("logged_by", Uuid),
    moment("voided_at", nullable=True),
    Column("voided_by", Uuid),
    text("void_reason", nullable=True),
    row_version(),
    CheckConstraint("method in ('VISIT', 'PHONE', 'CALL_IN', 'MEETING', 'WRITTEN')", name="method"),
    CheckConstraint("(voided_at is null) = (void_reason is null)", name="voided"),
    Index("ix_bucheon_project100_contacts_enrolment_id", "enrolment_id", "contacted_on"),
)

items = Table(
    "bucheon_project100_items",
    metadata,
    pk(),
    Column("contact_id", Uuid, ForeignKey(contacts.c.id), nullable=False, index=True),
    Column("case_id", Uuid, nullable=False, unique=True),
    Column("is_regulation", Boolean, nullable=False),
    text("rule", nullable=True),
    text("state", nullable=True),
    text("state_note", nullable=True),
    moment("decided_at", nullable=True),
    Column("decided_by", Uuid),
    row_version(),
    CheckConstraint("state in ('CANDIDATE', 'PROPOSED', 'DROPPED')", name="state"),
    CheckConstraint("is_regulation = (state is not null)", name="regulation"),
)
