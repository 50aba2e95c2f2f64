"""`sinmungo web`, `sinmungo worker`, `sinmungo config`: the processes of a deployment."""

import asyncio
import signal

from sinmungo.app import Runtime
from sinmungo.cli.common import console, load_settings, need_database, told
from sinmungo.config import masked
from sinmungo.jobs.worker import Worker, queue_app, run
from sinmungo.logs import configure_logs


def web(*, host: str = "127.0.0.1", port: int | None = None) -> None:
    """Serve web and API with granian until SIGTERM or SIGINT."""
    from granian import Granian
    from granian.constants import Interfaces

    settings = load_settings()
    server = Granian(
        "sinmungo.asgi:app",
        address=host,
        port=port or settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        log_access=False,
        websockets=False,
        factory=False,
    )
    server.serve()


def worker() -> None:
    """Do the outbox of every city until SIGTERM or SIGINT."""
    settings = need_database(load_settings())
    configure_logs(settings.log_format)

    async def work() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        runtime = Runtime(settings)
        async with runtime.running():
            queue = queue_app(settings.app_dsn, runtime.deployment.control)
            await run(queue, Worker(runtime.work, runtime.registry), stop)

    with told():
        asyncio.run(work())


def show_config() -> None:
    """Print the settings in force, secrets masked."""
    for name, value in masked(load_settings()).items():
        console.print(f"{name} = {value!r}")
