"""Statements about requests for advice: ask, read, list, move."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from sinmungo.cases.models import cases
from sinmungo.companies.models import companies
from sinmungo.experts.models import (
    advice_declines,
    advice_fields,
    advice_numbers,
    advice_ratings,
    advice_requests,
    advice_rules,
    experts,
)
from sinmungo.experts.scope import Reached
from sinmungo.people.models import org_units
from sinmungo.visits.models import visits
from sinmungo.visits.scope import VISIBLE
from sinmungo_tenants import insert_into, read, write
from sinmungo_tenants.statements import Read, Write

r = advice_requests.c
_ID = bindparam("id", type_=Uuid())
_AT = DateTime(timezone=True)


class Brief(msgspec.Struct):
    """What an act has to know before it changes a request."""

    id: UUID
    no: str
    state: str
    company_id: UUID
    case_id: UUID | None
    visit_id: UUID | None
    field: str
    expert_id: UUID | None
    expert_officer_id: UUID | None
    session_at: datetime | None
    mode: str | None
    held_on: date | None
    minutes: int | None
    rule_id: UUID | None
    report_due: date | None
    row_version: int


class Line(msgspec.Struct):
    """A request as a line of a list; the expert is shown by the mask."""

    id: UUID
    no: str
    state: str
    company_id: UUID
    company_name: str
    field_label: str
    question: str
    requested_at: datetime
    unit_name: str | None
    expert_id: UUID | None
    expert_mask: str | None
    affiliation: str | None
    pledged_on: date | None
    session_at: datetime | None
    held_on: date | None
    mode: str | None
    minutes: int | None
    report_due: date | None
    reported_at: datetime | None
    fee_full: int | None
    fee: int | None
    paid_at: datetime | None
    score: int | None
    row_version: int


class DetailRow(msgspec.Struct):
    """A whole request with what surrounds it; the expert's name is still sealed."""

    id: UUID
    no: str
    state: str
    company_id: UUID
    company_name: str
    company_dong: str | None
    company_complex: str | None
    company_industry: str | None
    company_products: str | None
    case_id: UUID | None
    case_no: str | None
    case_content: str | None
    visit_id: UUID | None
    visited_on: date | None
    field: str
    field_label: str
    question: str
    unit_id: UUID | None
    unit_name: str | None
    unit_phone: str | None
    officer_id: UUID | None
    requested_at: datetime
    expert_id: UUID | None
    expert_name_sealed: bytes | None
    expert_title: str | None
    affiliation: str | None
    expert_officer_id: UUID | None
    session_at: datetime | None
    mode: str | None
    place: str | None
    pledged_how: str | None
    pledged_on: date | None
    held_on: date | None
    minutes: int | None
    rule_id: UUID | None
    hourly: int | None
    report_due: date | None
    report: str | None
    reported_at: datetime | None
    fee_full: int | None
    fee: int | None
    paid_at: datetime | None
    paid_by: UUID | None
    cancel_reason: str | None
    score: int | None
    comment: str | None
    row_version: int


class RuleRow(msgspec.Struct):
    """What a fee is worked out with from a day on."""

    id: UUID
    valid_from: date
    hourly: int
    company_cap: int
    expert_cap: int
    conflict_years: int
    report_days: int


class RuleAuthor(msgspec.Struct):
    """Who set a rule, and when."""

    id: UUID
    created_at: datetime
    created_by: UUID | None


class Origin(msgspec.Struct):
    """Where a request comes from: a case or a visit, and its company."""

    company_id: UUID
    company_name: str
    number: str | None
    text: str | None
    open: bool


_rating = advice_ratings.c
_WIDE = (
    advice_requests.join(companies, companies.c.id == r.company_id)
    .join(advice_fields, advice_fields.c.code == r.field)
    .outerjoin(org_units, org_units.c.id == r.unit_id)
    .outerjoin(experts, experts.c.id == r.expert_id)
    .outerjoin(advice_ratings, _rating.request_id == r.id)
)


def _brief(reach: ColumnElement[bool]) -> Read[Brief]:
    own = {"expert_officer_id": experts.c.officer_id.label("expert_officer_id")}
    columns = (own[n] if n in own else r[n] for n in Brief.__struct_fields__)
    source = advice_requests.outerjoin(experts, experts.c.id == r.expert_id)
    return read(select(*columns).select_from(source).where(r.id == _ID, reach), Brief)


