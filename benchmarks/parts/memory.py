"""What a worker and a backend hold after every city has been through them.

Two workers are started, as on a machine of two cores. They share what was loaded before they were
forked, so the kernel's proportional figure (Pss) of the whole server, divided by its workers, is
what each costs; the resident figure counts the shared part in each of them again.
"""

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
WORKERS = 2
TURNS = 3
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"


def run(world: World) -> list[Figure]:
    """Rotate through all cities with every hot request, then read the kernel's figures."""
    with web(world, workers=WORKERS) as (port, process):
        for _ in range(TURNS):
            for route in (*HOT, PAGE):
                load(_all_cities(job(world, route, port)))
        family = _family(process.pid)
        share = sum(_kernel(pid, "smaps_rollup", "Pss") for pid in family) / WORKERS
        resident = max(_kernel(pid, "status", "VmRSS") for pid in family)
        backends = [_kernel(pid, "status", "RssAnon") for pid in _backends(world)]
    rotated = f"after {len(world.towns)} cities in rotation"
    return [
        _figure(f"worker, its share of a server of {WORKERS}, {rotated}", share, TARGET_WORKER),
        _figure(f"worker, resident, {rotated}", resident, None),
        _figure(f"backend, private (of {len(backends)}), {rotated}", max(backends), TARGET_BACKEND),
    ]


def _all_cities(given: Job) -> Job:
    return msgspec.structs.replace(given, seconds=max(given.seconds, 1.0))


def _figure(what: str, found: float, target: int | None) -> Figure:
    return Figure(
        part="memory",
        what=what,
        ours=f"{found:.0f} MB",
        target="" if target is None else f"≤ {target} MB",
        met=None if target is None else found <= target,
        details={"mb": found},
    )


def _family(pid: int) -> list[int]:
    """Return the process and its children."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _kernel(pid: int, file: str, name: str) -> float:
    """Return a figure of a file below /proc/<pid> in MB."""
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"the kernel does not tell {name} of {pid}")


def _backends(world: World) -> list[int]:
    with psycopg.connect(world.admin_dsn) as connection:
        name = f"{world.settings.deployment}-app"
        return [row[0] for row in connection.execute(_BACKENDS, (name,)).fetchall()]
