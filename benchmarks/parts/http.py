"""List, get and create over HTTP, against a bare handler that sends the same statements."""

import asyncio
import statistics
from typing import Any

from benchmarks.calls import GET, HOT, Route, case_of, keyed
from benchmarks.figures import Figure
from benchmarks.load import Answered, Job
from benchmarks.processes import bare, load, web
from benchmarks.product import Asgi, product
from benchmarks.recording import Recorded, packed, record
from benchmarks.timing import median_ratio, percentile, spread
from benchmarks.world import Town, World

TARGET = 0.8


def run(world: World) -> list[Figure]:
    """Record what the product sends, start both servers, and ask them by turns."""
    plan = world.folder / "plan"
    cities = asyncio.run(_plan(world))
    plan.write_bytes(packed({"dsn": world.settings.app_dsn, "cities": cities}))
    recorded = cities[world.towns[0].host]["routes"]
    figures = []
    with web(world) as (ours, _), bare(world, plan) as (against, _):
        for route in HOT:
            turns = alternate(world, route, ours, route, against)
            statements = len(recorded[route.name].sent)
            figures.append(_figure(route, statements, *turns))
    return figures


def alternate(
    world: World, one: Route, one_port: int, two: Route, two_port: int
) -> tuple[list[Answered], list[Answered]]:
    """Ask two servers by turns; the first turns warm them up and do not count."""
    options = world.options
    found: tuple[list[Answered], list[Answered]] = ([], [])
    pairs = ((one, one_port, found[0]), (two, two_port, found[1]))
    for number in range(options.rounds + 1):
        for route, port, kept in pairs:
            answered = load(job(world, route, port))
            if number:
                kept.append(answered)
    return found


def job(world: World, route: Route, port: int) -> Job:
    """Return the client's task: a request of a random city each time."""
    requests = [call.raw for call in route.calls(world.towns)]
    return Job(port=port, seconds=world.options.seconds, requests=requests, expected=route.expected)


def rates(turns: list[Answered]) -> list[float]:
    """Return requests a second, by turn."""
    return [len(t.durations) / t.elapsed for t in turns]


def durations(turns: list[Answered]) -> list[float]:
    """Return every duration of every turn."""
    return [d for t in turns for d in t.durations]


def said(turns: list[Answered]) -> str:
    """Return the median rate and the spread of the durations."""
    return f"{statistics.median(rates(turns)):,.0f} req/s, {spread(durations(turns))}"


def _figure(route: Route, statements: int, ours: list[Answered], against: list[Answered]) -> Figure:
    ratio = median_ratio(rates(ours), rates(against))
    return Figure(
        part="http",
        what=f"{route.name} ({statements} statements): product, bare handler",
        ours=said(ours),
        against=said(against),
        ratio=f"{ratio:.2f}",
        target=f"≥ {TARGET}",
        met=ratio >= TARGET,
        details={
            "rate": statistics.median(rates(ours)),
            "bare_rate": statistics.median(rates(against)),
            "p50_ms": percentile(durations(ours), 0.5) * 1000,
            "p99_ms": percentile(durations(ours), 0.99) * 1000,
            "bare_p50_ms": percentile(durations(against), 0.5) * 1000,
            "bare_p99_ms": percentile(durations(against), 0.99) * 1000,
            "ratio": ratio,
            "statements": statements,
        },
    )


async def _plan(world: World) -> dict[str, Any]:
    cities: dict[str, Any] = {}
    async with product(world) as (_, app):
        for town in world.towns:
            routes = {route.name: await _recorded(app, route, town) for route in HOT}
            cities[town.host] = {"role": town.role, "schema": town.schema, "routes": routes}
    return cities


async def _recorded(app: Asgi, route: Route, town: Town) -> Recorded:
    call = route.make(town, 0)
    calls = (keyed(call, "first"), keyed(call, "second"), keyed(call, "third"))
    found = await record(app, calls, route.expected)
    if route is GET:
        case_id = case_of(town, 0)
        for sent in found.sent:
            sent.values = ["{case_id}" if v == case_id else v for v in sent.values]
    return found
