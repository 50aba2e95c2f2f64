"""The ledger's statements: how many, and which, from the same conditions, as of any day.

What the book said on a day is each difficulty's last outcome that had been recorded by then.
"""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from sinmungo.agencies.queries import agency_name_of
from sinmungo.cases.models import cases
from sinmungo.companies.models import companies
from sinmungo.people.models import org_units
from sinmungo.visits.labels import OUTCOME, REVIEW
from sinmungo.visits.listing_queries import member_of, optional
from sinmungo.visits.models import visit_item_outcomes, visit_items, visits
from sinmungo.visits.scope import VISIBLE
from sinmungo_tenants import Read, any_of, read

PAGE = 100
_v, _i = visits.c, visit_items.c
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_NONE = literal_column("'-'", Text)

_h = visit_item_outcomes.c
_booked = (
    select(_h.item_id, _h.outcome, _h.unit_id, _h.agency_id, _h.occurred_at)
    .where(_h.recorded_at < _UNTIL)
    .ext(distinct_on(_h.item_id))
    .order_by(_h.item_id, _h.seq.desc())
    .subquery("booked")
)
_b = _booked.c


class LedgerRow(msgspec.Struct):
    """The numbers of one line, or of all (`whole`). Three kinds: visits, companies, difficulties.

    `received` is the sum of the five after it; the companies of lines may be the same ones.
    """

    code: str | None
    whole: bool
    visits: int
    companies: int
    received: int
    on_site: int
    handled: int
    notified: int
    proposed: int
    unclassed: int


class BookedVisit(msgspec.Struct):
    """A visit of the book with its counts as of the day."""

    id: UUID
    visit_no: str
    kind: str
    visited_on: date
    company_id: UUID
    company_name: str
    place: str | None
    unit_name: str | None
    received: int
    on_site: int
    handled: int
    notified: int
    proposed: int
    unclassed: int


class BookedItem(msgspec.Struct):
    """A difficulty of the book with its outcome as of the day. `occurred_at` is when it got it."""

    id: UUID
    visit_id: UUID
    visit_no: str
    kind: str
    visited_on: date
    company_id: UUID
    company_name: str
    case_id: UUID
    case_no: str
    case_status: str
    category: str
    content: str
    outcome: str
    occurred_at: Any
    unit_name: str | None
    agency_name: str | None


DIMENSIONS: dict[str, ColumnElement[Any]] = {
    "month": func.to_char(_v.visited_on, literal_column("'YYYY-MM'", Text)),
    "kind": _v.kind,
    "unit": func.coalesce(cast(_v.unit_id, Text), _NONE),
}
_FIRST, _LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
_IN_BOOK = and_(
    _v.state == "DONE",
    _v.recorded_at < _UNTIL,
    or_(_FIRST.is_(None), _v.visited_on >= _FIRST),
    or_(_LAST.is_(None), _v.visited_on <= _LAST),
    optional("kind", _v.kind),
    member_of("agency_id", _v.company_id, _v.visited_on),
    VISIBLE,
)


def _counts() -> list[ColumnElement[Any]]:
    """How many difficulties there are, and how many of each outcome."""
    received = func.count(_b.item_id)
    parts = (received.filter(_b.outcome == code).label(code.lower()) for code in OUTCOME)
    return [received.label("received"), *parts]


_BOOK = visits.outerjoin(visit_items, _i.visit_id == _v.id).outerjoin(_booked, _b.item_id == _i.id)


def _ledger(key: ColumnElement[Any]) -> Read[LedgerRow]:
    return read(
        select(
            key.label("code"),
            (func.grouping(key) == 1).label("whole"),
            func.count(_v.id.distinct()).label("visits"),
            func.count(_v.company_id.distinct()).label("companies"),
            *_counts(),
        )
        .select_from(_BOOK)
        .where(_IN_BOOK)
        .group_by(func.rollup(key))
        .order_by(func.grouping(key), key),
        LedgerRow,
    )


LEDGER: dict[str, Read[LedgerRow]] = {name: _ledger(key) for name, key in DIMENSIONS.items()}

_AFTER_DAY = bindparam("c_day", type_=Date())
_AFTER_ID = bindparam("c_id", type_=_v.id.type)
_SIZE = bindparam("size", type_=Integer())


def _line(dimension: str) -> ColumnElement[bool]:
    value = bindparam("line", type_=Text())
    return or_(value.is_(None), DIMENSIONS[dimension] == value)


def _after(row_id: ColumnElement[Any]) -> ColumnElement[bool]:
    here = tuple_(_v.visited_on, row_id)
    return or_(_AFTER_ID.is_(None), here < tuple_(_AFTER_DAY, _AFTER_ID))


def _visits(dimension: str) -> Read[BookedVisit]:
    return read(
        select(
            _v.id,
            _v.visit_no,
            _v.kind,
            _v.visited_on,
            _v.company_id,
            companies.c.name.label("company_name"),
            _v.place,
            org_units.c.name.label("unit_name"),
            *_counts(),
        )
        .select_from(
            _BOOK.join(companies, companies.c.id == _v.company_id).outerjoin(
                org_units, org_units.c.id == _v.unit_id
            )
        )
        .where(_IN_BOOK, _line(dimension), _after(_v.id))
        .group_by(_v.id, companies.c.id, org_units.c.id)
        .order_by(_v.visited_on.desc(), _v.id.desc())
        .limit(_SIZE),
        BookedVisit,
    )


_REVIEW = bindparam("outcome", type_=Text())
_OUTCOME = or_(
    _REVIEW.is_(None),
    _b.outcome == _REVIEW,
    and_(_REVIEW == "REVIEW", or_(*(_b.outcome == code for code in REVIEW))),
)


def _items(dimension: str) -> Read[BookedItem]:
    return read(
        select(
            _i.id,
            _i.visit_id,
            _v.visit_no,
            _v.kind,
            _v.visited_on,
            _v.company_id,
            companies.c.name.label("company_name"),
            _i.case_id,
            cases.c.case_no,
            cases.c.status.label("case_status"),
            _i.category,
            _i.content,
            _b.outcome,
            _b.occurred_at,
            org_units.c.name.label("unit_name"),
            agency_name_of(_b.agency_id).label("agency_name"),
        )
        .select_from(
            visits.join(visit_items, _i.visit_id == _v.id)
            .join(_booked, _b.item_id == _i.id)
            .join(companies, companies.c.id == _v.company_id)
            .join(cases, cases.c.id == _i.case_id)
            .outerjoin(org_units, org_units.c.id == _b.unit_id)
        )
        .where(_IN_BOOK, _line(dimension), _OUTCOME, _after(_i.id))
        .order_by(_v.visited_on.desc(), _i.id.desc())
        .limit(_SIZE),
        BookedItem,
    )


class UnitName(msgspec.Struct):
    """A unit by its latest name."""

    id: UUID
    name: str


UNIT_NAMES = read(
    select(org_units.c.id, org_units.c.name).where(
        any_of(org_units.c.id, "ids", org_units.c.id.type)
    ),
    UnitName,
)
VISITS: dict[str, Read[BookedVisit]] = {name: _visits(name) for name in DIMENSIONS}
ITEMS: dict[str, Read[BookedItem]] = {name: _items(name) for name in DIMENSIONS}
