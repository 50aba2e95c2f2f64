"""A light quota: one city's long reports keep no other city waiting."""

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.errors import BusyError
from sinmungo.jobs import outbox
from sinmungo.jobs.worker import ROUNDS, Worker
from sinmungo.reporting import service
from sinmungo.testing.people import People
from sinmungo.web.quota import Quota
from sinmungo_tenants import Tenant, read

SLEEP = read(select(func.pg_sleep(30).label("slept")), str)
LIMIT = read(select(func.current_setting("statement_timeout").label("at")), str)
REPORT = "/api/v1/reporting/cases-received"


def test_places_leave_connections_free():
    for size in range(1, 40):
        quota = Quota(size)
        assert 1 <= quota.per_city <= quota.total
        assert size < 3 or quota.total <= size - 2


async def test_a_city_waits_for_itself_and_not_for_others():
    quota = Quota(6, wait=0.05)
    assert (quota.total, quota.per_city) == (4, 2)
    mine = [await quota.enter("a") for _ in range(2)]
    with pytest.raises(BusyError):
        await quota.enter("a")
    other = await quota.enter("b")
    waiting = asyncio.create_task(Quota.enter(quota, "a"))
    await asyncio.sleep(0)
    mine[0]()
    (await waiting)()
    mine[1]()
    other()
    again = [await quota.enter("a") for _ in range(2)]
    assert len(again) == 2


async def test_all_cities_together_leave_room():
    quota = Quota(4, wait=0.05)
    assert (quota.total, quota.per_city) == (2, 1)
    await quota.enter("a")
    leave = await quota.enter("b")
    with pytest.raises(BusyError):
        await quota.enter("c")
    leave()
    await quota.enter("c")


async def test_who_stops_waiting_leaves_no_place_taken():
    quota = Quota(4, wait=5)
    first, second = await quota.enter("a"), await quota.enter("b")
    waiting = asyncio.create_task(quota.enter("c"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    first()
    second()
    assert [await quota.enter(x) for x in ("c", "a")]


@pytest_asyncio.fixture(loop_scope="session")
async def sleepers(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application while its every report sleeps in the database."""

    async def slow(ctx: Any, *_: Any, **__: Any) -> Any:
        await ctx.db.all(SLEEP)

    monkeypatch.setattr(service, "table", slow)
    monkeypatch.setitem(app._app.state, "quota", Quota(4, wait=0.2))
    return app


def client(app: Any, city: Tenant, token: str = "") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url=f"http://{city.hosts[0]}",
        headers={"authorization": f"Bearer {token}"},
    )


async def test_one_citys_slow_reports_keep_no_other_city_waiting(
    sleepers: Any, runtime: Runtime, city: Tenant, make_city: Any
):
    other = await make_city()
    officer = await People(runtime, city).officer("TEAM_LEADER")
    neighbour = await People(runtime, other).officer("TEAM_LEADER")
    async with client(sleepers, city, officer.token) as mine:
        reports = [asyncio.create_task(mine.get(REPORT)) for _ in range(12)]
        refused, _ = await asyncio.wait(reports, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        answer = refused.pop().result()
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["code"] == "busy"
        async with client(sleepers, other, neighbour.token) as theirs:
            # Twelve sleeping reports would hold all four connections for half a minute.
            quick = [theirs.get("/api/v1/cases") for _ in range(8)]
            found = await asyncio.wait_for(asyncio.gather(*quick), 15)
        assert [a.status_code for a in found] == [200] * 8
        assert runtime.doors.load().waiting == 0
        for task in reports:
            task.cancel()
        await asyncio.gather(*reports, return_exceptions=True)


async def test_a_page_says_kindly_that_one_has_to_wait(sleepers: Any, city: Tenant):
    sleepers._app.state.quota = quota = Quota(4, wait=0.01)
    leave = await quota.enter(city.id)
    async with client(sleepers, city) as anyone:
        answer = await anyone.get("/office/reporting")
    assert answer.status_code == 503
    assert "잠시 뒤에 다시" in answer.text
    leave()
    async with client(sleepers, city) as anyone:
        assert (await anyone.get("/office/reporting")).status_code == 303
    assert await quota.enter(city.id), "whoever is sent to the sign-in page gives the place back"


async def test_long_work_is_cut_off_sooner(
    app: Any, runtime: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    found: list[str] = []

    async def look(ctx: Any, *_: Any, **__: Any) -> Any:
        found.append(await ctx.db.one(LIMIT))
        raise BusyError

    monkeypatch.setattr(service, "table", look)
    officer = await People(runtime, city).officer("TEAM_LEADER")
    async with client(app, city, officer.token) as mine:
        await mine.get(REPORT)
    async with runtime.work.open(city) as ctx:
        usual = await ctx.db.one(LIMIT)
    assert (found, usual) == (["20s"], "30s")


async def test_a_city_with_many_jobs_lets_the_others_have_their_turn(
    runtime: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 1)  # unknown kinds are given up at once
    async with runtime.work.open(city) as ctx:
        for _ in range(ROUNDS * 20 + 5):
            await outbox.put(ctx, "test.none", clock.uuid7())
    woken: list[str] = []

    async def wake(tenant_id: str) -> None:
        woken.append(tenant_id)

    monkeypatch.setattr(runtime.work, "wake", wake)
    worker = Worker(runtime.work, runtime.registry)
    await worker.wake(city.id)
    async with runtime.work.open(city) as ctx:
        assert await outbox.pending(ctx) == 5
    assert woken == [city.id]
    await worker.wake(city.id)
    assert woken == [city.id]
