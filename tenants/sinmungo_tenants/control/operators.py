"""Operators of the deployment: accounts of their own, since no city's account may see all cities.

A second factor is no choice here: an account has its TOTP secret, sealed under the deployment key,
from the day it is made. The log is append-only: who did what when.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from sinmungo_tenants.control.tables import metadata

operators = Table(
    "operators",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("failed_count", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("disabled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("row_version", Integer, nullable=False),
)

operator_codes = Table(
    "operator_codes",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("operator_id", Uuid, ForeignKey("operators.id"), nullable=False, index=True),
    Column("used_at", DateTime(timezone=True)),
)

operator_sessions = Table(
    "operator_sessions",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    Column("operator_id", Uuid, ForeignKey("operators.id"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("address", Text, nullable=False),
)

operator_log = Table(
    "operator_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("operator_id", Uuid),
    Column("login", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("address", Text, nullable=False),
)
