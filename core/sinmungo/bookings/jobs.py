"""Mails about a booking: made, tomorrow, cancelled. They say when and where, never what about.

The texts are the city's (`message_texts`).
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.bookings import booking_queries as q
from sinmungo.bookings.booking import BOOKED_MAIL, REMINDER
from sinmungo.bookings.look import until
from sinmungo.bookings.message_texts import RECEIPT, UNTIL, texts_of
from sinmungo.bookings.rules import Rules, rules
from sinmungo.bookings.work import CANCELLED_MAIL
from sinmungo.cases.message_texts import fill
from sinmungo.cases.service import contact
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.host.types import Job
from sinmungo.jobs import mail
from sinmungo.text.dates import datetime_ko


async def booked_mail(ctx: Ctx, booking_id: UUID) -> None:
    """Tell the booker what was booked, and until when it can be taken back."""
    row = await _standing(ctx, booking_id)
    if row is None:
        return
    rule, own = await rules(ctx), await texts_of(ctx)
    await _send(ctx, row, rule, own.booked_subject, own.booked_body)


async def reminder(ctx: Ctx, booking_id: UUID) -> None:
    """Remind of tomorrow's booking; nothing if it was cancelled, moved on, or is over."""
    row = await _standing(ctx, booking_id)
    rule = await rules(ctx)
    if row is None or not rule.remind or row.starts_at <= clock.now():
        return
    own = await texts_of(ctx)
    await _send(ctx, row, rule, own.reminder_subject, own.reminder_body)
    await ctx.db.run(q.REMINDED, b_id=booking_id, reminded_at=clock.now())


async def cancelled_mail(ctx: Ctx, booking_id: UUID) -> None:
    """Tell the booker that the office cancelled."""
    row = await ctx.db.first(q.ONE, id=booking_id)
    if row is None or row.state != "CANCELLED":
        return
    own = await texts_of(ctx)
    await _send(ctx, row, await rules(ctx), own.cancelled_subject, own.cancelled_body)


async def _standing(ctx: Ctx, booking_id: UUID) -> q.DetailRow | None:
    row = await ctx.db.first(q.ONE, id=booking_id)
    return row if row is not None and row.state == "BOOKED" else None


async def _send(ctx: Ctx, row: q.DetailRow, rule: Rules, subject: str, body: str) -> None:
    desk = await contact(ctx)
    values = {RECEIPT: row.receipt_no, UNTIL: until(rule.cancel_days)}
    head = f"[{ctx.city.name} {ctx.city.service_name}]"
    told = [
        head,
        fill(ctx, body, values),
        "",
        f"일시 {datetime_ko(row.starts_at)}~{clock.to_seoul(row.ends_at):%H:%M}",
        f"장소 {row.place} {row.room_name}",
        "",
        f"문의 {desk.unit_name} {desk.unit_phone or ''}".strip() if desk else "문의 시청 대표전화",
        "",
    ]
    to = unseal(ctx, "email", row.email_sealed, row.id)
    await mail.send(ctx, to, f"{head} {rule.title} {fill(ctx, subject, values)}", "\n".join(told))


JOBS = (
    Job(BOOKED_MAIL, booked_mail),
    Job(REMINDER, reminder),
    Job(CANCELLED_MAIL, cancelled_mail),
)
