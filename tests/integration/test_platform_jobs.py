"""The operator's desk: what was given up is done again, one, a kind or all, and it is noted."""

import re
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
    update,
)

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.errors import RefusedError
from sinmungo.host.context import Work
from sinmungo.host.models import access_log
from sinmungo.host.models import outbox as outbox_table
from sinmungo.platform_desk import figures, jobs, retries
from sinmungo.platform_desk.operators import Handed
from sinmungo.platform_desk.retries import Who
from sinmungo.platform_desk.sessions import Operator
from sinmungo.testing.desk import Door, give_up, lines
from sinmungo_tenants import Tenant, read, write

NOTED = read(select(access_log.c.act).order_by(access_log.c.id), str)
_ROW = read(
    select(func.concat(cast(outbox_table.c.id, Text), " ", outbox_table.c.state).label("row")), str
)


async def states(runtime: Runtime, city: Tenant) -> dict[str, str]:
    """Return id → state of what is in a city's outbox."""
    async with runtime.work.open(city) as ctx:
        return dict(row.split() for row in await ctx.db.all(_ROW))


async def test_given_up_jobs_are_done_again_and_the_city_knows(
    desk: Door, runtime: Runtime, city: Tenant, kim: Handed
):
    await give_up(runtime, city, "test.again", rows=3)
    path = f"/platform/jobs/{city.slug}"
    assert "test.again" in (await desk.get(path)).text
    ids = re.findall(r'name="id" value="([^"]+)"', (await desk.get(path)).text)
    assert len(ids) == 3
    one = {"kind": "test.again", "id": ids[1]}
    assert (await desk.post(f"{path}/retry", one)).status_code == 303
    assert await states(runtime, city) == {ids[0]: "FAILED", ids[1]: "PENDING", ids[2]: "FAILED"}
    for wrong in (one, {**one, "id": "no id"}, {**one, "kind": "other", "id": ids[0]}):
        assert (await desk.post(f"{path}/retry", wrong)).status_code == 409
    answer = await desk.post(f"{path}/retry", {"kind": "test.again"})
    assert answer.status_code == 303
    assert set((await states(runtime, city)).values()) == {"PENDING"}
    async with runtime.work.open(city) as ctx:
        noted = await ctx.db.all(NOTED)
    assert noted[-2:] == ["platform.outbox_retried"] * 2
    assert (await lines(runtime, kim.login))[:2] == [
        ("OUTBOX_RETRIED", f"{city.slug} test.again 2"),
        ("OUTBOX_RETRIED", f"{city.slug} test.again 1"),
    ]
    again = await desk.post(f"{path}/retry", {"kind": "test.again"})
    assert again.status_code == 409
    assert "다시 할 일이 없습니다" in again.text


STATUS: Any = cast(column("status"), Text)


def jobs_table() -> Any:
    return table("procrastinate_jobs", column("id"), column("status"), column("task_name"))


async def failed_job(runtime: Runtime, city: Tenant) -> int:
    """Leave a wake-up in the queue that was given up."""
    await runtime.work.wake(city.id)
    jobs = jobs_table()
    newest = read(select(func.max(jobs.c.id).label("id")), int)
    status = literal_column("'failed'::procrastinate_job_status")
    fail = write(
        update(jobs).where(jobs.c.id == bindparam("b_id", type_=BigInteger)).values(status=status)
    )
    async with runtime.doors.control_session() as db:
        job_id = await db.one(newest)
        await db.run(fail, b_id=job_id)
    return job_id


async def test_a_failed_job_of_the_queue_is_done_again(
    desk: Door, runtime: Runtime, city: Tenant, kim: Handed
):
    first = await failed_job(runtime, city)
    page = (await desk.get("/platform/jobs")).text
    assert f"/platform/jobs/queue/{first}/retry" in page
    assert "시·군의 할 일 보기" in page
    assert (await desk.post(f"/platform/jobs/queue/{first}/retry")).status_code == 303
    assert (await lines(runtime, kim.login))[0] == ("JOB_RETRIED", str(first))
    again = await desk.post(f"/platform/jobs/queue/{first}/retry")
    assert (again.status_code, "이미 다시 했거나" in again.text) == (409, True)
    drop = write(delete(jobs_table()))
    async with runtime.doors.control_session() as db:
        await db.run(drop)
    second = await failed_job(runtime, city)
    await runtime.work.wake(city.id)  # the same wake-up waits already
    refused = await desk.post(f"/platform/jobs/queue/{second}/retry")
    assert (refused.status_code, "이미 기다리고" in refused.text) == (409, True)
    async with runtime.doors.control_session() as db:
        await db.run(drop)


