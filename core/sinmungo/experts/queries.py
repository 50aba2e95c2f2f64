"""Statements of the register. The state of a term is read from its dates, on the day `today`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    LargeBinary,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from sinmungo.companies.models import companies
from sinmungo.experts.models import advice_fields as fields
from sinmungo.experts.models import expert_fields, expert_tax, expert_ties, experts
from sinmungo.people.models import officers, role_grants
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write


class FieldRow(msgspec.Struct):
    """A field, and how many serving experts have it."""

    code: str
    label: str
    active: bool
    experts: int


class ExpertLine(msgspec.Struct):
    """An expert as a line of the list: the person masked."""

    id: UUID
    name_mask: str
    phone_mask: str | None
    affiliation: str
    title: str | None
    fields: list[str]
    regions: list[str]
    capacity: int
    term_from: date
    term_to: date
    state: str
    under_review: bool
    row_version: int


class ExpertRow(msgspec.Struct):
    """A whole stored record; the person is still sealed."""

    id: UUID
    name_sealed: bytes | None
    phone_sealed: bytes | None
    email_sealed: bytes | None
    affiliation: str
    title: str | None
    fields: list[str]
    regions: list[str]
    capacity: int
    term_from: date
    term_to: date
    active: bool
    state: str
    officer_id: UUID | None
    login: str | None
    review_since: datetime | None
    row_version: int


class StateCount(msgspec.Struct):
    """How many experts are in a state."""

    state: str
    count: int


class TieRow(msgspec.Struct):
    """A tie as the expert's page lists it."""

    id: UUID
    kind: str
    company_id: UUID | None
    whom: str
    valid_from: date
    valid_to: date | None
    note: str | None
    row_version: int


class TaxRow(msgspec.Struct):
    """What is needed to pay an expert; account and holder are sealed."""

    income: str
    bank: str
    account_sealed: bytes | None
    holder_sealed: bytes | None
    changed_at: datetime
    row_version: int


_c = experts.c
TODAY = bindparam("today", type_=_c.term_to.type)
STATE_NOW = case(
    (_c.active.is_(False), "LEFT"),
    (_c.term_from > TODAY, "COMING"),
    (_c.term_to < TODAY, "OVER"),
    else_="SERVING",
)
UNDER_REVIEW = _c.review_since.is_not(None)


def fields_of(column: Any) -> Any:
    """Return the codes or labels of an expert's fields, in the city's order."""
    found = (
        select(func.array_agg(aggregate_order_by(column, fields.c.position)))
        .join(expert_fields, expert_fields.c.field == fields.c.code)
        .where(expert_fields.c.expert_id == _c.id)
    )
    return found.scalar_subquery().label("fields")


_LINE = select(
    _c.id,
    _c.name_mask,
    _c.phone_mask,
    _c.affiliation,
    _c.title,
    fields_of(fields.c.label),
    _c.regions,
    _c.capacity,
    _c.term_from,
    _c.term_to,
    STATE_NOW.label("state"),
    UNDER_REVIEW.label("under_review"),
    _c.row_version,
).order_by(_c.affiliation, _c.id)
_field = bindparam("field", type_=expert_fields.c.field.type)
_state_asked = bindparam("state", type_=fields.c.code.type)
_after_affiliation = bindparam("after_affiliation", type_=_c.affiliation.type)
_after_id = bindparam("after_id", type_=_c.id.type)
PAGE = read(
    _LINE.where(
        or_(
            _field.is_(None),
            exists().where(expert_fields.c.expert_id == _c.id, expert_fields.c.field == _field),
        ),
        or_(_state_asked.is_(None), _state_asked == STATE_NOW),
        or_(
            _after_id.is_(None),
            tuple_(_c.affiliation, _c.id) > tuple_(_after_affiliation, _after_id),
        ),
    ).limit(bindparam("limit")),
    ExpertLine,
)
REVIEW_LIST = read(_LINE.where(UNDER_REVIEW), ExpertLine)
FOUND = read(
    _LINE.where(
        or_(
            any_of(_c.name_hash, "names", LargeBinary()),
            any_of(_c.phone_hash, "phones", LargeBinary()),
            any_of(_c.phone_tail, "tails", LargeBinary()),
        )
    ).limit(bindparam("limit")),
    ExpertLine,
)
EXPERT = read(
    select(
        _c.id,
        _c.name_sealed,
        _c.phone_sealed,
        _c.email_sealed,
        _c.affiliation,
        _c.title,
        fields_of(fields.c.code),
        _c.regions,
        _c.capacity,
        _c.term_from,
        _c.term_to,
        _c.active,
        STATE_NOW.label("state"),
        _c.officer_id,
        officers.c.login,
        _c.review_since,
        _c.row_version,
    )
    .outerjoin(officers, officers.c.id == _c.officer_id)
    .where(_c.id == bindparam("id")),
    ExpertRow,
)
_state_column = select(STATE_NOW.label("state")).subquery("states")
STATE_COUNTS = read(
    select(_state_column.c.state, func.count().label("count")).group_by(_state_column.c.state),
    StateCount,
)
_serving = (
    select(expert_fields.c.field, func.count().label("experts"))
    .join(experts, _c.id == expert_fields.c.expert_id)
    .where(STATE_NOW == "SERVING")
    .group_by(expert_fields.c.field)
    .subquery("serving")
)
FIELDS = read(
    select(
        fields.c.code,
        fields.c.label,
        fields.c.active,
        func.coalesce(_serving.c.experts, 0).label("experts"),
    )
    .outerjoin(_serving, _serving.c.field == fields.c.code)
    .order_by(fields.c.position, fields.c.code),
    FieldRow,
)
ADD_FIELD = write(
    insert(fields)
    .values({c.name: bindparam(c.name, type_=c.type) for c in fields.c})
    .on_conflict_do_nothing(index_elements=["code"])
)
ADD = insert_into(experts)
_KEPT = ("id", "created_at", "row_version", "officer_id", "review_since", "reviewed_at")


