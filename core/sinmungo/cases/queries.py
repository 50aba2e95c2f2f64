"""Statements about one case: make it, read it, move it, tell its history."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Subquery,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from sinmungo.cases.models import case_notes, case_waits, cases, deadline_rules
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.host.models import access_log
from sinmungo.people.identity import current_on
from sinmungo.people.models import officers, org_units, posts
from sinmungo_tenants import insert_into, read, write
from sinmungo_tenants.statements import Read, Write

SUBJECT = "case"
_c = cases.c
_ID = bindparam("id", type_=Uuid())
_AT = DateTime(timezone=True)


class Brief(msgspec.Struct):
    """What an act has to know before it changes a case."""

    id: UUID
    case_no: str
    company_id: UUID
    channel: str
    status: str
    lead_unit_id: UUID | None
    officer_id: UUID | None
    has_email: bool
    row_version: int


class DetailRow(msgspec.Struct):
    """A whole case with the names around it; personal values are still sealed."""

    id: UUID
    case_no: str
    company_id: UUID
    company_name: str
    channel: str
    category: str
    petition_type: str
    content: str
    summary: str
    caller_sealed: bytes | None
    phone_sealed: bytes | None
    email_sealed: bytes | None
    status: str
    priority: str
    lead_unit_id: UUID | None
    lead_unit_name: str | None
    lead_unit_phone: str | None
    officer_id: UUID | None
    officer_name_sealed: bytes | None
    officer_post: str | None
    registered_at: datetime
    due_at: datetime
    legal_until: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    implementation: str | None
    answer: str | None
    answered_by: UUID | None
    close_reason: str | None
    intake_id: UUID
    submission_id: UUID | None
    waits: list[str]
    row_version: int


def open_waits(case_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the kinds of waits that are open now, as a column of texts, each once."""
    waits = case_waits.alias("open_waits")
    kinds = (
        select(waits.c.kind)
        .distinct()
        .where(waits.c.case_id == case_id, waits.c.closed_at.is_(None))
    )
    return func.array(kinds.order_by(waits.c.kind).scalar_subquery(), type_=ARRAY(Text()))


class OpenRow(msgspec.Struct):
    """An open case with the rule it began with."""

    id: UUID
    case_no: str
    amount: int
    unit: str
    registered_at: datetime
    due_at: datetime
    legal_until: datetime
    row_version: int


