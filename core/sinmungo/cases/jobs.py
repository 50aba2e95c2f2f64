"""What follows after commit: messages to the company, and the second count of due moments.

The texts are the city's (`message_texts`); every one names unit, officer and phone.
"""

from collections.abc import Sequence
from uuid import UUID

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import unit_queries as q
from sinmungo.cases.calendar import RECOUNT, recount_job
from sinmungo.cases.intake import ANSWERED_MAIL, REGISTERED_MAIL
from sinmungo.cases.languages import Wording, wordings
from sinmungo.cases.message_texts import DUE, NUMBER, RESULT, fill
from sinmungo.cases.proposals import REPLY_MAIL
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import Job
from sinmungo.jobs import mail

type Said = tuple[str, list[str]]
"""A subject and the lines below it, in one language."""


async def registered_mail(ctx: Ctx, intake_id: UUID) -> None:
    """Tell the caller the numbers and due days of one intake, in one mail."""
    rows = await ctx.db.all(q.MAIL_OF_INTAKE, id=intake_id, on=clock.today())
    if rows:
        said = [_registered(ctx, wording, rows) for wording in await wordings(ctx)]
        await send(ctx, rows[0], *_together(said))


def _registered(ctx: Ctx, own: Wording, rows: list[q.MailRow]) -> Said:
    line = own.texts.registered_line
    due = [own.day(clock.to_seoul(r.due_at).date()) for r in rows]
    lines = [
        fill(ctx, line, {NUMBER: r.case_no, DUE: day}) for r, day in zip(rows, due, strict=True)
    ]
    end = fill(ctx, own.texts.registered_end, {})
    return fill(ctx, own.texts.registered_subject, {}), [*lines, "", end]


async def answered_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that the answer is there, and which kind it is."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None or row.disposition is None:
        return
    said = [_answered(ctx, own, row.case_no, row.disposition) for own in await wordings(ctx)]
    await send(ctx, row, *_together(said))


def _answered(ctx: Ctx, own: Wording, case_no: str, disposition: str) -> Said:
    values = {NUMBER: case_no, RESULT: own.results[disposition]}
    texts = own.texts
    end = texts.refused_end if disposition in words.REFUSALS else texts.answered_end
    body = [fill(ctx, text, values) for text in (texts.answered_body, end)]
    return fill(ctx, texts.answered_subject, values), body


async def proposal_reply_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that an agency replied to what was proposed because of the case."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None:
        return
    values = {NUMBER: row.case_no}
    said = [
        (fill(ctx, t.proposal_subject, values), [fill(ctx, t.proposal_body, values)])
        for t in [own.texts for own in await wordings(ctx)]
    ]
    await send(ctx, row, *_together(said))


def _together(said: Sequence[Said]) -> Said:
    """Return one mail of all languages, one below the other."""
    lines = list(said[0][1])
    for _, more in said[1:]:
        lines += ["", *more]
    return " / ".join(subject for subject, _ in said), lines


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
