"""`sinmungo web`, `sinmungo worker`, `sinmungo config`: the processes of a deployment."""

import asyncio
import contextlib
import signal

from sinmungo.cli.problems import console, load_settings, told
from sinmungo.config import Settings, masked
from sinmungo.logs import configure_logs

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
    from sinmungo.jobs.worker import Worker, queue_app, run

    runtime = Runtime(settings)
    async with runtime.running():
        queue = queue_app(settings.app_dsn, runtime.deployment.control)
        await run(queue, Worker(runtime.work, runtime.registry), stop)


def show_config() -> None:
    """Print the settings in force, secrets masked."""
    for name, value in masked(load_settings()).items():
        console.print(f"{name} = {value!r}")
