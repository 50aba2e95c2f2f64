"""`sinmungo web` with two processes and `sinmungo worker`, for a storm over a real server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sinmungo.app import Runtime
from sinmungo.cli.ports import wait_ready
from sinmungo.testing.demo import free_port
from sinmungo.testing.storm.commands import environment
from sinmungo.testing.storm.gust import installed

_UP_SECONDS = 60
_END_SECONDS = 30


@contextmanager
def served(runtime: Runtime, folder: Path) -> Iterator[int]:
    """Serve a deployment until the block ends; yields the port.

    A process that ends by itself meanwhile is an AssertionError with what it logged.
    """
    port, log = free_port(), folder / "served.log"
    given = environment(runtime, installed(folder), SINMUNGO_WORKERS="2")
    with log.open("ab") as out:
        started = [
            subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-m", "sinmungo.cli", *words],
                env=given,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
            for words in (("web", "--port", str(port)), ("worker",))
        ]
    try:
        _wait(port, started[0], log)
        yield port
        ended = [p.args for p in started if p.poll() is not None]
        if ended:
            raise AssertionError(f"{ended} ended: {log.read_text('utf-8')[-4000:]}")
    finally:
        for process in started:
            _end(process)


def _wait(port: int, web: "subprocess.Popen[bytes]", log: Path) -> None:
    if not wait_ready(port, _UP_SECONDS, lambda: web.poll() is None):
        raise AssertionError(log.read_text("utf-8"))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
