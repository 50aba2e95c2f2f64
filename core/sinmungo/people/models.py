"""Org units and posts are dated, with successors: a report shows the name a unit had then.

`officers.principal` is what the current posts and roles add up to, kept so that a request finds out
who acts with one short statement; whoever changes posts, roles or units empties it and raises
`rights_version`, so that a request under way cannot write back what it added up before.
`officers.works_from` and `works_to` (the first day without) bound an account that is for some
days only. `org_units.name` is today's name; `unit_names` keeps every name with its days.
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
    "EXPERT": "자문 전문가",
    "REGIONAL_TEAM_USER": "지역팀(열람)",
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

unit_names = Table(
    "unit_names",
    core_metadata,
    pk(),
    Column("unit_id", Uuid, ForeignKey("org_units.id"), nullable=False, index=True),
    text("name"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
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
    Column("must_change", Boolean, nullable=False),
    Column("failed_count", Integer, nullable=False),
    moment("locked_until", nullable=True),
    Column("works_from", Date),
    Column("works_to", Date),
    Column("principal", JSONB),
    Column("principal_on", Date),
    Column("rights_version", Integer, nullable=False),
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
    Column("is_head", Boolean, nullable=False),
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
    Index(
        "uq_role_grants_open",
        "officer_id",
        "role",
        unique=True,
        postgresql_where=literal_column("revoked_at is null"),
    ),
)

sessions = Table(
    "sessions",
    core_metadata,
    Column("id_hash", LargeBinary, primary_key=True),
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
    Column("token_hash", LargeBinary, nullable=False),
    text("label"),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    moment("used_at", nullable=True),
    Index("uq_api_tokens_token_hash", "token_hash", unique=True),
)
