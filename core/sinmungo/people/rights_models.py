"""Where a city lets a role do more or less than the slices declare: only the differences."""

from sqlalchemy import Boolean, Column, Index, Table, Uuid

from sinmungo.host.db import core_metadata, moment, pk, text

role_rights = Table(
    "role_rights",
    core_metadata,
    pk(),
    text("role"),
    text("permission"),
    Column("granted", Boolean, nullable=False),
    moment("changed_at"),
    Column("changed_by", Uuid),
    Index("uq_role_rights_role_permission", "role", "permission", unique=True),
)
