"""Org units and posts are dated, with successors: a report shows the name a unit had then.

`officers.principal` is what the current posts and roles add up to, kept so that a request finds out
who acts with one short statement; whoever changes posts, roles or units empties it.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy import Boolean as Bool
from sqlalchemy.dialects.postgresql import JSONB

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

ROLES = {
    "TENANT_ADMIN": "관리자",
    "INTAKE_OFFICER": "접수담당",
    "LEAD_OFFICER": "처리담당",
    "TEAM_LEADER": "팀장",
    "DIVISION_HEAD": "과장",
    "DEDICATED_OFFICER": "전담관",
    "AUDITOR": "감사(열람)",
}

org_units = Table(
    "org_units",
    core_metadata,
    pk(),
    text("name"),
    text("kind"),
    Column("parent_id", Uuid, ForeignKey("org_units.id")),
    Column("successor_id", Uuid, ForeignKey("org_units.id")),
    text("phone", nullable=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    row_version(),
    CheckConstraint("kind in ('BUREAU', 'DEPARTMENT', 'TEAM')", name="kind"),
)

officers = Table(
    "officers",
    core_metadata,
    pk(),
    Column("login", Text, nullable=False, unique=True),
    *sealed("name"),
    *sealed("email"),
    text("phone", nullable=True),
    text("password_hash", nullable=True),
    text("state"),
    Column("failed_count", row_version().type, nullable=False),
    moment("locked_until", nullable=True),
    Column("principal", JSONB),
    Column("principal_on", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("state in ('ACTIVE', 'DISABLED')", name="state"),
)

posts = Table(
    "posts",
    core_metadata,
    pk(),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    Column("unit_id", Uuid, ForeignKey("org_units.id"), nullable=False, index=True),
    text("title"),
    Column("is_head", Bool, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    row_version(),
)

role_grants = Table(
    "role_grants",
    core_metadata,
    pk(),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    text("role"),
    moment("granted_at"),
    Column("granted_by", Uuid),
    moment("revoked_at", nullable=True),
    Column("revoked_by", Uuid),
)

sessions = Table(
    "sessions",
    core_metadata,
    Column("id_hash", officers.c.name_sealed.type, primary_key=True),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    moment("created_at"),
    moment("seen_at"),
    moment("expires_at"),
    text("address"),
)

api_tokens = Table(
    "api_tokens",
    core_metadata,
    pk(),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    Column("token_hash", officers.c.name_sealed.type, nullable=False),
    text("label"),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    moment("used_at", nullable=True),
    Index("uq_api_tokens_token_hash", "token_hash", unique=True),
)
