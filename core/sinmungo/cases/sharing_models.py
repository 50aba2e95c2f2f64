"""Cases shown to a regional team: an act with a reason, taken back at any time."""

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, literal_column

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

case_shares = Table(
    "case_shares",
    core_metadata,
    pk(),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("team_id", Uuid, ForeignKey("regional_teams.id"), nullable=False),
    text("reason"),
    moment("shared_at"),
    Column("shared_by", Uuid),
    moment("revoked_at", nullable=True),
    Column("revoked_by", Uuid),
    row_version(),
    Index(
        "uq_case_shares_open",
        "team_id",
        "case_id",
        unique=True,
        postgresql_where=literal_column("revoked_at is null"),
    ),
)
