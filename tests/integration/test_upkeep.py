"""What the worker takes out once a day, and what it leaves."""

from datetime import timedelta

from sqlalchemy import select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.deploy import upkeep
from sinmungo.host.models import hook_failures
from sinmungo_tenants import Tenant, insert_into, read
from sinmungo_tenants.control.fleet import fleet_outcomes, fleet_runs

_ERRORS = read(select(hook_failures.c.error).order_by(hook_failures.c.error), str)
_RUNS = read(select(fleet_runs.c.started_by).order_by(fleet_runs.c.started_at), str)
_OUTCOMES = read(select(fleet_outcomes.c.slug), str)


async def _run(runtime: Runtime, days: int, name: str, city: Tenant) -> None:
    run_id, began = clock.uuid7(), clock.now() - timedelta(days=days)
    known = {"run_id": run_id, "tenant_id": city.id, "component": "core", "slug": name}
    known |= {"from_revision": "0001", "to_revision": "0002", "state": "OK", "is_canary": False}
    line = {"id": run_id, "started_at": began, "started_by": name, "workers": 1, "state": "DONE"}
    async with runtime.doors.control_session() as db:
        await db.run(insert_into(fleet_runs), **line)
        await db.run(insert_into(fleet_outcomes), **known)


async def test_old_faults_and_runs_go_and_the_rest_stays(runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        for days, error in ((91, "Old"), (89, "Young")):
            at = clock.now() - timedelta(days=days)
            row = {"plugin": "some", "hook": "on_event", "error": error, "happened_at": at}
            await ctx.db.run(insert_into(hook_failures), id=clock.uuid7(), **row)
    for days, name in ((401, "old"), (399, "young")):
        await _run(runtime, days, name, city)
    assert upkeep.trim(runtime) >= 2
    async with runtime.work.open(city) as ctx:
        assert await ctx.db.all(_ERRORS) == ["Young"]
    async with runtime.doors.control_session() as db:
        assert {"old", "young"}.intersection(await db.all(_RUNS)) == {"young"}
        assert {"old", "young"}.intersection(await db.all(_OUTCOMES)) == {"young"}
    with clock.frozen(clock.now() + timedelta(days=800)):
        upkeep.trim(runtime)
    async with runtime.doors.control_session() as db:
        assert len(await db.all(_RUNS)) == 1  # the newest says who is behind, whatever its age
