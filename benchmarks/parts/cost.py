"""What the product does besides the statements, each thing named with its CPU time a request.

The application runs in this process, one request at a time, with the parts wrapped by a meter; the
product itself has no switch for it. Of the batches the lower quartile counts, because what else
runs on the machine only ever adds. The empty handler it is compared with runs between waits for the
database too: code that was just waiting runs several times slower than in a tight loop.
"""

import asyncio
import random
import secrets
from time import process_time_ns
from typing import Any

import asyncpg
from litestar import Litestar, get

from benchmarks.calls import HOT, Route, keyed
from benchmarks.figures import Figure
from benchmarks.meter import Meter, replaced
from benchmarks.product import Asgi, Call, ask, product
from benchmarks.timing import percentile
from benchmarks.world import World
from sinmungo import app as composition
from sinmungo.cases import history, intake, listing
from sinmungo.host import access_log, events
from sinmungo.host.host import Host
from sinmungo.people.identity import Identifier
from sinmungo.web import gate, idempotency, scope
from sinmungo_tenants import Session, doors

TARGET_US = 500
BATCH = 25
BATCHES = 16
QUIET = 0.25
_A_WAIT = "SELECT pg_sleep(0.002)"
SIGN_IN, PERMISSION = "sign-in", "permission"
EVENT, HOOKS, ACCESS = "event", "hooks", "access log"
IDEMPOTENCY, LOG_LINE, UNIT, GATE = "idempotency key", "log line", "unit of work", "gate"
BINDING, STATEMENTS, SERVICE = "pool, binding and commit", "statements", "service"
LITESTAR = "Litestar, JSON and the rest"
ADDED = (SIGN_IN, PERMISSION, EVENT, HOOKS, ACCESS, IDEMPOTENCY, LOG_LINE, UNIT, GATE)
NEEDED = (SERVICE, BINDING, STATEMENTS, LITESTAR)


def run(world: World) -> list[Figure]:
    """Send each hot request some hundred times; report what each part took."""
    meter = Meter()
    with replaced(_parts(meter)):
        found = asyncio.run(_measure(world, meter))
    empty = asyncio.run(_empty(world))
    lines = [_line(name, found) for name in (*ADDED, *NEEDED)]
    return [_together(found, empty), *lines]


def _parts(meter: Meter) -> list[tuple[Any, str, Any]]:
    bound = doors._Bound  # noqa: SLF001 - measured, not used
    waited = [
        (SIGN_IN, Identifier, "__call__"),
        (PERMISSION, composition, "require_permission"),
        (EVENT, events, "emit"),
        (EVENT, events, "emit_many"),
        (HOOKS, Host, "react"),
        (ACCESS, access_log, "note_access"),
        (IDEMPOTENCY, idempotency, "once"),
        (SERVICE, listing, "desk"),
        (SERVICE, history, "detail"),
        (SERVICE, intake, "register"),
        (UNIT, scope.RequestScope, "ctx"),
        (UNIT, scope.RequestScope, "finish"),
        (GATE, gate.Gate, "__call__"),
        (BINDING, bound, "__aenter__"),
        (BINDING, bound, "__aexit__"),
        *((STATEMENTS, Session, name) for name in ("all", "first", "run", "run_many")),
    ]
    wrapped = [(o, n, meter.waited(name, getattr(o, n))) for name, o, n in waited]
    wrapped.append((gate, "_log", meter.called(LOG_LINE, gate._log)))  # noqa: SLF001 - measured, not used
    return wrapped


async def _measure(world: World, meter: Meter) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    async with product(world) as (_, app):
        app._app = meter.waited(LITESTAR, app._app)  # type: ignore[attr-defined]  # noqa: SLF001
        for route in HOT:
            found[route.name] = await _route(world, app, route, meter)
    return found


async def _route(world: World, app: Asgi, route: Route, meter: Meter) -> dict[str, float]:
    calls = route.calls(world.towns)
    await _batch(app, route, random.sample(calls, min(len(calls), 4 * BATCH)))
    batches: list[dict[str, float]] = []
    for _ in range(BATCHES):
        meter.reset()
        await _batch(app, route, random.choices(calls, k=BATCH))  # noqa: S311 - a draw, not a secret
        batches.append({name: ns / 1000 / BATCH for name, ns in meter.spent.items()})
    names = {name for batch in batches for name in batch}
    return {n: percentile([b.get(n, 0.0) for b in batches], QUIET) for n in names}


async def _empty(world: World) -> float:
    """Return the CPU time (µs) of a Litestar handler that does nothing, after a wait each time."""

    @get("/nothing", sync_to_thread=False)
    def nothing() -> dict[str, str]:
        return {}

    app = Litestar([nothing], openapi_config=None)
    call = Call(host="a", method="GET", path="/nothing")
    connection = await asyncpg.connect(world.admin_dsn)
    spent = []
    for _ in range(BATCH * BATCHES):
        await connection.execute(_A_WAIT)
        started = process_time_ns()
        await ask(app, call, 200)
        spent.append((process_time_ns() - started) / 1000)
    await connection.close()
    return percentile(spent, QUIET)


async def _batch(app: Asgi, route: Route, calls: list[Call]) -> None:
    for call in calls:
        await ask(app, keyed(call, secrets.token_hex(8)), route.expected)


def _line(name: str, found: dict[str, dict[str, float]]) -> Figure:
    values = {route.name: found[route.name].get(name, 0.0) for route in HOT}
    whose = "added" if name in ADDED else "needed by any handler"
    return Figure(
        part="cost",
        what=f"{name} ({whose})",
        ours=" / ".join(f"{value:.0f}" for value in values.values()) + " µs",
        details={f"{route}_us": value for route, value in values.items()},
    )


def _together(found: dict[str, dict[str, float]], empty: float) -> Figure:
    sums = {r.name: sum(found[r.name].get(name, 0.0) for name in ADDED) for r in HOT}
    worst = max(sums.values())
    return Figure(
        part="cost",
        what="CPU of all that is added, list / get / create",
        ours=" / ".join(f"{value:.0f}" for value in sums.values()) + " µs",
        against=f"{empty:.0f} µs (empty Litestar handler)",
        ratio=" / ".join(f"{value / empty:.1f}" for value in sums.values()) + " ×",
        target=f"≤ {TARGET_US} µs",
        met=worst <= TARGET_US,
        details={"empty_us": empty, **{f"{route}_us": value for route, value in sums.items()}},
    )
