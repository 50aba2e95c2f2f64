"""A company's record (domain.md 1.3). Head count and size carry the date they were true on.

Search columns are in byte order ("C"), so that a beginning is one range of an index and names sort
가나다 on every server. The GIN index has no pending list: names are sought at every key and seldom
written. A company's contacts are part of its record: they share its `row_version`.

The columns of `companies` hold what is true last; `company_figures` and `company_states` what was
true on earlier days. A merged company keeps its row and leads to the one it was merged into.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from sinmungo.host.db import core_metadata, moment, pk, row_version, sealed, text

SIZE_CLASSES = {
    "MICRO": "소상공인",
    "SMALL": "소기업",
    "MEDIUM": "중기업",
    "MIDSIZE": "중견기업",
    "LARGE": "대기업",
}
STATES = {"ACTIVE": "운영", "CLOSED": "폐업", "MOVED": "관외 이전"}
CHANGES = {
    "MOVED_IN": "관내 전입",
    "REOPENED": "영업 재개",
    "CLOSED": "폐업",
    "MOVED": "관외 이전",
}
"""What may happen to a company; the first two make it ACTIVE."""
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
    Column("merged_into", Uuid, ForeignKey("companies.id")),
    row_version(),
    CheckConstraint("state in ('ACTIVE', 'CLOSED', 'MOVED')", name="state"),
    CheckConstraint("premises in ('OWNED', 'RENTED')", name="premises"),
    CheckConstraint("employees is null or employees_on is not null", name="employees_on"),
    Index("uq_companies_business_no", "business_no", unique=True),
    Index(
        "ix_companies_merged_into", "merged_into", postgresql_where=sql("merged_into is not null")
    ),
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

company_states = Table(
    "company_states",
    core_metadata,
    pk(),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False),
    text("change"),
    Column("day", Date, nullable=False),
    text("reason", nullable=True),
    moment("recorded_at"),
    Column("recorded_by", Uuid),
    CheckConstraint("change in ('MOVED_IN', 'REOPENED', 'CLOSED', 'MOVED')", name="change"),
    Index("ix_company_states_company_id_day", "company_id", "day"),
)

company_figures = Table(
    "company_figures",
    core_metadata,
    pk(),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("employees", Integer),
    Column("employees_foreign", Integer),
    text("size_class", nullable=True),
    Column("sales", BigInteger),
    Column("export_usd", BigInteger),
    moment("recorded_at"),
    row_version(),
    Index("uq_company_figures_company_id_day", "company_id", "day", unique=True),
)

company_memberships = Table(
    "company_memberships",
    core_metadata,
    pk(),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    Column("agency_id", Uuid, ForeignKey("agencies.id"), nullable=False, index=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    moment("created_at"),
    row_version(),
    CheckConstraint("valid_to > valid_from", name="days"),
    Index(
        "uq_company_memberships_open",
        "company_id",
        "agency_id",
        unique=True,
        postgresql_where=sql("valid_to is null"),
    ),
)

consent_texts = Table(
    "consent_texts",
    core_metadata,
    pk(),
    text("purpose"),
    Column("version", Integer, nullable=False),
    text("body"),
    text("items"),
    text("period"),
    text("text_hash"),
    Column("valid_from", Date, nullable=False),
    moment("created_at"),
    Column("created_by", Uuid),
    Index("uq_consent_texts_purpose_version", "purpose", "version", unique=True),
)

company_consents = Table(
    "company_consents",
    core_metadata,
    pk(),
    Column("company_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    Column("contact_id", Uuid, index=True),
    text("purpose"),
    Column("version", Integer, nullable=False),
    text("text_hash"),
    text("items"),
    text("period"),
    Column("given_on", Date, nullable=False),
    text("how"),
    moment("recorded_at"),
    Column("recorded_by", Uuid),
    moment("withdrawn_at", nullable=True),
    text("withdrawn_how", nullable=True),
    row_version(),
)

company_merges = Table(
    "company_merges",
    core_metadata,
    pk(),
    Column("keep_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    Column("drop_id", Uuid, ForeignKey("companies.id"), nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    *sealed("representative"),
    moment("merged_at", index=True),
    Column("merged_by", Uuid),
    moment("undone_at", nullable=True),
    Column("undone_by", Uuid),
    row_version(),
    CheckConstraint("keep_id <> drop_id", name="two"),
    Index(
        "uq_company_merges_open",
        "drop_id",
        unique=True,
        postgresql_where=sql("undone_at is null"),
    ),
)

company_merge_rows = Table(
    "company_merge_rows",
    core_metadata,
    pk(),
    Column("merge_id", Uuid, ForeignKey("company_merges.id"), nullable=False, index=True),
    text("table_name"),
    Column("row_ids", ARRAY(Uuid), nullable=False),
)

company_pairs = Table(
    "company_pairs",
    core_metadata,
    pk(),
    Column("low_id", Uuid, ForeignKey("companies.id"), nullable=False),
    Column("high_id", Uuid, ForeignKey("companies.id"), nullable=False, index=True),
    moment("decided_at"),
    Column("decided_by", Uuid),
    CheckConstraint("low_id < high_id", name="order"),
    Index("uq_company_pairs_low_id_high_id", "low_id", "high_id", unique=True),
)
