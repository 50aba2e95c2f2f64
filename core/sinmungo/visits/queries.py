"""Statements about visits: plan, write, change, and read one with all that belongs to it."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Date, Text, Uuid, bindparam, select, update

from sinmungo.agencies.queries import agency_name_of
from sinmungo.cases.models import cases
from sinmungo.cases.queries import post_of
from sinmungo.companies.models import companies
from sinmungo.people.models import officers, org_units
from sinmungo.visits.models import (
    visit_item_outcomes,
    visit_items,
    visit_people,
    visit_team,
    visits,
)
from sinmungo.visits.scope import VISIBLE
from sinmungo.visits.types import VisitRow
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write

SUBJECT = "visit"
_v, _t, _p, _i = visits.c, visit_team.c, visit_people.c, visit_items.c
_ID = bindparam("id", type_=Uuid())
_VISIT = bindparam("visit_id", type_=Uuid())


class Brief(msgspec.Struct):
    """What an act has to know before it changes a visit."""

    id: UUID
    visit_no: str | None
    kind: str
    state: str
    company_id: UUID
    unit_id: UUID | None
    planned_at: datetime | None
    visited_on: date | None
    started_at: datetime | None
    place: str | None
    note: str | None
    row_version: int


class TeamRow(msgspec.Struct):
    """One of a team; an officer's own name, or one written down."""

    id: UUID
    visit_id: UUID
    officer_id: UUID | None
    agency_id: UUID | None
    unit_name: str | None
    agency_name: str | None
    officer_sealed: bytes | None
    officer_post: str | None
    name_sealed: bytes | None
    title: str | None


class PersonRow(msgspec.Struct):
    """A person met, sealed."""

    id: UUID
    contact_id: UUID | None
    name_sealed: bytes | None
    title: str | None


class ItemRow(msgspec.Struct):
    """A difficulty with its case."""

    id: UUID
    position: int
    case_id: UUID
    case_no: str
    case_status: str
    category: str
    content: str
    outcome: str
    unit_id: UUID | None
    unit_name: str | None
    agency_id: UUID | None
    agency_name: str | None
    settled_on: date | None
    row_version: int


class ItemBrief(msgspec.Struct):
    """What a change of its class has to know of a difficulty."""

    id: UUID
    visit_id: UUID
    case_id: UUID
    case_status: str
    case_row_version: int
    lead_unit_id: UUID | None
    content: str
    outcome: str
    unit_id: UUID | None
    agency_id: UUID | None
    row_version: int


class ItemOfCase(msgspec.Struct):
    """A difficulty by the case it became, and the unit that visited."""

    id: UUID
    visit_id: UUID
    case_id: UUID
    outcome: str
    unit_id: UUID | None
    visit_unit_id: UUID | None
    row_version: int


class FoundAt(msgspec.Struct):
    """At which visit a case was found."""

    visit_id: UUID
    visit_no: str | None
    kind: str
    visited_on: date | None
    outcome: str
    unit_name: str | None
    agency_name: str | None


