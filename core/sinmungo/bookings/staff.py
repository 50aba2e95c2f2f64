"""Who sits in the rooms, and when: consultants and the rota."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from sinmungo import clock
from sinmungo.bookings import queries as q
from sinmungo.bookings.events import ROOM, SETUP, ConsultantChanged, RotaAdded, RotaEnded
from sinmungo.bookings.types import Consultant, NewConsultant, NewRota, RotaLine
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.text.normalise import clean

MAX_NAME = 40
_DAYS_OF_WEEK = 7
_FAR = timedelta(days=366)
_NEEDED = {"OFFICER": "officer_id", "AGENCY": "agency_id", "EXPERT": "name"}
_ASKED = {
    "officer_id": "직원을 목록에서 골라 주세요.",
    "agency_id": "기관을 목록에서 골라 주세요.",
    "name": "전문가의 이름을 적어 주세요.",
}


async def list_consultants(ctx: Ctx) -> list[Consultant]:
    """Return everyone who sits or sat in the rooms, by label."""
    found = [_consultant(ctx, row) for row in await ctx.db.all(q.CONSULTANTS)]
    return sorted(found, key=lambda c: (not c.active, c.label))


def _consultant(ctx: Ctx, row: q.ConsultantRow) -> Consultant:
    name = unseal(ctx, "name", row.name_sealed, row.id)
    if row.officer_id is not None:
        name = unseal(ctx, "name", row.officer_sealed, row.officer_id)
    label = " ".join(part for part in (row.agency_name, name, row.title) if part)
    return Consultant(
        id=row.id,
        kind=row.kind,
        label=label,
        title=row.title or row.agency_name or "",
        active=row.active,
        row_version=row.row_version,
    )


async def add_consultant(ctx: Ctx, new: NewConsultant) -> UUID:
    """Let an officer, an agency or an expert sit in the rooms; return the id.

    Raises `InvalidError`; an officer or agency is there once.
    """
    name, title = clean(new.name), clean(new.title)
    field = _NEEDED[new.kind]
    errors = {}
    if not {"officer_id": new.officer_id, "agency_id": new.agency_id, "name": name}[field]:
        errors[field] = _ASKED[field]
    if max(len(name), len(title)) > MAX_NAME:
        errors["title"] = f"{MAX_NAME}자까지 적을 수 있습니다."
    if errors:
        raise InvalidError(errors)
    consultant_id = clock.uuid7()
    try:
        async with ctx.db.savepoint():
            await ctx.db.run(
                q.ADD_CONSULTANT,
                id=consultant_id,
                kind=new.kind,
                officer_id=new.officer_id if new.kind == "OFFICER" else None,
                agency_id=new.agency_id if new.kind == "AGENCY" else None,
                title=title,
                active=True,
                created_at=clock.now(),
                row_version=1,
                **seal(ctx, "name", name if new.kind == "EXPERT" else "", "name", consultant_id),
            )
    except asyncpg.UniqueViolationError:
        raise InvalidError({field: "이미 등록된 상담자입니다."}) from None
    except asyncpg.ForeignKeyViolationError:
        raise InvalidError({field: _ASKED[field]}) from None
    await emit(ctx, ConsultantChanged(), subject_kind=SETUP, subject_id=consultant_id, seq=1)
    return consultant_id


async def change_consultant(
    ctx: Ctx, consultant_id: UUID, *, title: str, active: bool, row_version: int
) -> int:
    """Set a consultant's title and whether they still sit; return the new row version."""
    plain = clean(title)
    if len(plain) > MAX_NAME:
        raise InvalidError({"title": f"{MAX_NAME}자까지 적을 수 있습니다."})
    done = await ctx.db.run(
        q.SET_CONSULTANT, b_id=consultant_id, b_version=row_version, title=plain, active=active
    )
    if not done:
        known = {c.id for c in await list_consultants(ctx)}
        raise StaleError if consultant_id in known else MissingError
    event = ConsultantChanged()
    await emit(ctx, event, subject_kind=SETUP, subject_id=consultant_id, seq=row_version + 1)
    return row_version + 1


