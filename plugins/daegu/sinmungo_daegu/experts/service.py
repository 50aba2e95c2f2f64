"""The rules about experts: at least one field, a term from a day to a day, never deleted here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from sinmungo.sdk import (
    Ctx,
    InputProblem,
    MissingError,
    StaleError,
    clock,
    emit,
    note_access,
    seal,
    unseal,
)
from sinmungo_daegu.experts import queries as q
from sinmungo_daegu.experts.events import ExpertAdded, ExpertChanged
from sinmungo_daegu.experts.models import FIELDS, STATES
from sinmungo_daegu.experts.record import ExpertValues, as_texts, understand

SUBJECT = "daegu_expert"
FOUND = 50
_TAIL = 4


class Expert(msgspec.Struct, frozen=True):
    """An expert with the personal fields opened."""

    id: UUID
    values: ExpertValues
    state: str
    row_version: int


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the fields of the city's file (`[<plugin>.fields]` CODE = "label"), or the usual ones."""
    given: Mapping[str, str] = table.get("fields") or FIELDS
    if await list_fields(ctx):
        return
    for position, (code, label) in enumerate(given.items(), start=1):
        await ctx.db.run(
            q.ADD_FIELD, code=code, label=label, position=position, active=True, row_version=1
        )


async def list_fields(ctx: Ctx) -> list[q.FieldRow]:
    """Return the fields in the city's order, each with the number of serving experts."""
    return await ctx.db.all(q.FIELDS, today=clock.today())


async def counts(ctx: Ctx) -> dict[str, int]:
    """Return how many experts are in each state."""
    rows = await ctx.db.all(q.STATE_COUNTS, today=clock.today())
    return dict.fromkeys(STATES, 0) | {row.state: row.count for row in rows}


async def list_experts(
    ctx: Ctx,
    *,
    field: str | None = None,
    state: str | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> list[q.ExpertLine]:
    """Return experts by affiliation, `after` the affiliation and id of the last one seen."""
    affiliation, expert_id = after or (None, None)
    return await ctx.db.all(
        q.PAGE,
        today=clock.today(),
        field=field,
        state=state,
        after_affiliation=affiliation,
        after_id=expert_id,
        limit=limit,
    )


async def find(ctx: Ctx, query: str) -> list[q.ExpertLine]:
    """Return the experts of a whole name, a telephone, or the last four digits of one."""
    if not query:
        return []
    digits = "".join(char for char in query if char.isdigit())
    try:
        phones = ctx.cipher.lookups(query, "phone")
    except InputProblem:
        phones = []
    return await ctx.db.all(
        q.FOUND,
        today=clock.today(),
        names=ctx.cipher.lookups(query, "name"),
        phones=phones,
        tails=ctx.cipher.lookup_tails(digits) if len(digits) == _TAIL else [],
        limit=FOUND,
    )


async def expert(ctx: Ctx, expert_id: UUID) -> Expert:
    """Return a record with the person opened, and write down who looked."""
    found = await _stored(ctx, expert_id)
    await note_access(ctx, "VIEW", subject_kind=SUBJECT, subject_id=expert_id)
    return found


async def add(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Add an expert from texts by field name and return the id. Raises `InvalidError`."""
    values = understand(texts, [f.code for f in await list_fields(ctx)])
    expert_id = clock.uuid7()
    columns = _columns(ctx, values, expert_id)
    await ctx.db.run(q.ADD, id=expert_id, created_at=clock.now(), row_version=1, **columns)
    await _put_fields(ctx, expert_id, values.fields)
    await emit(ctx, ExpertAdded(), subject_kind=SUBJECT, subject_id=expert_id, seq=1)
    return expert_id


async def edit(ctx: Ctx, expert_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await _stored(ctx, expert_id)
    if old.row_version != row_version:
        raise StaleError
    known = [f.code for f in await list_fields(ctx)]
    values = understand({**as_texts(old.values), **texts}, known)
    names = ExpertValues.__struct_fields__
    changed = [f for f in names if getattr(values, f) != getattr(old.values, f)]
    if not changed:
        return row_version
    columns = _columns(ctx, values, expert_id)
    if not await ctx.db.run(q.EDIT, b_id=expert_id, b_version=row_version, **columns):
        raise StaleError
    if "fields" in changed:
        await ctx.db.run(q.DROP_EXPERT_FIELDS, expert_id=expert_id)
        await _put_fields(ctx, expert_id, values.fields)
    event = ExpertChanged(fields=changed)
    await emit(ctx, event, subject_kind=SUBJECT, subject_id=expert_id, seq=row_version + 1)
    return row_version + 1


async def _stored(ctx: Ctx, expert_id: UUID) -> Expert:
    row = await ctx.db.first(q.EXPERT, id=expert_id, today=clock.today())
    if row is None:
        raise MissingError
    values = ExpertValues(
        name=unseal(ctx, "name", row.name_sealed, row.id),
        phone=unseal(ctx, "phone", row.phone_sealed, row.id) or None,
        email=unseal(ctx, "email", row.email_sealed, row.id) or None,
        affiliation=row.affiliation,
        title=row.title,
        fields=row.fields,
        term_from=row.term_from,
        term_to=row.term_to,
        active=row.active,
    )
    return Expert(row.id, values, row.state, row.row_version)


async def _put_fields(ctx: Ctx, expert_id: UUID, codes: list[str]) -> None:
    await ctx.db.run_many(
        q.ADD_EXPERT_FIELD, [{"expert_id": expert_id, "field": code} for code in codes]
    )


def _columns(ctx: Ctx, values: ExpertValues, expert_id: UUID) -> dict[str, Any]:
    return {
        **seal(ctx, "name", values.name, "name", expert_id),
        **seal(ctx, "phone", values.phone, "phone", expert_id),
        **seal(ctx, "email", values.email, "email", expert_id),
        "affiliation": values.affiliation,
        "title": values.title,
        "term_from": values.term_from,
        "term_to": values.term_to,
        "active": values.active,
    }
