"""Statements of the registers: a keyset walk over ids, then everything a line prints about them.

Masks stored beside the ciphertext are read, never the ciphertext: a register is not decrypted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    tuple_,
)

from sinmungo.cases.listing_queries import DESK_CONDITIONS, FILTERS, MODES
from sinmungo.cases.models import OPEN_FIRST, case_waits, cases
from sinmungo.cases.queries import open_waits, post_of
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.people.models import officers, org_units
from sinmungo_tenants import any_of, read
from sinmungo_tenants.statements import Read

_c = cases.c
_AT = DateTime(timezone=True)
_SIZE = bindparam("size", type_=Integer())


class Place(msgspec.Struct):
    """A case and where it stands in a register."""

    id: UUID
    at: datetime


class DeskPlace(msgspec.Struct):
    """A case and where it stands on the desk."""

    id: UUID
    answered: bool
    at: datetime


class LedgerRow(msgspec.Struct):
    """All that a line of a register prints; persons by their masks."""

    id: UUID
    case_no: str
    registered_at: datetime
    channel: str
    company_name: str
    representative_mask: str | None
    address: str | None
    industry: str | None
    employees: int | None
    caller_mask: str | None
    phone_mask: str | None
    category: str
    content: str
    summary: str
    lead_unit_name: str | None
    officer_mask: str | None
    officer_post: str | None
    due_at: datetime
    status: str
    priority: str
    answer: str | None
    disposition: str | None
    implementation: str | None
    answered_at: datetime | None
    close_reason: str | None
    by_mail: bool
    by_portal: bool
    supplemented: bool
    waits: list[str]


def _optional(name: str) -> ColumnElement[bool]:
    value = bindparam(name, type_=_c[name].type)
    return or_(value.is_(None), _c[name] == value)


def _walk(column: ColumnElement[Any]) -> Scoped[Place]:
    """Return a register by this moment, the oldest first, in pages of `:size`."""
    after = tuple_(column, _c.id) > tuple_(
        bindparam("c_at", type_=_AT), bindparam("c_id", type_=Uuid())
    )
    inside = (column >= bindparam("from_at", type_=_AT), column < bindparam("to_at", type_=_AT))
    names = ("category", "channel", "status", "disposition", "lead_unit_id")
    filters = and_(*inside, *(_optional(name) for name in names))

    def build(scope: ColumnElement[bool]) -> Read[Place]:
        page = (
            select(_c.id, column.label("at"))
            .where(filters, after, scope)
            .order_by(column, _c.id)
            .limit(_SIZE)
        )
        return read(page, Place)

    return Scoped(build)


def _found(mode: ColumnElement[bool]) -> Scoped[Place]:
    newer = tuple_(_c.registered_at, _c.id) < tuple_(
        bindparam("c_at", type_=_AT), bindparam("c_id", type_=Uuid())
    )

    def build(scope: ColumnElement[bool]) -> Read[Place]:
        page = (
            select(_c.id, _c.registered_at.label("at"))
            .where(mode, FILTERS, newer, scope)
            .order_by(_c.registered_at.desc(), _c.id.desc())
            .limit(_SIZE)
        )
        return read(page, Place)

    return Scoped(build)


def _desk(condition: ColumnElement[bool], *, takes_scope: bool) -> Scoped[DeskPlace]:
    later = tuple_(OPEN_FIRST, _c.due_at, _c.id) > tuple_(
        bindparam("c_answered", type_=Boolean()),
        bindparam("c_at", type_=_AT),
        bindparam("c_id", type_=Uuid()),
    )

    def build(scope: ColumnElement[bool]) -> Read[DeskPlace]:
        page = (
            select(_c.id, _c.answered_at.is_not(None).label("answered"), _c.due_at.label("at"))
            .where(condition, later, scope)
            .order_by(OPEN_FIRST, _c.due_at, _c.id)
            .limit(_SIZE)
        )
        return read(page, DeskPlace)

    return Scoped(build, takes_scope=takes_scope)


RECEIVED = _walk(_c.registered_at)
HANDLED = _walk(_c.answered_at)
FOUND = {name: _found(mode) for name, mode in MODES.items()}
DESK = {
    name: _desk(condition, takes_scope=scoped)
    for name, (condition, scoped) in DESK_CONDITIONS.items()
}

_SUPPLEMENTED = exists().where(
    case_waits.c.case_id == _c.id,
    case_waits.c.kind == literal_column("'SUPPLEMENT_WAIT'", Text),
)
ROWS = read(
    select(
        _c.id,
        _c.case_no,
        _c.registered_at,
        _c.channel,
        companies.c.name.label("company_name"),
        companies.c.representative_mask,
        companies.c.address,
        companies.c.industry,
        companies.c.employees,
        _c.caller_mask,
        _c.phone_mask,
        _c.category,
        _c.content,
        _c.summary,
        org_units.c.name.label("lead_unit_name"),
        officers.c.name_mask.label("officer_mask"),
        post_of(_c.officer_id).label("officer_post"),
        _c.due_at,
        _c.status,
        _c.priority,
        _c.answer,
        _c.disposition,
        _c.implementation,
        _c.answered_at,
        _c.close_reason,
        _c.email_mask.is_not(None).label("by_mail"),
        _c.submission_id.is_not(None).label("by_portal"),
        _SUPPLEMENTED.label("supplemented"),
        open_waits(_c.id).label("waits"),
    )
    .join(companies, companies.c.id == _c.company_id)
    .outerjoin(org_units, org_units.c.id == _c.lead_unit_id)
    .outerjoin(officers, officers.c.id == _c.officer_id)
    .where(any_of(_c.id, "ids", Uuid())),
    LedgerRow,
)
"""Lines of ids that a scoped walk found; in no order of their own."""
