"""The operator's lists with as many cities as there may be: found and cut, and few statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import bindparam, update

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.platform_desk import log
from sinmungo.platform_desk.operators import Handed
from sinmungo.testing.desk import Door
from sinmungo_tenants import insert_into, write
from sinmungo_tenants.control.archives import archives
from sinmungo_tenants.control.fleet import FLEET_LOCK, fleet_outcomes, fleet_runs
from sinmungo_tenants.heads import head

CROWD = 120
_CITY = "INSERT INTO control.tenants VALUES (%s, %s, 'CITY', %s, '-', 'ACTIVE', 'main', now(), 1)"

_REVISION = (
    "INSERT INTO control.component_state (tenant_id, component, revision, updated_at)"
    " VALUES (%s, 'core', %s, now())"
)


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(runtime: Runtime) -> AsyncIterator[list[str]]:
    """Cities that are in the registry alone: the desk opens none of them."""
    ids = [f"zz{number:06}" for number in range(CROWD)]
    rows = [(i, f"crowd{n}", f"떼{n:03}시") for n, i in enumerate(ids)]
    with psycopg.connect(runtime.settings.migrator_dsn, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.executemany(_CITY, rows)
        cursor.executemany(_REVISION, [(i, head(COMPONENT)) for i in ids])
        await runtime.registry.refresh(force=True)
        yield ids
        cursor.execute("DELETE FROM control.component_state WHERE tenant_id = ANY(%s)", (ids,))
        cursor.execute("DELETE FROM control.tenants WHERE id = ANY(%s)", (ids,))
    await runtime.registry.refresh(force=True)


@pytest.fixture
def statements(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each control session sends; a city's door stays shut."""
    sent: list[int] = []
    control = runtime.doors.control_session

    @asynccontextmanager
    async def counted() -> AsyncIterator[Any]:
        async with control() as db:
            yield db
        sent.append(db.statements)

    def shut(*_: Any) -> Any:
        raise AssertionError("the desk asked a city")

    monkeypatch.setattr(runtime.doors, "control_session", counted)
    monkeypatch.setattr(runtime.doors, "tenant_session", shut)
    return sent


async def test_a_hundred_cities_are_found_sorted_and_cut(
    desk: Door, crowd: list[str], statements: list[int]
):
    first = (await desk.get("/platform?q=crowd")).text
    assert f"시·군 {CROWD}곳" in first
    assert f"1-50 / {CROWD}곳" in first
    assert first.count("<tr>") == 51
    assert "떼000시" in first
    last = (await desk.get("/platform?q=crowd&page=3&sort=-name")).text
    assert "떼000시" in last
    assert "떼119시" not in last
    assert (await desk.get("/platform?q=떼077")).text.count("<tr>") == 2
    assert "찾는 시·군이 없습니다" in (await desk.get("/platform?q=crowd&show=look")).text
    assert 'aria-sort="descending"' in (await desk.get("/platform?sort=-bytes")).text
    assert len(crowd) == CROWD
    assert max(statements) <= 7


async def test_a_city_that_cannot_be_asked_for_its_jobs_says_so(desk: Door, crowd: list[str]):
    path = f"/platform/jobs/crowd{len(crowd) - 1}"  # it has no role and no schema
    asked = await desk.get(path)
    assert (asked.status_code, "역할이나 표가 없음" in asked.text) == (503, True)
    tried = await desk.post(f"{path}/retry", {"kind": "cases.any"})
    assert (tried.status_code, "아무것도 하지 않았습니다" in tried.text) == (503, True)


async def test_no_page_asks_more_often_for_more_cities(
    desk: Door, runtime: Runtime, crowd: list[str], statements: list[int]
):
    for path in ("", "/plugins", "/fleet", "/archives", "/jobs", "/log"):
        statements.clear()
        assert (await desk.get(f"/platform{path}")).status_code == 200
        assert sum(statements) <= 9, path
    matrix = (await desk.get("/platform/plugins?q=crowd")).text
    assert f"1-50 / {CROWD}곳" in matrix
    assert "기능별 합계" in matrix
    assert "찾는 시·군이 없습니다" in (await desk.get("/platform/plugins?q=crowd&show=look")).text
    assert len(runtime.registry.all()) >= len(crowd)


