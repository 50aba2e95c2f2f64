"""Statements of the register. The state of a term is read from its dates, on the day `today`."""

from datetime import date
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

from sinmungo.sdk import any_of, insert_into, read, write
from sinmungo_daegu.experts.models import expert_fields, experts, fields


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
    term_from: date
    term_to: date
    state: str
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
    term_from: date
    term_to: date
    active: bool
    state: str
    row_version: int


class StateCount(msgspec.Struct):
    """How many experts are in a state."""

    state: str
    count: int


_c = experts.c
_today = bindparam("today", type_=_c.term_to.type)
_state = case(
    (_c.active.is_(False), "LEFT"),
    (_c.term_from > _today, "COMING"),
    (_c.term_to < _today, "OVER"),
    else_="SERVING",
)


def _fields_of(column: Any) -> Any:
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
    _fields_of(fields.c.label),
    _c.term_from,
    _c.term_to,
    _state.label("state"),
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
        or_(_state_asked.is_(None), _state == _state_asked),
        or_(
            _after_id.is_(None),
            tuple_(_c.affiliation, _c.id) > tuple_(_after_affiliation, _after_id),
        ),
    ).limit(bindparam("limit")),
    ExpertLine,
)
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
        _fields_of(fields.c.code),
        _c.term_from,
        _c.term_to,
        _c.active,
        _state.label("state"),
        _c.row_version,
    ).where(_c.id == bindparam("id")),
    ExpertRow,
)
_state_column = select(_state.label("state")).subquery("states")
STATE_COUNTS = read(
    select(_state_column.c.state, func.count().label("count")).group_by(_state_column.c.state),
    StateCount,
)
_serving = (
    select(expert_fields.c.field, func.count().label("experts"))
    .join(experts, _c.id == expert_fields.c.expert_id)
    .where(_state == "SERVING")
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
_KEPT = ("id", "created_at", "row_version")
EDIT = write(
    update(experts)
    .where(_c.id == bindparam("b_id"), _c.row_version == bindparam("b_version"))
    .values(
        {c.name: bindparam(c.name, type_=c.type) for c in _c if c.name not in _KEPT}
        | {"row_version": _c.row_version + 1}
    )
)
ADD_EXPERT_FIELD = insert_into(expert_fields)
DROP_EXPERT_FIELDS = write(
    delete(expert_fields).where(expert_fields.c.expert_id == bindparam("expert_id"))
)
