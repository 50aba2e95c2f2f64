"""A company's record (domain.md 1.3). Head count and size carry the date they were true on."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import TSVECTOR

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

SIZE_CLASSES = {
    "MICRO": "소상공인",
    "SMALL": "소기업",
    "MEDIUM": "중기업",
    "MIDSIZE": "중견기업",
    "LARGE": "대기업",
}

companies = Table(
    "companies",
    core_metadata,
    pk(),
    text("name"),
    text("name_key"),
    text("initials"),
    Column("grams", TSVECTOR, nullable=False),
    text("business_no", nullable=True),
    *sealed("representative"),
    text("phone", nullable=True),
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
    text("state"),
    moment("created_at"),
    row_version(),
    CheckConstraint("state in ('ACTIVE', 'CLOSED', 'MOVED')", name="state"),
    Index("uq_companies_business_no", "business_no", unique=True),
    Index("ix_companies_name_key", "name_key"),
    Index("ix_companies_initials", "initials"),
    Index("ix_companies_phone", "phone"),
    Index("ix_companies_grams", "grams", postgresql_using="gin"),
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
