"""Statements of contacts and of what was said in them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, bindparam, func, or_, select, update

from sinmungo.sdk import case_facts, company_name_of, insert_into, read, write
from sinmungo_bucheon.project100.models import PROPOSED, contacts, enrolments, items


class ContactRow(msgspec.Struct):
    """A contact with the masked name of the person met; `cases` came of it."""

    id: UUID
    enrolment_id: UUID
    company_id: UUID
    company_name: str
    contacted_on: date
    method: str
    officer_id: UUID
    met_mask: str | None
    met_title: str | None
    summary: str
    logged_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    cases: int
    regulations: int
    row_version: int


class ContactCaseRow(msgspec.Struct):
    """A case that came of a contact."""

    case_id: UUID
    case_no: str
    category: str
    summary: str
    status: str
    is_regulation: bool
    rule: str | None


class RegulationRow(msgspec.Struct):
    """A rule that stands in a company's way, with the case it became."""

    id: UUID
    enrolment_id: UUID
    company_id: UUID
    company_name: str
    contacted_on: date
    rule: str | None
    state: str
    state_note: str | None
    decided_at: datetime | None
    case_id: UUID
    case_no: str
    category: str
    summary: str
    case_status: str
    disposition: str | None
    row_version: int


_facts = case_facts()
_of_contact = select(func.count()).where(items.c.contact_id == contacts.c.id)


def _contacts() -> Select[Any]:
    return select(
        contacts.c.id,
        contacts.c.enrolment_id,
        enrolments.c.company_id,
        company_name_of(enrolments.c.company_id).label("company_name"),
        contacts.c.contacted_on,
        contacts.c.method,
        contacts.c.officer_id,
        contacts.c.met_mask,
        contacts.c.met_title,
        contacts.c.summary,
        contacts.c.logged_at,
        contacts.c.voided_at,
        contacts.c.void_reason,
        _of_contact.scalar_subquery().label("cases"),
        _of_contact.where(items.c.is_regulation).scalar_subquery().label("regulations"),
        contacts.c.row_version,
    ).join(enrolments, enrolments.c.id == contacts.c.enrolment_id)


_NEWEST = (contacts.c.contacted_on.desc(), contacts.c.id.desc())
CONTACT = read(_contacts().where(contacts.c.id == bindparam("id")), ContactRow)
OF_ENROLMENT = read(
    _contacts().where(contacts.c.enrolment_id == bindparam("enrolment_id")).order_by(*_NEWEST),
    ContactRow,
)
BETWEEN = read(
    _contacts()
    .where(
        contacts.c.contacted_on.between(bindparam("start"), bindparam("end")),
        contacts.c.voided_at.is_(None),
    )
    .order_by(contacts.c.contacted_on, contacts.c.id),
    ContactRow,
)
CASES_OF = read(
    select(
        items.c.case_id,
        _facts.c.case_no,
        _facts.c.category,
        _facts.c.summary,
        _facts.c.status,
        items.c.is_regulation,
        items.c.rule,
    )
    .select_from(items.join(_facts, _facts.c.id == items.c.case_id))
    .where(items.c.contact_id == bindparam("contact_id"))
    .order_by(items.c.id),
    ContactCaseRow,
)
MET = read(select(contacts.c.met_sealed).where(contacts.c.id == bindparam("id")), bytes)
ADD_CONTACT = insert_into(contacts)
VOID = write(
    update(contacts)
    .where(
        contacts.c.id == bindparam("b_id"),
        contacts.c.row_version == bindparam("b_version"),
        contacts.c.voided_at.is_(None),
    )
    .values(
        voided_at=bindparam("voided_at"),
        voided_by=bindparam("voided_by", type_=contacts.c.voided_by.type),
        void_reason=bindparam("void_reason"),
        row_version=contacts.c.row_version + 1,
    )
)
ADD_ITEM = insert_into(items)


def _regulations() -> Select[Any]:
    joined = (
        items.join(contacts, contacts.c.id == items.c.contact_id)
        .join(enrolments, enrolments.c.id == contacts.c.enrolment_id)
        .join(_facts, _facts.c.id == items.c.case_id)
    )
    return (
        select(
            items.c.id,
            contacts.c.enrolment_id,
            enrolments.c.company_id,
            company_name_of(enrolments.c.company_id).label("company_name"),
            contacts.c.contacted_on,
            items.c.rule,
            items.c.state,
            items.c.state_note,
            items.c.decided_at,
            items.c.case_id,
            _facts.c.case_no,
            _facts.c.category,
            _facts.c.summary,
            _facts.c.status.label("case_status"),
            _facts.c.disposition,
            items.c.row_version,
        )
        .select_from(joined)
        .where(items.c.is_regulation)
    )


_state = bindparam("state", type_=items.c.state.type)
REGULATIONS = read(
    _regulations()
    .where(or_(_state.is_(None), items.c.state == _state))
    .order_by(contacts.c.contacted_on.desc(), items.c.id.desc()),
    RegulationRow,
)
REGULATION = read(_regulations().where(items.c.id == bindparam("id")), RegulationRow)
DECIDE = write(
    update(items)
    .where(items.c.id == bindparam("b_id"), items.c.row_version == bindparam("b_version"))
    .values(
        state=bindparam("state"),
        state_note=bindparam("state_note", type_=items.c.state_note.type),
        decided_at=bindparam("decided_at"),
        decided_by=bindparam("decided_by", type_=items.c.decided_by.type),
        row_version=items.c.row_version + 1,
    )
)
NOTE_PROPOSED = write(
    update(items)
    .where(items.c.case_id == bindparam("b_case_id"), items.c.is_regulation)
    .values(
        state=PROPOSED,
        decided_at=bindparam("decided_at"),
        decided_by=bindparam("decided_by", type_=items.c.decided_by.type),
        row_version=items.c.row_version + 1,
    )
)
