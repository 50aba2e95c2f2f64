"""What the product does besides the statements, each thing named with its CPU time a request.

The application runs in this process, one request at a time, with the parts wrapped by a meter; the
product itself has no switch for it. Reading the clock is booked too (under 1 µs a part).
"""

import asyncio
import random
import secrets
import statistics
from typing import Any

from benchmarks.calls import HOT, Route, keyed
from benchmarks.figures import Figure
from benchmarks.meter import Meter, replaced
from benchmarks.product import Asgi, Call, ask, product
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
BATCHES = 12
SIGN_IN, PERMISSION = "sign-in", "permission"
EVENT, HOOKS, ACCESS = "event", "hooks", "access log"
IDEMPOTENCY, LOG_LINE, UNIT, GATE = "idempotency key", "log line", "unit of work", "gate"
BINDING, STATEMENTS, SERVICE = "binding and commit", "statements", "service"
LITESTAR = "Litestar, JSON and the rest"
ADDED = (SIGN_IN, PERMISSION, EVENT, HOOKS, ACCESS, IDEMPOTENCY, LOG_LINE, UNIT, GATE)
NEEDED = (SERVICE, BINDING, STATEMENTS, LITESTAR)


def run(world: World) -> list[Figure]:
    """Send each hot request some hundred times; report what each part took."""
    meter = Meter()
    with replaced(_parts(meter)):
        found = asyncio.run(_measure(world, meter))
    lines = [_line(name, found) for name in (*ADDED, *NEEDED)]
    return [_together(found), *lines]


def _parts(meter: Meter) -> list[tuple[Any, str, Any]]:
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
        (BINDING, doors, "_begin"),
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
    return {n: statistics.median(b.get(n, 0.0) for b in batches) for n in names}


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


def _together(found: dict[str, dict[str, float]]) -> Figure:
    sums = {r.name: sum(found[r.name].get(name, 0.0) for name in ADDED) for r in HOT}
    worst = max(sums.values())
    return Figure(
        part="cost",
        what="CPU of all that is added, list / get / create",
        ours=" / ".join(f"{value:.0f}" for value in sums.values()) + " µs",
        target=f"≤ {TARGET_US} µs",
        met=worst <= TARGET_US,
        details={f"{route}_us": value for route, value in sums.items()},
    )
