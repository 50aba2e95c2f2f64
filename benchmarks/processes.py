"""The processes a part starts beside itself: the product's web server, the bare one, the client."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.load import Answered, Job
from benchmarks.world import World
from sinmungo.cli.ports import ready
from sinmungo.config import Settings
from sinmungo.demo.run import ENDING, environment
from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.process import WatchedProcess

ROOT = Path(__file__).parents[1]
UP_SECONDS = 60.0


class DidNotStartError(Exception):
    """A server ended, or was not ready in time; the text is the end of its log."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(world: World, workers: int = 1) -> Generator[tuple[int, WatchedProcess]]:
    """Run `sinmungo web`; give its port."""
    port = free_port()
    settings: Settings = msgspec.structs.replace(world.settings, port=port)
    command = [sys.executable, "-m", "sinmungo.cli", "web"]
    env = {**environment(settings), "SINMUNGO_WORKERS": str(workers)}
    with _running(command, env, world.folder / f"web-{port}.log") as process:
        _wait(process, port, world.folder / f"web-{port}.log")
        yield port, process


@contextmanager
def bare(world: World, plan: Path) -> Generator[tuple[int, WatchedProcess]]:
    """Run the bare application under the same server with one worker; give its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port)]
    env = {**os.environ, "BENCH_PLAN": str(plan)}
    with _running(command, env, world.folder / f"bare-{port}.log") as process:
        _wait(process, port, world.folder / f"bare-{port}.log")
        yield port, process


@contextmanager
def _running(command: list[str], env: Mapping[str, str], log: Path) -> Generator[WatchedProcess]:
    process = WatchedProcess(command, Account("bench"), log, dict(env), ROOT)
    try:
        yield process
    finally:
        process.end(ENDING)


def _wait(process: WatchedProcess, port: int, log: Path) -> None:
    end = time.monotonic() + UP_SECONDS
    while not ready(port):
        if not process.alive or time.monotonic() > end:
            raise DidNotStartError(log.read_text("utf-8", "replace")[-2000:])
        time.sleep(0.05)


def load(job: Job) -> Answered:
    """Run the client in a process of its own; ValueError when an answer was not as expected."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=msgspec.msgpack.encode(job),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    found = msgspec.msgpack.decode(done.stdout, type=Answered)
    if found.wrong:
        raise ValueError(f"{found.wrong} answers were not {job.expected}; first: {found.sample}")
    return found


def status_of(port: int, host: str, path: str) -> int:
    """Ask once for a page without a sign-in, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    finally:
        connection.close()
