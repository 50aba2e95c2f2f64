"""What a new city costs: roles, schema, tables, grants, and what it begins with."""

import asyncio
import statistics
import time

from benchmarks.figures import Figure
from benchmarks.world import World, city_file
from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities
from sinmungo.deploy.many import Wanted, add_many

TARGET_ONE = 0.25
TARGET_ALL = 30.0
ALL = 243
SINGLES = 8
WORKERS = 2


def run(world: World) -> list[Figure]:
    """Add a few cities one by one beside those that are there, then as many again in one go."""
    return asyncio.run(_run(world))


async def _run(world: World) -> list[Figure]:
    runtime = Runtime(world.settings)
    async with runtime.running():
        cities = Cities(runtime)
        return [
            _of_one(world, await _singles(cities)),
            _of_many(await many(cities, world.options.cities), world.options.cities),
        ]


async def _singles(cities: Cities) -> list[float]:
    found = []
    for number in range(SINGLES):
        started = time.perf_counter()
        await cities.add(city_file(f"more{number}"))
        found.append(time.perf_counter() - started)
    return found


async def many(cities: Cities, number: int) -> float:
    """Make this many cities as `sinmungo tenant add-many` does; return how long it took."""
    wanted = [Wanted(str(n), city_file(f"bulk{n:03d}")) for n in range(number)]
    started = time.perf_counter()
    outcomes = await add_many(cities, wanted, workers=WORKERS)
    seconds = time.perf_counter() - started
    failed = [o for o in outcomes if o.state != "MADE"]
    if failed:
        raise RuntimeError(f"{failed[0].slug}: {failed[0].reason}")
    return seconds


def _of_one(world: World, singles: list[float]) -> Figure:
    one = statistics.median(singles)
    return Figure(
        part="add",
        what=f"one more city beside {len(world.towns)}",
        ours=f"{one:.3f} s (worst {max(singles):.3f} s)",
        target=f"≤ {TARGET_ONE} s",
        met=one <= TARGET_ONE,
        details={"seconds": one, "worst": max(singles)},
    )


def _of_many(seconds: float, number: int) -> Figure:
    return Figure(
        part="add",
        what=f"{number} cities in one go, {WORKERS} at a time",
        ours=f"{seconds:.1f} s ({seconds / number:.3f} s each)",
        target=f"{ALL} in ≤ {TARGET_ALL:.0f} s",
        met=seconds <= TARGET_ALL if number >= ALL else None,
        details={"seconds": seconds},
    )