def _change(*names: str) -> Write:
    """Return an update of these columns of one expert under its version."""
    values = {name: bindparam(name, type_=_c[name].type) for name in names}
    return write(
        update(experts)
        .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"))
        .values(values | {"row_version": _c.row_version + 1})
    )


EDIT = _change(*(c.name for c in _c if c.name not in _KEPT))
TOUCH = _change()
LINK = _change("officer_id")
REVIEW = _change("review_since", "reviewed_at", "active")
FLAG = write(
    update(experts)
    .where(_c.id == bindparam("b_id"), _c.review_since.is_(None))
    .values(review_since=bindparam("review_since"), row_version=_c.row_version + 1)
)
ADD_EXPERT_FIELD = insert_into(expert_fields)
DROP_EXPERT_FIELDS = write(
    delete(expert_fields).where(expert_fields.c.expert_id == bindparam("expert_id"))
)
_t = expert_ties.c
ADD_TIE = insert_into(expert_ties)
TIES = read(
    select(
        _t.id,
        _t.kind,
        _t.company_id,
        func.coalesce(companies.c.name, _t.business).label("whom"),
        _t.valid_from,
        _t.valid_to,
        _t.note,
        _t.row_version,
    )
    .outerjoin(companies, companies.c.id == _t.company_id)
    .where(_t.expert_id == bindparam("expert_id"))
    .order_by(_t.valid_from.desc(), _t.id),
    TieRow,
)
END_TIE = write(
    update(expert_ties)
    .where(
        _t.id == bindparam("b_id"),
        _t.expert_id == bindparam("b_expert"),
        _t.row_version == bindparam("b_version"),
    )
    .values(valid_to=bindparam("valid_to"), row_version=_t.row_version + 1)
)
_x = expert_tax.c
TAX = read(
    select(
        _x.income, _x.bank, _x.account_sealed, _x.holder_sealed, _x.changed_at, _x.row_version
    ).where(_x.expert_id == bindparam("expert_id")),
    TaxRow,
)
ADD_TAX = insert_into(expert_tax)
EDIT_TAX = write(
    update(expert_tax)
    .where(_x.expert_id == bindparam("b_id"), _x.row_version == bindparam("b_version"))
    .values(
        {c.name: bindparam(c.name, type_=c.type) for c in _x if c.name != "expert_id"}
        | {"row_version": _x.row_version + 1}
    )
)
OF_OFFICER = read(select(_c.id).where(_c.officer_id == bindparam("officer_id")), UUID)
UNLINKED_GUESTS = read(
    select(role_grants.c.officer_id)
    .outerjoin(experts, _c.officer_id == role_grants.c.officer_id)
    .where(
        role_grants.c.role == bindparam("role"),
        role_grants.c.revoked_at.is_(None),
        _c.id.is_(None),
    )
    .order_by(role_grants.c.officer_id),
    UUID,
)
