"""What the queue and the cities' outboxes have left undone; `retries` sends it again.

The desk sees kinds, counts and the kind of error, never what a row is about.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

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
    select,
    table,
)

from sinmungo import clock
from sinmungo.errors import MissingError
from sinmungo.host.models import outbox
from sinmungo.platform_desk import figures
from sinmungo.platform_desk.figures import WAITING, Waiting
from sinmungo_tenants import Tenant, UnknownTenantError, read

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
TASKS = {
    "sinmungo.wake": "시·군의 할 일 보기",
    "sinmungo.sweep": "빠진 일 훑기",
    "sinmungo.night": "밤 할 일 넣기",
}
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


class KindGivenUp(msgspec.Struct):
    """What was given up of one kind, in all cities together."""

    kind: str
    rows: int
    cities: list[Tenant]
    errors: list[str]


class GivenUp(msgspec.Struct):
    """One row that was given up: what it is about only the city knows."""

    id: UUID
    kind: str
    attempts: int
    created_at: datetime
    last_error: str | None


class Desk(msgspec.Struct):
    """The page of jobs; `failed` are the newest of `number_failed`."""

    counts: list[Count]
    failed: list[FailedJob]
    number_failed: int
    cities: list[CityWaiting]
    worker_seen: datetime | None

    @property
    def kinds(self) -> list[KindGivenUp]:
        """What was given up, kind by kind."""
        found: dict[str, KindGivenUp] = {}
        for there in self.cities:
            for one in (w for w in there.waiting if w.state == "FAILED"):
                kind = found.setdefault(one.kind, KindGivenUp(one.kind, 0, [], []))
                kind.rows += one.rows
                kind.cities.append(there.city)
                kind.errors += [e for e in (one.last_error,) if e and e not in kind.errors]
        return [found[name] for name in sorted(found)]


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
_NUMBER_FAILED = read(select(func.count(_jobs.c.id)).where(_status == "failed"), int)
_HAS_FAILED = read(
    select(_jobs.c.id).where(_status == "failed", _jobs.c.id == bindparam("id")), int
)
_GIVEN_UP = read(
    select(outbox.c.id, outbox.c.kind, outbox.c.attempts, outbox.c.created_at, outbox.c.last_error)
    .where(outbox.c.state == "FAILED")
    .order_by(outbox.c.kind, outbox.c.created_at)
    .limit(bindparam("limit")),
    GivenUp,
)


async def desk(runtime: "Runtime", limit: int = 50) -> Desk:
    """Return the queue's counts, its failed jobs, and what waits in the cities."""
    async with runtime.doors.control_session() as db:
        counts = await db.all(_COUNTS)
        failed = await db.all(_FAILED, limit=limit)
        number = await db.one(_NUMBER_FAILED)
        known, _ = await figures.stored(db)
        seen = await figures.worker_seen(db)
    cities = [
        CityWaiting(city, known[city.id].outbox)
        for city in runtime.registry.all()
        if city.id in known and known[city.id].outbox
    ]
    return Desk(counts, failed, number, cities, seen)


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


async def given_up_in(runtime: "Runtime", city: Tenant, limit: int = 100) -> list[GivenUp]:
    """Return what was given up in a city, one by one, the oldest of each kind first."""
    async with runtime.doors.tenant_session(city) as db:
        return await db.all(_GIVEN_UP, limit=limit)


async def has_failed(runtime: "Runtime", job_id: int) -> bool:
    """Whether there is such a job of the queue and it has failed."""
    async with runtime.doors.control_session() as db:
        return await db.first(_HAS_FAILED, id=job_id) is not None


async def failed_ids(runtime: "Runtime", limit: int = 1000) -> list[int]:
    """Return the ids of the queue's failed jobs, the newest first."""
    async with runtime.doors.control_session() as db:
        return [job.id for job in await db.all(_FAILED, limit=limit)]
