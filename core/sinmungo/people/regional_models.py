"""Teams of a region that work for several cities: each city grants for itself, for some days.

`valid_to` is the first day without the grant. The days also stand in `officers.works_from` and
`works_to`, so that signing in and every request ask for them without another statement.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Table, Text, Uuid

from sinmungo.host.db import core_metadata, moment, pk, row_version

regional_teams = Table(
    "regional_teams",
    core_metadata,
    pk(),
    Column("name", Text, nullable=False, unique=True),
    moment("created_at"),
)

regional_grants = Table(
    "regional_grants",
    core_metadata,
    pk(),
    Column("officer_id", Uuid, ForeignKey("officers.id"), nullable=False, index=True),
    Column("team_id", Uuid, ForeignKey("regional_teams.id"), nullable=False, index=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    moment("granted_at"),
    Column("granted_by", Uuid),
    moment("ended_at", nullable=True),
    Column("ended_by", Uuid),
    row_version(),
    CheckConstraint("valid_to >= valid_from", name="days"),
)
