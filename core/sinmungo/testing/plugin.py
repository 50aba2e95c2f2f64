"""The fixtures. Imports of the product are inside them, so that `pytest --help` stays quick."""

import itertools
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from sinmungo.app import Runtime
    from sinmungo.host.context import Ctx
    from sinmungo.testing.people import People
    from sinmungo.testing.web import Web
    from sinmungo_tenants import Tenant

DSN_KEY = "sinmungo_dsn"
_state: dict[str, Any] = {}
_numbers = itertools.count(1)


def _lazy_dsn(config: pytest.Config) -> str:
    """Start the one server of this run on first use; workers get its address handed over."""
    given = getattr(config, "workerinput", {}).get(DSN_KEY) or os.environ.get("SINMUNGO_TEST_DSN")
    if given:
        return str(given)
    if "dsn" not in _state:
        from sinmungo_tenants.server.scratch import scratch_server

        stack = ExitStack()
        _state.update(stack=stack, dsn=stack.enter_context(scratch_server()).dsn)
    return str(_state["dsn"])


def pytest_configure(config: pytest.Config) -> None:
    """Make broken plugins fatal in tests."""
    del config
    os.environ.setdefault("SINMUNGO_STRICT_PLUGINS", "1")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the server's address to an xdist worker."""
    node.workerinput[DSN_KEY] = _lazy_dsn(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server this process started."""
    del config
    stack = _state.pop("stack", None)
    if stack is not None:
        _state.clear()
        stack.close()


@pytest.fixture(scope="session")
def server_dsn(request: pytest.FixtureRequest) -> str:
    """Return the superuser's address of the test server."""
    return _lazy_dsn(request.config)


@pytest.fixture(scope="session")
def deployment_dsn(server_dsn: str, worker_id: str) -> str:
    """Return a superuser's address of this worker's own database."""
    from sinmungo.testing.database import fresh_database

    return fresh_database(server_dsn, f"test_{worker_id}")


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Return the xdist worker's name, or `main`."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of the test deployment."""
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def runtime(
    deployment_dsn: str, worker_id: str, data_folder: Path
) -> AsyncIterator["Runtime"]:
    """Return a running deployment without cities."""
    from sinmungo.testing.database import test_runtime

    async with test_runtime(deployment_dsn, f"test_{worker_id}", data_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def _used_cities() -> "Iterator[None]":
    """Give back the cities that this test alone was given."""
    if "sinmungo.testing.database" not in sys.modules:
        yield
        return
    from sinmungo.testing import recycling

    mark = recycling.mark()
    yield
    recycling.release(mark)


type MakeCity = Callable[..., Awaitable["Tenant"]]


@pytest.fixture(scope="session")
def make_city(runtime: "Runtime") -> MakeCity:
    """Return a maker of fresh cities: `plugins` to switch on, and sections of the city's file.

    A city lives as long as the test that made it, or to the end of the run if it is `kept`.
    """
    from sinmungo.testing.database import new_city

    async def make(*, plugins: tuple[str, ...] = (), kept: bool = False, **tables: Any) -> "Tenant":
        return await new_city(runtime, f"city{next(_numbers)}", plugins, tables, kept=kept)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: MakeCity) -> "Tenant":
    """Return a fresh city without plugins."""
    return await make_city()


@pytest_asyncio.fixture(loop_scope="session")
async def people(runtime: "Runtime", city: "Tenant") -> "People":
    """Return the city's test officers: `await people.officer("INTAKE_OFFICER")`."""
    from sinmungo.testing.people import People

    return People(runtime, city)


@pytest_asyncio.fixture(loop_scope="session")
async def ctx(runtime: "Runtime", city: "Tenant") -> AsyncIterator["Ctx"]:
    """Return an open unit of work of the city as SYSTEM; committed when the test ends."""
    async with runtime.work.open(city) as opened:
        yield opened


@pytest.fixture
def drain(runtime: "Runtime", city: "Tenant") -> Callable[[], Awaitable[int]]:
    """Return a stand-in for the worker: it does the city's due jobs and says how many."""
    from sinmungo.jobs.worker import Worker

    async def done() -> int:
        return await Worker(runtime.work, runtime.registry).drain(city)

    return done


@pytest.fixture(scope="session")
def app(runtime: "Runtime") -> Any:
    """Return the ASGI application over `runtime`."""
    from sinmungo.app import create_app

    return create_app(runtime)


@pytest_asyncio.fixture(loop_scope="session")
async def web(app: Any, city: "Tenant", people: "People") -> AsyncIterator["Web"]:
    """Return HTTP access to the city: `web.api(officer)`, `.browser(officer)`, `.anyone()`."""
    from sinmungo.testing.web import Web

    made = Web(app, city.hosts[0], people)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Return a real Chromium; one per process, as Playwright wants it."""
    from sinmungo.testing.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _no_clock_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SINMUNGO_CLOCK_FILE", raising=False)


@pytest.fixture
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little memory, where the test is about who gets in."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    from sinmungo.people import passwords

    light = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHash((light,)))
    monkeypatch.setattr(passwords, "_NOBODY", [])
