"""Booking a time: who asks, whether it is free, and the row that holds it.

The plan says what looks free; the table's exclusion constraints say what is. Of many who press at
the same moment one gets the row, the others are told that the time is gone.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.bookings import booking_queries as q
from sinmungo.bookings.events import BOOKING, ConsultBooked
from sinmungo.bookings.plan import load_plan
from sinmungo.bookings.rules import Rules, rules
from sinmungo.bookings.slots import Plan, runs
from sinmungo.bookings.types import Channel, Made, NewBooking, Receipt, Slot
from sinmungo.cases import text as texts
from sinmungo.companies import queries as companies_q
from sinmungo.companies import service as companies
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal
from sinmungo.host.receipts import address_hashes, new_numbers
from sinmungo.jobs import outbox
from sinmungo.text import business_no, phone
from sinmungo.text.normalise import company_key
from sinmungo.web.forms import Gather

BOOKED_MAIL = "bookings.booked_mail"
REMINDER = "bookings.reminder"
REMIND_AT = "09:00"
MAX_SLOTS = 8
_MONTHS = 12
GONE = "방금 다른 예약이 들어온 시간입니다. 다른 시간을 골라 주세요."
NOT_BOOKABLE = "예약할 수 없는 시간입니다. 빈 시간을 골라 주세요."


async def book(ctx: Ctx, new: NewBooking, channel: Channel = "OFFICE") -> Made:
    """Book a time for a company.

    Raises InvalidError by field, RefusedError (409) when the time is taken.
    """
    gather = Gather()
    values = understand(gather, new)
    named = new.company_id or values["company_name"] or values["business_no"]
    gather.need("company_name", named, "업체를 적어 주세요.")
    gather.done()
    rule, plan = await _around(ctx, new.starts_at)
    found = list(candidates(plan, new, clock.now()))
    company = await _company(ctx, new, values, channel)
    return await write(ctx, new, {**values, **company}, found, channel, rule)


async def _around(ctx: Ctx, moment: datetime) -> tuple[Rules, Plan]:
    if moment.tzinfo is None:
        raise InvalidError({"starts_at": "시각에 시간대가 없습니다. 예: 2026-11-02T10:00:00+09:00"})
    day = clock.to_seoul(moment).date()
    rule = await rules(ctx)
    return rule, await load_plan(ctx, rule, day, day)


def understand(gather: Gather, new: NewBooking) -> dict[str, Any]:
    """Return the texts of a booking, cleaned; what is wrong is noted by field."""
    number = new.business_no.strip()
    return {
        "company_name": gather.take("company_name", texts.line, new.company_name, ""),
        "business_no": gather.take("business_no", business_no.parse, number, "")
        if number
        else None,
        "name": gather.take("name", texts.line, new.name, ""),
        "phone": gather.take("phone", phone.parse, new.phone, "") if new.phone.strip() else "",
        "email": gather.take("email", texts.email, new.email, ""),
        "subject": gather.take("subject", texts.body, new.subject, ""),
    }


def candidates(plan: Plan, new: NewBooking, now: datetime) -> Iterator[list[Slot]]:
    """Yield the free runs of slots that would do, rooms with a consultant first.

    Raises InvalidError when no room offers that time at all, RefusedError when it is taken.
    """
    if not 1 <= new.slots <= MAX_SLOTS:
        raise InvalidError({"slots": f"한 번에 {MAX_SLOTS}칸까지 예약할 수 있습니다."})
    rooms = [r for r in plan.rooms if new.room_id in {None, r.id}]
    offered = [run for room in rooms if (run := _offered(plan, room.id, new, now))]
    if not offered:
        raise InvalidError({"starts_at": NOT_BOOKABLE})
    free = [run for run in offered if all(slot.state == "FREE" for slot in run)]
    if not free:
        if all(slot.state == "PAST" for run in offered for slot in run):
            raise InvalidError({"starts_at": "이미 지난 시간입니다."})
        raise RefusedError(GONE)
    yield from sorted(free, key=lambda run: run[0].consultant_id is None)


def _offered(plan: Plan, room_id: UUID, new: NewBooking, now: datetime) -> list[Slot]:
    room = plan.room(room_id)
    run = runs(plan, room, new.starts_at, new.slots, now) if room else []
    sound = (
        len(run) == new.slots
        and all(new.service_id in slot.service_ids for slot in run)
        and len({slot.consultant_id for slot in run}) == 1
    )
    return run if sound else []


async def _company(
    ctx: Ctx, new: NewBooking, values: dict[str, Any], channel: Channel
) -> dict[str, Any]:
    """Return whom the booking is for: the desk makes a record, the portal only finds one."""
    name, number = values["company_name"], values["business_no"]
    if channel == "PORTAL":
        return {"company_id": await known_company(ctx, name, number)}
    company_id = await companies.find_or_make(
        ctx, company_id=new.company_id, name=name, business_no=number
    )
    return {
        "company_id": company_id,
        "company_name": (await companies.company_brief(ctx, company_id)).name,
    }


async def known_company(ctx: Ctx, name: str, number: str | None) -> UUID | None:
    """Return the one company that number or name can mean, or None; makes nothing."""
    if number:
        holder = await ctx.db.first(companies_q.BY_NUMBER, business_no=number)
        if holder is not None:
            return holder.id
    same = await ctx.db.all(companies_q.ACTIVE_BY_KEY, name_key=company_key(name))
    if len(same) != 1 or (number and same[0].business_no):
        return None
    return same[0].id


async def write(
    ctx: Ctx,
    new: NewBooking,
    values: dict[str, Any],
    found: Sequence[Sequence[Slot]],
    channel: Channel,
    rule: Rules,
) -> Made:
    """Write the booking into the first run that is still free. Raises RefusedError."""
    booking_id, now, numbers = clock.uuid7(), clock.now(), new_numbers(ctx)
    row = {
        "id": booking_id,
        "receipt_no": numbers.receipt_no,
        "code_hash": numbers.code_hash,
        "channel": channel,
        "service_id": new.service_id,
        "company_id": values["company_id"],
        "company_name": values["company_name"],
        "business_no": values["business_no"],
        "subject": values["subject"],
        "state": "BOOKED",
        "booked_at": now,
        "booked_by": ctx.me.officer_id,
        "consent_at": now if channel == "PORTAL" else None,
        "address_hash": address_hashes(ctx)[0] if channel == "PORTAL" and ctx.address else None,
        "row_version": 1,
        **seal(ctx, "name", values["name"], "name", booking_id),
        **seal(ctx, "phone", values["phone"], "phone", booking_id),
        **seal(ctx, "email", values["email"], "email", booking_id),
    }
    for run in found:
        place = _place(run)
        if await ctx.db.run(q.ADD, **row, **place):
            await _announce(ctx, row | place, rule)
            receipt = Receipt(
                receipt_no=numbers.receipt_no, code=numbers.code, starts_at=place["starts_at"]
            )
            return Made(id=booking_id, room_id=place["room_id"], receipt=receipt)
    raise RefusedError(GONE)


def _place(run: Sequence[Slot]) -> dict[str, Any]:
    return {
        "room_id": run[0].room_id,
        "consultant_id": run[0].consultant_id,
        "starts_at": run[0].starts_at,
        "ends_at": run[-1].ends_at,
    }


async def _announce(ctx: Ctx, row: dict[str, Any], rule: Rules) -> None:
    event = ConsultBooked(**{f: row[f] for f in ConsultBooked.__struct_fields__})
    await emit(ctx, event, subject_kind=BOOKING, subject_id=row["id"], seq=1)
    if row["email_sealed"] is None:
        return
    await outbox.put(ctx, BOOKED_MAIL, row["id"])
    remind = at_remind(clock.to_seoul(row["starts_at"]).date())
    if rule.remind and remind > clock.now():
        await outbox.put(ctx, REMINDER, row["id"], due_at=remind)


def at_remind(day: date) -> datetime:
    """Return when the reminder of a day's bookings goes out: the morning before."""
    return clock.at(day - timedelta(days=1), REMIND_AT)


def months_before(day: date, months: int) -> datetime:
    """Return the beginning of the day so many months before, the last day of a shorter month."""
    years, month = divmod(day.month - 1 - months, _MONTHS)
    year, month = day.year + years, month + 1
    return clock.at(date(year, month, min(day.day, monthrange(year, month)[1])), "00:00")


async def no_shows(ctx: Ctx, rule: Rules, company_id: UUID | None, number: str) -> int:
    """Return how often this company, or this telephone, did not come in the rules' months."""
    return await ctx.db.one(
        q.NO_SHOWS,
        company_id=company_id,
        phones=ctx.cipher.lookups(number, "phone") if number else [],
        since=months_before(clock.today(), rule.no_show_months),
    )
