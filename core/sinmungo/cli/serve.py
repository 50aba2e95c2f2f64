"""`sinmungo web`, `sinmungo worker`, `sinmungo config`: the processes of a deployment."""

import asyncio
import contextlib
import signal
from functools import partial
from typing import TYPE_CHECKING

from sinmungo.cli.problems import console, load_settings, told
from sinmungo.config import Settings, masked
from sinmungo.logs import configure_logs

if TYPE_CHECKING:
    from sinmungo.app import Runtime

GRACE_SECONDS = 8.0


def worker() -> None:
    """Do the outbox of every city until SIGTERM or SIGINT."""
    from sinmungo.cli.common import need_database

    settings = need_database(load_settings())
    configure_logs(settings.log_format)

    with told():
        asyncio.run(_until_stopped(settings))


async def _until_stopped(settings: Settings) -> None:
    """Work until a signal; what does not end by itself then (a dead database) is cut off."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    task = asyncio.create_task(_work(settings, stop))
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    await asyncio.wait({task}, timeout=GRACE_SECONDS)
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    from sinmungo.app import Runtime
    from sinmungo.deploy import upkeep
    from sinmungo.jobs.worker import Worker, queue_app, run

    runtime = Runtime(settings)
    async with runtime.running():
        queue = queue_app(settings.app_dsn, runtime.deployment.control)
        aside = [asyncio.create_task(_keep_figures(runtime))]
        aside.append(asyncio.create_task(upkeep.keep(runtime)))
        try:
            await run(queue, Worker(runtime.work, runtime.registry), stop)
        finally:
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)


async def _keep_figures(runtime: "Runtime") -> None:
    """Gather what the operator's desk shows, and tell it on the private port if there is one."""
    from sinmungo import metrics
    from sinmungo.platform_desk import figures
    from sinmungo.platform_desk.exported import Exported

    if not runtime.settings.metrics_port:
        await figures.keep(runtime)
        return
    told = Exported()
    metrics.start_worker(runtime.settings, lambda: told.families)
    await figures.keep(runtime, partial(told.refresh, runtime))


def show_config() -> None:
    """Print the settings in force, secrets masked."""
    for name, value in masked(load_settings()).items():
        console.print(f"{name} = {value!r}")
