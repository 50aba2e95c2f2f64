"""Outbox rows are written with the act and rolled back with it; the worker does them later."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import msgspec
import structlog
from sqlalchemy import Text, and_, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.models import outbox
from sinmungo_tenants import Doors, insert_into, read, write

log = structlog.get_logger(__name__)
TASK = "sinmungo.wake"
QUEUE = "wake"
MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=5)
_NIGHTS = UUID("0193a5c0-0000-7000-8000-4e1647b10b57")


class OutboxRow(msgspec.Struct):
    """One thing to do: `kind` names the job, `subject_id` the record it is about."""

    id: UUID
    kind: str
    subject_id: UUID
    attempts: int


_ADD = insert_into(outbox)
_ADD_ONCE = write(
    insert(outbox)
    .values({c.name: bindparam(c.name, type_=c.type) for c in outbox.c if not c.nullable})
    .on_conflict_do_nothing(index_elements=["id"])
)
_DUE = read(
    select(outbox.c.id, outbox.c.kind, outbox.c.subject_id, outbox.c.attempts)
    .where(and_(outbox.c.state == "PENDING", outbox.c.due_at <= bindparam("now")))
    .order_by(outbox.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
    OutboxRow,
)
_LEASE = write(
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(due_at=bindparam("due_at"), attempts=bindparam("attempts"))
)
_DONE = write(
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(state="DONE", done_at=bindparam("done_at"), last_error=None)
)
_FAILED = write(
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(state=bindparam("state"), last_error=bindparam("last_error"))
)
_PENDING = read(
    select(func.count()).where(
        and_(outbox.c.state == "PENDING", outbox.c.due_at <= bindparam("now"))
    ),
    int,
)
_WAKE = read(select(cast(func.wake(bindparam("tenant_id")), Text).label("woken")), str)


async def put(ctx: Ctx, kind: str, subject_id: UUID, *, due_at: datetime | None = None) -> None:
    """Ask the worker for a job about one record, after this transaction commits."""
    now = clock.now()
    await ctx.db.run(_ADD, id=clock.uuid7(), **_new(kind, subject_id, now, due_at or now))
    ctx.db.after_commit(partial(ctx.wake, ctx.city.id))


async def put_nightly(ctx: Ctx, kind: str, night: date) -> None:
    """Ask for tonight's job of a kind, once, however many workers ask."""
    now = clock.now()
    asked = uuid5(_NIGHTS, f"{ctx.city.id} {kind} {night}")
    await ctx.db.run(_ADD_ONCE, id=asked, **_new(kind, asked, now, now))


def _new(kind: str, subject_id: UUID, now: datetime, due_at: datetime) -> dict[str, Any]:
    """Return the columns of a row that nobody has tried yet, all but its id."""
    return {
        "kind": kind,
        "subject_id": subject_id,
        "state": "PENDING",
        "attempts": 0,
        "created_at": now,
        "due_at": due_at,
    }


async def claim(ctx: Ctx, limit: int = 20) -> list[OutboxRow]:
    """Take due rows for five minutes; a worker that dies leaves them to the next sweep."""
    now = clock.now()
    rows = await ctx.db.all(_DUE, now=now, limit=limit)
    for row in rows:
        await ctx.db.run(_LEASE, b_id=row.id, due_at=now + LEASE, attempts=row.attempts + 1)
    return rows


async def finish(ctx: Ctx, row: OutboxRow) -> None:
    """Mark a row as done."""
    await ctx.db.run(_DONE, b_id=row.id, done_at=clock.now())


async def postpone(ctx: Ctx, row: OutboxRow) -> None:
    """Leave a row of a plugin that is off for later, without counting this as a try."""
    due = clock.now() + LEASE
    await ctx.db.run(_LEASE, b_id=row.id, due_at=due, attempts=row.attempts)


async def fail(ctx: Ctx, row: OutboxRow, error: BaseException) -> None:
    """Keep the kind of error; after eight tries a person has to look."""
    state = "FAILED" if row.attempts + 1 >= MAX_ATTEMPTS else "PENDING"
    await ctx.db.run(_FAILED, b_id=row.id, state=state, last_error=type(error).__name__)


async def pending(ctx: Ctx) -> int:
    """Return how many rows are due."""
    return await ctx.db.one(_PENDING, now=clock.now())


class Waker:
    """Sends the wake-up after commit, through the control door.

    Losing one loses nothing: the sweep finds the row.
    """

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def __call__(self, tenant_id: str) -> None:
        """Enqueue one wake-up for a city; a failure is logged, never raised."""
        try:
            async with self._doors.control_session() as session:
                await session.all(_WAKE, tenant_id=tenant_id)
        except Exception:
            log.warning("outbox.wake_failed", tenant_id=tenant_id, exc_info=True)
