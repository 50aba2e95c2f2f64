"""Rounds, the companies in them, who looks after each, and the cases that reached us from them.

Companies, officers and cases are core's: their ids are kept as plain values, without a key.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Uuid
from sqlalchemy import text as sql

from sinmungo.sdk import moment, pk, row_version, text
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
