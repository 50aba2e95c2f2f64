"""Mails after commit: to the expert when chosen and when a report is due, to the company to rate.

They name numbers and days, never what a difficulty is about. The texts are the city's
(`message_texts`).
"""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select

from sinmungo import clock
from sinmungo.cases.message_texts import fill
from sinmungo.cases.models import cases
from sinmungo.companies.models import contacts
from sinmungo.experts import ratings
from sinmungo.experts.advice import MATCHED_MAIL, RATING_MAIL, REMINDER
from sinmungo.experts.message_texts import DUE, FIELD, HELD, NO, texts_of
from sinmungo.experts.models import advice_fields, advice_ratings, advice_requests, experts
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import Job
from sinmungo.jobs import mail
from sinmungo.people.models import org_units
from sinmungo.text.dates import date_ko
from sinmungo_tenants import read


class _Row(msgspec.Struct):
    no: str
    state: str
    field_label: str
    company_id: UUID
    case_id: UUID | None
    held_on: date | None
    report_due: date | None
    expert_id: UUID | None
    email_sealed: bytes | None
    unit_name: str | None
    unit_phone: str | None
    score: int | None


class _Address(msgspec.Struct):
    id: UUID
    email_sealed: bytes | None


_r = advice_requests.c
_ROW = read(
    select(
        _r.no,
        _r.state,
        advice_fields.c.label.label("field_label"),
        _r.company_id,
        _r.case_id,
        _r.held_on,
        _r.report_due,
        _r.expert_id,
        experts.c.email_sealed,
        org_units.c.name.label("unit_name"),
        org_units.c.phone.label("unit_phone"),
        advice_ratings.c.score,
    )
    .join(advice_fields, advice_fields.c.code == _r.field)
    .outerjoin(experts, experts.c.id == _r.expert_id)
    .outerjoin(org_units, org_units.c.id == _r.unit_id)
    .outerjoin(advice_ratings, advice_ratings.c.request_id == _r.id)
    .where(_r.id == bindparam("id")),
    _Row,
)
_OF_CASE = read(
    select(cases.c.id, cases.c.email_sealed).where(
        cases.c.id == bindparam("id"), cases.c.email_sealed.is_not(None)
    ),
    _Address,
)
_OF_COMPANY = read(
    select(contacts.c.id, contacts.c.email_sealed)
    .where(contacts.c.company_id == bindparam("id"), contacts.c.email_sealed.is_not(None))
    .order_by(contacts.c.created_at)
    .limit(1),
    _Address,
)


async def matched_mail(ctx: Ctx, request_id: UUID) -> None:
    """Ask the chosen expert to pledge and to set a time, on the own desk."""
    row = await ctx.db.first(_ROW, id=request_id)
    if row is None or row.state != "MATCHED":
        return
    own = await texts_of(ctx)
    await _to_expert(ctx, row, own.matched_subject, own.matched_body)


async def report_reminder(ctx: Ctx, request_id: UUID) -> None:
    """Remind of a report that is due or late; nothing when it came."""
    row = await ctx.db.first(_ROW, id=request_id)
    if row is None or row.state != "HELD" or row.report_due is None:
        return
    own = await texts_of(ctx)
    late = row.report_due < clock.today()
    await _to_expert(ctx, row, own.report_subject, own.late_body if late else own.report_body)


async def rating_mail(ctx: Ctx, request_id: UUID) -> None:
    """Send the company a link by which it can rate the session once."""
    row = await ctx.db.first(_ROW, id=request_id)
    if row is None or row.score is not None or row.state not in ratings.RATABLE:
        return
    to = await _company_email(ctx, row)
    if not to:
        return
    own, link = await texts_of(ctx), await ratings.make_link(ctx, request_id)
    await _send(ctx, to, row, own.rating_subject, own.rating_body, link)


async def _company_email(ctx: Ctx, row: _Row) -> str:
    found: _Address | None = None
    if row.case_id is not None:
        found = await ctx.db.first(_OF_CASE, id=row.case_id)
    if found is None:
        found = await ctx.db.first(_OF_COMPANY, id=row.company_id)
    return unseal(ctx, "email", found.email_sealed, found.id) if found else ""


async def _to_expert(ctx: Ctx, row: _Row, subject: str, body: str) -> None:
    if row.email_sealed is None or row.expert_id is None:
        return
    to = unseal(ctx, "email", row.email_sealed, row.expert_id)
    await _send(ctx, to, row, subject, body, "/office/experts/desk")


async def _send(ctx: Ctx, to: str, row: _Row, subject: str, body: str, link: str) -> None:
    """Send a text of the city's with the session's values, a link of ours and whom to call."""
    days = {DUE: row.report_due, HELD: row.held_on}
    values = {NO: row.no, FIELD: row.field_label}
    values |= {name: date_ko(day) if day else "" for name, day in days.items()}
    head = f"[{ctx.city.name} {ctx.city.service_name}]"
    told = [head, fill(ctx, body, values).strip(), mail.address(ctx, link)]
    contact = " ".join(part for part in ("담당", row.unit_name, row.unit_phone) if part)
    title = f"{head} {fill(ctx, subject, values)}"
    await mail.send(ctx, to, title, "\n".join([*told, "", contact, ""]))


JOBS = (
    Job(MATCHED_MAIL, matched_mail),
    Job(REMINDER, report_reminder),
    Job(RATING_MAIL, rating_mail),
)
