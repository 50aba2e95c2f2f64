"""What changing the city at every transaction costs: random against always one, and no binding."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from sqlalchemy import bindparam, select

from benchmarks.figures import Figure
from benchmarks.timing import median_ratio, percentile, spread, take_turns
from benchmarks.world import Town, World
from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.companies.models import companies
from sinmungo.people.models import officers, org_units
from sinmungo_tenants import Session, read

TARGET = 1.5
_STATEMENTS = (
    read(select(officers.c.login).where(officers.c.state == bindparam("state")), str),
    read(select(org_units.c.name).where(org_units.c.kind == bindparam("kind")), str),
    read(select(cases.c.case_no).where(cases.c.case_no == bindparam("case_no")), str),
    read(select(companies.c.name).where(companies.c.name_key == bindparam("name_key")), str),
)
_VALUES: tuple[dict[str, Any], ...] = (
    {"state": "ACTIVE"},
    {"kind": "TEAM"},
    {"case_no": "BM-2020-000001"},
    {"name_key": "시험산업1"},
)
_PAIRS = tuple(zip(_STATEMENTS, _VALUES, strict=True))


def run(world: World) -> list[Figure]:
    """Measure one transaction of four short reads, three ways."""
    return asyncio.run(_run(world))


async def _run(world: World) -> list[Figure]:
    runtime = Runtime(world.settings)
    floor = await _floor_connection(world)
    async with runtime.running():
        sides = {
            "random": _through_door(runtime, world.towns),
            "one": _through_door(runtime, world.towns[:1]),
            "floor": _unbound(floor),
        }
        found = await take_turns(sides, world.options)
    await floor.close()
    return _figures(found)


def _through_door(runtime: Runtime, towns: list[Town]) -> Callable[[], Awaitable[None]]:
    tenants = [runtime.registry.by_id(town.tenant_id) for town in towns]

    async def one() -> None:
        async with runtime.doors.tenant_session(random.choice(tenants)) as session:  # noqa: S311 - a draw, not a secret
            await _four(session)

    return one


async def _four(session: Session) -> None:
    for query, values in _PAIRS:
        await session.all(query, **values)


async def _floor_connection(world: World) -> Any:
    """Connect past the wall, with the first city's schema set once for all."""
    schema = world.towns[0].schema
    return await asyncpg.connect(world.admin_dsn, server_settings={"search_path": schema})


def _unbound(connection: Any) -> Callable[[], Awaitable[None]]:
    statements = [(query.sql, query.arguments(values)) for query, values in _PAIRS]

    async def one() -> None:
        await connection.execute("BEGIN")
        for text, arguments in statements:
            await connection.fetch(text, *arguments)
        await connection.execute("COMMIT")

    return one


def _figures(found: dict[str, list[list[float]]]) -> list[Figure]:
    middle = {n: [percentile(r, 0.5) for r in rounds] for n, rounds in found.items()}
    every = {n: [d for r in rounds for d in r] for n, rounds in found.items()}
    to_one = median_ratio(middle["random"], middle["one"])
    to_floor = median_ratio(middle["random"], middle["floor"])
    common = {
        f"{name}_p50_ms": percentile(durations, 0.5) * 1000 for name, durations in every.items()
    }
    return [
        Figure(
            part="bind",
            what="transaction of 4 reads: random city, one city",
            ours=spread(every["random"]),
            against=spread(every["one"]),
            ratio=f"{to_one:.2f}×",
            target=f"≤ {TARGET}×",
            met=to_one <= TARGET,
            details={**common, "ratio": to_one},
        ),
        Figure(
            part="bind",
            what="the same: random city, plain BEGIN without binding",
            ours=spread(every["random"]),
            against=spread(every["floor"]),
            ratio=f"{to_floor:.2f}×",
            details={"ratio": to_floor},
        ),
    ]
