"""How long until another process obeys, when an admin switches a plugin on."""

import asyncio
import statistics
import time

from litestar import Litestar

from benchmarks.figures import Figure, unmeasured
from benchmarks.processes import status_of, web
from benchmarks.product import product
from benchmarks.world import World, city_file
from sinmungo.app import Runtime, create_litestar
from sinmungo.deploy.cities import Cities
from sinmungo.host.activation import disable, enable
from sinmungo.web.render import Renderer
from sinmungo_tenants import Tenant

TARGET = 1.0
TIMES = 8
GIVE_UP = 10.0
HOST = "switched.localhost"
_GONE = 404
_WHAT = "plugin switched on (tables exist) until another process obeys"


def run(world: World) -> list[Figure]:
    """Switch a plugin on again and again while `sinmungo web` is asked for one of its pages."""
    return asyncio.run(_run(world))


async def _run(world: World) -> list[Figure]:
    async with product(world) as (runtime, _):
        slug = next((component.name for component in runtime.host.components()), None)
        if slug is None:
            return [unmeasured("switch", _WHAT, "no plugin with tables is installed")]
        path = _a_page_of(runtime, slug)
        await Cities(runtime).apply([city_file("switched", (slug,))])
        city = runtime.registry.by_slug("switched")
        with web(world) as (port, _):
            waits = [await _once(runtime, city, slug, port, path) for _ in range(TIMES)]
    return [_figure(waits)]


def _figure(waits: list[float]) -> Figure:
    worst = max(waits)
    return Figure(
        part="switch",
        what=_WHAT,
        ours=f"{statistics.median(waits):.2f} s (worst of {TIMES}: {worst:.2f} s)",
        target=f"≤ {TARGET:g} s",
        met=worst <= TARGET,
        details={"median": statistics.median(waits), "worst": worst},
    )


def _a_page_of(runtime: Runtime, slug: str) -> str:
    """Return the address of a page that asks for a sign-in when the plugin is on."""
    routes: Litestar = create_litestar(runtime, Renderer(runtime.host, []))
    start = f"/office/{slug}/"
    return next(r.path for r in routes.routes if r.path.startswith(start) and "{" not in r.path)


async def _once(runtime: Runtime, city: Tenant, slug: str, port: int, path: str) -> float:
    await disable(runtime, city, slug)
    await _until(port, path, there=False)
    started = time.perf_counter()
    await enable(runtime, city, slug)
    await _until(port, path, there=True)
    return time.perf_counter() - started


async def _until(port: int, path: str, *, there: bool) -> None:
    end = time.perf_counter() + GIVE_UP
    while (status_of(port, HOST, path) != _GONE) is not there:
        if time.perf_counter() > end:
            raise TimeoutError(f"{path} did not change within {GIVE_UP} s")
        await asyncio.sleep(0.005)
