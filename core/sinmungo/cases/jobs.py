"""What follows after commit: messages to the company, and the second count of due moments.

The texts are those of domain.md 2.4; every one names unit, officer and phone.
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import unit_queries as q
from sinmungo.cases.calendar import RECOUNT, recount_job
from sinmungo.cases.intake import ANSWERED_MAIL, REGISTERED_MAIL
from sinmungo.cases.proposals import REPLY_MAIL
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import Job
from sinmungo.jobs import mail
from sinmungo.text.dates import date_ko

_REMEDY = "결과에 이의가 있으시면 통지를 받은 날부터 60일 안에 이의신청을 하실 수 있습니다."
_CONSULT = "더 궁금하신 점은 아래 담당자에게 전화해 주세요."


async def registered_mail(ctx: Ctx, intake_id: UUID) -> None:
    """Tell the caller the numbers and due days of one intake, in one mail."""
    rows = await ctx.db.all(q.MAIL_OF_INTAKE, id=intake_id, on=clock.today())
    if not rows:
        return
    lines = [f"접수번호 {row.case_no}으로 접수되었습니다. 처리예정일 {_day(row)}" for row in rows]
    await _send(ctx, rows[0], "접수되었습니다", [*lines, "", _CONSULT])


async def answered_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that the answer is there, and which kind it is."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None or row.disposition is None:
        return
    kind = words.DISPOSITION[row.disposition]
    refused = row.disposition in words.REFUSALS
    lines = [
        f"접수번호 {row.case_no}의 처리결과({kind})를 알려드립니다.",
        "자세한 내용은 신청 조회 화면이나 아래 담당자에게서 확인하실 수 있습니다.",
        *([_REMEDY] if refused else [_CONSULT]),
    ]
    await _send(ctx, row, f"처리결과({kind})를 알려드립니다", lines)


async def proposal_reply_mail(ctx: Ctx, case_id: UUID) -> None:
    """Tell the caller that an agency replied to what was proposed because of the case."""
    row = await ctx.db.first(q.MAIL_OF_CASE, id=case_id, on=clock.today())
    if row is None:
        return
    lines = [
        f"접수번호 {row.case_no}과 관련해 건의한 내용에 해당 기관이 회신하였습니다.",
        "자세한 내용은 신청 조회 화면이나 아래 담당자에게서 확인하실 수 있습니다.",
        _CONSULT,
    ]
    await _send(ctx, row, "건의한 내용에 회신이 왔습니다", lines)


def _day(row: q.MailRow) -> str:
    return date_ko(clock.to_seoul(row.due_at).date())


async def _send(ctx: Ctx, row: q.MailRow, subject: str, lines: list[str]) -> None:
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
