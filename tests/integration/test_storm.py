"""A storm over many cities: whatever is cancelled, killed or exhausted, no row changes its city."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import Text, func, select

from sinmungo.app import Runtime, create_app
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.host.loader import load
from sinmungo.jobs.worker import Worker, queue_app, run
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.storm import acts, after, gust
from sinmungo.testing.storm.blow import Force, blow
from sinmungo.testing.storm.commands import commands
from sinmungo.testing.storm.served import served
from sinmungo.testing.storm.session import Session
from sinmungo.testing.storm.tally import Tally
from sinmungo.testing.storm.towns import Town, Wire, Within, make_towns
from sinmungo_tenants import read
from sinmungo_tenants.names import schema_of

SEEN = frozenset(
    {
        *("list by API", "case by API", "page", "search", "export", "follow", "foreign", "plugin"),
        *("register", "file by API", "portal", "take", "assign"),
        *("query cancelled", "backend killed", "client gave up", "waited for a connection"),
        *("table locked", "plugin switched"),
    }
)
ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s
"""
ROW = IntakeRow(category="ETC", content="gale01의 도로가 좁습니다")
COMMANDS = ("import by command", "export by command")
SMALL = Force(sessions=12, seconds=4, good=250, most=90, seen=SEEN)
WHOLE = Force(sessions=100, seconds=60, good=1000, most=400, seen=SEEN)
LOCK = read(select(func.pg_advisory_xact_lock(1).cast(Text).label("held")), str)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stormy(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[Runtime]:
    """A deployment of its own: the storm hits every connection of it, and none of another test."""
    name, data = f"storm_{worker_id}", tmp_path_factory.mktemp("storm_data")
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES, found=[gust.entry()])
    async with database.test_runtime(dsn, name, data, host) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def towns(stormy: Runtime) -> list[Town]:
    return await make_towns(stormy, 5)


@pytest.fixture(scope="module")
def way(stormy: Runtime) -> Within:
    return Within(create_app(stormy))


async def test_a_small_storm(stormy: Runtime, towns: list[Town], way: Within, tmp_path: Path):
    tally = await blow(stormy, towns, [way], SMALL, commands(stormy, towns, tmp_path))
    held(tally, SMALL)
    assert await after.aftermath(stormy, towns, tally) == []
    assert after.done_jobs(stormy, towns)


@pytest.mark.soak
async def test_a_whole_storm(server_dsn, worker_id, tmp_path_factory, tmp_path: Path):
    """A hundred sessions for a minute, half of them over two web processes and a worker."""
    name, data = f"gale_{worker_id}", tmp_path_factory.mktemp("gale_data")
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES, found=[gust.entry()])
    async with database.test_runtime(dsn, name, data, host) as runtime:
        towns = await make_towns(runtime, 20)
        with served(runtime, tmp_path_factory.mktemp("gale")) as port:
            ways = [Within(create_app(runtime)), Wire(port)]
            tally = await blow(runtime, towns, ways, WHOLE, commands(runtime, towns, tmp_path))
        held(tally, WHOLE)
        assert await after.aftermath(runtime, towns, tally) == []
        assert after.done_jobs(runtime, towns)


def held(tally: Tally, force: Force) -> None:
    """Nobody saw a foreign row, and it was a storm: everything was done, and much went wrong."""
    assert tally.faults == []
    assert force.has_seen(tally), tally
    assert tally.rows > force.good / 2
    # The storm may cut every command off; but each was begun.
    begun = [*tally.good, *tally.refused]
    assert all(any(name.startswith(act) for name in begun) for act in COMMANDS), begun


# What looks for faults must find one.


