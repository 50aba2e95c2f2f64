"""What becomes of a booking: cancelled, held, missed, or turned into a case."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.bookings import booking_queries as q
from sinmungo.bookings.booking import no_shows
from sinmungo.bookings.events import (
    BOOKING,
    BookingCancelled,
    ConsultBecameCase,
    ConsultDone,
    NoShowNoted,
    ResultUndone,
)
from sinmungo.bookings.permissions import BOOK
from sinmungo.bookings.rules import rules
from sinmungo.bookings.staff import list_consultants
from sinmungo.bookings.types import Detail, Line, SheetLine
from sinmungo.cases import service as cases
from sinmungo.cases.permissions import INTAKE
from sinmungo.cases.types import Intake, IntakeRow, RegisteredCase
from sinmungo.errors import ForbiddenError, InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.access_log import note_access
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import unseal
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.text.normalise import clean

CANCELLED_MAIL = "bookings.cancelled_mail"
WALK_IN = "WALK_IN"
PAGE = 100
MAX_NOTE = 200


async def between(
    ctx: Ctx,
    first: datetime,
    last: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    size: int = 1000,
) -> list[Line]:
    """Return the bookings that begin from `first` to before `last`, cancelled ones too."""
    moment, booking_id = after or (None, None)
    rows = await ctx.db.all(
        q.BETWEEN, first=first, last=last, after=moment, after_id=booking_id, size=size
    )
    return [Line(**msgspec.structs.asdict(row)) for row in rows]


async def of_company(ctx: Ctx, company_id: UUID, size: int = 20) -> list[Line]:
    """Return a company's bookings, the latest first."""
    rows = await ctx.db.all(q.OF_COMPANY, company_id=company_id, size=size)
    return [Line(**msgspec.structs.asdict(row)) for row in rows]


async def detail(ctx: Ctx, booking_id: UUID) -> Detail:
    """Return one booking with opened personal values, and write down who looked."""
    row = await _row(ctx, booking_id)
    await note_access(ctx, "VIEW", subject_kind=BOOKING, subject_id=booking_id)
    people = {c.id: c for c in await list_consultants(ctx)}
    opened = {f: unseal(ctx, f, getattr(row, f"{f}_sealed"), row.id) for f in _PERSONAL}
    missed = await no_shows(ctx, await rules(ctx), row.company_id, opened["phone"])
    plain: dict[str, Any] = {
        f: getattr(row, f) for f in Detail.__struct_fields__ if f in q.DetailRow.__struct_fields__
    }
    return Detail(
        **(plain | opened),
        consultant=people.get(row.consultant_id) if row.consultant_id else None,
        no_shows=missed,
        acts=_acts(ctx, row),
    )


_PERSONAL = ("name", "phone", "email")


async def _row(ctx: Ctx, booking_id: UUID) -> q.DetailRow:
    row = await ctx.db.first(q.ONE, id=booking_id)
    if row is None:
        raise MissingError
    return row


def _acts(ctx: Ctx, row: q.DetailRow) -> tuple[str, ...]:
    begun = row.starts_at <= clock.now()
    held = begun and row.state in {"BOOKED", "DONE"} and row.case_id is None
    rules_of = {
        "done": row.state == "BOOKED" and begun,
        "no_show": row.state == "BOOKED" and begun,
        "cancel": row.state == "BOOKED",
        "undo": row.state in {"DONE", "NO_SHOW"} and row.case_id is None,
        "case": held and ctx.me.may(INTAKE),
    }
    return tuple(act for act, fits in rules_of.items() if fits and ctx.me.may(BOOK))


async def day_sheet(ctx: Ctx, day: date) -> list[SheetLine]:
    """Return a day's bookings by room with names and telephones, and write down who looked."""
    rows = await ctx.db.all(
        q.OF_DAY, first=clock.at(day, "00:00"), last=clock.at(day + timedelta(days=1), "00:00")
    )
    if rows:
        await note_access(ctx, "DAY_SHEET", subject_kind=BOOKING)
    people = {c.id: c.label for c in await list_consultants(ctx)}
    return [
        SheetLine(
            room_name=row.room_name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            service_name=row.service_name,
            consultant=people.get(row.consultant_id, "") if row.consultant_id else "",
            company_name=row.company_name,
            name=unseal(ctx, "name", row.name_sealed, row.id),
            phone=unseal(ctx, "phone", row.phone_sealed, row.id),
            subject=row.subject,
            state=row.state,
        )
        for row in rows
    ]


