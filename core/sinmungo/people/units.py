"""Units change their names and end, on days; what was true on an earlier day stays readable."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.types import Event
from sinmungo.jobs import outbox
from sinmungo.people import events
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.service import add_post, check_unit_name, unit
from sinmungo.text.normalise import clean
from sinmungo_tenants import Write

NAME_JOB = "people.unit_names"
_KIND_ORDER = {"BUREAU": 0, "DEPARTMENT": 1, "TEAM": 2}


class UnitDetail(msgspec.Struct):
    """A unit with its names, oldest first, and where it stands."""

    row: q.UnitRow
    names: list[q.UnitNameRow]
    parent: q.UnitRow | None
    children: list[q.UnitRow]
    successor: q.UnitRow | None


class Branch(msgspec.Struct):
    """A line of the tree: the unit and how deep it lies."""

    row: q.UnitRow
    depth: int


async def all_units(ctx: Ctx) -> list[q.UnitRow]:
    """Return every unit there is, was or will be, by name."""
    return await ctx.db.all(q.ALL_UNITS)


def tree(rows: Sequence[q.UnitRow]) -> list[Branch]:
    """Return units in the order of a tree; one whose parent is not among them stands on top."""
    known = {r.id for r in rows}
    children: dict[UUID | None, list[q.UnitRow]] = {}
    for row in sorted(rows, key=lambda r: (_KIND_ORDER[r.kind], r.name)):
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def walk(parent: UUID | None, depth: int) -> Iterator[Branch]:
        for row in children.get(parent, ()):
            yield Branch(row, depth)
            yield from walk(row.id, depth + 1)

    return list(walk(None, 0))


def is_open(row: q.UnitRow, on: date) -> bool:
    """Whether the unit has not ended by that day; it may begin later."""
    return row.valid_to is None or row.valid_to > on


async def detail(ctx: Ctx, unit_id: UUID) -> UnitDetail:
    """Return one unit; `NotFoundError` when there is none."""
    rows = {r.id: r for r in await all_units(ctx)}
    row = rows.get(unit_id)
    if row is None:
        raise MissingError
    return UnitDetail(
        row,
        await ctx.db.all(q.NAMES_OF_UNITS, ids=[unit_id]),
        rows.get(row.parent_id) if row.parent_id else None,
        [r for r in rows.values() if r.parent_id == unit_id and is_open(r, clock.today())],
        rows.get(row.successor_id) if row.successor_id else None,
    )


async def rename(
    ctx: Ctx, unit_id: UUID, *, name: str, valid_from: date | None, row_version: int
) -> None:
    """Give the unit another name from a day on. A day to come is applied on that day by a job."""
    row, plain = await _open_unit(ctx, unit_id), clean(name)
    day = valid_from or clock.today()
    await check_unit_name(ctx, plain, row.parent_id, day, but=unit_id)
    last = (await ctx.db.all(q.NAMES_OF_UNITS, ids=[unit_id]))[-1]
    if day < last.valid_from:
        raise InvalidError({"valid_from": "지금 이름을 쓰기 시작한 날 뒤로 적어 주세요."})
    if row.valid_to is not None and day >= row.valid_to:
        raise InvalidError({"valid_from": "부서가 닫히는 날 앞으로 적어 주세요."})
    await _change(ctx, w.TOUCH_UNIT, unit_id, row_version)
    if day == last.valid_from:
        await ctx.db.run(w.REPLACE_UNIT_NAME, b_unit=unit_id, name=plain)
    else:
        await ctx.db.run(w.END_UNIT_NAME, b_unit=unit_id, valid_to=day)
        await ctx.db.run(
            w.ADD_UNIT_NAME, id=clock.uuid7(), unit_id=unit_id, name=plain, valid_from=day
        )
    if day > clock.today():
        await outbox.put(ctx, NAME_JOB, unit_id, due_at=clock.at(day, "00:00"))
    await show_name_of_today(ctx, unit_id)
    event = events.UnitRenamed(unit_id=unit_id, valid_from=day)
    await _tell(ctx, event, unit_id, row_version)


async def show_name_of_today(ctx: Ctx, unit_id: UUID) -> None:
    """Write today's name where lists read it. Repeatable; also the job of the day itself."""
    today = clock.today()
    for name in await ctx.db.all(q.NAMES_OF_UNITS, ids=[unit_id]):
        if name.valid_from <= today and (name.valid_to is None or name.valid_to > today):
            await ctx.db.run(w.SHOW_UNIT_NAME, b_id=unit_id, name=name.name)
    await ctx.db.run(w.FORGET_ALL_PRINCIPALS)


async def set_phone(ctx: Ctx, unit_id: UUID, phone: str | None, row_version: int) -> None:
    """Set the unit's telephone number."""
    await _open_unit(ctx, unit_id)
    await _change(ctx, w.SET_UNIT_PHONE, unit_id, row_version, phone=phone)
    await _tell(ctx, events.UnitChanged(unit_id=unit_id), unit_id, row_version)