BRIEF = read(
    select(*(_v[name] for name in Brief.__struct_fields__)).where(_v.id == _ID, VISIBLE), Brief
)
ANY_BRIEF = read(select(*(_v[name] for name in Brief.__struct_fields__)).where(_v.id == _ID), Brief)
_SHOWN = VisitRow.__struct_fields__[8:]
DETAIL = read(
    select(
        _v.id,
        _v.visit_no,
        _v.kind,
        _v.state,
        _v.company_id,
        companies.c.name.label("company_name"),
        _v.unit_id,
        org_units.c.name.label("unit_name"),
        *(_v[name] for name in _SHOWN),
    )
    .join(companies, companies.c.id == _v.company_id)
    .outerjoin(org_units, org_units.c.id == _v.unit_id)
    .where(_v.id == _ID, VISIBLE),
    VisitRow,
)
TEAMS = read(
    select(
        _t.id,
        _t.visit_id,
        _t.officer_id,
        _t.agency_id,
        org_units.c.name.label("unit_name"),
        agency_name_of(_t.agency_id).label("agency_name"),
        officers.c.name_sealed.label("officer_sealed"),
        post_of(_t.officer_id).label("officer_post"),
        _t.name_sealed,
        _t.title,
    )
    .outerjoin(org_units, org_units.c.id == _t.unit_id)
    .outerjoin(officers, officers.c.id == _t.officer_id)
    .where(any_of(_t.visit_id, "visit_ids", Uuid()))
    .order_by(_t.visit_id, _t.position, _t.id),
    TeamRow,
)
PEOPLE = read(
    select(_p.id, _p.contact_id, _p.name_sealed, _p.title)
    .where(_p.visit_id == _VISIT)
    .order_by(_p.position, _p.id),
    PersonRow,
)
ITEMS = read(
    select(
        _i.id,
        _i.position,
        _i.case_id,
        cases.c.case_no,
        cases.c.status.label("case_status"),
        _i.category,
        _i.content,
        _i.outcome,
        _i.unit_id,
        org_units.c.name.label("unit_name"),
        _i.agency_id,
        agency_name_of(_i.agency_id).label("agency_name"),
        _i.settled_on,
        _i.row_version,
    )
    .join(cases, cases.c.id == _i.case_id)
    .outerjoin(org_units, org_units.c.id == _i.unit_id)
    .where(_i.visit_id == _VISIT)
    .order_by(_i.position, _i.id),
    ItemRow,
)
ITEM = read(
    select(
        _i.id,
        _i.visit_id,
        _i.case_id,
        cases.c.status.label("case_status"),
        cases.c.row_version.label("case_row_version"),
        cases.c.lead_unit_id,
        _i.content,
        _i.outcome,
        _i.unit_id,
        _i.agency_id,
        _i.row_version,
    )
    .join(cases, cases.c.id == _i.case_id)
    .join(visits, _v.id == _i.visit_id)
    .where(_i.id == _ID, VISIBLE),
    ItemBrief,
)
ITEM_OF_CASE = read(
    select(
        _i.id,
        _i.visit_id,
        _i.case_id,
        _i.outcome,
        _i.unit_id,
        _v.unit_id.label("visit_unit_id"),
        _i.row_version,
    )
    .join(visits, _v.id == _i.visit_id)
    .where(_i.case_id == bindparam("case_id", type_=Uuid())),
    ItemOfCase,
)
OF_CASE = read(
    select(
        _i.visit_id,
        _v.visit_no,
        _v.kind,
        _v.visited_on,
        _i.outcome,
        org_units.c.name.label("unit_name"),
        agency_name_of(_i.agency_id).label("agency_name"),
    )
    .join(visits, _v.id == _i.visit_id)
    .outerjoin(org_units, org_units.c.id == _i.unit_id)
    .where(_i.case_id == _ID),
    FoundAt,
)

ADD = insert_into(visits)
ADD_TEAM = insert_into(visit_team)
ADD_PERSON = insert_into(visit_people)
ADD_ITEM = insert_into(visit_items)
ADD_OUTCOME = insert_into(visit_item_outcomes)


def _change(*names: str) -> Write:
    return write(
        update(visits)
        .where(_v.id == bindparam("b_id"), _v.row_version == bindparam("b_version"))
        .values(
            **{name: bindparam(name, type_=_v[name].type) for name in names},
            row_version=_v.row_version + 1,
        )
    )


JOURNAL = (
    *("kind", "unit_id", "officer_id", "visited_on", "started_at", "ended_at", "place", "note"),
    *("next_plan", "guided", "employees", "employees_foreign", "industry", "products", "sales"),
    *("export_usd", "factory_area", "premises", "recorded_by"),
)
AMENDABLE = ("place", "note", "next_plan", "guided")
MOVE = _change("planned_at", "kind", "place", "note")
CANCEL = _change("state", "cancel_reason")
RECORD = _change(*JOURNAL)
AMEND = _change(*AMENDABLE)
TOUCH = _change()
NUMBER = write(
    update(visits)
    .where(_v.id == bindparam("b_id"))
    .values(
        visit_no=bindparam("visit_no"),
        state=bindparam("state"),
        planned_at=bindparam("planned_at", type_=_v.planned_at.type),
        recorded_at=bindparam("recorded_at"),
    )
)
DROP_TEAM = write(visit_team.delete().where(_t.visit_id == _VISIT))
RECLASSIFY = write(
    update(visit_items)
    .where(_i.id == bindparam("b_id"), _i.row_version == bindparam("b_version"))
    .values(
        outcome=bindparam("outcome", type_=Text()),
        unit_id=bindparam("unit_id", type_=Uuid()),
        agency_id=bindparam("agency_id", type_=Uuid()),
        settled_on=bindparam("settled_on", type_=Date()),
        row_version=_i.row_version + 1,
    )
)