async def list_rota(ctx: Ctx, first: date, last: date) -> list[RotaLine]:
    """Return the lines that hold on some day of a span."""
    return await ctx.db.all(q.ROTA, first=first, last=last)


async def add_rota(ctx: Ctx, new: NewRota) -> UUID:
    """Add a line of the rota and return its id.

    Refused (`InvalidError`) when the room has another line then, or the consultant sits in another
    room at that time.
    """
    _check(new)
    start = new.on_day or new.valid_from or clock.today()
    mine = _line(new, start)
    others = await list_rota(ctx, start, start + _FAR)
    _check_overlap(mine, others)
    try:
        async with ctx.db.savepoint():
            await ctx.db.run(q.ADD_ROTA, created_at=clock.now(), **_columns(mine))
    except asyncpg.ForeignKeyViolationError:
        raise InvalidError({"consultant_id": "목록에서 골라 주세요."}) from None
    event = RotaAdded(room_id=new.room_id, consultant_id=new.consultant_id)
    await emit(ctx, event, subject_kind=ROOM, subject_id=mine.id, seq=1)
    return mine.id


def _check(new: NewRota) -> None:
    errors = {}
    if (new.weekday is None) == (new.on_day is None):
        errors["weekday"] = "요일이나 날짜 가운데 하나만 골라 주세요."
    elif new.weekday is not None and not 1 <= new.weekday <= _DAYS_OF_WEEK:
        errors["weekday"] = "요일을 목록에서 골라 주세요."
    if new.opens >= new.closes:
        errors["closes"] = "끝나는 시각은 시작하는 시각보다 늦어야 합니다."
    if new.on_day is not None and new.on_day < clock.today():
        errors["on_day"] = "지난 날의 당번은 적을 수 없습니다."
    if errors:
        raise InvalidError(errors)


def _line(new: NewRota, start: date) -> RotaLine:
    return RotaLine(
        id=clock.uuid7(),
        room_id=new.room_id,
        consultant_id=new.consultant_id,
        service_id=new.service_id,
        weekday=new.weekday,
        on_day=new.on_day,
        opens=new.opens,
        closes=new.closes,
        valid_from=start,
        valid_to=None,
        row_version=1,
    )


def _columns(line: RotaLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in line.__struct_fields__}


def _check_overlap(mine: RotaLine, others: Iterable[RotaLine]) -> None:
    """Compare like with like: one day's line goes before the weekly ones, that is no clash."""
    for other in others:
        same_day = (mine.weekday, mine.on_day) == (other.weekday, other.on_day)
        if not same_day or other.closes <= mine.opens or mine.closes <= other.opens:
            continue
        if other.room_id == mine.room_id:
            raise InvalidError({"opens": "그 시간에는 이 상담실에 다른 당번이 있습니다."})
        if other.consultant_id == mine.consultant_id:
            raise InvalidError({"opens": "그 시간에는 이 상담자가 다른 상담실의 당번입니다."})


async def end_rota(ctx: Ctx, line_id: UUID, row_version: int) -> None:
    """End a line from today on; one that has not begun yet is removed. Bookings made stay."""
    line = await ctx.db.first(q.ROTA_LINE, id=line_id)
    if line is None:
        raise MissingError
    today = clock.today()
    if line.valid_from < today and line.on_day is None:
        done = await ctx.db.run(q.END_ROTA, b_id=line_id, b_version=row_version, valid_to=today)
    else:
        done = await ctx.db.run(q.DROP_ROTA, b_id=line_id, b_version=row_version)
    if not done:
        raise StaleError
    event = RotaEnded(room_id=line.room_id, consultant_id=line.consultant_id)
    await emit(ctx, event, subject_kind=ROOM, subject_id=line_id, seq=row_version + 1)