async def close(
    ctx: Ctx,
    unit_id: UUID,
    *,
    valid_to: date,
    successor_id: UUID | None,
    row_version: int,
) -> int:
    """End the unit; `valid_to` is the first day without it. Returns how many posts moved.

    A unit with posts needs a successor, which also inherits the sight of its records.
    """
    row = await _open_unit(ctx, unit_id)
    if valid_to <= row.valid_from:
        raise InvalidError({"valid_to": "부서가 생긴 날 뒤로 적어 주세요."})
    rows = await all_units(ctx)
    if any(r.parent_id == unit_id and is_open(r, valid_to) for r in rows):
        raise RefusedError("소속 팀이 남아 있습니다. 팀을 먼저 닫아 주세요.")
    _check_successor({r.id: r for r in rows}, unit_id, successor_id, valid_to)
    posts = await ctx.db.all(q.OPEN_POSTS_OF_UNIT, unit_id=unit_id, on=valid_to)
    if posts and successor_id is None:
        raise InvalidError(
            {"successor_id": f"직원 {len(posts)}명이 있습니다. 업무를 이어받을 부서를 골라 주세요."}
        )
    await _change(
        ctx, w.CLOSE_UNIT, unit_id, row_version, valid_to=valid_to, successor_id=successor_id
    )
    for post in posts:
        if successor_id is not None:
            await _hand_over(ctx, post, successor_id, valid_to)
    await ctx.db.run(w.FORGET_ALL_PRINCIPALS)
    event = events.UnitClosed(
        unit_id=unit_id, successor_id=successor_id, valid_to=valid_to, moved_posts=len(posts)
    )
    await _tell(ctx, event, unit_id, row_version)
    return len(posts)


async def reopen(ctx: Ctx, unit_id: UUID, row_version: int) -> int:
    """Take an end back, as if there had been none. Returns how many posts came back.

    A post that the end moved comes back unless it was changed since; one that had not begun stays
    where it was moved to, since nothing tells it from one given there.
    """
    row = await unit(ctx, unit_id)
    if row.valid_to is None:
        raise RefusedError("닫지 않은 부서입니다.")
    if row.parent_id and (await unit(ctx, row.parent_id)).valid_to is not None:
        raise RefusedError("위 부서가 닫혀 있습니다. 위 부서를 먼저 되돌려 주세요.")
    siblings = await all_units(ctx)
    if any(
        r.name == row.name and r.parent_id == row.parent_id and r.valid_to is None for r in siblings
    ):
        raise RefusedError(
            "같은 이름의 부서가 그 뒤에 생겼습니다. 그 부서의 이름을 먼저 바꿔 주세요."
        )
    await _change(ctx, w.CLOSE_UNIT, unit_id, row_version, valid_to=None, successor_id=None)
    moved = await ctx.db.all(
        q.HANDED_OVER, unit_id=unit_id, successor_id=row.successor_id, day=row.valid_to
    )
    for post in moved:
        await ctx.db.run(w.DROP_POST, id=post.new_id)
        await ctx.db.run(w.END_POST, b_id=post.id, valid_to=post.valid_to)
    await ctx.db.run(w.FORGET_ALL_PRINCIPALS)
    event = events.UnitReopened(unit_id=unit_id, returned_posts=len(moved))
    await _tell(ctx, event, unit_id, row_version)
    return len(moved)


def _check_successor(
    rows: dict[UUID, q.UnitRow], unit_id: UUID, successor_id: UUID | None, on: date
) -> None:
    if successor_id is None:
        return
    found = rows.get(successor_id)
    if found is None or successor_id == unit_id or found.valid_from > on:
        raise InvalidError({"successor_id": "그날 있는 부서 가운데에서 골라 주세요."})
    if found.valid_to is not None:
        raise InvalidError(
            {"successor_id": "이 부서도 닫기로 되어 있습니다. 다른 부서를 골라 주세요."}
        )


async def _hand_over(ctx: Ctx, post: q.UnitPostRow, successor_id: UUID, day: date) -> None:
    """Let a post go on in the successor; one that begins later simply begins there."""
    if post.valid_from >= day:
        await ctx.db.run(w.MOVE_POST, b_id=post.id, unit_id=successor_id)
        return
    await ctx.db.run(w.END_POST, b_id=post.id, valid_to=day)
    await add_post(
        ctx,
        post.officer_id,
        unit_id=successor_id,
        title=post.title,
        is_head=post.is_head,
        valid_from=day,
        valid_to=post.valid_to,
    )


async def _open_unit(ctx: Ctx, unit_id: UUID) -> q.UnitRow:
    row = await unit(ctx, unit_id)
    if row.valid_to is not None:
        raise RefusedError("이미 닫았거나 닫을 날을 정한 부서입니다.")
    return row


async def _change(
    ctx: Ctx, statement: Write, unit_id: UUID, row_version: int, **values: object
) -> None:
    if not await ctx.db.run(statement, b_id=unit_id, b_version=row_version, **values):
        raise StaleError


async def _tell(ctx: Ctx, event: Event, unit_id: UUID, row_version: int) -> None:
    await emit(ctx, event, subject_kind=events.UNIT, subject_id=unit_id, seq=row_version + 1)
