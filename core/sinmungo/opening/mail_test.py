"""A mail to oneself: the only proof that the city's mails arrive."""

from uuid import UUID

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.jobs import outbox
from sinmungo.people.mail import has_address, mail_officer

MAIL_JOB = "opening.test_mail"
TESTED_AT = "opening.mail_tested_at"


async def ask_test_mail(ctx: Ctx) -> None:
    """Let the worker mail whoever asks. Raises RefusedError for one without an address."""
    if ctx.me.officer_id is None or not await has_address(ctx, ctx.me.officer_id):
        raise RefusedError("내 계정에 전자우편 주소가 없습니다. 직원 정보에 먼저 적어 주세요.")
    await outbox.put(ctx, MAIL_JOB, ctx.me.officer_id)


async def send_test_mail(ctx: Ctx, officer_id: UUID) -> None:
    """Send it and remember when the server took it."""
    lines = ("개통 점검에서 보낸 시험 메일입니다.", "이 메일을 받았다면 메일 설정이 맞습니다.")
    if await mail_officer(ctx, officer_id, "시험 메일", lines):
        await set_setting(ctx, TESTED_AT, clock.now().isoformat())
