"""The rules about agencies: one open row per name, found again under any spelling of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from sinmungo import clock
from sinmungo.agencies import queries as q
from sinmungo.agencies.events import (
    AGENCY,
    AgencyAdded,
    AgencyChanged,
    AgencyEnded,
    AgencyReopened,
)
from sinmungo.agencies.queries import AgencyRow
from sinmungo.agencies.record import AgencyValues, as_texts, understand
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit, emit_many
from sinmungo.host.types import Event
from sinmungo.text.normalise import clean, company_key

__all__ = [
    "AgencyRow",
    "add",
    "add_all",
    "agency",
    "agency_names",
    "edit",
    "end",
    "find_agencies",
    "get_or_add",
    "is_open",
    "list_agencies",
    "predecessors",
    "reopen",
]


async def list_agencies(
    ctx: Ctx, kind: str | None = None, on: date | None = None
) -> list[AgencyRow]:
    """Return agencies by kind and name: of one kind, and those that exist on a day, if given."""
    return await ctx.db.all(q.LIST, kind=kind, on=on)


async def find_agencies(ctx: Ctx, text: str) -> list[AgencyRow]:
    """Return the agencies whose name or short name holds this text, existing ones first."""
    key = company_key(text)
    return await ctx.db.all(q.FIND, key=key) if key else []


async def agency(ctx: Ctx, agency_id: UUID) -> AgencyRow:
    """Return one agency; `MissingError` if there is none."""
    found = await ctx.db.first(q.ONE, id=agency_id)
    if found is None:
        raise MissingError
    return found


async def agency_names(ctx: Ctx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of these agencies in one statement (none for an empty list)."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {row.id: row.name for row in await ctx.db.all(q.NAMES, ids=wanted)}


async def predecessors(ctx: Ctx, agency_id: UUID) -> list[AgencyRow]:
    """Return the agencies that this one came after."""
    return await ctx.db.all(q.BEFORE, id=agency_id)


def is_open(row: AgencyRow, on: date) -> bool:
    """Whether the agency exists on a day."""
    begun = row.valid_from is None or row.valid_from <= on
    return begun and (row.valid_to is None or row.valid_to > on)


async def get_or_add(ctx: Ctx, name: str, kind: str) -> UUID:
    """Return the agency that has not ended under any spelling of this name, or a new one.

    An existing agency keeps its kind. Raises `InvalidError` for a name nobody can read.
    """
    found = await ctx.db.first(q.OPEN_BY_KEY, name_key=company_key(name))
    if found is not None:
        return found.id
    try:
        return await add(ctx, {"name": name, "kind": kind})
    except InvalidError:
        taken = await ctx.db.first(q.OPEN_BY_KEY, name_key=company_key(name))
        if taken is None:
            raise
        return taken.id


async def add(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Add an agency from texts by field name (`AgencyValues`) and return its id."""
    values = understand(texts)
    agency_id = clock.uuid7()
    row = {"id": agency_id, "created_at": clock.now(), "row_version": 1}
    if not await ctx.db.run(q.ADD, **row, **_columns(values)):
        raise _taken(values.name)
    await emit(ctx, AgencyAdded(), subject_kind=AGENCY, subject_id=agency_id, seq=1)
    return agency_id


async def add_all(ctx: Ctx, many: Iterable[Mapping[str, str]]) -> None:
    """Add agencies whose names nobody has yet, two statements for all of them: a seed's work."""
    now = clock.now()
    stored = [_columns(understand(texts)) for texts in many]
    rows = [{"id": clock.uuid7(), "created_at": now, "row_version": 1, **row} for row in stored]
    if rows:
        await ctx.db.run_many(q.ADD_NEW, rows)
        await emit_many(ctx, AGENCY, [Emission(AgencyAdded(), row["id"], 1) for row in rows])


async def edit(ctx: Ctx, agency_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Correct the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    row = await agency(ctx, agency_id)
    if row.row_version != row_version:
        raise StaleError
    values = understand({**as_texts(row), **texts})
    fields = [f for f in values.__struct_fields__ if getattr(values, f) != getattr(row, f)]
    if not fields:
        return row_version
    if values.valid_from and row.valid_to and values.valid_from >= row.valid_to:
        raise InvalidError({"valid_from": "끝난 날 앞으로 적어 주세요."})
    try:
        async with ctx.db.savepoint():
            await _change(ctx, agency_id, row_version, AgencyChanged(fields=fields), values)
    except asyncpg.UniqueViolationError:
        raise _taken(values.name) from None
    return row_version + 1


async def end(
    ctx: Ctx, agency_id: UUID, *, valid_to: date, successor_id: UUID | None, row_version: int
) -> int:
    """End an agency; `valid_to` is the first day without it. What points at it stays with it."""
    row = await agency(ctx, agency_id)
    if row.valid_to is not None:
        raise RefusedError("이미 끝났거나 끝날 날을 정한 기관입니다.")
    if row.valid_from is not None and valid_to <= row.valid_from:
        raise InvalidError({"valid_to": "기관이 생긴 날 뒤로 적어 주세요."})
    if successor_id is not None:
        await _check_successor(ctx, agency_id, successor_id, valid_to)
    days = {"valid_to": valid_to, "successor_id": successor_id}
    if not await ctx.db.run(q.END, b_id=agency_id, b_version=row_version, **days):
        raise StaleError
    event = AgencyEnded(valid_to=valid_to, successor_id=successor_id)
    await _tell(ctx, event, agency_id, row_version)
    return row_version + 1


async def reopen(ctx: Ctx, agency_id: UUID, row_version: int) -> int:
    """Take back an end that was written down wrongly."""
    row = await agency(ctx, agency_id)
    if row.valid_to is None:
        raise RefusedError("끝나지 않은 기관입니다.")
    days = {"valid_to": None, "successor_id": None}
    try:
        async with ctx.db.savepoint():
            touched = await ctx.db.run(q.END, b_id=agency_id, b_version=row_version, **days)
    except asyncpg.UniqueViolationError:
        raise RefusedError(f"같은 이름의 기관이 이미 있습니다: {row.name}") from None
    if not touched:
        raise StaleError
    await _tell(ctx, AgencyReopened(), agency_id, row_version)
    return row_version + 1


async def _check_successor(ctx: Ctx, agency_id: UUID, successor_id: UUID, day: date) -> None:
    found = await ctx.db.first(q.ONE, id=successor_id)
    if found is None or successor_id == agency_id or not is_open(found, day):
        raise InvalidError({"successor_id": "그날 있는 기관 가운데에서 골라 주세요."})


async def _change(
    ctx: Ctx, agency_id: UUID, row_version: int, event: Event, values: AgencyValues
) -> None:
    touched = await ctx.db.run(q.EDIT, b_id=agency_id, b_version=row_version, **_columns(values))
    if not touched:
        raise StaleError
    await _tell(ctx, event, agency_id, row_version)


async def _tell(ctx: Ctx, event: Event, agency_id: UUID, row_version: int) -> None:
    await emit(ctx, event, subject_kind=AGENCY, subject_id=agency_id, seq=row_version + 1)


def _columns(values: AgencyValues) -> dict[str, Any]:
    stored = {f: getattr(values, f) for f in values.__struct_fields__}
    return {**stored, "name_key": company_key(values.name)}


def _taken(name: str) -> InvalidError:
    return InvalidError({"name": f"같은 이름의 기관이 이미 있습니다: {clean(name)}"})
