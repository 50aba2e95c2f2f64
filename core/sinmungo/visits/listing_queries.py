"""Lists of visits, whom to visit, and what speaks against going: everything here stands in rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from sinmungo.companies.models import companies, company_memberships
from sinmungo.people.models import org_units
from sinmungo.visits.models import visit_items, visit_team, visits
from sinmungo.visits.scope import IN_TEAM
from sinmungo_tenants import any_of, read

PAGE = 40
_v, _c, _m = visits.c, companies.c, company_memberships.c
_ID = bindparam("c_id", type_=Uuid())
_DAY = cast(func.timezone(literal_column("'Asia/Seoul'", Text), _v.planned_at), Date)
DAY_OF: ColumnElement[date] = func.coalesce(_v.visited_on, _DAY)
"""The Seoul day of a visit: when it took place, or is to take place."""


class VisitRow(msgspec.Struct):
    """One line of a list of visits."""

    id: UUID
    visit_no: str | None
    kind: str
    state: str
    company_id: UUID
    company_name: str
    planned_at: datetime | None
    visited_on: date | None
    day: date
    place: str | None
    unit_name: str | None
    items: int
    row_version: int


class NearRow(msgspec.Struct):
    """Another visit near the day that somebody plans."""

    id: UUID
    state: str
    company_id: UUID
    company_name: str
    day: date
    planned_at: datetime | None
    officer_busy: bool
    mine: bool
    row_version: int


class TargetRow(msgspec.Struct):
    """A company with its last visit and its next one."""

    company_id: UUID
    company_name: str
    dong: str | None
    complex: str | None
    employees: int | None
    size_class: str | None
    founded_on: date | None
    last_visited_on: date | None
    planned_at: datetime | None
    sort_on: date


def optional(name: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a column equals a parameter, if the parameter is given."""
    value = bindparam(name, type_=column.type)
    return or_(value.is_(None), column == value)


def member_of(name: str, company_id: ColumnElement[Any], day: ColumnElement[Any]) -> Any:
    """Return the condition that a company belonged to the association `:name` on a day."""
    agency = bindparam(name, type_=Uuid())
    belongs = (
        select(_m.id)
        .where(
            _m.company_id == company_id,
            _m.agency_id == agency,
            _m.valid_from <= day,
            or_(_m.valid_to.is_(None), _m.valid_to > day),
        )
        .exists()
    )
    return or_(agency.is_(None), belongs)


_ITEMS = (
    select(func.count(visit_items.c.id))
    .where(visit_items.c.visit_id == _v.id)
    .correlate(visits)
    .scalar_subquery()
)
_ROW = (
    select(
        _v.id,
        _v.visit_no,
        _v.kind,
        _v.state,
        _v.company_id,
        _c.name.label("company_name"),
        _v.planned_at,
        _v.visited_on,
        DAY_OF.label("day"),
        _v.place,
        org_units.c.name.label("unit_name"),
        _ITEMS.label("items"),
        _v.row_version,
    )
    .join(companies, _c.id == _v.company_id)
    .outerjoin(org_units, org_units.c.id == _v.unit_id)
)
_FIRST, _LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
LIST = read(
    _ROW.where(
        optional("state", _v.state),
        optional("kind", _v.kind),
        optional("company_id", _v.company_id),
        or_(_FIRST.is_(None), DAY_OF >= _FIRST),
        or_(_LAST.is_(None), DAY_OF <= _LAST),
        or_(~bindparam("mine", type_=Boolean()), IN_TEAM),
        or_(
            _ID.is_(None),
            tuple_(DAY_OF, _v.id) < tuple_(bindparam("c_day", type_=Date()), _ID),
        ),
    )
    .order_by(DAY_OF.desc(), _v.id.desc())
    .limit(bindparam("size", type_=Integer())),
    VisitRow,
)

