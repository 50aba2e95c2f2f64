"""Agencies are dated and have successors, like units: a report shows the name an agency had then.

Renaming in the world is the end of one row and the start of its successor; an edit only corrects
what was written down wrongly. `name_key` is in byte order, as a company's is.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy import text as sql

from sinmungo.host.db import core_metadata, moment, pk, row_version, text

KINDS = {
    "MINISTRY": "중앙부처",
    "SPECIAL_LOCAL_ADMIN": "특별지방행정기관",
    "METRO_GOV": "광역자치단체",
    "BASIC_GOV": "기초자치단체",
    "CITY_FOUNDATION": "출자·출연기관",
    "NATIONAL_PUBLIC": "공공기관",
    "GUARANTEE_FUND": "보증기관",
    "BANK": "은행",
    "ASSOCIATION": "협회·단체",
    "UNIVERSITY": "대학",
    "OMBUDSMAN": "옴부즈만·신문고",
    "VENDOR": "수행업체",
}
"""agency_kind of domain.md 1.2, in the order lists show them."""

agencies = Table(
    "agencies",
    core_metadata,
    pk(),
    text("name"),
    Column("name_key", Text(collation="C"), nullable=False),
    text("short_name", nullable=True),
    text("kind"),
    text("phone", nullable=True),
    text("url", nullable=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor_id", Uuid, ForeignKey("agencies.id"), index=True),
    moment("created_at"),
    row_version(),
    CheckConstraint(
        "kind in ('MINISTRY', 'SPECIAL_LOCAL_ADMIN', 'METRO_GOV', 'BASIC_GOV', 'CITY_FOUNDATION', "
        "'NATIONAL_PUBLIC', 'GUARANTEE_FUND', 'BANK', 'ASSOCIATION', 'UNIVERSITY', 'OMBUDSMAN', "
        "'VENDOR')",
        name="kind",
    ),
    CheckConstraint("valid_to > valid_from", name="days"),
    CheckConstraint("successor_id is null or valid_to is not null", name="successor"),
    Index("uq_agencies_open", "name_key", unique=True, postgresql_where=sql("valid_to is null")),
    Index("ix_agencies_name_key", "name_key"),
)
