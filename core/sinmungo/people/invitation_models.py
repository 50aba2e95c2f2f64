"""One-time links by which a person chooses the first password; only the token's hash is kept."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Uuid

from sinmungo.host.db import core_metadata, moment, pk

invitations = Table(
    "invitations",
    core_metadata,
    pk(),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False),
    moment("made_at"),
    Column("made_by", Uuid),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
    Index("uq_invitations_token_hash", "token_hash", unique=True),
)
