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
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)

from sinmungo.cases.models import case_notes, cases, deadline_rules
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.host.models import access_log, events
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
    row_version: int


class HistoryRow(msgspec.Struct):
    """An event of a case with the unit of that time and what was written at that step."""

    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    unit_name: str | None
    payload: dict[str, Any]
    target_name: str | None
    body: str | None


class OpenRow(msgspec.Struct):
    """An open case with the rule it began with."""

    id: UUID
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
    "row_version",
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

_target = org_units.alias("target_unit")
HISTORY = Scoped(
    lambda scope: read(
        select(
            events.c.seq,
            events.c.kind,
            events.c.occurred_at,
            events.c.recorded_at,
            events.c.actor_id,
            org_units.c.name.label("unit_name"),
            events.c.payload,
            _target.c.name.label("target_name"),
            case_notes.c.body,
        )
        .join(cases, _c.id == events.c.subject_id)
        .outerjoin(org_units, org_units.c.id == events.c.actor_unit_id)
        .outerjoin(_target, _target.c.id == cast(events.c.payload["unit_id"].astext, Uuid()))
        .outerjoin(
            case_notes,
            and_(case_notes.c.case_id == events.c.subject_id, case_notes.c.seq == events.c.seq),
        )
        .where(events.c.subject_id == _ID, scope)
        .order_by(events.c.seq, events.c.recorded_at, events.c.id),
        HistoryRow,
    )
)

OPEN_CASES = read(
    select(
        _c.id,
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
    .with_for_update(of=cases),
    OpenRow,
)
MOVE_DUE = write(
    update(cases)
    .where(_c.id == bindparam("b_id"))
    .values(
        due_at=bindparam("due_at"),
        legal_until=bindparam("legal_until"),
        row_version=_c.row_version + 1,
    )
)


def case_no_of(case_id: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the number of a row's case as a column, for lists and reports of plugins."""
    return select(_c.case_no).where(_c.id == case_id).scalar_subquery()
