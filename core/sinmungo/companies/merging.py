"""Two records of one company become one, and two again when that was a mistake.

Everything that points at the dropped company follows (`Slice.merges`); the merge keeps the ids of
what it moved and the texts it wrote over, so that undoing puts back exactly these. What was changed
or added since stays as it is. The dropped record itself stays and leads to the kept one.
"""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from sinmungo import clock
from sinmungo.companies import merge_queries as q
from sinmungo.companies import service
from sinmungo.companies.events import CompaniesMerged, CompanyMergedAway, MergeUndone
from sinmungo.companies.record import CompanyValues, as_texts, understand
from sinmungo.companies.service import SUBJECT, CompanyRecord, MergedError
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, emit_many
from sinmungo.host.personal import seal, unseal
from sinmungo.host.types import MergeTable
from sinmungo.text import business_no

STATE = "state"
_STATE_FIELDS = ("state", "state_on", "state_reason")
_COUNT = ("employees", "employees_foreign", "employees_on")
_SECRET = "representative"  # noqa: S105 - the name of a field that is kept sealed
_NUMBER = "business_no"
CHOICES = tuple(
    f for f in (*CompanyValues.__struct_fields__, STATE) if f not in _COUNT or f == "employees"
)
"""What may be taken from the dropped record; "employees" stands for the count and its day."""


class Moving(msgspec.Struct):
    """How many rows of one kind follow, and how many stay because the kept company has its own."""

    title: str
    go: int
    stay: int


async def preview(ctx: Ctx, keep_id: UUID, drop_id: UUID) -> list[Moving]:
    """Return what a merge would move, kinds without rows left out."""
    for company_id in (keep_id, drop_id):
        await service.company_brief(ctx, company_id)
    items = ctx.host.merge_tables(ctx.city)
    rows = await ctx.db.all(q.counts(items), company_id=drop_id)
    found: list[Moving] = []
    for row in sorted((r for r in rows if r.count), key=lambda r: r.place):
        ids = await _movable(ctx, items[row.place], keep_id, drop_id)
        found.append(Moving(items[row.place].title, len(ids), row.count - len(ids)))
    return found


async def merge(
    ctx: Ctx,
    keep_id: UUID,
    drop_id: UUID,
    fields: Collection[str],
    *,
    keep_version: int,
    drop_version: int,
) -> UUID:
    """Merge one company into another and return the merge's id.

    `fields` of `CHOICES` are taken from the dropped record. Raises `InvalidError`, `MissingError`,
    `StaleError`, `MergedError` when either was merged before.
    """
    await _lock(ctx, {keep_id: keep_version, drop_id: drop_version})
    kept, dropped = await service.record(ctx, keep_id), await service.record(ctx, drop_id)
    taken = _expanded(fields)
    values = _mixed(kept, dropped, taken)
    merge_id = clock.uuid7()
    number = None if _NUMBER in taken else dropped.values.business_no
    await ctx.db.run(q.MERGE_AWAY, b_id=drop_id, into_id=keep_id, number=number)
    await _keep_merge(ctx, merge_id, kept, dropped, taken)
    await _move_all(ctx, merge_id, keep_id, drop_id)
    await service.store(ctx, keep_id, values, keep_version)
    if STATE in taken:
        await _set_state(ctx, keep_id, _state_texts(dropped))
    told = [f for f in CHOICES if f in taken]
    await emit_many(
        ctx,
        SUBJECT,
        [
            Emission(
                CompaniesMerged(merge_id=merge_id, drop_id=drop_id, fields=told),
                keep_id,
                keep_version + 1,
            ),
            Emission(
                CompanyMergedAway(merge_id=merge_id, keep_id=keep_id), drop_id, drop_version + 1
            ),
        ],
    )
    return merge_id


async def undo(ctx: Ctx, merge_id: UUID, row_version: int) -> None:
    """Take a merge back: each row it moved and each text it wrote over, unless changed since.

    Raises `MissingError`, `StaleError`, `RefusedError` (undone already, or the kept company was
    itself merged since, or another company has taken the number).
    """
    found = await one_merge(ctx, merge_id)
    if found.undone_at is not None:
        raise RefusedError("이미 되돌린 합치기입니다.")
    locked = {r.id: r for r in await ctx.db.all(q.LOCK, ids=[found.keep_id, found.drop_id])}
    if locked[found.keep_id].merged_into is not None:
        raise RefusedError("남긴 업체가 그 뒤 다시 합쳐졌습니다. 그 합치기를 먼저 되돌려 주세요.")
    done = {"undone_at": clock.now(), "undone_by": ctx.me.officer_id}
    if not await ctx.db.run(q.UNDO, b_id=merge_id, b_version=row_version, **done):
        raise StaleError
    try:
        async with ctx.db.savepoint():
            await _move_back(ctx, found)
            await _restore(ctx, found, locked[found.keep_id].row_version)
    except (asyncpg.UniqueViolationError, InvalidError):
        raise RefusedError(
            "그 뒤에 등록된 자료와 겹쳐 되돌릴 수 없습니다. 같은 번호의 업체를 확인해 주세요."
        ) from None
    event = MergeUndone(merge_id=merge_id, other_id=found.drop_id)
    other = MergeUndone(merge_id=merge_id, other_id=found.keep_id)
    await emit_many(
        ctx,
        SUBJECT,
        [
            Emission(event, found.keep_id, locked[found.keep_id].row_version + 1),
            Emission(other, found.drop_id, locked[found.drop_id].row_version + 1),
        ],
    )


async def one_merge(ctx: Ctx, merge_id: UUID) -> q.MergeRow:
    """Return a merge; `MissingError` if there is none."""
    found = await ctx.db.first(q.ONE, id=merge_id)
    if found is None:
        raise MissingError
    return found


