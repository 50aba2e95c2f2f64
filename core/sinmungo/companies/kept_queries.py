"""Statements of what a company's record keeps over time: states, figures, memberships, consents."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sinmungo.agencies.queries import agency_name_of
from sinmungo.companies.models import (
    companies,
    company_consents,
    company_figures,
    company_memberships,
    company_states,
    consent_texts,
)
from sinmungo.companies.queries import HIT_COLUMNS, STANDS, CompanyHit
from sinmungo_tenants import insert_into, read, write
from sinmungo_tenants.statements import Write


class StateRow(msgspec.Struct):
    """What happened to a company on a day."""

    id: UUID
    change: str
    day: date
    reason: str | None
    recorded_at: datetime
    recorded_by: UUID | None


class FigureRow(msgspec.Struct):
    """What was true on a day; `sales` (won) and `export_usd` are those of the year up to it."""

    id: UUID
    day: date
    employees: int | None
    employees_foreign: int | None
    size_class: str | None
    sales: int | None
    export_usd: int | None


class HeadCount(msgspec.Struct):
    """How many people worked at a company, and the day on which they were counted."""

    employees: int
    employees_foreign: int | None
    day: date


class MembershipRow(msgspec.Struct):
    """A membership; `valid_to` is the first day without it."""

    id: UUID
    agency_id: UUID
    agency_name: str
    valid_from: date
    valid_to: date | None
    row_version: int


class ConsentTextRow(msgspec.Struct):
    """What companies are asked to agree to from a day on, until the next version."""

    id: UUID
    purpose: str
    version: int
    body: str
    items: str
    period: str
    text_hash: str
    valid_from: date


class ConsentRow(msgspec.Struct):
    """A consent as it was given; `contact_id` may be of a person removed since."""

    id: UUID
    contact_id: UUID | None
    purpose: str
    version: int
    text_hash: str
    items: str
    period: str
    given_on: date
    how: str
    recorded_at: datetime
    recorded_by: UUID | None
    withdrawn_at: datetime | None
    withdrawn_how: str | None
    row_version: int


class Consenting(msgspec.Struct):
    """Who agreed to a purpose: a company, or one contact of it."""

    company_id: UUID
    contact_id: UUID | None


_s, _f = company_states.c, company_figures.c
_m, _t, _k = company_memberships.c, consent_texts.c, company_consents.c
_COMPANY = bindparam("company_id", type_=Uuid())
_DAY = bindparam("day", type_=Date())

STATES = read(
    select(*(_s[n] for n in StateRow.__struct_fields__))
    .where(_s.company_id == _COMPANY)
    .order_by(_s.day.desc(), _s.id.desc()),
    StateRow,
)
ADD_STATE = insert_into(company_states)

FIGURES = read(
    select(*(_f[n] for n in FigureRow.__struct_fields__))
    .where(_f.company_id == _COMPANY)
    .order_by(_f.day.desc()),
    FigureRow,
)
HEAD_COUNT = read(
    select(_f.employees, _f.employees_foreign, _f.day)
    .where(_f.company_id == _COMPANY, _f.employees.is_not(None), _f.day <= _DAY)
    .order_by(_f.day.desc())
    .limit(1),
    HeadCount,
)
LATEST_COUNT = read(
    select(
        companies.c.employees, companies.c.employees_foreign, companies.c.employees_on.label("day")
    ).where(
        companies.c.id == _COMPANY,
        companies.c.employees.is_not(None),
        companies.c.employees_on <= _DAY,
    ),
    HeadCount,
)
DROP_FIGURES = write(
    delete(company_figures).where(_f.id == bindparam("id"), _f.company_id == _COMPANY)
)
_VALUES = ("employees", "employees_foreign", "size_class", "sales", "export_usd")


def _put_figures() -> Write:
    """Add a day's figures; values given for a day that has some replace them one by one."""
    statement = insert(company_figures).values(
        {c.name: bindparam(c.name, type_=c.type) for c in _f}
    )
    new = statement.excluded
    return Write(
        statement.on_conflict_do_update(
            index_elements=["company_id", "day"],
            set_={
                **{n: func.coalesce(new[n], _f[n]) for n in _VALUES},
                "recorded_at": new.recorded_at,
                "row_version": _f.row_version + 1,
            },
        ),
        frozenset(_VALUES),
    )


