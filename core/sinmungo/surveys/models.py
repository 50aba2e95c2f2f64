"""Who was asked, and what was answered; nothing says which answer came from whom.

A request knows its case and whether its link was used, but not when. An answer knows its day, and
the unit and field it is about; its key is random, because one made of the time would tell the
moment (domain.md 2.5: anonymous to the handling officer).
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
    Uuid,
)

from sinmungo.host.db import core_metadata, moment, pk, text

survey_requests = Table(
    "survey_requests",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    text("category"),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    moment("asked_at", index=True),
    moment("expires_at"),
    Column("answered", Boolean, nullable=False),
)

survey_answers = Table(
    "survey_answers",
    core_metadata,
    pk(),
    Column("answered_on", Date, nullable=False),
    Column("unit_id", Uuid, ForeignKey("org_units.id")),
    text("category"),
    Column("speed", Integer),
    Column("kindness", Integer),
    Column("result", Integer),
    text("comment", nullable=True),
    Index("ix_survey_answers_answered_on", "answered_on"),
    CheckConstraint("speed between 1 and 5", name="speed"),
    CheckConstraint("kindness between 1 and 5", name="kindness"),
    CheckConstraint("result between 1 and 5", name="result"),
)