async def merges_into(ctx: Ctx, company_id: UUID) -> list[q.MergeRow]:
    """Return the merges into a company that stand, newest first."""
    return await ctx.db.all(q.OF_COMPANY, id=company_id)


async def list_merges(ctx: Ctx, size: int = 100) -> list[q.MergeRow]:
    """Return the last merges, undone ones too, newest first."""
    return await ctx.db.all(q.LIST, size=size)


async def _lock(ctx: Ctx, versions: Mapping[UUID, int]) -> None:
    if len(versions) == 1:
        raise InvalidError({"drop_id": "서로 다른 두 업체를 골라 주세요."})
    rows = await ctx.db.all(q.LOCK, ids=list(versions))
    if len(rows) != len(versions):
        raise MissingError
    if any(row.merged_into is not None for row in rows):
        raise MergedError
    if any(row.row_version != versions[row.id] for row in rows):
        raise StaleError


def _expanded(fields: Collection[str]) -> frozenset[str]:
    unknown = set(fields) - set(CHOICES)
    if unknown:
        raise InvalidError(dict.fromkeys(unknown, "고를 수 없는 항목입니다."))
    return frozenset([*fields, *(_COUNT if "employees" in fields else ())])


def _mixed(kept: CompanyRecord, dropped: CompanyRecord, taken: Collection[str]) -> CompanyValues:
    theirs = as_texts(dropped.values)
    return understand({**as_texts(kept.values), **{f: theirs[f] for f in taken if f in theirs}})


async def _keep_merge(
    ctx: Ctx, merge_id: UUID, kept: CompanyRecord, dropped: CompanyRecord, taken: Collection[str]
) -> None:
    """Write down what is written over; the representative's name stays sealed."""
    sealed = kept.values.representative if _SECRET in taken else None
    await ctx.db.run(
        q.ADD,
        id=merge_id,
        keep_id=kept.id,
        drop_id=dropped.id,
        before=_texts_of(kept, taken),
        after={**_texts_of(dropped, taken), **({_SECRET: ""} if _SECRET in taken else {})},
        merged_at=clock.now(),
        merged_by=ctx.me.officer_id,
        row_version=1,
        **seal(ctx, _SECRET, sealed, "name", merge_id),
    )


def _texts_of(company: CompanyRecord, taken: Collection[str]) -> dict[str, str]:
    texts = {f: t for f, t in as_texts(company.values).items() if f in taken and f != _SECRET}
    return {**texts, **(_state_texts(company) if STATE in taken else {})}


def _state_texts(company: CompanyRecord) -> dict[str, str]:
    day = company.state_on.isoformat() if company.state_on else ""
    return {"state": company.state, "state_on": day, "state_reason": company.state_reason or ""}


async def _set_state(ctx: Ctx, company_id: UUID, texts: Mapping[str, str]) -> None:
    day = texts["state_on"]
    await ctx.db.run(
        q.SET_STATE,
        b_id=company_id,
        state=texts["state"],
        state_on=date.fromisoformat(day) if day else None,
        state_reason=texts["state_reason"] or None,
    )


async def _movable(ctx: Ctx, item: MergeTable, keep_id: UUID, drop_id: UUID) -> list[UUID]:
    given = {"from_id": drop_id, **({"to_id": keep_id} if item.one_per is not None else {})}
    return await ctx.db.all(q.moves(item).movable, **given)


async def _move_all(ctx: Ctx, merge_id: UUID, keep_id: UUID, drop_id: UUID) -> None:
    for item in ctx.host.merge_tables(ctx.city):
        ids = await _movable(ctx, item, keep_id, drop_id)
        if not ids:
            continue
        await ctx.db.run(q.moves(item).move, ids=ids, from_id=drop_id, to_id=keep_id)
        row = {"table_name": item.name, "row_ids": ids}
        await ctx.db.run(q.ADD_ROWS, id=clock.uuid7(), merge_id=merge_id, **row)


async def _move_back(ctx: Ctx, found: q.MergeRow) -> None:
    """Let the rows go back that still are with the kept company; a purged table has none."""
    known = {item.name: item for item in ctx.host.merge_tables(ctx.city)}
    for moved in await ctx.db.all(q.MOVED, id=found.id):
        if moved.table_name in known:
            await ctx.db.run(
                q.moves(known[moved.table_name]).move,
                ids=moved.row_ids,
                from_id=found.keep_id,
                to_id=found.drop_id,
            )


async def _restore(ctx: Ctx, found: q.MergeRow, version: int) -> None:
    """Give both records back what the merge took: first the kept one, which frees the number."""
    kept = await service.record(ctx, found.keep_id)
    dropped = await service.record(ctx, found.drop_id)
    number = dropped.values.business_no
    await ctx.db.run(q.MERGE_AWAY, b_id=dropped.id, into_id=None, number=number)
    now, back = as_texts(kept.values), dict(found.before)
    if _SECRET in found.after:
        back[_SECRET] = unseal(ctx, _SECRET, found.representative_sealed, found.id)
    after = {**found.after, _SECRET: dropped.values.representative or ""}
    unchanged = {f: text for f, text in back.items() if now.get(f) == after.get(f)}
    await service.store(ctx, kept.id, understand({**now, **unchanged}), version)
    if _state_texts(kept).items() <= found.after.items():
        await _set_state(ctx, kept.id, found.before)
    if _NUMBER in found.after:
        given_back = business_no.parse(found.after[_NUMBER]) if found.after[_NUMBER] else None
        await ctx.db.run(q.SET_NUMBER, b_id=dropped.id, number=given_back)
