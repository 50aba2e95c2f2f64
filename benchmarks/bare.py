"""The ceiling: Litestar and asyncpg and nothing between, sending the product's own statements.

Same texts, same values, same number, same binding message, same server with one worker. What it
lacks is everything that makes the product one: who asks, may he, what happened, who looked, rules.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from benchmarks.recording import unpacked
from benchmarks.replay import Script

_JSONB_VERSION = b"\x01"
_POOL = 4


class CaseIn(msgspec.Struct):
    """One difficulty."""

    category: str
    content: str


class IntakeIn(msgspec.Struct):
    """The body of a registration."""

    company_id: UUID
    channel: str
    caller: str
    phone: str
    rows: list[CaseIn]


async def _codec(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
    )


async def _no_reset(_: Any) -> None:
    """Nothing outlives a transaction here either."""


async def _run(request: Request[Any, Any, Any], route: str, case_id: UUID | None = None) -> Any:
    host = request.headers["host"].rsplit(":", 1)[0]
    city = request.app.state.cities[host]
    async with request.app.state.pool.acquire() as connection:
        await connection.execute(city.begin)
        try:
            answer = await city.scripts[route].play(connection, case_id)
        except BaseException:
            await connection.execute("ROLLBACK")
            raise
        await connection.execute("COMMIT")
    return answer


@get("/api/v1/cases")
async def list_cases(request: Request[Any, Any, Any]) -> Any:
    """Answer with the rows of the list."""
    return {"items": await _run(request, "list"), "next": None}


@get("/api/v1/cases/{case_id:uuid}")
async def one_case(request: Request[Any, Any, Any], case_id: FromPath[UUID]) -> Any:
    """Answer with the row of one case."""
    return (await _run(request, "get", case_id))[0]


@post("/api/v1/cases")
async def create_case(request: Request[Any, Any, Any], data: JSONBody[IntakeIn]) -> Any:
    """Write what a registration writes."""
    del data
    await _run(request, "create")
    return {"items": []}


@get("/health/ready")
async def ready() -> str:
    """Answer that the pool stands."""
    return "ok"


class City(msgspec.Struct, frozen=True):
    """The binding message of a city and its scripts by route."""

    begin: str
    scripts: dict[str, Script]


def _city(plan: dict[str, Any]) -> City:
    begin = f"BEGIN; SET LOCAL ROLE {plan['role']}; SET LOCAL search_path = {plan['schema']}"
    return City(begin, {route: Script(given) for route, given in plan["routes"].items()})


def create_bare() -> Litestar:
    """Return the application over the plan that BENCH_PLAN names."""
    plan = unpacked(Path(os.environ["BENCH_PLAN"]).read_bytes())

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.cities = {host: _city(city) for host, city in plan["cities"].items()}
        app.state.pool = await asyncpg.create_pool(
            plan["dsn"],
            min_size=1,
            max_size=_POOL,
            init=_codec,
            reset=_no_reset,
            server_settings={"jit": "off"},
        )
        yield
        await app.state.pool.close()

    return Litestar(
        [list_cases, one_case, create_case, ready],
        lifespan=[lifespan],
        state=State(),
        openapi_config=None,
    )


def main() -> None:
    """Serve as `sinmungo web` does."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "benchmarks.bare:create_bare",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        workers=1,
        log_access=False,
        websockets=False,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main()
