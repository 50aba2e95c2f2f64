"""Statements of the lists. The page is cut out first, then names are joined to its forty rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    LargeBinary,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from sinmungo.cases.models import OPEN_FIRST, case_waits, cases
from sinmungo.cases.queries import open_waits, post_of
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.people.models import officers, org_units
from sinmungo_tenants import any_of, read
from sinmungo_tenants.statements import Read

PAGE = 40
CAP = 1001
_c = cases.c
_AT = DateTime(timezone=True)


class ListRow(msgspec.Struct):
    """A line of a list; the officer's name is still sealed."""

    id: UUID
    case_no: str
    company_id: UUID
    company_name: str
    category: str
    channel: str
    summary: str
    status: str
    priority: str
    lead_unit_name: str | None
    officer_id: UUID | None
    officer_name_sealed: bytes | None
    officer_post: str | None
    registered_at: datetime
    due_at: datetime
    legal_until: datetime
    answered: bool
    disposition: str | None
    waits: list[str]
    row_version: int


class CountsRow(msgspec.Struct):
    """How many cases each view of the desk has, at most 1,001 each."""

    mine: int
    unit: int
    today: int
    late: int
    all: int


_CUT = (
    *("id", "case_no", "company_id", "category", "channel", "summary", "status", "priority"),
    *("lead_unit_id", "officer_id", "registered_at", "due_at", "legal_until", "answered_at"),
    *("disposition", "row_version"),
)


def _named(cut: Select[Any], *order: str) -> Read[ListRow]:
    """Join the names of company, unit and officer to a page that is cut out already."""
    p = cut.subquery("page")
    answered = p.c.answered_at.is_not(None)
    columns: dict[str, ColumnElement[Any]] = {name: p.c[name] for name in _CUT} | {
        "company_name": companies.c.name.label("company_name"),
        "lead_unit_name": org_units.c.name.label("lead_unit_name"),
        "officer_name_sealed": officers.c.name_sealed.label("officer_name_sealed"),
        "officer_post": post_of(p.c.officer_id).label("officer_post"),
        "answered": answered.label("answered"),
        "waits": open_waits(p.c.id).label("waits"),
    }
    sorting = {
        "answered": answered,
        "due_at": p.c.due_at,
        "id": p.c.id,
        "-registered_at": p.c.registered_at.desc(),
        "-id": p.c.id.desc(),
    }
    statement = (
        select(*(columns[name] for name in ListRow.__struct_fields__))
        .join(companies, companies.c.id == p.c.company_id)
        .outerjoin(org_units, org_units.c.id == p.c.lead_unit_id)
        .outerjoin(officers, officers.c.id == p.c.officer_id)
        .order_by(*(sorting[name] for name in order))
    )
    return read(statement, ListRow)


_NOW = bindparam("now", type_=_AT)
_NOT_CLOSED = _c.closed_at.is_(None)
_UNANSWERED = and_(_NOT_CLOSED, _c.answered_at.is_(None))
_FALSE = literal_column("false", Boolean)
_PLACE = tuple_(OPEN_FIRST, _c.due_at)


def _due(name: str) -> Any:
    """Return a bound of the index that sorts the desk: what is unanswered, by due moment."""
    return tuple_(_FALSE, bindparam(name, type_=_AT))


_MINE = and_(_NOT_CLOSED, _c.officer_id == bindparam("me", type_=Uuid()))
_UNIT = and_(_NOT_CLOSED, any_of(_c.lead_unit_id, "units", Uuid()))
_LATE = and_(_UNANSWERED, _due("now") > _PLACE, _c.legal_until < _NOW)
_TODAY = and_(
    _UNANSWERED,
    _due("today_from") <= _PLACE,
    _due("today_to") > _PLACE,
    _c.legal_until >= _NOW,
)
_AFTER = tuple_(OPEN_FIRST, _c.due_at, _c.id) > tuple_(
    bindparam("c_answered", type_=Boolean()),
    bindparam("c_due_at", type_=_AT),
    bindparam("c_id", type_=Uuid()),
)
_SIZE = literal_column(str(PAGE + 1), Integer)