async def test_a_run_over_many_cities_shows_what_failed_and_every_other_page(
    desk: Door, runtime: Runtime
):
    run_id, now = clock.uuid7(), clock.now()
    async with runtime.doors.control_session() as db:
        await db.run(
            insert_into(fleet_runs),
            id=run_id,
            started_at=now,
            started_by="kim@desk",
            workers=2,
            state="RUNNING",
        )
        outcome = {
            "run_id": run_id,
            "component": "core",
            "from_revision": "0001",
            "to_revision": "0002",
            "error": None,
            "is_canary": False,
            "seconds": None,
            "finished_at": None,
        }
        await db.run_many(
            insert_into(fleet_outcomes),
            [
                {
                    **outcome,
                    "tenant_id": f"yy{n:06}",
                    "slug": f"run{n:03}",
                    "state": "FAILED" if n == 119 else "OK",
                }
                for n in range(120)
            ],
        )
    live = f"/platform/fleet/{run_id}/live"
    killed = (await desk.get(f"/platform/fleet/{run_id}")).text
    assert ("프로세스가 없습니다" in killed, "hx-get" in killed) == (True, False)
    assert "끊김" in (await desk.get("/platform/fleet")).text
    with psycopg.connect(runtime.settings.migrator_dsn) as working:
        working.execute("SELECT pg_advisory_lock(%s)", (FLEET_LOCK,))
        first, third = [(await desk.get(f"{live}{at}")).text for at in ("", "?page=3")]
    assert "됨 119 · 실패 1" in first
    assert first.index("run119") < first.index("run000")
    assert first.count("<tr>") == 51
    assert f'hx-get="{live}"' in first
    assert f'hx-get="{live}?page=3"' in third
    assert f'href="/platform/fleet/{run_id}?page=2"' in third
    assert third.count("<tr>") == 21
    done = update(fleet_runs).where(fleet_runs.c.id == bindparam("b_id")).values(state="FAILED")
    async with runtime.doors.control_session() as db:
        await db.run(write(done), b_id=run_id)


async def test_archives_are_found_by_city_and_a_failed_one_is_something_to_look_at(
    desk: Door, runtime: Runtime, crowd: list[str]
):
    good, bad, old = crowd[:3]
    made = {"kind": "ARCHIVE", "file": "f", "made_by": "kim", "bytes": 5_000_000, "row_count": 7}
    now = clock.now()
    past = (timedelta(days=2), timedelta(days=1), timedelta(days=40))
    states = ((good, "DONE", past[0]), (bad, "DONE", past[0]), (bad, "FAILED", past[1]))
    async with runtime.doors.control_session() as db:
        for city, state, before in (*states, (old, "DONE", past[2])):
            await db.run(
                insert_into(archives),
                id=clock.uuid7(),
                tenant_id=city,
                slug=f"crowd{crowd.index(city)}",
                state=state,
                made_at=now - before,
                **made,
            )
    look = (await desk.get("/platform?show=look&q=crowd")).text
    assert "보관 실패" in look
    assert ("떼001시" in look, "떼000시" in look) == (True, False)
    unarchived = (await desk.get("/platform?show=unarchived&q=떼002")).text
    assert "낡음" in unarchived
    listed = (await desk.get("/platform/archives?q=crowd1&state=FAILED")).text
    assert listed.partition("보관한 것")[2].partition("</table>")[0].count("crowd1") == 1
    assert "실패" in listed
    assert "crowd0" not in (await desk.get("/platform/archives?q=crowd1")).text


async def test_the_log_is_found_by_who_and_what_and_tells_a_stranger_from_the_command_line(
    desk: Door, app: Any, runtime: Runtime, kim: Handed
):
    await Door(app).enter("nobody-at-all", "x", "000000")
    stranger = (await desk.get("/platform/log?act=SIGN_IN_FAILED")).text
    assert "모르는 아이디" in stranger
    assert "nobody-at-all" not in stranger
    mine = (await desk.get(f"/platform/log?q={kim.login}")).text
    assert "운영자 추가" in mine
    assert "명령줄" in mine
    assert "남은 복구 코드" in mine
    async with runtime.doors.control_session() as db:
        for number in range(60):
            await log.note(db, "JOB_RETRIED", subject=f"seen-{number}", login=kim.login)
    second = (await desk.get("/platform/log?q=seen-&act=JOB_RETRIED&page=2")).text
    rows = second.partition("운영 기록")[2].partition("</table>")[0]
    assert rows.count("seen-") == 10
    assert "act=JOB_RETRIED" in second.partition('rel="prev"')[0]
