"""Asking after an answer: one link per case, sent to the address the caller gave."""

import hashlib
import secrets
from datetime import date, timedelta
from uuid import UUID

from sinmungo import clock
from sinmungo.cases.jobs import send
from sinmungo.cases.message_texts import NUMBER, fill
from sinmungo.cases.unit_queries import MAIL_OF_CASE
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.jobs.mail import address
from sinmungo.surveys import queries as q
from sinmungo.surveys.events import SUBJECT, SurveyAsked
from sinmungo.surveys.questions import UNTIL, Survey, survey_of
from sinmungo.text.dates import date_ko

ASK = "surveys.ask"
_LENGTH = 24


async def ask(ctx: Ctx, case_id: UUID) -> None:
    """Mail the link of an answered case; nothing if the city, the case or the company is not due.

    A mail that the server does not take undoes the request, so the next try sends another link.
    """
    survey = await survey_of(ctx)
    if not survey.on or not await _is_due(ctx, case_id, survey):
        return
    row = await ctx.db.first(MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None or row.disposition is None:
        return
    code = await make_request(ctx, case_id, survey)
    values = {NUMBER: row.case_no, UNTIL: date_ko(_last_day(survey))}
    link = address(ctx, f"/surveys/{code}")
    told = [fill(ctx, survey.body, values), "", link]
    await send(ctx, row, fill(ctx, survey.subject, values), told)


async def make_request(ctx: Ctx, case_id: UUID, survey: Survey) -> str:
    """Write down that a case is asked about, and return the code of its link."""
    case = await ctx.db.one(q.CASE, id=case_id)
    code, request_id = secrets.token_urlsafe(_LENGTH), clock.uuid7()
    await ctx.db.run(
        q.ADD_REQUEST,
        id=request_id,
        case_id=case_id,
        unit_id=case.unit_id,
        category=case.category,
        code_hash=digest(code),
        asked_at=clock.now(),
        expires_at=clock.at(_last_day(survey) + timedelta(days=1), "00:00"),
        answered=False,
    )
    event = SurveyAsked(case_id=case_id)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=request_id, seq=1)
    return code


def digest(code: str) -> bytes:
    """Return what is stored of a code."""
    return hashlib.sha256(code.encode()).digest()


def _last_day(survey: Survey) -> date:
    return clock.today() + timedelta(days=survey.days)


async def _is_due(ctx: Ctx, case_id: UUID, survey: Survey) -> bool:
    if await ctx.db.one(q.ASKED_OF_CASE, case_id=case_id):
        return False
    case = await ctx.db.first(q.CASE, id=case_id)
    if case is None:
        return False
    since = clock.now() - timedelta(days=survey.rest_days)
    asked = await ctx.db.one(q.ASKED_OF_COMPANY, company_id=case.company_id, since=since)
    return not (survey.rest_days and asked)
