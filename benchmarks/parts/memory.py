"""What a worker and a backend hold after every city has been through them."""

from pathlib import Path

import msgspec
import psycopg

from benchmarks.calls import HOT, PAGE
from benchmarks.figures import Figure
from benchmarks.load import Job
from benchmarks.parts.http import job
from benchmarks.processes import load, web
from benchmarks.world import World

TARGET_WORKER = 100
TARGET_BACKEND = 150
TURNS = 3
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"


def run(world: World) -> list[Figure]:
    """Rotate through all cities with every hot request, then read the kernel's figures."""
    with web(world) as (port, process):
        for _ in range(TURNS):
            for route in (*HOT, PAGE):
                load(_all_cities(job(world, route, port)))
        workers = [_status(pid, "VmRSS") for pid in _children(process.pid)]
        backends = [_status(pid, "RssAnon") for pid in _backends(world)]
    rotated = f"after {len(world.towns)} cities in rotation"
    return [
        _figure(f"worker, resident, {rotated}", max(workers), TARGET_WORKER),
        _figure(f"backend, private (of {len(backends)}), {rotated}", max(backends), TARGET_BACKEND),
    ]


def _all_cities(given: Job) -> Job:
    return msgspec.structs.replace(given, seconds=max(given.seconds, 1.0))


def _figure(what: str, found: float, target: int) -> Figure:
    return Figure(
        part="memory",
        what=what,
        ours=f"{found:.0f} MB",
        target=f"≤ {target} MB",
        met=found <= target,
        details={"mb": found},
    )


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found or [pid]


def _status(pid: int, name: str) -> float:
    """Return a figure of /proc/<pid>/status in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"the kernel does not tell {name} of {pid}")


def _backends(world: World) -> list[int]:
    with psycopg.connect(world.admin_dsn) as connection:
        name = f"{world.settings.deployment}-app"
        return [row[0] for row in connection.execute(_BACKENDS, (name,)).fetchall()]
