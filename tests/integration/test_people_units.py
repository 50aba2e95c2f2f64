"""Units are dated: they get new names and end, posts move on, and the past stays readable."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.errors import InvalidError, RefusedError, SinmungoError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.jobs.worker import Worker
from sinmungo.people import queries as q
from sinmungo.people import service, units
from sinmungo.people.service import NewOfficer
from sinmungo.people.writes import END_POST, MOVE_POST
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

DAY = timedelta(days=1)


async def named(ctx: Ctx, name: str) -> q.UnitRow:
    return next(u for u in await units.all_units(ctx) if u.name == name)


async def test_a_name_has_its_days(ctx: Ctx):
    today, row = clock.today(), await named(ctx, "도로과")
    yesterday = today - DAY
    await units.rename(ctx, row.id, name="도로정책과", valid_from=today, row_version=1)
    assert (await service.unit(ctx, row.id)).name == "도로정책과"
    assert await service.unit_names_on(ctx, [row.id], yesterday) == {row.id: "도로과"}
    assert await service.unit_names_on(ctx, [row.id], today) == {row.id: "도로정책과"}
    assert await service.unit_names_on(ctx, [row.id], date(2019, 1, 1)) == {}
    with pytest.raises(StaleError):
        await units.rename(ctx, row.id, name="길과", valid_from=today, row_version=1)
    await units.rename(ctx, row.id, name="길과", valid_from=today, row_version=2)
    assert await service.unit_names_on(ctx, [row.id], today) == {row.id: "길과"}
    with pytest.raises(InvalidError) as early:
        await units.rename(ctx, row.id, name="옛날과", valid_from=yesterday, row_version=3)
    assert early.value.errors.keys() == {"valid_from"}
    with pytest.raises(InvalidError):
        await units.rename(ctx, row.id, name="기업지원과", valid_from=today, row_version=3)


async def test_a_name_of_a_day_to_come_appears_on_that_day(runtime: Runtime, city: Tenant):
    start = clock.at(date(2027, 1, 1), "00:00")
    async with runtime.work.open(city) as ctx:
        row = await named(ctx, "도로과")
        await units.rename(
            ctx, row.id, name="도로정책과", valid_from=date(2027, 1, 1), row_version=1
        )
    worker = Worker(runtime.work, runtime.registry)
    for moment, name in ((start - DAY, "도로과"), (start, "도로정책과")):
        with clock.frozen(moment):
            await worker.drain(city)
            async with runtime.work.open(city) as ctx:
                assert (await service.unit(ctx, row.id)).name == name


async def test_a_unit_with_posts_ends_only_with_a_successor(web: Web, people: People):
    admin = await people.officer("TENANT_ADMIN", unit="도로과")
    officer = await people.officer("LEAD_OFFICER", unit="기업SOS팀")
    team, other = await people.unit("기업SOS팀"), await people.unit("기업육성팀")
    browser = web.browser(admin)
    place = f"/admin/people/units/{team}"
    await browser.get(place)
    alone = await browser.post(f"{place}/close", {"row_version": "1"})
    assert alone.status_code == 422
    assert "이어받을 부서를 골라 주세요" in alone.text
    done = await browser.post(f"{place}/close", {"row_version": "1", "successor_id": str(other)})
    assert done.status_code == 303
    me = (await web.api(officer).get("/api/v1/people/me")).json()
    assert me["unit_name"] == "기업육성팀"
    page = (await browser.get(place)).text
    assert "이어받은 부서" in page
    assert "기업SOS팀" in (await browser.get("/admin/people?view=closed")).text
    assert "기업SOS팀</a>" not in (await browser.get("/admin/people")).text
    assert "닫기 되돌리기" in page
    assert (await browser.post(f"{place}/reopen", {"row_version": "1"})).status_code == 412
    assert (await browser.post(f"{place}/reopen", {"row_version": "2"})).status_code == 303
    assert "기업SOS팀</a>" in (await browser.get("/admin/people")).text
    again = await browser.post(f"{place}/reopen", {"row_version": "3"})
    assert "닫지 않은 부서입니다" in again.text


async def test_the_successor_sees_what_its_predecessors_saw(
    runtime: Runtime, city: Tenant, people: People
):
    officer = await people.officer("LEAD_OFFICER", unit="도로과")
    async with runtime.work.open(city) as ctx:
        old, new = await named(ctx, "기업SOS팀"), await named(ctx, "도로과")
        await units.close(ctx, old.id, valid_to=clock.today(), successor_id=new.id, row_version=1)
    async with runtime.work.open(city) as ctx:
        header = (b"authorization", f"Bearer {officer.token}".encode())
        scope = {"path": "/api/v1/x", "headers": [header]}
        me = await runtime.identifier(ctx, scope)
    assert me.scope_units == {old.id, new.id}


async def test_what_cannot_be_closed(ctx: Ctx):
    today = clock.today()
    department, team = await named(ctx, "기업지원과"), await named(ctx, "기업SOS팀")
    other = await named(ctx, "기업육성팀")
    with pytest.raises(RefusedError, match="소속 팀"):
        await units.close(ctx, department.id, valid_to=today, successor_id=None, row_version=1)
    for successor, day in ((team.id, today), (clock.uuid7(), today), (other.id, date(2019, 1, 1))):
        with pytest.raises(InvalidError):
            await units.close(ctx, team.id, valid_to=day, successor_id=successor, row_version=1)
    await units.close(ctx, other.id, valid_to=today + DAY, successor_id=team.id, row_version=1)
    with pytest.raises(InvalidError):
        await units.close(ctx, team.id, valid_to=today, successor_id=other.id, row_version=1)
    with pytest.raises(RefusedError):
        await units.rename(ctx, other.id, name="새 이름", valid_from=None, row_version=2)


async def test_who_went_with_an_end_comes_back_with_it(ctx: Ctx):
    today, old, new = clock.today(), await named(ctx, "도로과"), await named(ctx, "기업지원과")
    stays, leaves = [await _officer(ctx, old.id, n) for n in range(2)]
    assert await units.close(ctx, old.id, valid_to=today, successor_id=new.id, row_version=1) == 2
    moved = await ctx.db.all(q.OPEN_POSTS_OF_UNIT, unit_id=new.id, on=today)
    mine = next(p for p in moved if p.officer_id == leaves)
    await ctx.db.run(END_POST, b_id=mine.id, valid_to=today + DAY)
    await ctx.db.run(MOVE_POST, b_id=mine.id, unit_id=(await named(ctx, "기업SOS팀")).id)
    assert await units.reopen(ctx, old.id, 2) == 1
    (post,) = await ctx.db.all(q.POSTS_OF, officer_id=stays)
    assert (post.unit_id, post.valid_to) == (old.id, None)
    assert len(await ctx.db.all(q.POSTS_OF, officer_id=leaves)) == 2
    row = await service.unit(ctx, old.id)
    assert (row.valid_to, row.successor_id) == (None, None)


async def test_what_cannot_be_opened_again(ctx: Ctx):
    today, before = clock.today(), clock.today() - DAY
    department = await service.add_unit(ctx, name="산업과", kind="DEPARTMENT", valid_from=before)
    team = await service.add_unit(
        ctx, name="공단팀", kind="TEAM", parent_id=department, valid_from=before
    )
    for unit_id in (team, department):
        await units.close(ctx, unit_id, valid_to=today, successor_id=None, row_version=1)
    with pytest.raises(RefusedError, match="위 부서"):
        await units.reopen(ctx, team, 2)
    new = await service.add_unit(ctx, name="산업과", kind="DEPARTMENT")
    with pytest.raises(RefusedError, match="같은 이름"):
        await units.reopen(ctx, department, 2)
    await units.rename(ctx, new, name="신산업과", valid_from=today, row_version=1)
    assert await units.reopen(ctx, department, 2) == 0
    assert await units.reopen(ctx, team, 2) == 0


class _UndoError(Exception):
    pass


moves = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 30)), min_size=1, max_size=6
)


@given(plan=moves)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_is_closed_everyone_keeps_exactly_one_post(
    plan: list[tuple[int, int, int]], runtime: Runtime, city: Tenant
):
    """Random closings, then taken back in any order: on every day each officer has one post, in a
    unit that exists that day.
    """
    try:
        async with runtime.work.open(city) as ctx:
            await _close_and_check(ctx, plan)
    except _UndoError:
        pass


async def _close_and_check(ctx: Ctx, plan: list[tuple[int, int, int]]) -> None:
    today = clock.today()
    made = [await _team(ctx, n) for n in range(5)]
    officer_ids = [await _officer(ctx, unit_id, n) for n, unit_id in enumerate(made)]
    for which, successor, days in plan:
        with contextlib.suppress(SinmungoError):
            async with ctx.db.savepoint():
                await units.close(
                    ctx,
                    made[which],
                    valid_to=today + days * DAY,
                    successor_id=made[successor],
                    row_version=1,
                )
    for days in range(0, 40, 3):
        await _check_day(ctx, officer_ids, today + days * DAY)
    for which, _, _ in plan:
        with contextlib.suppress(SinmungoError):
            async with ctx.db.savepoint():
                await units.reopen(ctx, made[which], 2)
    for days in range(0, 40, 3):
        await _check_day(ctx, officer_ids, today + days * DAY)
    raise _UndoError


async def _team(ctx: Ctx, number: int):
    return await service.add_unit(
        ctx, name=f"{number}팀", kind="TEAM", valid_from=clock.today() - DAY
    )


async def _officer(ctx: Ctx, unit_id, number: int):
    new = NewOfficer(
        login=f"closing{number}",
        name="김철수",
        unit_id=unit_id,
        title="주무관",
        roles=(),
        valid_from=clock.today() - DAY,
    )
    return await service.add_officer(ctx, new)


async def _check_day(ctx: Ctx, officer_ids: list, day: date) -> None:
    there = {u.id for u in await service.list_units(ctx, day)}
    for officer_id in officer_ids:
        held = [
            p
            for p in await ctx.db.all(q.POSTS_OF, officer_id=officer_id)
            if p.valid_from <= day and (p.valid_to is None or p.valid_to > day)
        ]
        assert len(held) == 1
        assert held[0].unit_id in there
