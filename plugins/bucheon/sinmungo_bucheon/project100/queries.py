"""Statements of the project."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.sdk import case_facts, company_name_of, insert_into, read, write
from sinmungo_bucheon.project100.models import (
    ACTIVE,
    ENDED,
    WAITING,
    contacts,
    dedications,
    enrolments,
    rounds,
    signals,
)


class RoundRow(msgspec.Struct):
    """A round with the rules it was opened with."""

    id: UUID
    name: str
    selected_on: date
    capacity: int
    min_employees: int
    closed_on: date | None
    row_version: int


class EnrolmentRow(msgspec.Struct):
    """A company in a round; `officer_id` is who looks after it now, or did last.

    `waits_at` is its place in the waiting list, 0 when it does not wait.
    """

    id: UUID
    round_id: UUID
    round_name: str
    company_id: UUID
    company_name: str
    apply_no: int
    status: str
    waits_at: int
    employees: int
    employees_on: date
    applied_at: datetime
    active_on: date | None
    ended_on: date | None
    end_reason: str | None
    end_note: str | None
    officer_id: UUID | None
    cases: int
    open_cases: int
    last_case_at: datetime | None
    contacts: int
    last_contact_on: date | None
    row_version: int


class CountRow(msgspec.Struct):
    """How many companies of a round have a status."""

    status: str
    count: int


class LoadRow(msgspec.Struct):
    """How many companies an officer looks after."""

    officer_id: UUID
    count: int


class DedicationRow(msgspec.Struct):
    """Who looked after a company, from when to when."""

    officer_id: UUID
    valid_from: date
    valid_to: date | None
    reason: str | None


class HandedOverRow(msgspec.Struct):
    """A company that changed hands and is still with whom it went to."""

    officer_id: UUID
    company_name: str
    valid_from: date


class SignalRow(msgspec.Struct):
    """A case that came from the company while it was in the project."""

    case_id: UUID
    case_no: str
    at: datetime
    category: str
    summary: str
    status: str
    disposition: str | None
    is_open: bool


_ROUND = select(
    rounds.c.id,
    rounds.c.name,
    rounds.c.selected_on,
    rounds.c.capacity,
    rounds.c.min_employees,
    rounds.c.closed_on,
    rounds.c.row_version,
)
ROUNDS = read(_ROUND.order_by(rounds.c.selected_on.desc(), rounds.c.id.desc()), RoundRow)
ROUND = read(_ROUND.where(rounds.c.id == bindparam("id")), RoundRow)
LOCK_ROUND = read(_ROUND.where(rounds.c.id == bindparam("id")).with_for_update(), RoundRow)

_officer_id = (
    select(dedications.c.officer_id)
    .where(dedications.c.enrolment_id == enrolments.c.id)
    .order_by(dedications.c.valid_to.desc().nulls_first(), dedications.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_facts = case_facts()
IS_OPEN = and_(_facts.c.answered_at.is_(None), _facts.c.closed_at.is_(None))
_heard = select(signals).where(signals.c.enrolment_id == enrolments.c.id)
_cases = _heard.with_only_columns(func.count()).scalar_subquery()
_last_case_at = _heard.with_only_columns(func.max(signals.c.at)).scalar_subquery()
_open_cases = (
    select(func.count())
    .select_from(signals.join(_facts, _facts.c.id == signals.c.case_id))
    .where(signals.c.enrolment_id == enrolments.c.id, IS_OPEN)
    .scalar_subquery()
)
_met = select(contacts).where(
    contacts.c.enrolment_id == enrolments.c.id, contacts.c.voided_at.is_(None)
)
_contacts = _met.with_only_columns(func.count()).scalar_subquery()
_last_contact_on = _met.with_only_columns(func.max(contacts.c.contacted_on)).scalar_subquery()


_earlier = enrolments.alias("earlier")
_waits_at = case(
    (
        enrolments.c.status == WAITING,
        select(func.count() + 1)
        .where(
            _earlier.c.round_id == enrolments.c.round_id,
            _earlier.c.status == WAITING,
            _earlier.c.apply_no < enrolments.c.apply_no,
        )
        .scalar_subquery(),
    ),
    else_=0,
)


ENROLMENTS: Select[Any] = select(
    enrolments.c.id,
    enrolments.c.round_id,
    rounds.c.name.label("round_name"),
    enrolments.c.company_id,
    company_name_of(enrolments.c.company_id).label("company_name"),
    enrolments.c.apply_no,
    enrolments.c.status,
    _waits_at.label("waits_at"),
    enrolments.c.employees,
    enrolments.c.employees_on,
    enrolments.c.applied_at,
    enrolments.c.active_on,
    enrolments.c.ended_on,
    enrolments.c.end_reason,
    enrolments.c.end_note,
    _officer_id.label("officer_id"),
    _cases.label("cases"),
    _open_cases.label("open_cases"),
    _last_case_at.label("last_case_at"),
    _contacts.label("contacts"),
    _last_contact_on.label("last_contact_on"),
    enrolments.c.row_version,
).join(rounds, rounds.c.id == enrolments.c.round_id)


def _given(name: str, column: Any) -> Any:
    value = bindparam(name, type_=column.type)
    return or_(value.is_(None), column == value)


_CHOSEN = (
    ENROLMENTS.where(
        enrolments.c.round_id == bindparam("round_id"),
        _given("status", enrolments.c.status),
        _given("officer_id", _officer_id),
        enrolments.c.apply_no > bindparam("after"),
    )
    .order_by(enrolments.c.apply_no)
    .limit(bindparam("limit"))
)
PAGE = read(_CHOSEN, EnrolmentRow)
ENROLMENT = read(ENROLMENTS.where(enrolments.c.id == bindparam("id")), EnrolmentRow)
OPEN_OF_COMPANY = read(
    ENROLMENTS.where(
        enrolments.c.company_id == bindparam("company_id"), enrolments.c.status != ENDED
    ),
    EnrolmentRow,
)
OF_COMPANY = read(
    ENROLMENTS.where(enrolments.c.company_id == bindparam("company_id")).order_by(
        enrolments.c.applied_at.desc(), enrolments.c.id.desc()
    ),
    EnrolmentRow,
)
FIRST_WAITING = read(
    ENROLMENTS.where(enrolments.c.round_id == bindparam("round_id"), enrolments.c.status == WAITING)
    .order_by(enrolments.c.apply_no)
    .limit(1),
    EnrolmentRow,
)
_NOT_CONTACTED = ~exists(
    _met.where(contacts.c.contacted_on.between(bindparam("start"), bindparam("end")))
)
OWING = read(
    ENROLMENTS.where(
        enrolments.c.active_on <= bindparam("latest_start"),
        or_(enrolments.c.ended_on.is_(None), enrolments.c.ended_on > bindparam("end")),
        _given("officer_id", _officer_id),
        _NOT_CONTACTED,
    ).order_by(enrolments.c.apply_no),
    EnrolmentRow,
)
OBLIGED = read(
    select(func.count().label("count")).where(
        enrolments.c.active_on <= bindparam("latest_start"),
        or_(enrolments.c.ended_on.is_(None), enrolments.c.ended_on > bindparam("end")),
        _given("officer_id", _officer_id),
    ),
    int,
)
COUNTS = read(
    select(enrolments.c.status, func.count().label("count"))
    .where(enrolments.c.round_id == bindparam("round_id"))
    .group_by(enrolments.c.status),
    CountRow,
)
NEXT_NO = read(
    select((func.coalesce(func.max(enrolments.c.apply_no), 0) + 1).label("no")).where(
        enrolments.c.round_id == bindparam("round_id")
    ),
    int,
)
LOADS = read(
    select(dedications.c.officer_id, func.count().label("count"))
    .join(enrolments, enrolments.c.id == dedications.c.enrolment_id)
    .where(dedications.c.valid_to.is_(None), enrolments.c.status == ACTIVE)
    .group_by(dedications.c.officer_id),
    LoadRow,
)
DEDICATIONS = read(
    select(
        dedications.c.officer_id,
        dedications.c.valid_from,
        dedications.c.valid_to,
        dedications.c.reason,
    )
    .where(dedications.c.enrolment_id == bindparam("enrolment_id"))
    .order_by(dedications.c.valid_to.desc().nulls_first(), dedications.c.id.desc()),
    DedicationRow,
)
SIGNALS = read(
    select(
        signals.c.case_id,
        _facts.c.case_no,
        signals.c.at,
        _facts.c.category,
        _facts.c.summary,
        _facts.c.status,
        _facts.c.disposition,
        IS_OPEN.label("is_open"),
    )
    .select_from(signals.join(_facts, _facts.c.id == signals.c.case_id))
    .where(signals.c.enrolment_id == bindparam("enrolment_id"))
    .order_by(signals.c.at.desc(), signals.c.id.desc())
    .limit(50),
    SignalRow,
)

ADD_ROUND = insert_into(rounds)
CLOSE_ROUND = write(
    update(rounds)
    .where(rounds.c.id == bindparam("b_id"), rounds.c.row_version == bindparam("b_version"))
    .values(closed_on=bindparam("closed_on"), row_version=rounds.c.row_version + 1)
)
_NEW = ("id", "round_id", "company_id", "apply_no", "status", "employees", "employees_on")
ADD_ENROLMENT = write(
    insert(enrolments)
    .values(
        {
            name: bindparam(name, type_=enrolments.c[name].type)
            for name in (*_NEW, "applied_at", "active_on")
        }
        | {"row_version": 1}
    )
    # A company may be open in one round only; the partial index decides between two at once.
    .on_conflict_do_nothing()
)
_ONE = (enrolments.c.id == bindparam("b_id"), enrolments.c.row_version == bindparam("b_version"))
_NEXT_VERSION = enrolments.c.row_version + 1
PROMOTE = write(
    update(enrolments)
    .where(*_ONE)
    .values(status=ACTIVE, active_on=bindparam("active_on"), row_version=_NEXT_VERSION)
)
END = write(
    update(enrolments)
    .where(*_ONE)
    .values(
        status=ENDED,
        ended_on=bindparam("ended_on"),
        end_reason=bindparam("end_reason"),
        end_note=bindparam("end_note"),
        row_version=_NEXT_VERSION,
    )
)
TOUCH = write(update(enrolments).where(*_ONE).values(row_version=_NEXT_VERSION))
ADD_DEDICATION = insert_into(dedications)
END_DEDICATION = write(
    update(dedications)
    .where(
        dedications.c.enrolment_id == bindparam("b_enrolment_id"),
        dedications.c.valid_to.is_(None),
    )
    .values(valid_to=bindparam("valid_to"))
)
HANDED_OVER = read(
    select(
        dedications.c.officer_id,
        company_name_of(enrolments.c.company_id).label("company_name"),
        dedications.c.valid_from,
    )
    .join(enrolments, enrolments.c.id == dedications.c.enrolment_id)
    .where(dedications.c.handover_id == bindparam("handover_id"), dedications.c.valid_to.is_(None))
    .order_by(dedications.c.id),
    HandedOverRow,
)
ADD_SIGNAL = insert_into(signals)
