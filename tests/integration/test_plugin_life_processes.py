"""Two worker processes of a real server: both obey a switch, and a stop, within a second."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from sinmungo.app import Runtime
from sinmungo.cli.ports import wait_ready
from sinmungo.host.failures import OTHER_LIMIT
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.demo import free_port
from sinmungo.testing.people import Officer, People
from sinmungo_tenants import Tenant

PLUGIN = """
import os
import time

from litestar import Controller, get

from sinmungo.sdk import Manifest, Permission, Slice, hookimpl, needs, public

SEE = Permission("double.see", "보기", ("TENANT_ADMIN",))


class Front(Controller):
    @get("/", opt=public())
    async def pid(self) -> str:
        return str(os.getpid())

    @get("/raise", opt=public())
    async def fail(self) -> str:
        raise RuntimeError("secret")

    @get("/exit", opt=public())
    async def leave(self) -> str:
        raise SystemExit(3)

    @get("/block", opt=public())
    async def block(self) -> str:
        while True:
            time.sleep(600)


@hookimpl
def sinmungo_manifest() -> Manifest:
    return Manifest("double", "두 일꾼", "1.0", ">=1.0,<2")


@hookimpl
def sinmungo_slices() -> list[Slice]:
    return [Slice("part", "부분", permissions=(SEE,), portal=(Front,))]
"""
SECONDS = 1.0
TOLERANCE = 4.0  # the machine may be busy; what is measured on a quiet one is in the benchmarks
MANY = 16
UP_SECONDS = 60
_numbers = itertools.count(1)


def package(folder: Path) -> Path:
    """Write an installed distribution: a module and what names it as a plugin."""
    (folder / "double_plugin.py").write_text(PLUGIN, "utf-8")
    info = folder / "double_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: double-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sinmungo.plugins]\ndouble = double_plugin\n")
    return folder


class Server:
    """`sinmungo web` with two workers; may be started again."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self.port = free_port()
        settings = runtime.settings
        path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._log = folder / "web.log"
        self._environment = {
            **os.environ,
            "PYTHONPATH": path,
            "SINMUNGO_DATA": settings.data,
            "SINMUNGO_DEPLOYMENT": settings.deployment,
            "SINMUNGO_APP_DSN": settings.app_dsn,
            "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
            "SINMUNGO_COOKIE_SECURE": "false",
            "SINMUNGO_WORKERS": "2",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sinmungo.cli", "web", "--port", str(self.port)],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process = self._process
        if not wait_ready(self.port, UP_SECONDS, lambda: process.poll() is None):
            raise AssertionError(self._log.read_text("utf-8"))

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[Runtime]:
    name, data = f"double_{worker_id}", tmp_path_factory.mktemp("double_data")
    dsn = database.fresh_database(server_dsn, name)
    async with database.test_runtime(dsn, name, data, load(CORE_SLICES, found=[])) as made:
        yield made


@pytest.fixture(scope="module")
def server(deployed: Runtime, tmp_path_factory) -> Iterator[Server]:
    made = Server(deployed, package(tmp_path_factory.mktemp("double")))
    made.start()
    yield made
    made.stop()


class Client:
    """One request per connection, so that both workers get their share."""

    def __init__(self, server: Server, city: Tenant, me: Officer) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}",
            headers={"host": city.hosts[0], "connection": "close"},
            timeout=60,
            verify=False,  # noqa: S501 - plain http: reading the authorities takes longer than asking
        )
        self._me = {"authorization": f"Bearer {me.token}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path)

    async def act(self, path: str) -> httpx.Response:
        return await self._client.post(f"/api/v1/plugins/{path}", headers=self._me)

    async def state(self) -> str:
        answer = await self._client.get("/api/v1/plugins/double", headers=self._me)
        return str(answer.json()["state"])

    async def close(self) -> None:
        await self._client.aclose()

    async def many(self, path: str = "/double/part") -> list[httpx.Response]:
        return list(await asyncio.gather(*(self.get(path) for _ in range(MANY))))

    async def both(self) -> set[str]:
        """Return the processes that answered; two, once both serve."""
        seen: set[str] = set()
        end = time.monotonic() + UP_SECONDS
        while len(seen) < 2 and time.monotonic() < end:
            seen |= {r.text for r in await self.many() if r.status_code == 200}
        return seen

    async def obeyed(self, status: int, path: str = "/double/part") -> None:
        """Wait until every worker answers so, a second and a tolerance at most."""
        end = time.monotonic() + SECONDS + TOLERANCE
        found: set[int] = set()
        while time.monotonic() < end:
            found = {r.status_code for r in await self.many(path)}
            if found == {status}:
                return
        raise AssertionError(f"not obeyed: {found}")


type Begin = Callable[[], Awaitable[Client]]


@pytest_asyncio.fixture(loop_scope="session")
async def begin(deployed: Runtime, server: Server) -> AsyncIterator[Begin]:
    """Return what makes a new city that both workers know, and its client."""
    made: list[Client] = []

    async def begin() -> Client:
        city = await database.new_city(deployed, f"p{next(_numbers)}", (), {}, kept=True)
        me = await People(deployed, city).officer("TENANT_ADMIN")
        made.append(Client(server, city, me))
        await made[-1].obeyed(200, "/")
        return made[-1]

    yield begin
    for client in made:
        await client.close()


async def test_both_workers_obey_a_switch_and_stand_what_a_plugin_does(begin: Begin):
    client = await begin()
    await client.obeyed(404)
    assert (await client.act("double/enable")).json()["state"] == "ACTIVE"
    await client.obeyed(200)
    before = await client.both()
    assert len(before) == 2
    for _ in range(6):  # what ends a process elsewhere ends no worker
        assert (await client.get("/double/part/exit")).status_code == 503
    assert (await client.get("/double/part/block")).status_code == 503
    assert await client.both() == before
    assert (await client.act("double/disable")).json()["state"] == "DISABLED"
    await client.obeyed(404)


async def test_faults_count_together_and_every_state_survives_a_restart(
    begin: Begin, server: Server
):
    on, off, stopped = await begin(), await begin(), await begin()
    for client in (on, off, stopped):
        await client.act("double/enable")
        await client.obeyed(200)
    await off.act("double/disable")
    assert len(await stopped.both()) == 2
    for path in ("/double/part/raise", "/double/part/exit"):
        for _ in range(OTHER_LIMIT // 2):
            assert (await stopped.get(path)).status_code in {500, 503, 404}
    await stopped.obeyed(404)
    assert await stopped.state() == "TRIPPED"
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    for client, status in ((on, 200), (off, 404), (stopped, 404)):
        assert {r.status_code for r in await client.many()} == {status}
    assert await stopped.state() == "TRIPPED"
    await stopped.act("double/enable")
    await stopped.obeyed(200)