async def cancel(ctx: Ctx, booking_id: UUID, note: str, row_version: int) -> int:
    """Free the time, for a reason that the office keeps; the booker gets a mail."""
    row = await _row(ctx, booking_id)
    plain = clean(note)
    if len(plain) > MAX_NOTE:
        raise InvalidError({"note": f"{MAX_NOTE}자까지 적을 수 있습니다."})
    version = await end(ctx, row, row_version, by="OFFICE", note=plain)
    if row.email_sealed is not None:
        await outbox.put(ctx, CANCELLED_MAIL, booking_id)
    return version


async def end(
    ctx: Ctx, row: q.DetailRow, row_version: int, *, by: str, note: str | None = None
) -> int:
    """Cancel a booking that is still ahead or running. Raises RefusedError, StaleError."""
    _must(row, "BOOKED")
    event = BookingCancelled(by="PORTAL" if by == "PORTAL" else "OFFICE")
    return await _move(ctx, row, row_version, event, state="CANCELLED", cancelled_by=by, note=note)


async def mark(ctx: Ctx, booking_id: UUID, state: str, row_version: int) -> int:
    """Note that they came (DONE) or did not (NO_SHOW), once the time has begun."""
    row = await _row(ctx, booking_id)
    if state not in {"DONE", "NO_SHOW"}:
        raise InvalidError({"state": "상담함이나 오지 않음을 골라 주세요."})
    _must(row, "BOOKED")
    _must_have_begun(row)
    event = ConsultDone() if state == "DONE" else NoShowNoted()
    return await _move(ctx, row, row_version, event, state=state)


async def undo(ctx: Ctx, booking_id: UUID, row_version: int) -> int:
    """Take a result back that was noted by mistake."""
    row = await _row(ctx, booking_id)
    _must(row, "DONE", "NO_SHOW")
    if row.case_id is not None:
        raise RefusedError("이미 애로로 접수한 상담입니다.")
    return await _move(ctx, row, row_version, ResultUndone(), state="BOOKED", ended_at=None)


async def open_case(
    ctx: Ctx, booking_id: UUID, category: str, content: str, row_version: int
) -> RegisteredCase:
    """Register what the consultation turned up as a case, and note that it was held.

    Raises ForbiddenError without the right to register, InvalidError with "category", "content".
    """
    if not ctx.me.may(INTAKE):
        raise ForbiddenError
    row = await _row(ctx, booking_id)
    _must(row, "BOOKED", "DONE")
    _must_have_begun(row)
    if row.case_id is not None:
        raise RefusedError("이미 애로로 접수한 상담입니다.")
    try:
        (made,) = await cases.register(ctx, _intake(ctx, row, category, content))
    except InvalidError as error:
        raise InvalidError(
            {k.removeprefix("rows-0-"): v for k, v in error.errors.items()}
        ) from None
    company_id = row.company_id or (await cases.detail(ctx, made.id)).company_id
    event = ConsultBecameCase(case_id=made.id)
    changes = {"state": "DONE", "case_id": made.id, "company_id": company_id}
    await _move(ctx, row, row_version, event, **changes)
    return made


def _intake(ctx: Ctx, row: q.DetailRow, category: str, content: str) -> Intake:
    return Intake(
        company_id=row.company_id,
        company_name=row.company_name,
        business_no=row.business_no,
        channel=WALK_IN,
        caller=unseal(ctx, "name", row.name_sealed, row.id),
        phone=unseal(ctx, "phone", row.phone_sealed, row.id),
        email=unseal(ctx, "email", row.email_sealed, row.id),
        rows=[IntakeRow(category=category, content=content)],
    )


def _must(row: q.DetailRow, *states: str) -> None:
    if row.state not in states:
        raise RefusedError("이미 끝났거나 취소된 예약입니다. 화면을 새로 열어 확인해 주세요.")


def _must_have_begun(row: q.DetailRow) -> None:
    if row.starts_at > clock.now():
        raise RefusedError("아직 시작하지 않은 상담입니다.")


async def _move(ctx: Ctx, row: q.DetailRow, row_version: int, event: Event, **changes: Any) -> int:
    values = {
        "ended_at": clock.now(),
        "cancelled_by": None,
        "note": row.note,
        "case_id": row.case_id,
        "company_id": row.company_id,
    } | changes
    if not await ctx.db.run(q.SET_STATE, b_id=row.id, b_version=row_version, **values):
        raise StaleError
    await emit(ctx, event, subject_kind=BOOKING, subject_id=row.id, seq=row_version + 1)
    return row_version + 1
