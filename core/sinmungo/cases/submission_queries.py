"""Statements about submissions: filed by a company, not a case yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, LargeBinary, Uuid, bindparam, func, select, update

from sinmungo.agencies.models import agencies
from sinmungo.cases import unit_queries as q
from sinmungo.cases.models import cases, proposals, submissions
from sinmungo.cases.submission_types import FollowedProposal
from sinmungo.host.models import access_log
from sinmungo.people.identity import current_on
from sinmungo.people.models import officers, org_units, posts, role_grants
from sinmungo_tenants import any_of, insert_into, read, write

SUBJECT = "submission"
_s = submissions.c
_ID = bindparam("id", type_=Uuid())


class SubmissionRow(msgspec.Struct):
    """A stored submission, sealed."""

    id: UUID
    receipt_no: str
    code_hash: str
    channel: str
    company_name: str
    business_no: str | None
    caller_sealed: bytes | None
    phone_sealed: bytes | None
    email_sealed: bytes | None
    category: str | None
    content: str
    state: str
    submitted_at: datetime
    row_version: int


class WaitingLine(msgspec.Struct):
    """A submission that nobody has registered yet."""

    id: UUID
    receipt_no: str
    channel: str
    company_name: str
    caller_mask: str | None
    category: str | None
    content: str
    submitted_at: datetime
    row_version: int


class FollowedRow(msgspec.Struct):
    """A case as its company sees it."""

    case_no: str
    category: str
    summary: str
    status: str
    registered_at: datetime
    due_at: datetime
    unit_name: str | None
    unit_phone: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    answer: str | None


class ContactRow(msgspec.Struct):
    """Whom to call about what is not registered yet."""

    unit_name: str
    unit_phone: str | None


ADD = insert_into(submissions)
_ROW = select(*(_s[n] for n in SubmissionRow.__struct_fields__))
BY_ID = read(_ROW.where(_s.id == _ID), SubmissionRow)
BY_RECEIPT = read(_ROW.where(_s.receipt_no == bindparam("receipt_no")), SubmissionRow)
RECENT = read(
    select(func.count()).where(
        any_of(_s.address_hash, "addresses", LargeBinary()),
        _s.submitted_at > bindparam("since", type_=DateTime(timezone=True)),
    ),
    int,
)
WAITING = read(
    select(*(_s[n] for n in WaitingLine.__struct_fields__))
    .where(_s.state == "SUBMITTED")
    .order_by(_s.submitted_at, _s.id)
    .limit(bindparam("size")),
    WaitingLine,
)
TAKE = write(
    update(submissions)
    .where(_s.id == bindparam("b_id"), _s.state == "SUBMITTED")
    .values(
        state="REGISTERED",
        registered_at=bindparam("registered_at"),
        row_version=_s.row_version + 1,
    )
)


def _followed() -> Any:
    columns: dict[str, Any] = {
        name: cases.c[name] for name in FollowedRow.__struct_fields__ if name in cases.c
    }
    unit_name, unit_phone = q.contact_columns()
    columns |= {"unit_name": unit_name, "unit_phone": unit_phone}
    chosen = [columns[name] for name in FollowedRow.__struct_fields__]
    return (
        q.with_contact(select(*chosen).select_from(cases))
        .where(cases.c.submission_id == _ID)
        .order_by(cases.c.case_no)
    )


FOLLOWED = read(_followed(), FollowedRow)
FOLLOWED_PROPOSALS = read(
    select(
        cases.c.case_no,
        agencies.c.name.label("agency_name"),
        proposals.c.proposed_on,
        proposals.c.state,
        proposals.c.outcome,
        proposals.c.reply,
        proposals.c.replied_on,
    )
    .join(cases, cases.c.id == proposals.c.case_id)
    .join(agencies, agencies.c.id == proposals.c.agency_id)
    .where(cases.c.submission_id == bindparam("id"))
    .order_by(proposals.c.proposed_on, proposals.c.id),
    FollowedProposal,
)
_parent = org_units.alias("parent_unit")
CONTACT = read(
    select(
        org_units.c.name.label("unit_name"),
        func.coalesce(org_units.c.phone, _parent.c.phone).label("unit_phone"),
    )
    .join(posts, posts.c.unit_id == org_units.c.id)
    .join(officers, officers.c.id == posts.c.officer_id)
    .join(role_grants, role_grants.c.officer_id == officers.c.id)
    .outerjoin(_parent, _parent.c.id == org_units.c.parent_id)
    .where(
        role_grants.c.role == "INTAKE_OFFICER",
        role_grants.c.revoked_at.is_(None),
        officers.c.state == "ACTIVE",
        current_on(posts),
    )
    .order_by(posts.c.valid_from, posts.c.id)
    .limit(1),
    ContactRow,
)
LOG = insert_into(access_log)
