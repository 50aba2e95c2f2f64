"""Statements of people: units, officers, posts and roles. Identity and sign-in keep their own."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from sinmungo.people.identity import current_on
from sinmungo.people.models import (
    officers,
    org_units,
    posts,
    role_grants,
    unit_names,
)
from sinmungo_tenants import any_of, read


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
    successor_id: UUID | None


class UnitNameRow(msgspec.Struct):
    """A name of a unit and the days on which it held; `valid_to` is the first day without it."""

    unit_id: UUID
    name: str
    valid_from: date
    valid_to: date | None


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
    is_head: bool | None


class AccountRow(msgspec.Struct):
    """An officer's own data and account, whole."""

    id: UUID
    login: str
    name_sealed: bytes
    email_sealed: bytes | None
    phone: str | None
    state: str
    must_change: bool
    locked_until: datetime | None
    created_at: datetime
    row_version: int


class PostRow(msgspec.Struct):
    """A post with its days; `valid_to` is the first day without it."""

    id: UUID
    unit_id: UUID
    unit_name: str
    title: str
    is_head: bool
    valid_from: date
    valid_to: date | None


class UnitPostRow(msgspec.Struct):
    """A post of a unit that is not over on a day."""

    id: UUID
    officer_id: UUID
    title: str
    is_head: bool
    valid_from: date
    valid_to: date | None


class GrantRow(msgspec.Struct):
    """A role: who gave and who took it, when."""

    role: str
    granted_at: datetime
    granted_by: UUID | None
    revoked_at: datetime | None
    revoked_by: UUID | None


class RoleRow(msgspec.Struct):
    """A role that someone holds now."""

    officer_id: UUID
    role: str


class HandedOverRow(msgspec.Struct):
    """A post that ended with its unit, and the one that it went on as."""

    id: UUID
    new_id: UUID
    valid_to: date | None


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
    org_units.c.successor_id,
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
ALL_UNITS = read(select(*_UNIT_COLUMNS).order_by(org_units.c.name), UnitRow)
UNIT = read(select(*_UNIT_COLUMNS).where(org_units.c.id == bindparam("id")), UnitRow)
UNIT_NAMES = read(
    select(*_UNIT_COLUMNS).where(any_of(org_units.c.id, "ids", org_units.c.id.type)), UnitRow
)
NAMES_OF_UNITS = read(
    select(unit_names.c.unit_id, unit_names.c.name, unit_names.c.valid_from, unit_names.c.valid_to)
    .where(any_of(unit_names.c.unit_id, "ids", unit_names.c.unit_id.type))
    .order_by(unit_names.c.valid_from),
    UnitNameRow,
)
OPEN_POSTS_OF_UNIT = read(
    select(
        posts.c.id,
        posts.c.officer_id,
        posts.c.title,
        posts.c.is_head,
        posts.c.valid_from,
        posts.c.valid_to,
    ).where(
        posts.c.unit_id == bindparam("unit_id"),
        or_(posts.c.valid_to.is_(None), posts.c.valid_to > bindparam("on")),
    ),
    UnitPostRow,
)
_new = posts.alias("new")
HANDED_OVER = read(
    select(posts.c.id, _new.c.id.label("new_id"), _new.c.valid_to)
    .join(
        _new,
        and_(
            _new.c.officer_id == posts.c.officer_id,
            _new.c.unit_id == bindparam("successor_id"),
            _new.c.valid_from == bindparam("day"),
            _new.c.title == posts.c.title,
            _new.c.is_head == posts.c.is_head,
        ),
    )
    .where(posts.c.unit_id == bindparam("unit_id"), posts.c.valid_to == bindparam("day")),
    HandedOverRow,
)
_HELD = (
    select(
        posts.c.officer_id,
        posts.c.title,
        posts.c.is_head,
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
_LISTED = select(
    officers.c.id,
    officers.c.login,
    officers.c.name_sealed,
    officers.c.state,
    _HELD.c.title.label("post"),
    _HELD.c.unit_id,
    _HELD.c.unit_name,
    officers.c.row_version,
    _HELD.c.is_head,
).outerjoin(_HELD, (_HELD.c.officer_id == officers.c.id) & (_HELD.c.place == 1))
OFFICERS = read(_LISTED.order_by(_HELD.c.unit_name, officers.c.login), OfficerRow)
_STATE = bindparam("state", type_=officers.c.state.type)
OFFICERS_PAGE = read(
    _LISTED.where(
        officers.c.login > bindparam("after"),
        or_(_STATE.is_(None), officers.c.state == _STATE),
    )
    .order_by(officers.c.login)
    .limit(bindparam("limit")),
    OfficerRow,
)
NAMES = read(
    select(officers.c.id, officers.c.name_sealed, _HELD.c.title.label("post"))
    .outerjoin(_HELD, (_HELD.c.officer_id == officers.c.id) & (_HELD.c.place == 1))
    .where(any_of(officers.c.id, "ids", officers.c.id.type)),
    NameRow,
)
ACCOUNT = read(
    select(
        officers.c.id,
        officers.c.login,
        officers.c.name_sealed,
        officers.c.email_sealed,
        officers.c.phone,
        officers.c.state,
        officers.c.must_change,
        officers.c.locked_until,
        officers.c.created_at,
        officers.c.row_version,
    ).where(officers.c.id == bindparam("id")),
    AccountRow,
)
POSTS_OF = read(
    select(
        posts.c.id,
        posts.c.unit_id,
        org_units.c.name.label("unit_name"),
        posts.c.title,
        posts.c.is_head,
        posts.c.valid_from,
        posts.c.valid_to,
    )
    .join(org_units, org_units.c.id == posts.c.unit_id)
    .where(posts.c.officer_id == bindparam("officer_id"))
    .order_by(posts.c.valid_from.desc(), posts.c.id.desc()),
    PostRow,
)
GRANTS_OF = read(
    select(
        role_grants.c.role,
        role_grants.c.granted_at,
        role_grants.c.granted_by,
        role_grants.c.revoked_at,
        role_grants.c.revoked_by,
    )
    .where(role_grants.c.officer_id == bindparam("officer_id"))
    .order_by(role_grants.c.granted_at.desc(), role_grants.c.role),
    GrantRow,
)
ROLES_HELD = read(
    select(role_grants.c.officer_id, role_grants.c.role)
    .where(role_grants.c.revoked_at.is_(None))
    .order_by(role_grants.c.role),
    RoleRow,
)
# Locked, in one order: of two admins who take the role from each other at once, one waits and then
# sees what the other did.
ADMINS = read(
    select(officers.c.id)
    .join(role_grants, role_grants.c.officer_id == officers.c.id)
    .where(
        role_grants.c.role == "TENANT_ADMIN",
        role_grants.c.revoked_at.is_(None),
        officers.c.state == "ACTIVE",
    )
    .order_by(officers.c.id)
    .with_for_update(),
    UUID,
)
