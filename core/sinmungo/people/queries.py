"""Statements of people."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, or_, select, update

from sinmungo.people.identity import current_on
from sinmungo.people.models import api_tokens, officers, org_units, posts, role_grants
from sinmungo_tenants import any_of, insert_into, read, write


class UnitRow(msgspec.Struct):
    """A department, team or bureau as it stands."""

    id: UUID
    name: str
    kind: str
    parent_id: UUID | None
    phone: str | None
    valid_from: date
    valid_to: date | None
    row_version: int


class OfficerRow(msgspec.Struct):
    """An officer with the current post, for lists; the name is sealed."""

    id: UUID
    login: str
    name_sealed: bytes
    state: str
    post: str | None
    unit_id: UUID | None
    unit_name: str | None
    row_version: int


class NameRow(msgspec.Struct):
    """What is needed to show a person: 이름 + 직위."""

    id: UUID
    name_sealed: bytes
    post: str | None


_UNIT_COLUMNS = (
    org_units.c.id,
    org_units.c.name,
    org_units.c.kind,
    org_units.c.parent_id,
    org_units.c.phone,
    org_units.c.valid_from,
    org_units.c.valid_to,
    org_units.c.row_version,
)
UNITS = read(
    select(*_UNIT_COLUMNS)
    .where(
        org_units.c.valid_from <= bindparam("on"),
        or_(org_units.c.valid_to.is_(None), org_units.c.valid_to > bindparam("on")),
    )
    .order_by(org_units.c.name),
    UnitRow,
)
UNIT = read(select(*_UNIT_COLUMNS).where(org_units.c.id == bindparam("id")), UnitRow)
UNIT_NAMES = read(
    select(*_UNIT_COLUMNS).where(any_of(org_units.c.id, "ids", org_units.c.id.type)), UnitRow
)
ADD_UNIT = insert_into(org_units)
_HELD = (
    select(
        posts.c.officer_id,
        posts.c.title,
        posts.c.unit_id,
        org_units.c.name.label("unit_name"),
        func.row_number()
        .over(partition_by=posts.c.officer_id, order_by=(posts.c.valid_from.desc(), posts.c.id))
        .label("place"),
    )
    .join(org_units, org_units.c.id == posts.c.unit_id)
    .where(current_on(posts))
    .subquery("held")
)
OFFICERS = read(
    select(
        officers.c.id,
        officers.c.login,
        officers.c.name_sealed,
        officers.c.state,
        _HELD.c.title.label("post"),
        _HELD.c.unit_id,
        _HELD.c.unit_name,
        officers.c.row_version,
    )
    .outerjoin(_HELD, (_HELD.c.officer_id == officers.c.id) & (_HELD.c.place == 1))
    .order_by(_HELD.c.unit_name, officers.c.login),
    OfficerRow,
)
NAMES = read(
    select(officers.c.id, officers.c.name_sealed, _HELD.c.title.label("post"))
    .outerjoin(_HELD, (_HELD.c.officer_id == officers.c.id) & (_HELD.c.place == 1))
    .where(any_of(officers.c.id, "ids", officers.c.id.type)),
    NameRow,
)
ADD_OFFICER = insert_into(officers)
ADD_POST = insert_into(posts)
ADD_ROLE = insert_into(role_grants)
ADD_TOKEN = insert_into(api_tokens)
FORGET_PRINCIPAL = write(
    update(officers).where(officers.c.id == bindparam("b_id")).values(principal=None)
)
FORGET_ALL_PRINCIPALS = write(update(officers).values(principal=None))
