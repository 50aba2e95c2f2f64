"""B3: companies change hands, one or many at once; who it was before stays on record.

Officers are moved in January and July, with all their companies; so several go in one act, with
one mail to the new one that names them all.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    InvalidError,
    Job,
    RefusedError,
    clock,
    date_ko,
    emit,
    has_address,
    mail_officer,
    put,
)
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.events import OfficerChanged
from sinmungo_bucheon.project100.models import ENDED
from sinmungo_bucheon.project100.service import (
    SUBJECT,
    dedicate,
    expect,
    locked,
    officer_at_work,
    plain_note,
)

MAIL = "bucheon.project100_handover_mail"


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A company that is to change hands, as it was when it was chosen."""

    id: UUID
    row_version: int


async def change_officer(
    ctx: Ctx, enrolment_id: UUID, *, officer_id: UUID | None, reason: str, row_version: int
) -> None:
    """Hand one company over from today."""
    picks = [Pick(enrolment_id, row_version)]
    await hand_over(ctx, picks, officer_id=officer_id, reason=reason)


async def hand_over(
    ctx: Ctx, picks: Sequence[Pick], *, officer_id: UUID | None, reason: str
) -> None:
    """Hand companies over to another officer from today, all or none, and mail the new one.

    Raises `InvalidError` on `picks`, `officer_id` or `reason`, `StaleError`, `RefusedError`.
    """
    if not picks:
        raise InvalidError({"picks": "넘길 업체를 골라 주세요."})
    why, handover_id = plain_note("reason", reason), clock.uuid7()
    for pick in sorted(picks, key=lambda p: p.id):
        await _change(ctx, pick, officer_id, why, handover_id)
    if officer_id != ctx.me.officer_id:
        await put(ctx, MAIL, handover_id)


async def _change(
    ctx: Ctx, pick: Pick, officer_id: UUID | None, why: str | None, handover_id: UUID
) -> None:
    row, of = await locked(ctx, pick.id, pick.row_version)
    if row.status == ENDED or row.officer_id is None:
        raise RefusedError(f"{row.company_name}: 끝난 업체입니다.")
    if row.officer_id == officer_id:
        raise InvalidError({"officer_id": f"{row.company_name}의 지금 전담관과 같습니다."})
    taker = (await officer_at_work(ctx, officer_id)).id
    expect(await ctx.db.run(q.TOUCH, b_id=row.id, b_version=pick.row_version))
    await ctx.db.run(q.END_DEDICATION, b_enrolment_id=row.id, valid_to=clock.today())
    await dedicate(ctx, row.id, taker, reason=why, handover_id=handover_id)
    event = OfficerChanged(
        enrolment_id=row.id,
        round_id=of.id,
        company_id=row.company_id,
        officer_id=taker,
        former_id=row.officer_id,
    )
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=row.id, seq=pick.row_version + 1)


async def told(ctx: Ctx, officer_id: UUID | None) -> str:
    """Return in words whether the new officer gets a mail about it."""
    if officer_id is None or officer_id == ctx.me.officer_id:
        return ""
    if await has_address(ctx, officer_id):
        return "새 전담관에게 메일로 알립니다."
    return "새 전담관의 이메일이 없어 메일은 가지 않습니다."


async def handover_mail(ctx: Ctx, handover_id: UUID) -> None:
    """Tell the new officer which companies are theirs; nothing when they went on meanwhile."""
    rows = await ctx.db.all(q.HANDED_OVER, handover_id=handover_id)
    if not rows:
        return
    lines = [
        f"{date_ko(rows[0].valid_from)}부터 다음 {len(rows)}개사의 전담관이 되셨습니다.",
        "",
        *(f"- {row.company_name}" for row in rows),
        "",
        "지난 연락과 애로는 업무 화면의 유망기업 100에서 업체를 열면 볼 수 있습니다.",
    ]
    subject = f"유망기업 100 전담 업체 {len(rows)}개사를 맡으셨습니다"
    await mail_officer(ctx, rows[0].officer_id, subject, lines)


JOBS = (Job(MAIL, handover_mail),)
