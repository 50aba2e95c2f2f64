"""A company's record (domain.md 1.3). Head count and size carry the date they were true on.

Search columns are in byte order ("C"), so that a beginning is one range of an index and names sort
가나다 on every server. The GIN index has no pending list: names are sought at every key and seldom
written. A company's contacts are part of its record: they share its `row_version`.
"""

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
from sqlalchemy.dialects.postgresql import TSVECTOR

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

SIZE_CLASSES = {
    "MICRO": "소상공인",
    "SMALL": "소기업",
    "MEDIUM": "중기업",
    "MIDSIZE": "중견기업",
    "LARGE": "대기업",
}
STATES = {"ACTIVE": "운영", "CLOSED": "폐업", "MOVED": "관외 이전"}
PREMISES = {"OWNED": "자가", "RENTED": "임대"}
BYTE_ORDER = Text(collation="C")

companies = Table(
    "companies",
    core_metadata,
    pk(),
    text("name"),
    Column("name_key", BYTE_ORDER, nullable=False),
    Column("initials", BYTE_ORDER, nullable=False),
    Column("grams", TSVECTOR, nullable=False),
    Column("business_no", BYTE_ORDER),
    *sealed("representative"),
    Column("phone", BYTE_ORDER),
    text("phone_tail", nullable=True, index=True),
    text("address", nullable=True),
    text("dong", nullable=True),
    text("complex", nullable=True),
    text("industry", nullable=True),
    text("products", nullable=True),
    text("size_class", nullable=True),
    Column("employees", Integer),
    Column("employees_foreign", Integer),
    Column("employees_on", Date),
    Column("founded_on", Date),
    Column("factory_registered", Boolean),
    text("premises", nullable=True),
    text("state"),
    Column("state_on", Date),
    text("state_reason", nullable=True),
    moment("created_at"),
    row_version(),
    CheckConstraint("state in ('ACTIVE', 'CLOSED', 'MOVED')", name="state"),
    CheckConstraint("premises in ('OWNED', 'RENTED')", name="premises"),
    CheckConstraint("employees is null or employees_on is not null", name="employees_on"),
    Index("uq_companies_business_no", "business_no", unique=True),
    Index("ix_companies_name_key_id", "name_key", "id"),
    Index("ix_companies_initials", "initials"),
    Index("ix_companies_phone", "phone"),
    Index(
        "ix_companies_grams",
        "grams",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
)

contacts = Table(
    "contacts",
    core_metadata,
    pk(),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    *sealed("name"),
    *sealed("phone", tail=True),
    *sealed("email"),
    text("title", nullable=True),
    moment("created_at"),
    row_version(),
)