def _fill_figures() -> Write:
    """Add a day's figures from a list; what is known of that day already stays.

    A head count and its foreigners belong together.
    """
    statement = insert(company_figures).values(
        {c.name: bindparam(c.name, type_=c.type) for c in _f}
    )
    new = statement.excluded
    counted = {
        n: case((_f.employees.is_(None), new[n]), else_=_f[n])
        for n in ("employees", "employees_foreign")
    }
    size = func.coalesce(_f.size_class, new.size_class)
    return Write(
        statement.on_conflict_do_update(
            index_elements=["company_id", "day"],
            set_={**counted, "size_class": size, "row_version": _f.row_version + 1},
        ),
        frozenset(_VALUES),
    )


PUT_FIGURES, FILL_FIGURES = _put_figures(), _fill_figures()


def is_member(
    company_id: ColumnElement[Any], agency_id: ColumnElement[Any], day: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Return the condition that a row's company is a member of an association on a day."""
    return exists(
        select(_m.id).where(
            _m.company_id == company_id,
            _m.agency_id == agency_id,
            _m.valid_from <= day,
            or_(_m.valid_to.is_(None), _m.valid_to > day),
        )
    )


MEMBERSHIPS = read(
    select(
        _m.id,
        _m.agency_id,
        agency_name_of(_m.agency_id).label("agency_name"),
        _m.valid_from,
        _m.valid_to,
        _m.row_version,
    )
    .where(_m.company_id == _COMPANY)
    .order_by(_m.valid_to.is_not(None), _m.valid_from.desc(), _m.id),
    MembershipRow,
)
MEMBERS = read(
    select(*HIT_COLUMNS)
    .where(STANDS, is_member(companies.c.id, bindparam("agency_id", type_=Uuid()), _DAY))
    .order_by(companies.c.name_key, companies.c.id),
    CompanyHit,
)


def _add_membership() -> Write:
    statement = insert(company_memberships).values(
        {c.name: bindparam(c.name, type_=c.type) for c in _m}
    )
    alone = statement.on_conflict_do_nothing(
        index_elements=["company_id", "agency_id"], index_where=_m.valid_to.is_(None)
    )
    return Write(alone, frozenset({"valid_to"}))


ADD_MEMBERSHIP = _add_membership()
END_MEMBERSHIP = write(
    update(company_memberships)
    .where(_m.id == bindparam("b_id"), _m.company_id == bindparam("b_company"))
    .values(valid_to=bindparam("valid_to", type_=Date()), row_version=_m.row_version + 1)
)
DROP_MEMBERSHIP = write(
    delete(company_memberships).where(_m.id == bindparam("id"), _m.company_id == _COMPANY)
)

_TEXT = select(*(_t[n] for n in ConsentTextRow.__struct_fields__))
CONSENT_TEXTS = read(_TEXT.order_by(_t.purpose, _t.version.desc()), ConsentTextRow)
TEXT_ON = read(
    _TEXT.where(_t.purpose == bindparam("purpose"), _t.valid_from <= _DAY)
    .order_by(_t.version.desc())
    .limit(1),
    ConsentTextRow,
)
ADD_TEXT = insert_into(consent_texts)
CONSENTS = read(
    select(*(_k[n] for n in ConsentRow.__struct_fields__))
    .where(_k.company_id == _COMPANY)
    .order_by(_k.withdrawn_at.is_not(None), _k.given_on.desc(), _k.id.desc()),
    ConsentRow,
)
ADD_CONSENT = insert_into(company_consents)
WITHDRAW = write(
    update(company_consents)
    .where(
        _k.id == bindparam("b_id"),
        _k.company_id == bindparam("b_company"),
        _k.withdrawn_at.is_(None),
    )
    .values(
        withdrawn_at=bindparam("withdrawn_at", type_=_k.withdrawn_at.type),
        withdrawn_how=bindparam("withdrawn_how", type_=Text()),
        row_version=_k.row_version + 1,
    )
)
WITHDRAW_OF_CONTACT = write(
    update(company_consents)
    .where(_k.contact_id == bindparam("b_contact"), _k.withdrawn_at.is_(None))
    .values(
        withdrawn_at=bindparam("withdrawn_at", type_=_k.withdrawn_at.type),
        withdrawn_how=bindparam("withdrawn_how", type_=Text()),
        row_version=_k.row_version + 1,
    )
)
CONSENTING = read(
    select(_k.company_id, _k.contact_id)
    .join_from(company_consents, companies, and_(companies.c.id == _k.company_id, STANDS))
    .where(_k.purpose == bindparam("purpose"), _k.withdrawn_at.is_(None))
    .distinct()
    .order_by(_k.company_id, _k.contact_id),
    Consenting,
)
