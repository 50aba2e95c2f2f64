"""`sinmungo web`. Loads the application once; its workers are forked and share what was loaded."""

import os
import signal
import sys
from importlib import import_module

import msgspec

from sinmungo import config

STOP_SECONDS = 30  # a worker that has not ended by then is killed; statements end before

_APPLICATION = "sinmungo.asgi"


def web(*, host: str = "127.0.0.1", port: int | None = None) -> None:
    """Serve web and API with granian until SIGTERM or SIGINT."""
    from granian import Granian
    from granian.constants import Interfaces

    try:
        settings = config.load()
    except msgspec.ValidationError as error:
        sys.exit(f"sinmungo: {error}")
    settings = msgspec.structs.replace(settings, port=port or settings.port)
    if not settings.key_file.is_file():
        sys.exit(f"sinmungo: the deployment key file cannot be read: {settings.key_file}")
    os.environ[config.WEB_PID] = str(os.getpid())  # so that no worker outlives this process
    if settings.metrics_port:
        from sinmungo import metrics

        metrics.start_web(settings)
    import_module(_APPLICATION)
    if settings.workers > 1:
        preload_for_all()
    let_children_end()
    server = Granian(
        f"{_APPLICATION}:app",
        address=host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        workers_kill_timeout=STOP_SECONDS,
        log_access=False,
        websockets=False,
        factory=False,
    )
    server.serve()


def preload_for_all() -> None:
    """Load what each worker would load for itself when it starts: a tenth of what it holds."""
    from sinmungo.app import HOLIDAY_YEARS
    from sinmungo.deadlines.calendar import preload_holidays

    preload_holidays(HOLIDAY_YEARS)


def let_children_end() -> None:
    """Give back to every forked worker the end by SIGTERM and SIGINT, until it sets its own.

    A worker inherits the parent's handlers, which only tell the parent to stop: a signal that came
    before the worker's own were set was lost, and the parent waited for it without end.
    """
    os.register_at_fork(after_in_child=_end_by_signals)


def _end_by_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
