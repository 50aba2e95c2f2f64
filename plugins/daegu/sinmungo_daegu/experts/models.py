"""Experts, and the fields in which they can be asked. Names, phones and mails are sealed."""

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

from sinmungo.sdk import moment, pk, row_version, sealed, text
from sinmungo_daegu.metadata import metadata

STATES = {"SERVING": "임기 중", "COMING": "위촉 예정", "OVER": "임기 끝", "LEFT": "해촉"}
FIELDS = {
    "LEGAL": "법무",
    "LABOR": "노무",
    "TAX": "세무·회계",
    "RND": "R&D",
    "IP": "특허",
    "EXPORT": "수출",
    "MARKET": "판로·마케팅",
    "FUNDS": "자금",
    "TECH_CERT": "기술·인증",
    "MANAGEMENT": "경영",
    "DIGITAL": "디지털전환",
    "SAFETY": "안전·환경",
}

fields = Table(
    "daegu_fields",
    metadata,
    Column("code", Text, primary_key=True),
    text("label"),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    row_version(),
)

experts = Table(
    "daegu_experts",
    metadata,
    pk(),
    *sealed("name"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("affiliation"),
    text("title", nullable=True),
    Column("term_from", Date, nullable=False),
    Column("term_to", Date, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("created_at"),
    row_version(),
    CheckConstraint("term_from <= term_to", name="term"),
    Index("ix_daegu_experts_affiliation_id", "affiliation", "id"),
)

expert_fields = Table(
    "daegu_expert_fields",
    metadata,
    Column("expert_id", Uuid, ForeignKey(experts.c.id), primary_key=True),
    Column("field", Text, ForeignKey(fields.c.code), primary_key=True, index=True),
)
