"""Whom to give a case to, and whom a company calls: units, their officers, their telephones."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, Uuid, and_, bindparam, case, func, or_, select

from sinmungo.cases.models import cases
from sinmungo.cases.queries import post_of
from sinmungo.people.identity import current_on
from sinmungo.people.models import officers, org_units, posts
from sinmungo_tenants import read
from sinmungo_tenants.statements import Read

_c = cases.c
_ID = bindparam("id", type_=Uuid())
_parent = org_units.alias("parent_unit")


class AssigneeRow(msgspec.Struct):
    """A unit, and whether the officer in question holds a post in it, above or below it."""

    unit_id: UUID
    fits: bool


_fits = (
    select(posts.c.id)
    .join(org_units, org_units.c.id == posts.c.unit_id)
    .join(officers, officers.c.id == posts.c.officer_id)
    .where(
        posts.c.officer_id == bindparam("officer_id", type_=Uuid()),
        officers.c.state == "ACTIVE",
        current_on(posts),
    )
)
_unit = org_units.alias("lead_unit")
_related = or_(
    org_units.c.id == _unit.c.id,
    org_units.c.parent_id == _unit.c.id,
    _unit.c.parent_id == org_units.c.id,
)
ASSIGNEE = read(
    select(
        _unit.c.id.label("unit_id"), _fits.where(_related).correlate(_unit).exists().label("fits")
    ).where(
        _unit.c.id == bindparam("unit_id", type_=Uuid()),
        _unit.c.valid_from <= bindparam("on", type_=Date()),
        or_(_unit.c.valid_to.is_(None), _unit.c.valid_to > bindparam("on", type_=Date())),
    ),
    AssigneeRow,
)


class MailRow(msgspec.Struct):
    """What a message to a company says: numbers, dates, whom to call. No content of the case."""

    id: UUID
    case_no: str
    email_sealed: bytes
    due_at: datetime
    disposition: str | None
    unit_name: str | None
    unit_phone: str | None
    officer_id: UUID | None
    officer_name_sealed: bytes | None
    officer_post: str | None


_desk_unit = org_units.alias("registered_unit")
_desk_parent = org_units.alias("registered_parent")


def contact_columns() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return name and phone of whom a company calls: the lead unit, else who registered."""
    name = func.coalesce(org_units.c.name, _desk_unit.c.name).label("unit_name")
    phones = (org_units.c.phone, _parent.c.phone, _desk_unit.c.phone, _desk_parent.c.phone)
    return name, func.coalesce(*phones).label("unit_phone")


def with_contact(statement: Select[Any]) -> Select[Any]:
    """Join what `contact_columns` needs to a select of cases."""
    return (
        statement.outerjoin(org_units, org_units.c.id == _c.lead_unit_id)
        .outerjoin(_parent, _parent.c.id == org_units.c.parent_id)
        .outerjoin(_desk_unit, _desk_unit.c.id == _c.registered_unit_id)
        .outerjoin(_desk_parent, _desk_parent.c.id == _desk_unit.c.parent_id)
    )


def _mail(condition: ColumnElement[bool]) -> Read[MailRow]:
    registrar = case((_c.lead_unit_id.is_(None), _c.registered_by))  # else another unit's person
    who = func.coalesce(_c.answered_by, _c.officer_id, registrar)
    return read(
        with_contact(
            select(
                _c.id,
                _c.case_no,
                _c.email_sealed,
                _c.due_at,
                _c.disposition,
                *contact_columns(),
                officers.c.id.label("officer_id"),
                officers.c.name_sealed.label("officer_name_sealed"),
                post_of(officers.c.id).label("officer_post"),
            ).select_from(cases)
        )
        .outerjoin(officers, officers.c.id == who)
        .where(condition, _c.email_sealed.is_not(None))
        .order_by(_c.case_no),
        MailRow,
    )


MAIL_OF_CASE = _mail(_c.id == _ID)
MAIL_OF_INTAKE = _mail(_c.intake_id == _ID)


class PostRow(msgspec.Struct):
    """An officer in a unit, for a select."""

    unit_id: UUID
    unit_name: str
    officer_id: UUID | None
    name_sealed: bytes | None
    title: str | None


ASSIGNEES = read(
    select(
        org_units.c.id.label("unit_id"),
        org_units.c.name.label("unit_name"),
        officers.c.id.label("officer_id"),
        officers.c.name_sealed,
        posts.c.title,
    )
    .select_from(org_units)
    .outerjoin(posts, and_(posts.c.unit_id == org_units.c.id, current_on(posts)))
    .outerjoin(officers, and_(officers.c.id == posts.c.officer_id, officers.c.state == "ACTIVE"))
    .where(current_on(org_units), org_units.c.kind != "BUREAU")
    .order_by(org_units.c.name, org_units.c.id, posts.c.is_head.desc(), officers.c.login),
    PostRow,
)