async def test_a_kind_is_done_again_in_every_city_that_answers(
    desk: Door,
    runtime: Runtime,
    make_city: Any,
    kim: Handed,
    monkeypatch: pytest.MonkeyPatch,
):
    one, two, away = [await make_city() for _ in range(3)]
    for city, rows in ((one, 2), (two, 1), (away, 1)):
        await give_up(runtime, city, "test.wide", rows)
        await figures.gather(runtime, city)
    await give_up(runtime, one, "test.other")
    await figures.gather(runtime, one)
    page = (await desk.get("/platform/jobs")).text
    row = next(r for r in page.split("<tr>") if "<td>test.wide</td>" in r)
    assert ("3곳" in row, "4건" in row, "ValueError" in row) == (True, True, True)
    open_city = Work.open

    def refuse(work: Work, city: Tenant, *rest: Any) -> Any:
        if city.id == away.id:
            raise ConnectionRefusedError
        return open_city(work, city, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "open", refuse)
        answer = await desk.post("/platform/jobs/retry", {"kind": "test.wide"})
    assert answer.status_code == 303
    assert away.name in (await desk.get("/platform/jobs")).text
    assert set((await states(runtime, two)).values()) == {"PENDING"}
    assert sorted((await states(runtime, one)).values()) == ["FAILED", "PENDING", "PENDING"]
    assert set((await states(runtime, away)).values()) == {"FAILED"}
    assert {s for _, s in (await lines(runtime, kim.login))[:2]} == {
        f"{one.slug} test.wide 2",
        f"{two.slug} test.wide 1",
    }
    assert (await desk.post("/platform/jobs/retry", {"kind": "test.wide"})).status_code == 303
    again = await desk.post("/platform/jobs/retry", {"kind": "test.wide"})
    assert (again.status_code, "다시 할 일이 없습니다" in again.text) == (409, True)


async def test_all_failed_jobs_of_the_queue_at_once(
    desk: Door, runtime: Runtime, make_city: Any, kim: Handed
):
    one, two = await make_city(), await make_city()
    failed = [await failed_job(runtime, city) for city in (one, one, two)]
    page = (await desk.get("/platform/jobs")).text
    assert "실패한 작업 3개 모두 다시 하기" in page
    assert (await desk.post("/platform/jobs/queue/all/retry")).status_code == 303
    # Two of them ask for the same: one waits, which does the work of both.
    assert (await lines(runtime, kim.login))[0] == ("JOBS_RETRIED", "2/3")
    assert "1개는 같은 일이 이미 기다려" in (await desk.get("/platform/jobs")).text
    async with runtime.doors.control_session() as db:
        left = await db.all(read(select(jobs_table().c.id).where(STATUS == "failed"), int))
        await db.run(write(delete(jobs_table())))
    assert len(left) == 1
    assert left[0] in failed
    again = await desk.post("/platform/jobs/queue/all/retry")
    assert (again.status_code, "실패한 작업이 없습니다" in again.text) == (409, True)


async def test_who_is_slower_is_told_so(
    runtime: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    """Between the look and the act somebody else has done it: no error of the database is shown."""
    job_id = await failed_job(runtime, city)
    who = Who(Operator(clock.uuid7(), "kim", must_change=False, seen_at=clock.now()), "")
    await retries.job(runtime, who, job_id)
    async with runtime.doors.control_session() as db:
        await db.run(write(delete(jobs_table())))

    async def seen(*_: Any) -> bool:
        return True

    monkeypatch.setattr(jobs, "has_failed", seen)
    with pytest.raises(RefusedError, match="이미 다시 했거나"):
        await retries.job(runtime, who, job_id)


async def test_an_unknown_citys_jobs_are_not_found(desk: Door):
    assert (await desk.get("/platform/jobs/nowhere")).status_code == 404
