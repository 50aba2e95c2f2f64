"""Statements of the year-end list."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, func, or_, select

from sinmungo.sdk import case_facts, read
from sinmungo_bucheon.project100.models import contacts, enrolments, items, signals
from sinmungo_bucheon.project100.queries import ENROLMENTS, EnrolmentRow


class ContactDayRow(msgspec.Struct):
    """A day on which a company was contacted."""

    enrolment_id: UUID
    contacted_on: date


class CasesRow(msgspec.Struct):
    """How many of a company's cases ended in one way, or have not ended."""

    enrolment_id: UUID
    disposition: str | None
    is_open: bool
    count: int


class RulesRow(msgspec.Struct):
    """How many rules a company named."""

    enrolment_id: UUID
    count: int


_facts = case_facts()
_open = _facts.c.answered_at.is_(None) & _facts.c.closed_at.is_(None)
_in_days = contacts.c.contacted_on.between(bindparam("first"), bindparam("last"))

IN_YEAR = read(
    ENROLMENTS.where(
        enrolments.c.active_on <= bindparam("last"),
        or_(enrolments.c.ended_on.is_(None), enrolments.c.ended_on >= bindparam("first")),
    ),
    EnrolmentRow,
)
CONTACTS = read(
    select(contacts.c.enrolment_id, contacts.c.contacted_on).where(
        _in_days, contacts.c.voided_at.is_(None)
    ),
    ContactDayRow,
)
CASES = read(
    select(
        signals.c.enrolment_id,
        _facts.c.disposition,
        _open.label("is_open"),
        func.count().label("count"),
    )
    .select_from(signals.join(_facts, _facts.c.id == signals.c.case_id))
    .where(signals.c.at >= bindparam("start"), signals.c.at < bindparam("end"))
    .group_by(signals.c.enrolment_id, _facts.c.disposition, _open),
    CasesRow,
)
RULES = read(
    select(contacts.c.enrolment_id, func.count().label("count"))
    .select_from(items.join(contacts, contacts.c.id == items.c.contact_id))
    .where(items.c.is_regulation, _in_days)
    .group_by(contacts.c.enrolment_id),
    RulesRow,
)
FIRST_YEAR = read(select(func.min(enrolments.c.active_on).label("first")), date)
