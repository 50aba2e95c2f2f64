"""Statements of sharing: a case's shares, and what a regional team's account may read."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, and_, bindparam, exists, func, literal_column, or_, select, update

from sinmungo.cases.models import cases
from sinmungo.cases.sharing_models import case_shares
from sinmungo.companies.models import companies
from sinmungo.host.models import events
from sinmungo.people.models import org_units
from sinmungo.people.regional_models import regional_grants, regional_teams
from sinmungo_tenants import insert_into, read, write

PAGE = 40
_s, _c, _g = case_shares.c, cases.c, regional_grants.c


class TeamShare(msgspec.Struct):
    """A team of the city, and the case's open share with it, if there is one."""

    team_id: UUID
    team_name: str
    share_id: UUID | None
    reason: str | None
    shared_at: datetime | None
    shared_by: UUID | None
    row_version: int | None


class SharedRow(msgspec.Struct):
    """A shared case as the team reads it: no name, telephone or mail of a person."""

    id: UUID
    case_no: str
    company_name: str
    category: str
    summary: str
    content: str
    status: str
    registered_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    implementation: str | None
    answer: str | None
    lead_unit_name: str | None
    lead_unit_phone: str | None
    reason: str
    shared_at: datetime


class StepRow(msgspec.Struct):
    """An event of a shared case: what happened and when, not by whom."""

    kind: str
    occurred_at: datetime


class Open(msgspec.Struct):
    """An open share, to be taken back."""

    id: UUID
    case_id: UUID
    team_id: UUID
    row_version: int


OF_CASE = read(
    select(
        regional_teams.c.id.label("team_id"),
        regional_teams.c.name.label("team_name"),
        _s.id.label("share_id"),
        _s.reason,
        _s.shared_at,
        _s.shared_by,
        _s.row_version,
    )
    .outerjoin(
        case_shares,
        and_(
            _s.team_id == regional_teams.c.id,
            _s.case_id == bindparam("case_id", type_=Uuid()),
            _s.revoked_at.is_(None),
        ),
    )
    .order_by(regional_teams.c.name),
    TeamShare,
)
SHARE = read(
    select(_s.id, _s.case_id, _s.team_id, _s.row_version).where(
        _s.id == bindparam("id", type_=Uuid()), _s.revoked_at.is_(None)
    ),
    Open,
)
ADD = insert_into(case_shares)
REVOKE = write(
    update(case_shares)
    .where(
        _s.id == bindparam("b_id"),
        _s.row_version == bindparam("b_version"),
        _s.revoked_at.is_(None),
    )
    .values(
        revoked_at=bindparam("revoked_at"),
        revoked_by=bindparam("revoked_by"),
        row_version=_s.row_version + 1,
    )
)
_GRANTED = exists().where(
    _g.team_id == _s.team_id,
    _g.officer_id == bindparam("me", type_=Uuid()),
    _g.ended_at.is_(None),
    _g.valid_from <= bindparam("on"),
    _g.valid_to > bindparam("on"),
)
_parent = org_units.alias("parent_unit")
_PLAIN = (
    *("category", "summary", "content", "status", "registered_at", "due_at", "answered_at"),
    *("closed_at", "disposition", "implementation", "answer"),
)
_SHARED = (
    select(
        _c.id,
        _c.case_no,
        companies.c.name.label("company_name"),
        *(_c[n] for n in _PLAIN),
        org_units.c.name.label("lead_unit_name"),
        func.coalesce(org_units.c.phone, _parent.c.phone).label("lead_unit_phone"),
        _s.reason,
        _s.shared_at,
    )
    .select_from(case_shares)
    .join(cases, _c.id == _s.case_id)
    .join(companies, companies.c.id == _c.company_id)
    .outerjoin(org_units, org_units.c.id == _c.lead_unit_id)
    .outerjoin(_parent, _parent.c.id == org_units.c.parent_id)
    .where(_s.revoked_at.is_(None), _GRANTED)
)
_BEFORE = bindparam("before_id", type_=Uuid())
SHARED = read(
    _SHARED.where(or_(_BEFORE.is_(None), _c.id < _BEFORE))
    .order_by(_c.id.desc())
    .limit(literal_column(str(PAGE + 1))),
    SharedRow,
)
SHARED_ONE = read(_SHARED.where(_c.id == bindparam("id", type_=Uuid())), SharedRow)
STEPS = read(
    select(events.c.kind, events.c.occurred_at)
    .where(events.c.subject_id == bindparam("id", type_=Uuid()))
    .order_by(events.c.seq, events.c.recorded_at),
    StepRow,
)
