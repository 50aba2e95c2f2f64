"""Statements about proposals to other agencies. One is seen where its case is seen."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Uuid,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from sinmungo.agencies.models import agencies
from sinmungo.agencies.queries import NamedAgency
from sinmungo.cases.models import case_waits, cases, proposals
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.people.models import org_units
from sinmungo_tenants import insert_into, read, write
from sinmungo_tenants.statements import Read, Write

PAGE = 40
_p = proposals.c
_ID = bindparam("id", type_=Uuid())


class ProposalRow(msgspec.Struct):
    """A proposal with the names around it. `due_on` is when a reply was asked for, if ever.

    `state` is OPEN, REPLIED or CLOSED; `outcome` what the agency made of it, None until it replied.
    """

    id: UUID
    case_id: UUID
    case_no: str
    company_id: UUID
    company_name: str
    category: str
    channel: str
    agency_id: UUID
    agency_name: str
    gist: str
    proposed_on: date
    due_on: date | None
    state: str
    outcome: str | None
    reply: str | None
    replied_on: date | None
    unit_name: str | None
    row_version: int


class StateCount(msgspec.Struct):
    """How many proposals of a list are in a state."""

    state: str
    number: int


def _select() -> Select[Any]:
    return (
        select(
            _p.id,
            _p.case_id,
            cases.c.case_no,
            cases.c.company_id,
            companies.c.name.label("company_name"),
            cases.c.category,
            cases.c.channel,
            _p.agency_id,
            agencies.c.name.label("agency_name"),
            _p.gist,
            _p.proposed_on,
            case_waits.c.due_on,
            _p.state,
            _p.outcome,
            _p.reply,
            _p.replied_on,
            org_units.c.name.label("unit_name"),
            _p.row_version,
        )
        .join(cases, cases.c.id == _p.case_id)
        .join(companies, companies.c.id == cases.c.company_id)
        .join(agencies, agencies.c.id == _p.agency_id)
        .join(case_waits, case_waits.c.id == _p.wait_id)
        .outerjoin(org_units, org_units.c.id == _p.unit_id)
    )


def _one(scope: ColumnElement[bool]) -> Read[ProposalRow]:
    return read(_select().where(_p.id == _ID, scope), ProposalRow)


def _of_case(scope: ColumnElement[bool]) -> Read[ProposalRow]:
    ordered = _select().where(_p.case_id == _ID, scope).order_by(_p.proposed_on, _p.id)
    return read(ordered, ProposalRow)


def _optional(name: str) -> ColumnElement[bool]:
    value = bindparam(name, type_=_p[name].type)
    return or_(value.is_(None), _p[name] == value)


_FILTERS = (
    _optional("agency_id"),
    _p.proposed_on >= bindparam("from_on", type_=Date()),
    _p.proposed_on <= bindparam("to_on", type_=Date()),
)
_OLDER = tuple_(_p.proposed_on, _p.id) < tuple_(
    bindparam("c_proposed_on", type_=Date()), bindparam("c_id", type_=Uuid())
)


def _list(scope: ColumnElement[bool]) -> Read[ProposalRow]:
    page = (
        _select()
        .where(*_FILTERS, _optional("state"), _OLDER, scope)
        .order_by(_p.proposed_on.desc(), _p.id.desc())
        .limit(literal_column(str(PAGE + 1), Integer))
    )
    return read(page, ProposalRow)


def _counts(scope: ColumnElement[bool]) -> Read[StateCount]:
    counted = (
        select(_p.state, func.count(_p.id).label("number"))
        .join(cases, cases.c.id == _p.case_id)
        .where(*_FILTERS, scope)
        .group_by(_p.state)
    )
    return read(counted, StateCount)


ONE, OF_CASE, LIST, COUNTS = Scoped(_one), Scoped(_of_case), Scoped(_list), Scoped(_counts)

ADD_WAIT = insert_into(case_waits)
ADD = insert_into(proposals)
CLOSE_WAIT = write(
    update(case_waits)
    .where(
        case_waits.c.id == select(_p.wait_id).where(_p.id == bindparam("b_id")).scalar_subquery(),
        case_waits.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("closed_at"), row_version=case_waits.c.row_version + 1)
)


def _change(*names: str) -> Write:
    values = {name: bindparam(name, type_=_p[name].type) for name in names}
    return write(
        update(proposals)
        .where(_p.id == bindparam("b_id"), _p.row_version == bindparam("b_version"))
        .values(**values, row_version=_p.row_version + 1)
    )


REPLY = _change("state", "outcome", "reply", "replied_on")
CLOSE = _change("state")

_touched = (
    update(cases)
    .where(cases.c.id == _ID)
    .values(row_version=cases.c.row_version + 1)
    .returning(cases.c.row_version)
    .cte("touched")
)
NEXT_VERSION = read(select(_touched.c.row_version), int)
"""Count a case's version up for a change beside its main flow; returns the new one."""

AGENCIES = read(
    select(agencies.c.id, agencies.c.name)
    .where(exists().where(_p.agency_id == agencies.c.id))
    .order_by(agencies.c.name_key, agencies.c.id),
    NamedAgency,
)
"""Agencies that something was ever proposed to."""
