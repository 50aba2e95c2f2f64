"""How long `sinmungo demo` takes until it answers: the first start, and one with its data there."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.processes import ROOT, UP_SECONDS, DidNotStartError, free_port
from benchmarks.world import World
from sinmungo.cli.ports import ready
from sinmungo.demo.run import ENDING
from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.process import WatchedProcess

TARGET = 5.0
WARM_STARTS = 3
_COLD_SECONDS = 5 * UP_SECONDS


def run(world: World) -> list[Figure]:
    """Start the demo in an empty folder, then again with what it made."""
    del world
    with tempfile.TemporaryDirectory(prefix="sinmungo-demo-") as name:
        base = Path(name)
        base.chmod(0o711)
        cold = _start(base)
        warm = [_start(base) for _ in range(WARM_STARTS)]
    middle = statistics.median(warm)
    return [
        Figure(
            part="demo",
            what="warm start until ready",
            ours=f"{middle:.1f} s (worst of {WARM_STARTS}: {max(warm):.1f} s)",
            against=f"{cold:.1f} s (first start, makes all demo data)",
            target=f"≤ {TARGET:g} s",
            met=middle <= TARGET,
            details={"warm": middle, "first": cold},
        )
    ]


def _start(base: Path) -> float:
    port, log = free_port(), base / "demo.log"
    command = [sys.executable, "-m", "sinmungo.cli", "demo"]
    command += ["--data", str(base / "data"), "--port", str(port)]
    started = time.perf_counter()
    log.write_bytes(b"")
    process = WatchedProcess(command, Account("bench"), log, _environment(), ROOT)
    try:
        while not (_told(log) and ready(port)):
            if not process.alive or time.perf_counter() - started > _COLD_SECONDS:
                raise DidNotStartError(log.read_text("utf-8", "replace")[-2000:])
            time.sleep(0.02)
        return time.perf_counter() - started
    finally:
        process.end(((ENDING[0][0], 60.0), ENDING[1]))


def _told(log: Path) -> bool:
    return "Ctrl-C" in log.read_text("utf-8", "replace")


def _environment() -> dict[str, str]:
    import os

    return {n: v for n, v in os.environ.items() if not n.startswith("SINMUNGO_")}