def test_a_foreign_mark_is_seen_in_text_and_in_files():
    book = BytesIO()
    with zipfile.ZipFile(book, "w") as file:
        file.writestr("xl/sharedStrings.xml", "<t>gale02정밀</t>")
    for raw in ("gale01정밀, GALE02-2026-000001".encode(), book.getvalue()):
        tally = Tally()
        tally.read("gale01", "list", raw)
        assert tally.faults == ["list of gale01 holds gale02"]
    tally = Tally()
    tally.read("gale01", "list", "gale01정밀 하나, gale01정밀 둘".encode())
    assert (tally.faults, tally.rows) == ([], 2)


OFFICER = "(SELECT id FROM {1}.officers LIMIT 1)::text"
NAME = "(SELECT name_sealed FROM {1}.officers LIMIT 1)"
PLANTED = (  # what is done to a city, {0}, with something of another, {1}; and the fault
    ("companies SET products = 'gale02정밀'", "companies of gale9? holds gale02"),
    (f"companies SET products = {OFFICER}", "companies of gale9? holds gale01"),
    ("case_numbers SET last = last + 1", "number GALE9?-2026-000003 of gale9?"),
    ("cases SET case_no = 'GALE01-1' WHERE case_no LIKE '%1'", "number GALE01-1 of gale9?"),
    ("cases SET content = 'gale9? 같은 말'", "made twice: gale9? 같은 말"),
    ("cases SET content = 'gale9? 다른 말'", "promised: GALE9?-2026-000001"),
    (f"officers SET name_sealed = {NAME}", "name in officers of gale9? does not open to its own"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def quiet(stormy: Runtime, towns: list[Town], way: Within) -> tuple[list[Town], Tally]:
    """Cities that no storm has seen, with two cases each."""
    found, tally = await make_towns(stormy, len(PLANTED), first=90), Tally()
    for town in found:
        session = Session(1, town, towns, way, tally, "")
        session.haste = 0
        await acts.register(session)
        await acts.register(session)
        await session.close()
    return found, tally


async def test_after_calm_weather_nothing_is_found(
    stormy: Runtime, quiet: tuple[list[Town], Tally]
):
    assert await after.aftermath(stormy, *quiet) == []


@pytest.mark.parametrize("number", range(len(PLANTED)))
async def test_what_is_planted_is_found(
    stormy: Runtime, towns: list[Town], quiet: tuple[list[Town], Tally], number: int
):
    near = [quiet[0][number], towns[0]]
    schemas = [schema_of(town.city.id) for town in near]
    change, fault = (text.replace("9?", f"9{number}") for text in PLANTED[number])
    with psycopg.connect(stormy.settings.database_url) as connection:
        text = "UPDATE {0}." + change
        assert connection.execute(text.format(*schemas).encode()).rowcount
    found = await after.aftermath(stormy, near, quiet[1])
    assert fault in found, found


async def test_an_open_transaction_is_found(stormy: Runtime, towns: list[Town]):
    async with stormy.work.open(towns[0].city) as ctx:
        await ctx.db.all(LOCK)
        assert "idle in transaction" in str(await after.left_open(stormy, 0.2))
    assert await after.left_open(stormy) == []


async def test_a_worker_whose_connections_are_ended_goes_on(stormy: Runtime, towns: list[Town]):
    stop = asyncio.Event()
    queue = queue_app(stormy.settings.app_dsn, stormy.deployment.control)
    working = asyncio.create_task(run(queue, Worker(stormy.work, stormy.registry), stop))
    with psycopg.connect(stormy.settings.database_url, autocommit=True) as connection:
        for _ in range(3):
            await asyncio.sleep(0.5)
            connection.execute(ENDED, (stormy.deployment.app,))
            assert not working.done()
    before = after.done_jobs(stormy, towns)
    async with stormy.work.open(towns[0].city) as ctx:
        intake = Intake(company_name="gale01정밀", email="a@gale01.example", rows=[ROW])
        await service.register(ctx, intake)
    for _ in range(300):
        if after.done_jobs(stormy, towns) > before:
            break
        await asyncio.sleep(0.1)
    assert after.done_jobs(stormy, towns) > before
    stop.set()
    await working
