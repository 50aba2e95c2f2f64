"""The demo's processes: PostgreSQL, web and worker under one parent that ends them all."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sinmungo.config import PREFIX, Settings
from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.process import WatchedProcess

ENDING = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
CHECK_SECONDS = 0.5
HANDED_ON = ("data", "deployment", "app_dsn", "migrator_dsn", "port", "clock_file")


class Processes:
    """Web and worker, restarted together or ended together."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: dict[str, WatchedProcess] = {}
        self._logs = settings.data_path / "logs"
        self._logs.mkdir(exist_ok=True)

    def start(self, name: str) -> None:
        """Start `sinmungo <name>` with this deployment's settings."""
        log = self._logs / f"{name}.log"
        command = [sys.executable, "-m", "sinmungo.cli", name]
        self._children[name] = WatchedProcess(
            command, Account("demo"), log, environment(self._settings), Path.cwd()
        )

    def dead(self) -> list[str]:
        """Return the names of the processes that ended by themselves."""
        return [name for name, child in self._children.items() if not child.alive]

    def log_of(self, name: str) -> Path:
        """Return where a process writes."""
        return self._logs / f"{name}.log"

    def stop(self) -> None:
        """End them all, politely first."""
        for child in self._children.values():
            child.end(ENDING)
            child.end_family()


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of web and worker: ours, with the deployment's settings."""
    values = {
        PREFIX + name.upper(): str(getattr(settings, name))
        for name in HANDED_ON
        if getattr(settings, name)
    }
    values |= {f"{PREFIX}COOKIE_SECURE": "0", f"{PREFIX}DEMO": "1"}
    return {**os.environ, **values}


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set; the old handlers come back at the end."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    old = [signal.signal(n, lambda *_: stop.set()) for n in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, old, strict=True):
            signal.signal(number, handler)


def watch(processes: Processes, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Wait for a signal; a process that dies is started again."""
    while not stop.wait(CHECK_SECONDS):
        for name in processes.dead():
            say(f"{name} 프로세스가 멈추어 다시 켭니다 ({processes.log_of(name)})")
            processes.start(name)
