"""The worker: wakes up for a city, does its due outbox rows, and sweeps for what was missed."""

import asyncio
import contextlib
from datetime import date
from typing import Any

import procrastinate
import structlog
from procrastinate import PsycopgConnector

from sinmungo import clock
from sinmungo.host.context import Ctx, Work
from sinmungo.host.failures import BLAMELESS, FAULTS, Failure, is_blameless, is_cancelled
from sinmungo.host.plugin_records import mend
from sinmungo.host.watching import unblocked
from sinmungo.jobs import outbox
from sinmungo.jobs.mail import MailNotSentError
from sinmungo_tenants import Registry, Tenant, UnknownTenantError

log = structlog.get_logger(__name__)
SWEEP = "* * * * *"
NIGHTS = "*/10 * * * *"
NIGHT_HOUR = 2
ROUNDS = 5
JOB_SECONDS = 120.0
_AGAIN_SECONDS = 1.0


def queue_app(dsn: str, role: str) -> procrastinate.App:
    """Return the queue's application; it may touch the schema `jobs` and nothing else."""
    options = f"-c role={role} -c search_path=jobs"
    connector = PsycopgConnector(conninfo=dsn, kwargs={"options": options}, min_size=1, max_size=3)
    return procrastinate.App(connector=connector)


class Worker:
    """Does the outbox of one city after another."""

    def __init__(self, work: Work, registry: Registry) -> None:
        self._work = work
        self._registry = registry
        self._nights: dict[str, date] = {}

    def register(self, app: procrastinate.App) -> None:
        """Put the wake-up and the sweep on the queue's application."""

        @app.task(name=outbox.TASK, queue=outbox.QUEUE)
        async def wake(tenant_id: str) -> None:
            await self.wake(tenant_id)

        @app.periodic(cron=SWEEP)
        @app.task(name="sinmungo.sweep", queue=outbox.QUEUE, queueing_lock="sweep")
        async def sweep(timestamp: int) -> None:  # noqa: ARG001 - the queue passes it
            await self.sweep()

        @app.periodic(cron=NIGHTS)
        @app.task(name="sinmungo.night", queue=outbox.QUEUE, queueing_lock="night")
        async def night(timestamp: int) -> None:  # noqa: ARG001 - the queue passes it
            await self.night()

    async def wake(self, tenant_id: str) -> int:
        """Do what is due in one city; a city that is gone or suspended is left alone."""
        await self._registry.refresh()
        try:
            city = self._registry.by_id(tenant_id)
        except UnknownTenantError:
            log.warning("job.unknown_tenant", tenant_id=tenant_id)
            return 0
        return await self.drain(city, ROUNDS) if city.open else 0

    async def sweep(self) -> int:
        """Look at every open city; returns how many rows were done."""
        await self._registry.refresh()
        done = 0
        for city in self._registry.all():
            if city.open:
                done += await self._sweep_one(city)
        return done

    async def _sweep_one(self, city: Tenant) -> int:
        try:
            if await mend(self._work.doors, city):
                await self._registry.refresh()
            return await self.drain(self._registry.by_id(city.id), ROUNDS)
        except Exception:
            log.exception("sweep.failed", tenant=city.slug)
            return 0

    async def night(self) -> None:
        """Ask once a night, from two o'clock on, for what each open city wants done nightly.

        A worker that was away at that hour asks when it is back.
        """
        today, hour = clock.today(), clock.to_seoul(clock.now()).hour
        if hour < NIGHT_HOUR:
            return
        await self._registry.refresh()
        for city in self._registry.all():
            if city.open and self._nights.get(city.id) != today:
                await self._ask_nightly(city, today)

    async def _ask_nightly(self, city: Tenant, today: date) -> None:
        try:
            async with self._work.open(city) as ctx:
                for kind in self._work.host.nightly(city):
                    await outbox.put_nightly(ctx, kind, today)
        except Exception:
            log.exception("night.failed", tenant=city.slug)
            return
        self._nights[city.id] = today
        await self._work.wake(city.id)

    async def drain(self, city: Tenant, rounds: int | None = None) -> int:
        """Do the city's due rows until none is left; returns how many succeeded.

        After so many rounds of twenty rows it is the other cities' turn: the city is put at the
        end of the queue again.
        """
        done, left = 0, rounds
        while left is None or left > 0:
            async with self._work.open(city) as ctx:
                rows = await outbox.claim(ctx)
            if not rows:
                return done
            for row in rows:
                done += await self._one(city, row)
            left = None if left is None else left - 1
        await self._work.wake(city.id)
        return done

    async def _one(self, city: Tenant, row: outbox.OutboxRow) -> int:
        try:
            async with self._work.open(city) as ctx:
                if self._work.host.sleeps(city, row.kind):
                    await outbox.postpone(ctx, row)
                    return 0
                await self._run(ctx, row)
                await outbox.finish(ctx, row)
        except FAULTS as error:
            if is_cancelled(error):
                raise
            await self._failed(city, row, error)
            return 0
        return 1

    async def _run(self, ctx: Ctx, row: outbox.OutboxRow) -> None:
        """Do the job; one of a plugin may not hold up the others for long."""
        owner = self._work.host.owner(row.kind)
        work = self._work.host.job(ctx.city, row.kind).run(ctx, row.subject_id)
        if owner is None:
            await work
            return
        async with asyncio.timeout(JOB_SECONDS):
            await unblocked(work, JOB_SECONDS)

    async def _failed(self, city: Tenant, row: outbox.OutboxRow, error: BaseException) -> None:
        log.error("job.failed", tenant=city.slug, kind=row.kind, exc_info=error)
        owner = self._work.host.owner(row.kind)
        async with self._work.open(city) as ctx:
            await outbox.fail(ctx, row, error)
            blameless = is_blameless(error) or isinstance(error, MailNotSentError)
            if owner and not blameless:
                ctx.failures.append(Failure(owner, f"job {row.kind}", type(error).__name__))


async def run(app: procrastinate.App, worker: Worker, stop: asyncio.Event, **options: Any) -> None:
    """Run until `stop` is set; a job under way is finished first.

    When the database ends its connections the queue gives up; it is then opened anew.
    """
    worker.register(app)
    while not stop.is_set():
        try:
            await _listen(app, worker, stop, options)
        except (procrastinate.exceptions.ConnectorException, OSError, *BLAMELESS):
            log.exception("worker.cut_off")
        if not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)


async def _listen(
    app: procrastinate.App, worker: Worker, stop: asyncio.Event, options: dict[str, Any]
) -> None:
    async with app.open_async():
        await worker.sweep()
        task = asyncio.create_task(
            app.run_worker_async(
                queues=[outbox.QUEUE],
                concurrency=2,
                install_signal_handlers=False,
                delete_jobs="successful",  # a wake-up that was heard is of no use to anyone
                **options,
            )
        )
        waiter = asyncio.create_task(stop.wait())
        await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        task.cancel()
        ended, _ = await asyncio.gather(task, waiter, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("worker.cut_off", exc_info=ended)
