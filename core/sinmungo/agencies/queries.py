"""Statements of agencies. There are a few hundred at most, so lists come whole."""

from collections.abc import Mapping
from datetime import date
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
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sinmungo.agencies.models import agencies
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write


class AgencyRow(msgspec.Struct):
    """An agency; `valid_to` is the first day without it, None in `valid_from`: since ever."""

    id: UUID
    name: str
    short_name: str | None
    kind: str
    phone: str | None
    url: str | None
    valid_from: date | None
    valid_to: date | None
    successor_id: UUID | None
    row_version: int


class NamedAgency(msgspec.Struct):
    """An id and the name to show for it."""

    id: UUID
    name: str


_a = agencies.c
_ROW = select(*(_a[name] for name in AgencyRow.__struct_fields__))
_KIND = bindparam("kind", type_=Text())
_ON = bindparam("on", type_=Date())
_KEY = bindparam("key", type_=Text())


def open_on(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that an agency exists on a day."""
    return and_(
        or_(_a.valid_from.is_(None), _a.valid_from <= day),
        or_(_a.valid_to.is_(None), _a.valid_to > day),
    )


LIST = read(
    _ROW.where(or_(_KIND.is_(None), _a.kind == _KIND), or_(_ON.is_(None), open_on(_ON))).order_by(
        _a.kind, _a.name_key, _a.valid_from.nulls_first(), _a.id
    ),
    AgencyRow,
)
FIND = read(
    _ROW.where(
        or_(func.strpos(_a.name_key, _KEY) > 0, func.strpos(func.lower(_a.short_name), _KEY) > 0)
    ).order_by(_a.valid_to.is_not(None), _a.name_key, _a.id),
    AgencyRow,
)
ONE = read(_ROW.where(_a.id == bindparam("id")), AgencyRow)
NAMES = read(select(_a.id, _a.name).where(any_of(_a.id, "ids", Uuid())), NamedAgency)
OPEN_BY_KEY = read(
    _ROW.where(_a.name_key == bindparam("name_key", type_=Text()), _a.valid_to.is_(None)), AgencyRow
)
BEFORE = read(
    _ROW.where(_a.successor_id == bindparam("id")).order_by(_a.valid_to, _a.id), AgencyRow
)
OPEN_KEYS = read(select(_a.name_key).where(_a.valid_to.is_(None)), str)


def _add() -> Write:
    values: Mapping[str, Any] = {c.name: bindparam(c.name, type_=c.type) for c in agencies.c}
    statement = insert(agencies).values(**values)
    unended = statement.on_conflict_do_nothing(
        index_elements=["name_key"], index_where=_a.valid_to.is_(None)
    )
    return Write(unended, frozenset(c.name for c in agencies.c if c.nullable))


def _change(*names: str) -> Write:
    return write(
        update(agencies)
        .where(_a.id == bindparam("b_id"), _a.row_version == bindparam("b_version"))
        .values(
            **{name: bindparam(name, type_=_a[name].type) for name in names},
            row_version=_a.row_version + 1,
        )
    )


ADD = _add()
ADD_NEW = insert_into(agencies)
EDIT = _change("name", "name_key", "short_name", "kind", "phone", "url", "valid_from")
END = _change("valid_to", "successor_id")


def agency_name_of(agency_id: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the name of a row's agency as a column, for lists and reports of other slices."""
    return select(_a.name).where(_a.id == agency_id).scalar_subquery()
