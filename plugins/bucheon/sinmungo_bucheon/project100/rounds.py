"""Rounds: each keeps the capacity and the least head count that it was opened with."""

from datetime import date
from uuid import UUID

from sinmungo.sdk import (
    Ctx,
    InvalidError,
    MissingError,
    clock,
    emit,
    set_setting,
    settings_of,
)
from sinmungo_bucheon.project100 import queries as q
from sinmungo_bucheon.project100.cadence import CYCLES, QUARTERLY
from sinmungo_bucheon.project100.events import CadenceSet, RoundOpened
from sinmungo_bucheon.project100.models import STATUSES
from sinmungo_bucheon.project100.rules import Seats, seats
from sinmungo_bucheon.settings import Settings

SUBJECT = "bucheon_project100_round"
MAX_NAME = 60


async def defaults(ctx: Ctx) -> Settings:
    """Return what a new round begins with in this city."""
    return await settings_of(ctx, "bucheon", Settings)


async def cycle(ctx: Ctx) -> int:
    """Return how many months a period of regular contact has in this city (B4)."""
    months = (await defaults(ctx)).project100_contact_months
    return months if months in CYCLES else QUARTERLY


async def set_cycle(ctx: Ctx, months: int) -> None:
    """Change how often a company has to be contacted; due days follow at once."""
    if months not in CYCLES:
        raise InvalidError({"months": "연락 주기를 골라 주세요."})
    former = await cycle(ctx)
    if months == former:
        return
    await set_setting(ctx, "bucheon.project100_contact_months", months)
    event = CadenceSet(months=months, former=former)
    subject = clock.uuid7()
    await emit(ctx, event, subject_kind="bucheon_project100_cadence", subject_id=subject, seq=1)


async def list_rounds(ctx: Ctx) -> list[q.RoundRow]:
    """Return every round, the latest selection day first."""
    return await ctx.db.all(q.ROUNDS)


async def round_of(ctx: Ctx, round_id: UUID, *, lock: bool = False) -> q.RoundRow:
    """Return a round; `lock` keeps everyone else from changing who is in it until we commit."""
    found = await ctx.db.first(q.LOCK_ROUND if lock else q.ROUND, id=round_id)
    if found is None:
        raise MissingError
    return found


async def seats_of(ctx: Ctx, of: q.RoundRow) -> tuple[Seats, dict[str, int]]:
    """Return the seats of a round, and how many companies have each status."""
    counts = dict.fromkeys(STATUSES, 0)
    counts |= {row.status: row.count for row in await ctx.db.all(q.COUNTS, round_id=of.id)}
    return seats(of.capacity, counts), counts


async def open_round(
    ctx: Ctx, *, name: str, selected_on: date, capacity: int, min_employees: int
) -> UUID:
    """Open a round and return its id. Names are unique; the figures stay with the round."""
    errors: dict[str, str] = {}
    if not name or len(name) > MAX_NAME:
        errors["name"] = f"회차 이름을 {MAX_NAME}자 안으로 적어 주세요."
    elif any(r.name == name for r in await list_rounds(ctx)):
        errors["name"] = "같은 이름의 회차가 있습니다."
    if capacity < 1:
        errors["capacity"] = "정원은 1개사 이상이어야 합니다."
    if min_employees < 0:
        errors["min_employees"] = "종업원 수는 0명 이상이어야 합니다."
    if errors:
        raise InvalidError(errors)
    round_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_ROUND,
        id=round_id,
        name=name,
        selected_on=selected_on,
        capacity=capacity,
        min_employees=min_employees,
        created_at=clock.now(),
        row_version=1,
    )
    event = RoundOpened(round_id=round_id, capacity=capacity, min_employees=min_employees)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=round_id, seq=1)
    return round_id
