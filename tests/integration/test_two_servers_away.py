"""Two PostgreSQL servers by the how-to, and one of them away, silent or unheard of."""

import asyncio
import re
import shlex
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.app import Runtime, create_app
from sinmungo.component import COMPONENT
from sinmungo.deploy.checkup.servers import other_servers
from sinmungo.deploy.cities import Cities
from sinmungo.deploy.servers import look_at, names, places
from sinmungo.host import plugin_records as records
from sinmungo.jobs.worker import Worker
from sinmungo.testing.command import command
from sinmungo.testing.people import People
from sinmungo.testing.two_servers import World, file, two_servers
from sinmungo.testing.web import Web
from sinmungo_tenants import Doors, Tenant
from sinmungo_tenants.chain import chain
from sinmungo_tenants.errors import ServerDownError
from sinmungo_tenants.fleet.verify import verify

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "many-servers.md"
AWAY = "잠시 뒤에 다시"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    server_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("away")
    async with two_servers(server_dsn, f"away_{worker_id}", folder) as made:
        yield made


async def test_the_how_to_works_as_written(world: World, tmp_path: Path):
    blocks = re.findall(r"^```sh\n(.*?)^```", HOW_TO.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    verbs = {tuple(shlex.split(line)[1:3]) for line in lines}
    assert {("server", "add"), ("server", "check"), ("tenant", "restore")} <= verbs
    for line in lines:
        words = [_real(word, world, tmp_path) for word in shlex.split(line)]
        assert words[0] == "sinmungo"
        await world.run(*words[1:])
    city = await world.city("saebyeok")
    assert (city.server, city.state) == ("main", "ACTIVE")
    assert await world.status(city) == 200


def _real(word: str, world: World, folder: Path) -> str:
    """Put what there is in a test for what stands in the text as an example."""
    if word.startswith("postgresql://"):
        return world.second.dsn
    if word == "moving":
        return str(folder)
    if word.startswith("moving/"):
        return str(next(folder.glob("saebyeok-*.tar")))
    return word


async def test_a_server_that_is_away_stops_its_cities_alone(world: World):
    here, there = await world.city("here"), await world.city("there")
    assert (await world.status(here), await world.status(there)) == (200, 200)
    world.second.stop()
    answers = await asyncio.gather(*(world.answer(there, "/office/cases") for _ in range(30)))
    assert {a.status_code for a in answers} == {503}
    assert AWAY in answers[0].text
    problem = await world.answer(there, "/api/v1/cases?view=ALL")
    assert (problem.status_code, problem.json()["code"]) == (503, "unavailable")
    assert int(problem.headers["retry-after"]) > 0
    assert {await world.status(here) for _ in range(5)} == {200}
    worker = Worker(world.runtime.work, world.runtime.registry)
    await world.put(here)
    assert await worker.sweep() == 1
    older = chain(COMPONENT)[-2]
    world.write("UPDATE control.component_state SET revision = %s WHERE component = 'core'", older)

    result = await asyncio.to_thread(world.upgrade)
    told = {o.pair.slug: (o.state, o.error) for o in result.outcomes}
    assert told["here"] == ("OK", None)
    assert told["there"] == ("FAILED", "the server 'east' cannot be reached")
    with pytest.raises(ServerDownError):
        await Cities(world.runtime).add(file("late", "east"))
    seen = verify(world.runtime.settings.migrators, (COMPONENT,), clock.now)
    assert dict(seen.unasked)["there"] == "the server 'east' cannot be reached"
    code, told_by_check = await command("server", "check", environment=world.environment)
    assert (code, "east: not well" in told_by_check) == (1, True), told_by_check
    assert re.search(r"east +│ no ", await world.run("server", "list"))

    doctors = [f for f in other_servers(world.runtime.settings) if f.level == "BAD"]
    assert [f.says for f in doctors if "닿지 못합니다" in f.says and "east" in f.says]

    world.second.start()
    assert {f.level for f in other_servers(world.runtime.settings)} == {"OK"}
    assert (await asyncio.to_thread(world.upgrade)).state == "DONE"
    await world.runtime.registry.refresh(force=True)
    until = time.monotonic() + 10
    while await world.status(there) != 200:
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    assert look_at(world.runtime.settings, "east", places(world.runtime.settings)).problems == ()


async def test_a_server_that_falls_silent_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sinmungo_tenants.pools.SILENT_SECONDS", 0.2)
    monkeypatch.setattr("sinmungo_tenants.pools.CONNECT_SECONDS", 0.5)
    settings, told = world.runtime.settings, []
    real = urlsplit(settings.servers["east"].app_dsn)
    async with _relay(real.port or 0) as (port, silent):
        through = real._replace(netloc=real.netloc.rpartition(":")[0] + f":{port}").geturl()
        doors = Doors(
            world.runtime.deployment,
            settings.app_dsn,
            timeout=0.5,
            servers={"east": (through, 2)},
        )
        await doors.connect()
        await _ask(doors, world.there)
        silent.set()
        while not told or not isinstance(told[-1], ServerDownError):
            asking = (_ask(doors, world.there) for _ in range(8))
            told += await asyncio.gather(*asking, return_exceptions=True)
            assert len(told) <= 80, told
        assert {type(error) for error in told} <= {ServerDownError, TimeoutError}
        await _ask(doors, world.here)
        silent.clear()
        until = time.monotonic() + 10
        while isinstance(
            (await asyncio.gather(_ask(doors, world.there), return_exceptions=True))[0], Exception
        ):
            assert time.monotonic() < until
            await asyncio.sleep(0.05)
        await doors.close()


async def _ask(doors: Doors, city: Tenant) -> None:
    async with doors.tenant_session(city) as session:
        await session.all(records.STATES)


@asynccontextmanager
async def _relay(port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Pass bytes on to a port of this machine until the event is set: then swallow them."""
    silent, tasks = asyncio.Event(), set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if not silent.is_set():
                target.write(data)

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        pumps = [asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))]
        tasks.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for one in pumps:
            one.cancel()
        for end in (back, writer):
            end.close()

    server = await asyncio.start_server(joined, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], silent
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_process_that_has_not_heard_of_a_server_refuses_its_cities_alone(world: World):
    settings = msgspec.structs.replace(world.runtime.settings, servers={})
    other = Runtime(settings, world.runtime.host)
    async with other.running():
        app = create_app(other)
        for city, status in ((world.here, 200), (world.there, 503)):
            web = Web(app, city.hosts[0], People(other, city))
            assert (await web.anyone().get("/office/people/sign-in")).status_code == status
            await web.close()
    known = places(settings)
    assert names(settings, known) == ["main", "east"]
    assert "not in the settings" in look_at(settings, "east", known).problems[0]