_LINE_OWN: dict[str, ColumnElement[Any]] = {
    "company_name": companies.c.name.label("company_name"),
    "field_label": advice_fields.c.label.label("field_label"),
    "unit_name": org_units.c.name.label("unit_name"),
    "expert_mask": experts.c.name_mask.label("expert_mask"),
    "affiliation": experts.c.affiliation,
    "score": _rating.score,
}
LINE = select(
    *(_LINE_OWN.get(n, r.get(n)) for n in Line.__struct_fields__)  # type: ignore[arg-type]
).select_from(_WIDE)
_state = bindparam("state", type_=Text())
_field = bindparam("field", type_=Text())
_late_on = bindparam("late_on", type_=Date())
_expert = bindparam("expert_id", type_=Uuid())
_after_at = bindparam("after_at", type_=_AT)
_after_id = bindparam("after_id", type_=Uuid())


def _page(reach: ColumnElement[bool]) -> Read[Line]:
    return read(
        LINE.where(
            reach,
            or_(_state.is_(None), r.state == _state),
            or_(_field.is_(None), r.field == _field),
            or_(_expert.is_(None), r.expert_id == _expert),
            or_(_late_on.is_(None), and_(r.state == "HELD", r.report_due < _late_on)),
            or_(_after_id.is_(None), tuple_(r.requested_at, r.id) < tuple_(_after_at, _after_id)),
        )
        .order_by(r.requested_at.desc(), r.id.desc())
        .limit(bindparam("limit")),
        Line,
    )


def _of(column: ColumnElement[Any]) -> Reached[Line]:
    return Reached(
        lambda reach: read(
            LINE.where(reach, column == _ID).order_by(r.requested_at.desc(), r.id.desc()), Line
        )
    )


def _detail(reach: ColumnElement[bool]) -> Read[DetailRow]:
    own: dict[str, ColumnElement[Any]] = {
        **_LINE_OWN,
        "company_dong": companies.c.dong.label("company_dong"),
        "company_complex": companies.c.complex.label("company_complex"),
        "company_industry": companies.c.industry.label("company_industry"),
        "company_products": companies.c.products.label("company_products"),
        "case_no": cases.c.case_no,
        "case_content": cases.c.content.label("case_content"),
        "visited_on": visits.c.visited_on,
        "unit_phone": org_units.c.phone.label("unit_phone"),
        "expert_name_sealed": experts.c.name_sealed.label("expert_name_sealed"),
        "expert_title": experts.c.title.label("expert_title"),
        "expert_officer_id": experts.c.officer_id.label("expert_officer_id"),
        "hourly": advice_rules.c.hourly,
        "comment": _rating.comment,
    }
    columns = (own[n] if n in own else r[n] for n in DetailRow.__struct_fields__)
    source = (
        _WIDE.outerjoin(cases, cases.c.id == r.case_id)
        .outerjoin(visits, visits.c.id == r.visit_id)
        .outerjoin(advice_rules, advice_rules.c.id == r.rule_id)
    )
    return read(select(*columns).select_from(source).where(r.id == _ID, reach), DetailRow)


class Count(msgspec.Struct):
    """How many requests are in a state, and how many reports of them are late."""

    state: str
    count: int
    late: int


def _counts(reach: ColumnElement[bool]) -> Read[Count]:
    today = bindparam("today", type_=Date())
    late = func.count().filter(and_(r.state == "HELD", r.report_due < today))
    query = select(r.state, func.count().label("count"), late.label("late"))
    return read(query.where(reach).group_by(r.state), Count)


BRIEF: Reached[Brief] = Reached(_brief)
PAGE: Reached[Line] = Reached(_page)
DETAIL: Reached[DetailRow] = Reached(_detail)
OF_CASE = _of(r.case_id)
OF_VISIT = _of(r.visit_id)
OF_COMPANY = _of(r.company_id)
COUNTS: Reached[Count] = Reached(_counts)

