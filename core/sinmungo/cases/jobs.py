"""What follows after commit: messages to the company, and the second count of due moments.

The texts are the city's (`message_texts`); every one names unit, officer and phone.
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import unit_queries as q
from sinmungo.cases.calendar import RECOUNT, recount_job
from sinmungo.cases.intake import ANSWERED_MAIL, REGISTERED_MAIL
from sinmungo.cases.message_texts import DUE, NUMBER, RESULT, fill, texts_of
from sinmungo.cases.proposals import REPLY_MAIL
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import Job
from sinmungo.jobs import mail
from sinmungo.text.dates import date_ko


async def registered_mail(ctx: Ctx, intake_id: UUID) -> None:
    """Tell the caller the numbers and due days of one intake, in one mail."""
    rows = await ctx.db.all(q.MAIL_OF_INTAKE, id=intake_id, on=clock.today())
    if not rows:
        return
    own = await texts_of(ctx)
    lines = [fill(ctx, own.registered_line, {NUMBER: r.case_no, DUE: _day(r)}) for r in rows]
    body = [*lines, "", fill(ctx, own.registered_end, {})]
    await send(ctx, rows[0], fill(ctx, own.registered_subject, {}), body)


async def answered_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that the answer is there, and which kind it is."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None or row.disposition is None:
        return
    own = await texts_of(ctx)
    values = {NUMBER: row.case_no, RESULT: words.DISPOSITION[row.disposition]}
    end = own.refused_end if row.disposition in words.REFUSALS else own.answered_end
    body = [fill(ctx, text, values) for text in (own.answered_body, end)]
    await send(ctx, row, fill(ctx, own.answered_subject, values), body)


async def proposal_reply_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that an agency replied to what was proposed because of the case."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None:
        return
    own, values = await texts_of(ctx), {NUMBER: row.case_no}
    subject = fill(ctx, own.proposal_subject, values)
    await send(ctx, row, subject, [fill(ctx, own.proposal_body, values)])


def _day(row: q.MailRow) -> str:
    return date_ko(clock.to_seoul(row.due_at).date())


async def send(ctx: Ctx, row: q.MailRow, subject: str, lines: list[str]) -> None:
    """Send the caller of a case a mail under the city's head, over the case's contact."""
    head = f"[{ctx.city.name} {ctx.city.service_name}]"
    to = unseal(ctx, "email", row.email_sealed, row.id)
    contact = f"담당 {' '.join(_contact(ctx, row))}"
    await mail.send(ctx, to, f"{head} {subject}", "\n".join([head, *lines, "", contact, ""]))


def _contact(ctx: Ctx, row: q.MailRow) -> list[str]:
    name = ""
    if row.officer_id is not None:
        name = unseal(ctx, "name", row.officer_name_sealed, row.officer_id)
    parts = (row.unit_name, name, row.officer_post, row.unit_phone)
    return [part for part in parts if part]


JOBS = (
    Job(REGISTERED_MAIL, registered_mail),
    Job(ANSWERED_MAIL, answered_mail),
    Job(REPLY_MAIL, proposal_reply_mail),
    Job(RECOUNT, recount_job),
)
