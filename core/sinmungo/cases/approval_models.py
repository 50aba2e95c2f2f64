"""Answers on their way up the approval line (결재선), with what was written, kept when sent back.

`steps` is the line as it was when the answer was submitted: changing the city's line later changes
nothing for it. `waits_for` is the role whose turn it is. Who approved is told by the events.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Uuid, literal_column
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

case_approvals = Table(
    "case_approvals",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    text("disposition"),
    text("implementation"),
    text("answer"),
    Column("steps", JSONB, nullable=False),
    text("waits_for"),
    text("state"),
    moment("submitted_at"),
    Column("submitted_by", Uuid),
    moment("decided_at", nullable=True),
    Column("decided_by", Uuid),
    row_version(),
    CheckConstraint("state in ('PENDING', 'APPROVED', 'REJECTED', 'RECALLED')", name="state"),
    CheckConstraint("waits_for in ('TEAM_LEADER', 'DIVISION_HEAD')", name="waits_for"),
    Index(
        "uq_case_approvals_pending",
        "case_id",
        unique=True,
        postgresql_where=literal_column("state = 'PENDING'"),
    ),
    Index(
        "ix_case_approvals_waiting",
        "waits_for",
        "submitted_at",
        "id",
        postgresql_where=literal_column("state = 'PENDING'"),
    ),
)
