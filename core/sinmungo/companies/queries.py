"""Statements of companies. What is found while typing lives in `search`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.companies.models import companies, contacts
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write


class CompanyBrief(msgspec.Struct):
    """What other slices show of a company; `employees` holds on the day `employees_on`."""

    id: UUID
    name: str
    business_no: str | None
    dong: str | None
    employees: int | None
    employees_on: date | None
    size_class: str | None
    state: str
    merged_into: UUID | None = None


class CompanyHit(msgspec.Struct):
    """A company as a line of a list; the representative is shown by its mask."""

    id: UUID
    name: str
    name_key: str
    business_no: str | None
    representative_mask: str | None
    phone: str | None
    dong: str | None
    complex: str | None
    industry: str | None
    employees: int | None
    employees_on: date | None
    size_class: str | None
    state: str


class CompanyRow(msgspec.Struct):
    """A whole stored record; the representative is still sealed."""

    id: UUID
    name: str
    business_no: str | None
    representative_sealed: bytes | None
    phone: str | None
    address: str | None
    dong: str | None
    complex: str | None
    industry: str | None
    products: str | None
    size_class: str | None
    employees: int | None
    employees_foreign: int | None
    employees_on: date | None
    founded_on: date | None
    factory_registered: bool | None
    premises: str | None
    state: str
    state_on: date | None
    state_reason: str | None
    created_at: datetime
    merged_into: UUID | None
    row_version: int


class ContactRow(msgspec.Struct):
    """A stored contact, sealed."""

    id: UUID
    title: str | None
    name_sealed: bytes | None
    phone_sealed: bytes | None
    email_sealed: bytes | None


class NamedRow(msgspec.Struct):
    """An id and the name to show for it."""

    id: UUID
    name: str


class VersionRow(msgspec.Struct):
    """How a record stands for a change."""

    row_version: int
    merged_into: UUID | None


class NumberedRow(msgspec.Struct):
    """A company that a typed name may mean."""

    id: UUID
    business_no: str | None
    row_version: int


_c = companies.c
_ID = _c.id.type
STANDS = _c.merged_into.is_(None)
"""True of a company that was not merged into another: only these are listed and found."""
_into = companies.alias("into")
HIT_COLUMNS = tuple(_c[name] for name in CompanyHit.__struct_fields__)

BRIEF = read(
    select(*(_c[n] for n in CompanyBrief.__struct_fields__)).where(_c.id == bindparam("id")),
    CompanyBrief,
)
VERSION = read(select(_c.row_version, _c.merged_into).where(_c.id == bindparam("id")), VersionRow)
NAMES = read(select(_c.id, _c.name).where(any_of(_c.id, "ids", _ID)), NamedRow)
HITS = read(select(*HIT_COLUMNS).where(any_of(_c.id, "ids", _ID)), CompanyHit)
RECORD = read(
    select(*(_c[n] for n in CompanyRow.__struct_fields__)).where(_c.id == bindparam("id")),
    CompanyRow,
)
BY_NUMBER = read(
    select(_into.c.id, _into.c.name)
    .join_from(companies, _into, _into.c.id == func.coalesce(_c.merged_into, _c.id))
    .where(_c.business_no == bindparam("business_no")),
    NamedRow,
)
ACTIVE_BY_KEY = read(
    select(_c.id, _c.business_no, _c.row_version)
    .where(_c.name_key == bindparam("name_key"), _c.state == "ACTIVE", STANDS)
    .limit(2),
    NumberedRow,
)
FIRST_PAGE = read(
    select(*HIT_COLUMNS).where(STANDS).order_by(_c.name_key, _c.id).limit(bindparam("size")),
    CompanyHit,
)
NEXT_PAGE = read(
    select(*HIT_COLUMNS)
    .where(
        STANDS,
        tuple_(_c.name_key, _c.id)
        > tuple_(bindparam("after_key", type_=_c.name_key.type), bindparam("after_id", type_=_ID)),
    )
    .order_by(_c.name_key, _c.id)
    .limit(bindparam("size")),
    CompanyHit,
)
ANY = read(select(_c.id).limit(1), UUID)

_GRAMS = func.array_to_tsvector(bindparam("grams", type_=ARRAY(Text())))
_EDITABLE = (
    *("name", "name_key", "initials", "business_no", "phone", "phone_tail", "address", "dong"),
    *("representative_sealed", "representative_mask", "representative_hash", "complex"),
    *("industry", "products", "size_class", "employees", "employees_foreign", "employees_on"),
    *("founded_on", "factory_registered", "premises"),
)


def _add() -> Write:
    values = {c.name: bindparam(c.name, type_=c.type) for c in companies.c if c.name != "grams"}
    statement = insert(companies).values(**values, grams=_GRAMS)
    return Write(
        statement.on_conflict_do_nothing(index_elements=["business_no"]),
        frozenset(c.name for c in companies.c if c.nullable),
    )


ADD = _add()
EDIT = write(
    update(companies)
    .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"), STANDS)
    .values(
        **{name: bindparam(name, type_=_c[name].type) for name in _EDITABLE},
        grams=_GRAMS,
        row_version=_c.row_version + 1,
    )
)
SET_STATE = write(
    update(companies)
    .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"), STANDS)
    .values(
        state=bindparam("state"),
        state_on=bindparam("state_on", type_=_c.state_on.type),
        state_reason=bindparam("state_reason", type_=Text()),
        row_version=_c.row_version + 1,
    )
)
TOUCH = write(
    update(companies)
    .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"), STANDS)
    .values(row_version=_c.row_version + 1)
)

CONTACTS = read(
    select(*(contacts.c[n] for n in ContactRow.__struct_fields__))
    .where(contacts.c.company_id == bindparam("company_id"))
    .order_by(contacts.c.created_at, contacts.c.id),
    ContactRow,
)
ADD_CONTACT = insert_into(contacts)
EDIT_CONTACT = write(
    update(contacts)
    .where(contacts.c.id == bindparam("b_id"), contacts.c.company_id == bindparam("b_company_id"))
    .values(
        **{
            c.name: bindparam(c.name, type_=c.type)
            for c in contacts.c
            if c.name == "title" or c.name.startswith(("name_", "phone_", "email_"))
        },
        row_version=contacts.c.row_version + 1,
    )
)
DROP_CONTACT = write(
    delete(contacts).where(
        contacts.c.id == bindparam("id"), contacts.c.company_id == bindparam("company_id")
    )
)


def company_name_of(company_id: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the name of a row's company as a column, for lists and reports of other slices."""
    return select(_c.name).where(_c.id == company_id).scalar_subquery()
