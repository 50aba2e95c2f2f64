"""Statements of the survey. None of them brings a request and an answer together."""

from uuid import UUID

import msgspec
from sqlalchemy import Integer, LargeBinary, Uuid, bindparam, cast, func, select, update

from sinmungo.cases.models import cases
from sinmungo.host.destroying import GONE
from sinmungo.surveys.models import survey_answers, survey_requests
from sinmungo_tenants import insert_into, read, write

_r, _a, _c = survey_requests.c, survey_answers.c, cases.c


class Asked(msgspec.Struct):
    """An open link: whose answer it takes, as far as that may be told."""

    case_no: str
    unit_id: UUID | None
    category: str


class CaseRow(msgspec.Struct):
    """What a request keeps of its case."""

    company_id: UUID
    unit_id: UUID | None
    category: str


class Opinion(msgspec.Struct):
    """What somebody wrote, and the month in which."""

    month: int
    text: str


WITH_MAIL = read(
    select(_c.id).where(_c.id == bindparam("id", type_=Uuid()), _c.email_sealed.is_not(None)), UUID
)
CASE = read(
    select(_c.company_id, _c.lead_unit_id.label("unit_id"), _c.category).where(
        _c.id == bindparam("id", type_=Uuid())
    ),
    CaseRow,
)
ASKED_OF_COMPANY = read(
    select(func.count())
    .select_from(survey_requests)
    .join(cases, _c.id == _r.case_id)
    .where(
        _c.company_id == bindparam("company_id", type_=Uuid()), _r.asked_at > bindparam("since")
    ),
    int,
)
ASKED_OF_CASE = read(
    select(func.count())
    .select_from(survey_requests)
    .where(_r.case_id == bindparam("case_id", type_=Uuid())),
    int,
)
ADD_REQUEST = insert_into(survey_requests)
BY_CODE = read(
    select(_c.case_no, _r.unit_id, _r.category)
    .join(cases, _c.id == _r.case_id)
    .where(
        _r.code_hash == bindparam("code_hash", type_=LargeBinary()),
        _r.answered.is_(False),
        _r.expires_at > bindparam("now"),
    ),
    Asked,
)
USE = write(
    update(survey_requests)
    .where(_r.code_hash == bindparam("b_hash", type_=LargeBinary()), _r.answered.is_(False))
    .values(answered=True)
)
ADD_ANSWER = insert_into(survey_answers)
_IN_DAYS = _a.answered_on.between(bindparam("first"), bindparam("last"))
COUNT = read(select(func.count()).select_from(survey_answers).where(_IN_DAYS), int)
_month = cast(func.extract("month", _a.answered_on), Integer)
OPINIONS = read(
    select(_month.label("month"), _a.comment.label("text"))
    .where(_IN_DAYS, _a.comment != GONE)
    .order_by(_month.desc(), _a.id)
    .limit(bindparam("limit")),
    Opinion,
)
