"""What the queue and the cities' outboxes have left undone, and sending it again.

The desk sees kinds, counts and the kind of error, never what a row is about. Sending again goes
through the city's own door and is noted there too, so that a city can see who did it.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    func,
    null,
    select,
    table,
    update,
)

from sinmungo import clock
from sinmungo.errors import MissingError, RefusedError
from sinmungo.host.access_log import note_access
from sinmungo.host.models import outbox
from sinmungo.platform_desk import figures
from sinmungo.platform_desk.figures import WAITING, Waiting
from sinmungo.platform_desk.log import note
from sinmungo.platform_desk.sessions import Operator
from sinmungo_tenants import Tenant, UnknownTenantError, read, write

if TYPE_CHECKING:
    from sinmungo.app import Runtime

STATUSES = {
    "todo": "기다림",
    "doing": "하는 중",
    "succeeded": "마침",
    "failed": "실패",
    "cancelled": "취소",
    "aborted": "중단",
}
OUTBOX_STATES = {"PENDING": "기다림", "FAILED": "포기함"}
TASKS = {"sinmungo.wake": "시·군의 할 일 보기", "sinmungo.sweep": "빠진 일 훑기"}
_jobs = table(
    "procrastinate_jobs",
    column("id", BigInteger),
    column("task_name", Text),
    column("status", Text),
    column("attempts", Integer),
    column("args"),
)
_events = table("procrastinate_events", column("job_id"), column("at", DateTime(timezone=True)))
_status: Any = cast(_jobs.c.status, Text)


class Count(msgspec.Struct):
    """How many jobs of the queue are in a state."""

    status: str
    jobs: int

    @property
    def title(self) -> str:
        """The state in Korean."""
        return STATUSES.get(self.status, self.status)


class FailedJob(msgspec.Struct):
    """A job of the queue that was given up; it knows its city's id and nothing more."""

    id: int
    task: str
    tenant_id: str | None
    attempts: int
    at: datetime | None

    @property
    def title(self) -> str:
        """What it was for."""
        return TASKS.get(self.task, self.task)


class CityWaiting(msgspec.Struct):
    """What waits or was given up in one city."""

    city: Tenant
    waiting: list[Waiting]


class Desk(msgspec.Struct):
    """The page of jobs."""

    counts: list[Count]
    failed: list[FailedJob]
    cities: list[CityWaiting]
    worker_seen: datetime | None


_COUNTS = read(
    select(_status.label("status"), func.count(_jobs.c.id).label("jobs")).group_by(_jobs.c.status),
    Count,
)
_FAILED = read(
    select(
        _jobs.c.id,
        _jobs.c.task_name.label("task"),
        _jobs.c.args.op("->>", return_type=Text())("tenant_id").label("tenant_id"),
        _jobs.c.attempts,
        select(func.max(_events.c.at))
        .where(_events.c.job_id == _jobs.c.id)
        .scalar_subquery()
        .label("at"),
    )
    .where(_status == "failed")
    .order_by(_jobs.c.id.desc())
    .limit(bindparam("limit")),
    FailedJob,
)
_RETRY_JOB = read(
    select(
        cast(
            func.procrastinate_retry_job_v2(
                cast(bindparam("job_id"), BigInteger),
                cast(bindparam("at"), DateTime(timezone=True)),
                cast(null(), Integer),
                cast(null(), Text),
                cast(null(), Text),
            ),
            Text,
        ).label("done")
    ),
    str,
)
_RETRY = write(
    update(outbox)
    .where(outbox.c.state == "FAILED", outbox.c.kind == bindparam("b_kind"))
    .values(state="PENDING", attempts=0, due_at=bindparam("due_at"))
)


async def desk(runtime: "Runtime", limit: int = 50) -> Desk:
    """Return the queue's counts, its failed jobs, and what waits in the cities."""
    async with runtime.doors.control_session() as db:
        counts = await db.all(_COUNTS)
        failed = await db.all(_FAILED, limit=limit)
        known, _ = await figures.stored(db)
        seen = await figures.worker_seen(db)
    cities = [
        CityWaiting(city, known[city.id].outbox)
        for city in runtime.registry.all()
        if city.id in known and known[city.id].outbox
    ]
    return Desk(counts, failed, cities, seen)


def city_of(runtime: "Runtime", slug: str) -> Tenant:
    """Return a city by its slug; MissingError."""
    try:
        return runtime.registry.by_slug(slug)
    except UnknownTenantError:
        raise MissingError("그런 시·군이 없습니다.") from None


async def waiting_in(runtime: "Runtime", city: Tenant) -> list[Waiting]:
    """Return what waits in a city at this moment, asked through its own door."""
    async with runtime.doors.tenant_session(city) as db:
        return await db.all(WAITING, now=clock.now())


async def retry_job(runtime: "Runtime", me: Operator, job_id: int, address: str) -> None:
    """Put a failed job of the queue back; RefusedError if it is not there or another waits."""
    async with runtime.doors.control_session() as db:
        if not any(job.id == job_id for job in await db.all(_FAILED, limit=1000)):
            raise RefusedError("그 작업은 이미 다시 했거나 없어졌습니다.")
    try:
        async with runtime.doors.control_session() as db:
            await db.all(_RETRY_JOB, job_id=job_id, at=clock.now())
            await _note(db, "JOB_RETRIED", me, str(job_id), address)
    except asyncpg.UniqueViolationError as error:
        raise RefusedError("같은 일을 하는 작업이 이미 기다리고 있습니다.") from error


async def retry_outbox(
    runtime: "Runtime", me: Operator, city: Tenant, kind: str, address: str
) -> int:
    """Make the given-up rows of a kind due again in one city; returns how many."""
    async with runtime.work.open(city) as ctx:
        ctx.address = address
        rows = await ctx.db.run(_RETRY, b_kind=kind, due_at=clock.now())
        if rows:
            await note_access(ctx, "platform.outbox_retried", subject_kind=kind)
            ctx.db.after_commit(lambda: ctx.wake(city.id))
    if not rows:
        raise RefusedError("다시 할 일이 없습니다. 그사이 다른 사람이 다시 했을 수 있습니다.")
    async with runtime.doors.control_session() as db:
        await _note(db, "OUTBOX_RETRIED", me, f"{city.slug} {kind} {rows}", address)
    await figures.gather(runtime, city)
    return rows


async def _note(db: Any, act: str, me: Operator, subject: str, address: str) -> None:
    await note(db, act, subject=subject, operator_id=me.id, login=me.login, address=address)
