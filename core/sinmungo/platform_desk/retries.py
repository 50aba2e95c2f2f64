"""Sending again what was given up: one row, one kind, or everything.

It goes through the city's own door and is noted there too, so that a city can see who did it; the
operator's log has it as well. What is done twice at once is done once: the second finds nothing.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    null,
    or_,
    select,
    update,
)

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host.access_log import note_access
from sinmungo.host.models import outbox
from sinmungo.platform_desk import figures, jobs
from sinmungo.platform_desk.log import note
from sinmungo.platform_desk.sessions import Operator
from sinmungo_tenants import Session, Tenant, read, write
from sinmungo_tenants.errors import TenantsError

if TYPE_CHECKING:
    from sinmungo.app import Runtime

log = structlog.get_logger(__name__)
GONE = "그 작업은 이미 다시 했거나 없어졌습니다."
WAITS = "같은 일을 하는 작업이 이미 기다리고 있습니다."
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
_ONE: Any = bindparam("b_id", type_=Uuid)
_RETRY = write(
    update(outbox)
    .where(
        outbox.c.state == "FAILED",
        outbox.c.kind == bindparam("b_kind"),
        or_(_ONE.is_(None), outbox.c.id == _ONE),
    )
    .values(state="PENDING", attempts=0, due_at=bindparam("due_at"))
)


class Who(msgspec.Struct, frozen=True):
    """The operator who sends again, and from where."""

    me: Operator
    address: str


class Everywhere(msgspec.Struct):
    """What came of sending a kind again in all cities; `away` could not be reached."""

    rows: int
    cities: int
    away: list[str]


async def job(runtime: "Runtime", who: Who, job_id: int) -> None:
    """Put a failed job of the queue back; RefusedError if it is not there or another waits."""
    if not await jobs.has_failed(runtime, job_id):
        raise RefusedError(GONE)
    await _put_back(runtime, job_id, who, "JOB_RETRIED")


async def all_jobs(runtime: "Runtime", who: Who) -> tuple[int, int]:
    """Put every failed job of the queue back; returns how many were, and how many were left.

    A job whose like waits already is left: it will be done anyway.
    """
    found = await jobs.failed_ids(runtime)
    if not found:
        raise RefusedError("실패한 작업이 없습니다. 그사이 다른 사람이 다시 했을 수 있습니다.")
    done = 0
    for job_id in found:
        try:
            await _put_back(runtime, job_id)
        except RefusedError:
            continue
        done += 1
    async with runtime.doors.control_session() as db:
        await _note(db, "JOBS_RETRIED", who, f"{done}/{len(found)}")
    return done, len(found) - done


async def _put_back(runtime: "Runtime", job_id: int, who: Who | None = None, act: str = "") -> None:
    try:
        async with runtime.doors.control_session() as db:
            await db.all(_RETRY_JOB, job_id=job_id, at=clock.now())
            if who is not None:
                await _note(db, act, who, str(job_id))
    except asyncpg.UniqueViolationError as error:
        raise RefusedError(WAITS) from error
    except asyncpg.RaiseError as error:  # somebody else was quicker
        raise RefusedError(GONE) from error


async def kind(
    runtime: "Runtime", who: Who, city: Tenant, name: str, one: UUID | None = None
) -> int:
    """Make the given-up rows of a kind due again in one city, or `one` of them; returns how many.

    RefusedError when there is none.
    """
    try:
        rows = await _again(runtime, who, city, name, one)
    except TenantsError as error:
        raise RefusedError("시·군에 닿지 못해 아무것도 하지 않았습니다.") from error
    if not rows:
        raise RefusedError("다시 할 일이 없습니다. 그사이 다른 사람이 다시 했을 수 있습니다.")
    await figures.gather(runtime, city)
    return rows


async def kind_everywhere(runtime: "Runtime", who: Who, name: str) -> Everywhere:
    """Make the given-up rows of a kind due again in every city that has some.

    A city that does not answer is told and stops no other. RefusedError when there is none.
    """
    desk = await jobs.desk(runtime)
    told = Everywhere(0, 0, [])
    for city in (c for k in desk.kinds if k.kind == name for c in k.cities):
        try:
            rows = await _again(runtime, who, city, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cities want theirs
            log.warning("retries.city_failed", tenant=city.slug, kind=type(error).__name__)
            told.away.append(city.name)
            continue
        told.rows += rows
        told.cities += bool(rows)
        await figures.gather(runtime, city)
    if not told.rows and not told.away:
        raise RefusedError("다시 할 일이 없습니다. 그사이 다른 사람이 다시 했을 수 있습니다.")
    return told


async def _again(
    runtime: "Runtime", who: Who, city: Tenant, name: str, one: UUID | None = None
) -> int:
    async with runtime.work.open(city) as ctx:
        ctx.address = who.address
        rows = await ctx.db.run(_RETRY, b_kind=name, b_id=one, due_at=clock.now())
        if rows:
            await note_access(ctx, "platform.outbox_retried", subject_kind=name)
            ctx.db.after_commit(lambda: ctx.wake(city.id))
    if rows:
        async with runtime.doors.control_session() as db:
            await _note(db, "OUTBOX_RETRIED", who, f"{city.slug} {name} {rows}")
    return rows


async def _note(db: Session, act: str, who: Who, subject: str) -> None:
    me = who.me
    await note(db, act, subject=subject, operator_id=me.id, login=me.login, address=who.address)