_THE_DAY = bindparam("day", type_=Date())
_OFFICERS = any_of(visit_team.c.officer_id, "officers", Uuid())
_BUSY = select(visit_team.c.id).where(visit_team.c.visit_id == _v.id, _OFFICERS).exists()
_COMPANY = bindparam("company_id", type_=Uuid())
NEAR = read(
    select(
        _v.id,
        _v.state,
        _v.company_id,
        _c.name.label("company_name"),
        DAY_OF.label("day"),
        _v.planned_at,
        _BUSY.label("officer_busy"),
        IN_TEAM.label("mine"),
        _v.row_version,
    )
    .join(companies, _c.id == _v.company_id)
    .where(
        _v.state != "CANCELLED",
        or_(_v.id != bindparam("but", type_=Uuid()), bindparam("but", type_=Uuid()).is_(None)),
        or_(
            and_(
                _v.company_id == _COMPANY,
                bindparam("near_from", type_=Date()) <= DAY_OF,
                bindparam("near_to", type_=Date()) >= DAY_OF,
            ),
            and_(DAY_OF == _THE_DAY, _BUSY),
        ),
    )
    .order_by(DAY_OF.desc(), _v.id),
    NearRow,
)

_LAST_VISIT = (
    select(func.max(_v.visited_on))
    .where(_v.company_id == _c.id, _v.state == "DONE")
    .correlate(companies)
    .scalar_subquery()
)
_NEXT_PLAN = (
    select(func.min(_v.planned_at))
    .where(
        _v.company_id == _c.id,
        _v.state == "PLANNED",
        _v.planned_at >= bindparam("now", type_=DateTime(timezone=True)),
    )
    .correlate(companies)
    .scalar_subquery()
)
_NEVER = literal_column("date '1900-01-01'", Date)
_TODAY = bindparam("today", type_=Date())
_WITHIN = bindparam("anniversary_within", type_=Integer())


def _days_to_anniversary() -> ColumnElement[int]:
    """Days from today to the next anniversary; Feb 29 counts as the day before March."""
    years = cast(func.extract("year", _TODAY) - func.extract("year", _c.founded_on), Integer)
    this_year = _plus_years(years)
    next_one = case((this_year >= _TODAY, this_year), else_=_plus_years(years + 1))
    return cast(next_one - _TODAY, Integer)


def _plus_years(years: ColumnElement[int]) -> ColumnElement[date]:
    return cast(_c.founded_on + func.make_interval(years), Date)


_latest = (
    select(
        _c.id.label("company_id"),
        _c.name.label("company_name"),
        _c.dong,
        _c.complex,
        _c.employees,
        _c.size_class,
        _c.founded_on,
        _LAST_VISIT.label("last_visited_on"),
        _NEXT_PLAN.label("planned_at"),
        func.coalesce(_LAST_VISIT, _NEVER).label("sort_on"),
    )
    .where(
        _c.state == "ACTIVE",
        _c.merged_into.is_(None),
        optional("complex", _c.complex),
        optional("dong", _c.dong),
        optional("size_class", _c.size_class),
        or_(
            bindparam("employees_from", type_=Integer()).is_(None),
            _c.employees >= bindparam("employees_from", type_=Integer()),
        ),
        member_of("agency_id", _c.id, _TODAY),
        or_(_WITHIN.is_(None), _days_to_anniversary() <= _WITHIN),
    )
    .subquery("latest")
)
_l = _latest.c
TARGETS = read(
    select(*(_l[name] for name in TargetRow.__struct_fields__))
    .where(
        _l.sort_on < bindparam("before", type_=Date()),
        or_(
            _ID.is_(None),
            tuple_(_l.sort_on, _l.company_id) > tuple_(bindparam("c_day", type_=Date()), _ID),
        ),
    )
    .order_by(_l.sort_on, _l.company_id)
    .limit(bindparam("size", type_=Integer())),
    TargetRow,
)
PLACES = read(
    select(_c.complex).where(_c.complex.is_not(None)).group_by(_c.complex).order_by(_c.complex), str
)
