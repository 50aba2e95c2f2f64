"""Statements of the approval line: an answer on its way, its moves, and what waits for whom."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, literal_column, select, update

from sinmungo.cases.approval_models import case_approvals
from sinmungo.cases.models import cases
from sinmungo.cases.scope import Scoped
from sinmungo.companies.models import companies
from sinmungo.people.models import officers, org_units, role_grants
from sinmungo_tenants import any_of, insert_into, read, write

MOST = 200
_a, _c = case_approvals.c, cases.c


class ApprovalRow(msgspec.Struct):
    """An answer as it was submitted, and where it is on its way."""

    id: UUID
    case_id: UUID
    disposition: str
    implementation: str
    answer: str
    steps: list[str]
    waits_for: str
    state: str
    submitted_at: datetime
    submitted_by: UUID | None
    decided_at: datetime | None
    decided_by: UUID | None
    row_version: int


class WaitingRow(msgspec.Struct):
    """A line of 결재 대기."""

    case_id: UUID
    case_no: str
    company_name: str
    category: str
    summary: str
    status: str
    priority: str
    lead_unit_name: str | None
    disposition: str
    waits_for: str
    submitted_at: datetime
    submitted_by: UUID | None
    due_at: datetime
    legal_until: datetime


_COLUMNS = [_a[name] for name in ApprovalRow.__struct_fields__]
LATEST = read(
    select(*_COLUMNS)
    .where(_a.case_id == bindparam("case_id", type_=Uuid()))
    .order_by(_a.id.desc())
    .limit(literal_column("1")),
    ApprovalRow,
)
OF_CASE = read(
    select(*_COLUMNS)
    .where(_a.case_id == bindparam("case_id", type_=Uuid()))
    .order_by(_a.id.desc()),
    ApprovalRow,
)
ADD = insert_into(case_approvals)
MOVE = write(
    update(case_approvals)
    .where(_a.id == bindparam("b_id"), _a.row_version == bindparam("b_version"))
    .values(
        waits_for=bindparam("waits_for"),
        state=bindparam("state"),
        decided_at=bindparam("decided_at", type_=_a.decided_at.type),
        decided_by=bindparam("decided_by", type_=Uuid()),
        row_version=_a.row_version + 1,
    )
)
WAITING = Scoped(
    lambda scope: read(
        select(
            _c.id.label("case_id"),
            _c.case_no,
            companies.c.name.label("company_name"),
            *(_c[n] for n in ("category", "summary", "status", "priority")),
            org_units.c.name.label("lead_unit_name"),
            *(_a[n] for n in ("disposition", "waits_for", "submitted_at", "submitted_by")),
            _c.due_at,
            _c.legal_until,
        )
        .select_from(case_approvals)
        .join(cases, _c.id == _a.case_id)
        .join(companies, companies.c.id == _c.company_id)
        .outerjoin(org_units, org_units.c.id == _c.lead_unit_id)
        .where(_a.state == "PENDING", any_of(_a.waits_for, "roles"), scope)
        .order_by(_c.due_at, _a.id)
        .limit(literal_column(str(MOST))),
        WaitingRow,
    )
)
HOLDERS = read(
    select(role_grants.c.role)
    .join(officers, officers.c.id == role_grants.c.officer_id)
    .where(
        any_of(role_grants.c.role, "roles"),
        role_grants.c.revoked_at.is_(None),
        officers.c.state == "ACTIVE",
    )
    .group_by(role_grants.c.role),
    str,
)
