"""Booking without an account: which times are free, book one, follow it, take it back.

A receipt number and a code are both random; whatever is wrong in an attempt to follow, the answer
is the same. Bookings are limited per address and per telephone, and a company that did not come
too often books by telephone.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.bookings import booking_queries as q
from sinmungo.bookings import work
from sinmungo.bookings.booking import candidates, known_company, no_shows, understand, write
from sinmungo.bookings.look import until
from sinmungo.bookings.plan import load_plan
from sinmungo.bookings.rules import Rules, rules
from sinmungo.bookings.slots import closed_reason, free_slots
from sinmungo.bookings.types import NewBooking, Receipt, Visit
from sinmungo.cases.service import contact
from sinmungo.errors import InvalidError, MissingError, RefusedError, TooManyError
from sinmungo.host.context import Ctx
from sinmungo.host.receipts import address_hashes, opens, typed_number
from sinmungo.web.forms import Gather

PER_HOUR = 10
AHEAD_PER_PHONE = 3
_HOUR = timedelta(hours=1)


class FreeDay(msgspec.Struct, kw_only=True):
    """A day and the times at which some room is free for a service; `closed` says why none is."""

    day: date
    times: list[datetime]
    closed: str | None = None


async def free_days(ctx: Ctx, service_id: UUID, first: date, days: int) -> list[FreeDay]:
    """Return the free times of a service, day by day from `first`, as far ahead as the rules go."""
    rule, today, now = await rules(ctx), clock.today(), clock.now()
    start = max(first, today)
    last = min(start + timedelta(days=days - 1), today + timedelta(days=rule.ahead_days))
    if last < start:
        return []
    plan = await load_plan(ctx, rule, start, last)
    found = []
    for number in range((last - start).days + 1):
        day = start + timedelta(days=number)
        times = sorted({slot.starts_at for slot in free_slots(plan, day, service_id, now)})
        reasons = [closed_reason(plan, room, day) for room in plan.rooms]
        closed = reasons[0] if reasons and all(reasons) else None
        found.append(FreeDay(day=day, times=times, closed=closed))
    return found


async def request(ctx: Ctx, new: NewBooking, *, consent: bool) -> Receipt:
    """Book a time from the portal and return receipt number and code, shown this once.

    Raises InvalidError by field, RefusedError for a time that is gone or after too many no-shows,
    TooManyError for too many bookings from one address.
    """
    await _check_rate(ctx)
    gather = Gather()
    values = understand(gather, new)
    gather.need("company_name", values["company_name"], "업체명을 적어 주세요.")
    gather.need("name", values["name"], "오시는 분의 이름을 적어 주세요.")
    gather.need("phone", values["phone"], "연락받을 전화번호를 적어 주세요.")
    gather.need("consent", consent, "개인정보 수집·이용에 동의해 주세요.")
    gather.done()
    rule = await rules(ctx)
    day = _day_ahead(new.starts_at, rule)
    company_id = await known_company(ctx, values["company_name"], values["business_no"])
    await _check_person(ctx, rule, company_id, values["phone"])
    plan = await load_plan(ctx, rule, day, day)
    plain = msgspec.structs.replace(new, slots=1)
    found = list(candidates(plan, plain, clock.now()))
    made = await write(ctx, plain, {**values, "company_id": company_id}, found, "PORTAL", rule)
    return made.receipt


def _day_ahead(moment: datetime, rule: Rules) -> date:
    if moment.tzinfo is None or moment <= clock.now():
        raise InvalidError({"starts_at": "앞으로의 시간을 골라 주세요."})
    day = clock.to_seoul(moment).date()
    if day > clock.today() + timedelta(days=rule.ahead_days):
        raise InvalidError({"starts_at": f"{rule.ahead_days}일 뒤까지 예약할 수 있습니다."})
    return day


async def _check_rate(ctx: Ctx) -> None:
    if not ctx.address:
        return
    since = clock.now() - _HOUR
    if await ctx.db.one(q.RECENT, addresses=address_hashes(ctx), since=since) >= PER_HOUR:
        raise TooManyError(
            f"같은 곳에서 1시간에 {PER_HOUR}건까지 예약할 수 있습니다. "
            "잠시 뒤에 다시 예약하거나 전화해 주세요."
        )


async def _check_person(ctx: Ctx, rule: Rules, company_id: UUID | None, phone: str) -> None:
    phones = ctx.cipher.lookups(phone, "phone")
    if await ctx.db.one(q.AHEAD, phones=phones, now=clock.now()) >= AHEAD_PER_PHONE:
        raise RefusedError(
            f"한 번호로 앞으로의 예약을 {AHEAD_PER_PHONE}건까지 할 수 있습니다. "
            "더 필요하시면 전화해 주세요."
        )
    if await no_shows(ctx, rule, company_id, phone) >= rule.no_show_limit:
        desk = await contact(ctx)
        number = f" ({desk.unit_phone})" if desk and desk.unit_phone else ""
        raise RefusedError(
            f"최근 {rule.no_show_months}개월 동안 예약하고 오시지 않은 일이 {rule.no_show_limit}번 "
            f"이상 있어 누리집에서는 예약할 수 없습니다. 전화로 예약해 주세요.{number}"
        )


async def follow(ctx: Ctx, receipt_no: str, code: str) -> Visit:
    """Return a booking by its two numbers. Raises MissingError, the same for whatever was wrong."""
    row = await _opened(ctx, receipt_no, code)
    until = _cancel_until(row, await rules(ctx))
    return Visit(
        receipt_no=row.receipt_no,
        state=row.state,
        service_name=row.service_name,
        room_name=row.room_name,
        place=row.place,
        consultant_title=row.consultant_title or "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        company_name=row.company_name,
        subject=row.subject,
        cancel_until=until,
        may_cancel=row.state == "BOOKED" and clock.today() <= until,
    )


async def withdraw(ctx: Ctx, receipt_no: str, code: str) -> None:
    """Take a booking back, until so many days before as the rules say."""
    row = await _opened(ctx, receipt_no, code)
    rule = await rules(ctx)
    if clock.today() > _cancel_until(row, rule):
        raise RefusedError(
            f"예약은 {until(rule.cancel_days)} 취소할 수 있습니다. 못 오시면 전화해 주세요."
        )
    await work.end(ctx, row, row.row_version, by="PORTAL")


def _cancel_until(row: q.DetailRow, rule: Rules) -> date:
    return clock.to_seoul(row.starts_at).date() - timedelta(days=rule.cancel_days)


async def _opened(ctx: Ctx, receipt_no: str, code: str) -> q.DetailRow:
    row = await ctx.db.first(q.BY_RECEIPT, receipt_no=typed_number(receipt_no))
    if not opens(ctx, receipt_no, code, row.code_hash if row else None) or row is None:
        raise MissingError("예약번호나 확인번호가 맞지 않습니다.")
    return row