def post_of(officer_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the officer's 직위 on the day `:on`, as a scalar subquery."""
    return (
        select(posts.c.title)
        .where(posts.c.officer_id == officer_id, current_on(posts))
        .order_by(posts.c.valid_from.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def _add() -> Write:
    values: dict[str, Any] = {c.name: bindparam(c.name, type_=c.type) for c in cases.c}
    values["grams"] = func.array_to_tsvector(bindparam("grams", type_=ARRAY(Text())))
    nullable = frozenset(c.name for c in cases.c if c.nullable)
    return Write(insert(cases).values(values), nullable)


ADD = _add()
ADD_NOTE = insert_into(case_notes)

BRIEF = Scoped(
    lambda scope: read(
        select(
            _c.id,
            _c.case_no,
            _c.company_id,
            _c.channel,
            _c.status,
            _c.lead_unit_id,
            _c.officer_id,
            _c.email_sealed.is_not(None).label("has_email"),
            _c.row_version,
        ).where(_c.id == _ID, scope),
        Brief,
    )
)

_parent = org_units.alias("parent_unit")
_PLAIN = (
    *("content", "summary", "caller_sealed", "phone_sealed", "email_sealed", "status", "priority"),
    "lead_unit_id",
)
_LATE_PLAIN = (
    *("registered_at", "due_at", "legal_until", "answered_at", "closed_at", "disposition"),
    *("implementation", "answer", "answered_by", "close_reason", "intake_id", "submission_id"),
)


def _seen(scope: ColumnElement[bool]) -> Any:
    """Write down who looked, in the very statement that reads; nothing when nothing is found."""
    values = (
        bindparam("log_id", type_=Uuid()),
        bindparam("at", type_=_AT),
        bindparam("viewer_id", type_=Uuid()),
        bindparam("address", type_=Text()),
        literal_column(f"'{SUBJECT}'", Text),
        _c.id,
        literal_column("'VIEW'", Text),
    )
    columns = ["id", "at", "officer_id", "address", "subject_kind", "subject_id", "act"]
    looked = select(*values).where(_c.id == _ID, scope)
    return insert(access_log).from_select(columns, looked).returning(access_log.c.id).cte("seen")


def _detail_select() -> Select[Any]:
    return (
        select(
            _c.id,
            _c.case_no,
            _c.company_id,
            companies.c.name.label("company_name"),
            _c.channel,
            _c.category,
            _c.petition_type,
            *(_c[n] for n in _PLAIN),
            org_units.c.name.label("lead_unit_name"),
            func.coalesce(org_units.c.phone, _parent.c.phone).label("lead_unit_phone"),
            _c.officer_id,
            officers.c.name_sealed.label("officer_name_sealed"),
            post_of(_c.officer_id).label("officer_post"),
            *(_c[n] for n in _LATE_PLAIN),
            open_waits(_c.id).label("waits"),
            _c.row_version,
        )
        .join(companies, companies.c.id == _c.company_id)
        .outerjoin(org_units, org_units.c.id == _c.lead_unit_id)
        .outerjoin(_parent, _parent.c.id == org_units.c.parent_id)
        .outerjoin(officers, officers.c.id == _c.officer_id)
    )


def _detail(scope: ColumnElement[bool]) -> Read[DetailRow]:
    return read(_detail_select().where(_c.id == _ID, scope).add_cte(_seen(scope)), DetailRow)


DETAIL = Scoped(_detail)

_moved = update(cases).where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"))
_next = {"status": bindparam("status"), "row_version": _c.row_version + 1}


def _move(*columns: str) -> Write:
    values = {name: bindparam(name, type_=_c[name].type) for name in columns}
    return write(_moved.values(**values, **_next))


ASSIGN = _move("lead_unit_id", "officer_id")
REVIEW = _move("officer_id")
ANSWER = _move(
    "disposition", "implementation", "answer", "answered_at", "answered_by", "officer_id"
)
CLOSE = _move("closed_at", "close_reason")
TOUCH = _move()
"""Count the version up for a change beside the main flow; the status is given as it is."""

_OPEN = (
    select(
        _c.id,
        _c.case_no,
        deadline_rules.c.amount,
        deadline_rules.c.unit,
        _c.registered_at,
        _c.due_at,
        _c.legal_until,
        _c.row_version,
    )
    .join(deadline_rules, deadline_rules.c.id == _c.rule_id)
    .where(_c.answered_at.is_(None), _c.closed_at.is_(None))
    .order_by(_c.id)
)
OPEN_CASES = read(_OPEN.with_for_update(of=cases), OpenRow)
OPEN_CASES_SEEN = read(_OPEN, OpenRow)
"""The same without keeping others from them: for a preview."""
MOVE_DUE = write(
    update(cases)
    .where(_c.id == bindparam("b_id"))
    .values(
        due_at=bindparam("due_at"),
        legal_until=bindparam("legal_until"),
        row_version=_c.row_version + 1,
    )
)


CATEGORY_OF = read(select(_c.category).where(_c.id == _ID), str)


def case_no_of(case_id: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the number of a row's case as a column, for lists and reports of plugins."""
    return select(_c.case_no).where(_c.id == case_id).scalar_subquery()


def case_facts() -> Subquery:
    """Return the cases as a source to be joined by `id`: what lists and reports of plugins need.

    Columns: id, case_no, company_id, category, summary, priority, status, disposition,
    registered_at, answered_at, closed_at. Nobody's scope is checked; no text but the summary.
    """
    names = ("id", "case_no", "company_id", "category", "summary", "priority", "status")
    moments = ("registered_at", "answered_at", "closed_at")
    chosen = (*names, "disposition", *moments)
    return select(*(_c[name] for name in chosen)).subquery("case_facts")
