"""What a new city costs: roles, schema, tables, grants, and what it begins with."""

import asyncio
import statistics
import time

from benchmarks.figures import Figure
from benchmarks.world import World, city_file
from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities

TARGET_ONE = 0.25
TARGET_ALL = 30.0
ALL = 243
SINGLES = 8


def run(world: World) -> list[Figure]:
    """Add a few cities one by one beside those that are there; report those made in a row too."""
    singles = asyncio.run(_add(world))
    one = statistics.median(singles)
    row = sum(world.made_in)
    return [
        Figure(
            part="add",
            what=f"one more city beside {len(world.towns)}",
            ours=f"{one:.3f} s (worst {max(singles):.3f} s)",
            target=f"≤ {TARGET_ONE} s",
            met=one <= TARGET_ONE,
            details={"seconds": one, "worst": max(singles)},
        ),
        Figure(
            part="add",
            what=f"{len(world.towns)} cities in a row, without their cases",
            ours=f"{row:.1f} s ({row / len(world.towns):.3f} s each)",
            target=f"{ALL} in ≤ {TARGET_ALL:.0f} s",
            met=row <= TARGET_ALL if len(world.towns) >= ALL else None,
            details={"seconds": row},
        ),
    ]


async def _add(world: World) -> list[float]:
    runtime = Runtime(world.settings)
    found = []
    async with runtime.running():
        cities = Cities(runtime)
        for number in range(SINGLES):
            started = time.perf_counter()
            await cities.apply([city_file(f"more{number}")])
            found.append(time.perf_counter() - started)
    return found
