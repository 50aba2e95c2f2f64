"""Every change writes a typed event in its own transaction; that is the truth reports count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.sql.expression import bindparam

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.models import events
from sinmungo.host.types import Event
from sinmungo_tenants import insert_into, read


class EventRow(msgspec.Struct):
    """An event as the timeline shows it; `payload` holds ids and codes, no personal value."""

    id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    payload: dict[str, object]


_ADD = insert_into(events)
_OF_SUBJECT = read(
    select(
        events.c.id,
        events.c.kind,
        events.c.occurred_at,
        events.c.recorded_at,
        events.c.actor_id,
        events.c.payload,
    )
    .where(events.c.subject_id == bindparam("subject_id"))
    .order_by(events.c.recorded_at, events.c.id),
    EventRow,
)


class Emission(NamedTuple):
    """An event of one record; `seq` is the record's `row_version` after the change."""

    event: Event
    subject_id: UUID
    seq: int
    occurred_at: datetime | None = None


async def emit(
    ctx: Ctx,
    event: Event,
    *,
    subject_kind: str,
    subject_id: UUID,
    seq: int,
    occurred_at: datetime | None = None,
) -> None:
    """Write the event and let active plugins react, all in the act's transaction.

    `seq` is the subject's `row_version` after the change; `occurred_at` is when it happened in
    the world (default now), `recorded_at` is always now.
    """
    await emit_many(ctx, subject_kind, [Emission(event, subject_id, seq, occurred_at)])


async def emit_many(ctx: Ctx, subject_kind: str, emissions: Sequence[Emission]) -> None:
    """Write several events of one act in one statement; plugins react to each, in order."""
    await record_past(ctx, subject_kind, emissions)
    for emission in emissions:
        await ctx.host.react(ctx, emission.event, emission.subject_id)


async def record_past(ctx: Ctx, subject_kind: str, emissions: Sequence[Emission]) -> None:
    """Write events of an imported past: they count in reports, but nothing happens now.

    So plugins do not react, and no one is mailed about a case of years ago.
    """
    rows = [_row(ctx, subject_kind, emission) for emission in emissions]
    if len(rows) == 1:
        await ctx.db.run(_ADD, **rows[0])
    else:
        await ctx.db.run_many(_ADD, rows)


def _row(ctx: Ctx, subject_kind: str, emission: Emission) -> dict[str, Any]:
    now, event = clock.now(), emission.event
    return {
        "id": clock.uuid7(),
        "kind": event.kind,
        "version": event.version,
        "subject_kind": subject_kind,
        "subject_id": emission.subject_id,
        "seq": emission.seq,
        "occurred_at": emission.occurred_at or now,
        "recorded_at": now,
        "actor_id": ctx.me.officer_id,
        "actor_unit_id": ctx.me.unit_id,
        "payload": msgspec.to_builtins(event),
    }


async def timeline(ctx: Ctx, subject_id: UUID) -> list[EventRow]:
    """Return the events of one record, oldest first."""
    return await ctx.db.all(_OF_SUBJECT, subject_id=subject_id)