def _desk(condition: ColumnElement[bool]) -> Read[ListRow]:
    cut = (
        select(*(_c[name] for name in _CUT))
        .where(condition, _AFTER)
        .order_by(OPEN_FIRST, _c.due_at, _c.id)
        .limit(_SIZE)
    )
    return _named(cut, "answered", "due_at", "id")


def _scoped_desk(condition: ColumnElement[bool]) -> Scoped[ListRow]:
    return Scoped(lambda scope: _desk(and_(condition, scope)))


def _own(condition: ColumnElement[bool]) -> Scoped[ListRow]:
    """Mine and my units' are inside everybody's scope: one text for all."""
    query = _desk(condition)
    return Scoped(lambda _: query, takes_scope=False)


DESK_CONDITIONS: dict[str, tuple[ColumnElement[bool], bool]] = {
    "MINE": (_MINE, False),
    "UNIT": (_UNIT, False),
    "TODAY": (_TODAY, True),
    "LATE": (_LATE, True),
    "ALL": (_NOT_CLOSED, True),
}
"""What a view holds, and whether that can reach beyond one's scope."""
DESK: dict[str, Scoped[ListRow]] = {
    name: _scoped_desk(condition) if scoped else _own(condition)
    for name, (condition, scoped) in DESK_CONDITIONS.items()
}


def _capped(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    some = select(literal_column("1", Integer).label("one")).select_from(cases).where(condition)
    few = some.limit(literal_column(str(CAP), Integer)).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


COUNTS = Scoped(
    lambda scope: read(
        select(
            _capped(_MINE).label("mine"),
            _capped(_UNIT).label("unit"),
            _capped(and_(_TODAY, scope)).label("today"),
            _capped(and_(_LATE, scope)).label("late"),
            _capped(and_(_NOT_CLOSED, scope)).label("all"),
        ),
        CountsRow,
    )
)


def _optional(name: str) -> ColumnElement[bool]:
    value = bindparam(name, type_=_c[name].type)
    return or_(value.is_(None), _c[name] == value)


_WAIT = bindparam("wait", type_=Text())
_WAITING = exists().where(
    case_waits.c.case_id == _c.id, case_waits.c.kind == _WAIT, case_waits.c.closed_at.is_(None)
)
FILTERS = and_(
    or_(_WAIT.is_(None), _WAITING),
    *(
        _optional(name)
        for name in (
            *("company_id", "category", "channel", "petition_type", "status", "disposition"),
            *("lead_unit_id", "officer_id"),
        )
    ),
    _c.registered_at >= bindparam("from_at", type_=_AT),
    _c.registered_at < bindparam("to_at", type_=_AT),
)
_NEWER = tuple_(_c.registered_at, _c.id) < tuple_(
    bindparam("c_registered_at", type_=_AT), bindparam("c_id", type_=Uuid())
)
_ON_PHONE = or_(
    any_of(_c.phone_hash, "hashes", LargeBinary()), any_of(_c.phone_tail, "tails", LargeBinary())
)
_BY_TEXT = or_(
    _c.grams.op("@@")(cast(bindparam("lexemes", type_=Text()), TSQUERY)),
    any_of(_c.company_id, "company_ids", Uuid()),
)
MODES: dict[str, ColumnElement[bool]] = {
    "BROWSE": true(),
    "NUMBER": any_of(_c.case_no, "case_nos"),
    "DIGITS": or_(any_of(_c.case_no, "case_nos"), _ON_PHONE),
    "PHONE": _ON_PHONE,
    "TEXT": _BY_TEXT,
}


def _search(mode: ColumnElement[bool]) -> Scoped[ListRow]:
    def build(scope: ColumnElement[bool]) -> Read[ListRow]:
        cut = (
            select(*(_c[name] for name in _CUT))
            .where(mode, FILTERS, _NEWER, scope)
            .order_by(_c.registered_at.desc(), _c.id.desc())
            .limit(_SIZE)
        )
        return _named(cut, "-registered_at", "-id")

    return Scoped(build)


def _total(mode: ColumnElement[bool]) -> Scoped[int]:
    return Scoped(
        lambda scope: read(select(_capped(and_(mode, FILTERS, scope)).label("total")), int)
    )


SEARCH = {name: _search(mode) for name, mode in MODES.items()}
TOTAL = {name: _total(mode) for name, mode in MODES.items()}
