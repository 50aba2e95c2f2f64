"""신청: what a company files without an account, and how it follows what became of it.

A receipt number and a code are both random, and only the code's keyed hash is stored; whatever is
wrong in an attempt to follow, the answer is the same. Filing is limited per address and city by
counting the stored submissions of the last hour: all workers share that count, and it needs no
table of its own. Addresses are stored as a keyed hash.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import extra
from sinmungo.cases import submission_queries as q
from sinmungo.cases import text as texts
from sinmungo.cases.events import SubmissionFiled
from sinmungo.cases.reference import labels, reference
from sinmungo.cases.submission_types import (
    Filing,
    Followed,
    FollowedCase,
    Receipt,
    SubmissionDetail,
    WaitingRow,
)
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.deadlines import WorkCalendar, due_for
from sinmungo.deadlines.periods import REGISTRATION
from sinmungo.errors import MissingError, RefusedError, TooManyError
from sinmungo.forms import service as forms
from sinmungo.host import receipts
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.text import business_no, phone
from sinmungo.web.forms import Gather

CONSENT_VERSION = "2026-11"
LIMIT = 10
WINDOW = timedelta(hours=1)
LIST_SIZE = 200


async def file(ctx: Ctx, filing: Filing) -> Receipt:
    """Store a company's filing and return its receipt number and code, shown this once.

    Raises InvalidError by field, TooManyError after ten filings an hour from one address, and
    RefusedError when the city does not take filings through this channel.
    """
    await _check_open(ctx, filing.channel)
    await _check_rate(ctx)
    given, faults = await extra.filed(ctx, filing)
    values = await _understand(ctx, filing, faults)
    submission_id, now = clock.uuid7(), clock.now()
    numbers = receipts.new_numbers(ctx)
    await ctx.db.run(
        q.ADD,
        id=submission_id,
        receipt_no=numbers.receipt_no,
        code_hash=numbers.code_hash.hex(),
        channel=filing.channel,
        company_name=values["company_name"],
        business_no=values["business_no"],
        category=filing.category or None,
        content=values["content"],
        consent_version=CONSENT_VERSION,
        consent_at=now,
        state="SUBMITTED",
        submitted_at=now,
        address_hash=receipts.address_hashes(ctx)[0] if ctx.address else None,
        row_version=1,
        **seal(ctx, "caller", values["caller"], "name", submission_id),
        **seal(ctx, "phone", values["phone"], "phone", submission_id),
        **seal(ctx, "email", values["email"], "email", submission_id),
    )
    await forms.save(ctx, extra.KIND, submission_id, given, new=True)
    event = SubmissionFiled(submission_id=submission_id)
    await emit(ctx, event, subject_kind=q.SUBJECT, subject_id=submission_id, seq=1)
    return Receipt(receipt_no=numbers.receipt_no, code=numbers.code, submitted_at=now)


async def takes_filings(ctx: Ctx, channel: str) -> bool:
    """Whether the city has this channel switched on."""
    return channel in (await labels(ctx)).channels


async def _check_open(ctx: Ctx, channel: str) -> None:
    if not await takes_filings(ctx, channel):
        raise RefusedError(
            "지금은 누리집으로 신청을 받지 않습니다. 담당 부서로 전화해 주세요.", code="channel_off"
        )


async def _check_rate(ctx: Ctx) -> None:
    if not ctx.address:
        return
    since = clock.now() - WINDOW
    if await ctx.db.one(q.RECENT, addresses=receipts.address_hashes(ctx), since=since) >= LIMIT:
        raise TooManyError(
            f"같은 곳에서 1시간에 {LIMIT}건까지 신청할 수 있습니다. "
            "잠시 뒤에 다시 신청하거나 담당 부서로 전화해 주세요."
        )


async def _understand(ctx: Ctx, filing: Filing, faults: dict[str, str]) -> dict[str, Any]:
    gather = Gather()
    values = {
        "company_name": gather.take("company_name", texts.line, filing.company_name, ""),
        "caller": gather.take("caller", texts.line, filing.caller, ""),
        "content": gather.take("content", texts.body, filing.content, ""),
        "email": gather.take("email", texts.email, filing.email or "", ""),
        "phone": filing.phone.strip() and gather.take("phone", phone.parse, filing.phone, ""),
        "business_no": (filing.business_no or "").strip() or None,
    }
    if values["business_no"]:
        number = gather.take("business_no", business_no.parse, values["business_no"], "")
        values["business_no"] = number
    gather.need("company_name", values["company_name"], "업체명을 적어 주세요.")
    gather.need("caller", values["caller"], "신청하는 분의 이름을 적어 주세요.")
    gather.need("phone", values["phone"], "연락받을 전화번호를 적어 주세요.")
    gather.need("content", values["content"], "애로 내용을 적어 주세요.")
    gather.need("consent", filing.consent, "개인정보 수집·이용에 동의해 주세요.")
    known = (await labels(ctx)).categories
    gather.need("category", not filing.category or filing.category in known, "분야를 골라 주세요.")
    gather.errors |= faults
    gather.done()
    return values


async def follow(ctx: Ctx, receipt_no: str, code: str) -> Followed:
    """Return what became of a filing. Raises MissingError, the same for whatever was wrong."""
    row = await ctx.db.first(q.BY_RECEIPT, receipt_no=receipts.typed_number(receipt_no))
    stored = bytes.fromhex(row.code_hash) if row else None
    if not receipts.opens(ctx, receipt_no, code, stored) or row is None:
        raise MissingError("신청번호나 확인번호가 맞지 않습니다.")
    cases = [
        FollowedCase(**msgspec.structs.asdict(case))
        for case in await ctx.db.all(q.FOLLOWED, id=row.id)
    ]
    for proposal in await ctx.db.all(q.FOLLOWED_PROPOSALS, id=row.id) if cases else []:
        case = next(c for c in cases if c.case_no == proposal.case_no)
        case.proposals = [*case.proposals, proposal]
    unit: FollowedCase | q.ContactRow | None = cases[0] if cases else await _intake_desk(ctx)
    return Followed(
        receipt_no=row.receipt_no,
        state=row.state,
        submitted_at=row.submitted_at,
        register_by=_register_by(row.submitted_at, (await reference(ctx)).calendar),
        company_name=row.company_name,
        content=row.content,
        unit_name=unit.unit_name if unit else None,
        unit_phone=unit.unit_phone if unit else None,
        cases=cases,
    )


async def contact(ctx: Ctx) -> q.ContactRow | None:
    """Return whom companies call: the unit of an intake officer, or None if there is none yet."""
    return await ctx.db.first(q.CONTACT, on=clock.today())


async def _intake_desk(ctx: Ctx) -> q.ContactRow | None:
    return await ctx.db.first(q.CONTACT, on=clock.today())


def _register_by(submitted_at: Any, calendar: WorkCalendar) -> Any:
    return due_for(REGISTRATION, submitted_at, calendar).moment


async def list_waiting(ctx: Ctx) -> list[WaitingRow]:
    """Return the submissions that wait for 접수, the oldest first, at most 200."""
    calendar, now = (await reference(ctx)).calendar, clock.now()
    found = []
    for row in await ctx.db.all(q.WAITING, size=LIST_SIZE):
        by = _register_by(row.submitted_at, calendar)
        values = msgspec.structs.asdict(row)
        summary = texts.summary(values.pop("content"))
        found.append(WaitingRow(**values, summary=summary, register_by=by, late=by < now))
    return found


async def submission(ctx: Ctx, submission_id: UUID) -> SubmissionDetail:
    """Return one submission with opened personal values, and write down who looked."""
    row = await ctx.db.first(q.BY_ID, id=submission_id)
    if row is None:
        raise MissingError
    await ctx.db.run(
        q.LOG,
        id=clock.uuid7(),
        at=clock.now(),
        officer_id=ctx.me.officer_id,
        address=ctx.address,
        subject_kind=q.SUBJECT,
        subject_id=submission_id,
        act="VIEW",
    )
    answers = await forms.answers(ctx, extra.KIND, row.id)
    return SubmissionDetail(
        id=row.id,
        receipt_no=row.receipt_no,
        state=row.state,
        channel=row.channel,
        company_name=row.company_name,
        business_no=row.business_no,
        caller=unseal(ctx, "caller", row.caller_sealed, row.id),
        phone=unseal(ctx, "phone", row.phone_sealed, row.id),
        email=unseal(ctx, "email", row.email_sealed, row.id),
        category=row.category,
        content=row.content,
        submitted_at=row.submitted_at,
        register_by=_register_by(row.submitted_at, (await reference(ctx)).calendar),
        row_version=row.row_version,
        extra=forms.values(answers),
        answers=answers,
    )


async def take_submission(ctx: Ctx, intake: Intake) -> Intake:
    """Mark the intake's submission as registered and fill in what the officer left empty.

    Raises MissingError, and RefusedError when somebody registered it before.
    """
    row = await ctx.db.first(q.BY_ID, id=intake.submission_id)
    if row is None:
        raise MissingError
    if not await ctx.db.run(q.TAKE, b_id=row.id, registered_at=clock.now()):
        raise RefusedError("이미 접수했거나 취하한 신청입니다.")
    named = intake.company_id is not None or bool((intake.company_name or "").strip())
    rows = intake.rows or [IntakeRow(category=row.category or "", content=row.content)]
    return msgspec.structs.replace(
        intake,
        channel=intake.channel or row.channel,
        company_name=intake.company_name if named else row.company_name,
        business_no=intake.business_no or (None if named else row.business_no),
        caller=intake.caller or unseal(ctx, "caller", row.caller_sealed, row.id),
        phone=intake.phone or unseal(ctx, "phone", row.phone_sealed, row.id),
        email=intake.email or unseal(ctx, "email", row.email_sealed, row.id),
        rows=rows,
    )