ORIGIN_CASE = read(
    select(
        cases.c.company_id,
        companies.c.name.label("company_name"),
        cases.c.case_no.label("number"),
        cases.c.content.label("text"),
        (cases.c.status != "CLOSED").label("open"),
    )
    .join(companies, companies.c.id == cases.c.company_id)
    .where(cases.c.id == _ID),
    Origin,
)
ORIGIN_VISIT = read(
    select(
        visits.c.company_id,
        companies.c.name.label("company_name"),
        visits.c.visit_no.label("number"),
        visits.c.note.label("text"),
        (visits.c.state == "DONE").label("open"),
    )
    .join(companies, companies.c.id == visits.c.company_id)
    .where(visits.c.id == _ID, VISIBLE),
    Origin,
)
SAME_OPEN = read(
    select(r.no).where(
        r.field == bindparam("field"),
        or_(
            r.case_id == bindparam("case_id", type_=Uuid()),
            r.visit_id == bindparam("visit_id", type_=Uuid()),
        ),
        or_(r.state == "REQUESTED", r.state == "MATCHED", r.state == "PLEDGED"),
    ),
    str,
)
RULE_COLUMNS = tuple(advice_rules.c[n] for n in RuleRow.__struct_fields__)
RULES = read(select(*RULE_COLUMNS).order_by(advice_rules.c.valid_from.desc()), RuleRow)
RULE_ON = read(
    select(*RULE_COLUMNS)
    .where(advice_rules.c.valid_from <= bindparam("on"))
    .order_by(advice_rules.c.valid_from.desc())
    .limit(1),
    RuleRow,
)
RULE = read(select(*RULE_COLUMNS).where(advice_rules.c.id == _ID), RuleRow)
_RULE_VALUES = {c.name: bindparam(c.name, type_=c.type) for c in advice_rules.c}
ADD_RULE = Write(
    insert(advice_rules).values(_RULE_VALUES).on_conflict_do_nothing(index_elements=["valid_from"]),
    frozenset({"created_by"}),
)
CHANGE_COMING_RULE = write(
    update(advice_rules)
    .where(
        advice_rules.c.valid_from == bindparam("b_day", type_=Date()),
        advice_rules.c.valid_from > bindparam("b_today", type_=Date()),
    )
    .values({name: bindparam(name) for name in _RULE_VALUES if name not in {"id", "valid_from"}})
)
"""Of a rule that no session can have begun with yet."""
RULE_AUTHORS = read(
    select(advice_rules.c.id, advice_rules.c.created_at, advice_rules.c.created_by), RuleAuthor
)
ADD = insert_into(advice_requests)
ADD_DECLINE = write(
    insert(advice_declines)
    .values({c.name: bindparam(c.name, type_=c.type) for c in advice_declines.c})
    .on_conflict_do_nothing(index_elements=["request_id", "expert_id"])
)
ADD_RATING = write(
    insert(advice_ratings)
    .values({c.name: bindparam(c.name, type_=c.type) for c in advice_ratings.c})
    .on_conflict_do_nothing(index_elements=["request_id"])
)
_number = insert(advice_numbers).values(year=bindparam("year"), last=1)
_taken = (
    _number.on_conflict_do_update(
        index_elements=["year"],
        set_={"last": advice_numbers.c.last + literal_column("1")},
    )
    .returning(advice_numbers.c.last)
    .cte("counter")
)
NEXT_NUMBER = read(select(_taken.c.last), int)


def _move(*names: str) -> Write:
    """Return an update of the state and these columns under the row's version."""
    values = {name: bindparam(name, type_=r[name].type) for name in ("state", *names)}
    return write(
        update(advice_requests)
        .where(r.id == bindparam("b_id"), r.row_version == bindparam("b_version"))
        .values(values | {"row_version": r.row_version + 1})
    )


MATCH = _move("expert_id", "pledged_on", "pledged_how", "pledged_by", "pledge_version")
PLEDGE = _move("pledged_on", "pledged_how", "pledged_by", "pledge_version")
PLAN = _move("session_at", "mode", "place")
HOLD = _move("held_on", "minutes", "mode", "rule_id", "report_due", "fee_full")
REPORT = _move("report", "reported_at", "reported_by")
PAY = _move("fee", "paid_at", "paid_by")
CANCEL = _move("cancel_reason")
TOUCH = _move()
