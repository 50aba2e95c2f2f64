"""Plugins that misbehave: the page still works, the admin sees who and how often, then it stops."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from litestar import Controller, get, post
from sqlalchemy import Text, cast, column, func, select

from sinmungo import clock
from sinmungo.app import Runtime, create_app
from sinmungo.companies import service as companies
from sinmungo.companies.models import companies as companies_table
from sinmungo.errors import PluginFailedError
from sinmungo.host import activation, failures, host
from sinmungo.host.context import Ctx
from sinmungo.host.failures import OTHER_LIMIT, STRICT_LIMIT, Failure
from sinmungo.host.loader import load
from sinmungo.host.types import Event, Hint, Job, Panel, Permission, Slice
from sinmungo.jobs import outbox, worker
from sinmungo.jobs.mail import MailNotSentError
from sinmungo.jobs.worker import Worker
from sinmungo.people import service as people_service
from sinmungo.reporting.terms import Dataset, Dimension, Measure
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_plugin
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo.web import bounds
from sinmungo.web.access import needs, public
from sinmungo.web.types import CtxDep
from sinmungo_tenants import Read, Tenant, read

SEE = Permission("naughty.see", "보기", ("LEAD_OFFICER", "TENANT_ADMIN"))
NONSENSE: Read[int] = read(select(column("no_such_column").label("n")), int)
SLEEP = read(select(func.pg_sleep(30).cast(Text).label("slept")), str)

type Act = Callable[[Ctx], Awaitable[Any]]
_made: list[None] = []


class Behaviour:
    """What the plugin does in this test; nothing wrong at first."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        async def well(ctx: Ctx) -> Any:
            del ctx
            return "잘 됩니다"

        self.page: Act = well
        self.event: Act = well
        self.job: Act = well
        self.hints: Act | None = None


DOES = Behaviour()


class Part(Controller):
    @get("/{id:uuid}", opt=needs(SEE.code))
    async def panel(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))

    @post("/", opt=needs(SEE.code))
    async def write(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))


class Front(Controller):
    @get("/", opt=public())
    async def front(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))


async def on_event(ctx: Ctx, event: Event, subject_id: UUID) -> None:
    del event, subject_id
    await DOES.event(ctx)


async def company_hints(ctx: Ctx, company_id: UUID) -> Any:
    del company_id
    return await DOES.hints(ctx) if DOES.hints else [Hint("귀띔")]


async def run_job(ctx: Ctx, subject_id: UUID) -> None:
    del subject_id
    await DOES.job(ctx)


def dataset() -> Dataset:
    wrong = cast(column("no_such_column"), Text)
    return Dataset(
        "naughty-broken",
        "깨진 집계",
        "건",
        companies_table,
        companies_table.c.id,
        cast(companies_table.c.created_at, Text),
        (Dimension("x", "글", wrong, {"x": "엑스"}),),
        (Measure("all", "전체"),),
        (),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[Runtime]:
    part = Slice(
        "part",
        "부분",
        permissions=(SEE,),
        panels=(Panel("COMPANY", "naughty", "말썽 칸", "/office/naughty/part/{id}", SEE.code),),
        jobs=(Job("naughty.run", run_job),),
        reports=(dataset(),),
        office=(Part,),
        api=(Part,),
        portal=(Front,),
    )
    hooks: Any = {"on_event": on_event, "company_hints": company_hints}
    found: Any = [fake_plugin("naughty", [part], **hooks)]
    name = f"naughty_{worker_id}"
    dsn = database.fresh_database(server_dsn, name)
    data = tmp_path_factory.mktemp("naughty")
    async with database.test_runtime(dsn, name, data, load(CORE_SLICES, found=found)) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def city(deployed: Runtime) -> AsyncIterator[Tenant]:
    _made.append(None)
    DOES.clear()
    made = await database.new_city(deployed, f"m{len(_made)}", ("naughty",), {})
    yield made
    DOES.clear()


@pytest.fixture(scope="module")
def app(deployed: Runtime) -> Any:
    return create_app(deployed)


@pytest_asyncio.fixture(loop_scope="session")
async def web(deployed: Runtime, app: Any, city: Tenant) -> AsyncIterator[Web]:
    made = Web(app, city.hosts[0], People(deployed, city))
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def me(web: Web) -> Officer:
    return await web.people.officer("LEAD_OFFICER", "TENANT_ADMIN", "INTAKE_OFFICER")


@pytest_asyncio.fixture(loop_scope="session")
async def company(deployed: Runtime, city: Tenant) -> UUID:
    async with deployed.work.open(city) as ctx:
        return await companies.add(ctx, {"name": "㈜가온정밀"})


def now(runtime: Runtime, city: Tenant) -> Tenant:
    return runtime.registry.by_id(city.id)


def state(runtime: Runtime, city: Tenant) -> str:
    return now(runtime, city).plugin_states["naughty"]


async def kept(web: Web, me: Officer) -> list[tuple[str, str, int]]:
    """Return what the admin sees of the plugin's faults."""
    found = (await web.api(me).get("/api/v1/plugins/naughty/failures")).json()["items"]
    return [(f["hook"], f["error"], f["count"]) for f in found]


def raising(error: BaseException) -> Act:
    async def act(ctx: Ctx) -> None:
        del ctx
        raise error

    return act


async def hang(ctx: Ctx) -> None:
    del ctx
    await asyncio.Event().wait()


async def hang_in_the_database(ctx: Ctx) -> None:
    await ctx.db.all(SLEEP)


async def wrong_sql(ctx: Ctx) -> None:
    await ctx.db.all(NONSENSE)


async def block(ctx: Ctx) -> list[Hint]:
    del ctx
    time.sleep(0.1)  # noqa: ASYNC251 - to block is what is tried
    return [Hint("늦은 귀띔")]


MISDEEDS: dict[str, tuple[Act, int, str]] = {
    "raises": (raising(RuntimeError("secret")), 500, "RuntimeError"),
    "ends the process": (raising(SystemExit(3)), 503, "SystemExit"),
    "interrupts the process": (raising(KeyboardInterrupt()), 503, "KeyboardInterrupt"),
    "hangs": (hang, 503, "TimeoutError"),
    "hangs in the database": (hang_in_the_database, 503, "TimeoutError"),
    "has an SQL error": (wrong_sql, 500, "UndefinedColumnError"),
}


@pytest.mark.parametrize("what", MISDEEDS)
async def test_a_panel_that_fails_leaves_the_page_alone(
    deployed: Runtime, web: Web, me: Officer, company: UUID, what: str, monkeypatch
):
    monkeypatch.setattr(bounds, "ROUTE_SECONDS", 0.3)
    browser, panel = web.browser(me), f"/office/naughty/part/{company}"
    assert (await browser.get(panel)).text == "잘 됩니다"
    DOES.page, status, error = MISDEEDS[what]
    answer = await browser.get(panel)
    assert answer.status_code == status
    assert "secret" not in answer.text
    page = await browser.get(f"/office/companies/{company}")
    assert (page.status_code, "가온정밀" in page.text, "말썽 칸" in page.text) == (200, True, True)
    assert await kept(web, me) == [("GET /office/naughty/part/{id}", error, 1)]
    over = await web.api(me).get(f"/api/v1/naughty/part/{company}")
    assert over.status_code == status
    assert over.headers["content-type"] == "application/problem+json"
    shown = (await browser.get("/admin/plugins")).text
    assert error in shown
    assert "GET /office/naughty/part/{id}" in shown
    assert str(company) not in shown
    # No connection is lost to it: the pool serves as many requests at once as before.
    pages = [browser.get("/office/companies") for _ in range(deployed.settings.pool_size * 2)]
    assert {p.status_code for p in await asyncio.gather(*pages)} == {200}


async def test_what_is_no_fault_of_the_plugin_is_not_counted(web: Web, me: Officer, company: UUID):
    browser, panel = web.browser(me), f"/office/naughty/part/{company}"
    for error in (asyncpg.QueryCanceledError(), asyncpg.ConnectionDoesNotExistError()):
        DOES.page = raising(error)
        assert (await browser.get(panel)).status_code >= 500
    assert (await browser.get("/office/naughty/part/no-id")).status_code in {404, 422}
    assert (await web.anyone().get(panel)).status_code == 303
    assert await kept(web, me) == []


async def test_a_slow_client_is_no_fault_of_the_plugin(web: Web, me: Officer, monkeypatch):
    monkeypatch.setattr(bounds, "ROUTE_SECONDS", 0.3)

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(0.15)
            yield b"x"

    answer = await web.api(me).post("/api/v1/naughty/part/", content=slowly())
    assert (answer.status_code, answer.text) == (201, "잘 됩니다")
    assert await kept(web, me) == []


async def test_a_report_that_fails_is_the_plugins_fault(web: Web, me: Officer):
    browser = web.browser(me)
    assert (await browser.get("/office/reporting/naughty-broken")).status_code == 500
    assert (await web.api(me).get("/api/v1/reporting/naughty-broken")).status_code == 500
    assert (await browser.get("/office/reporting/cases")).status_code == 200
    assert "깨진 집계" in (await browser.get("/office/reporting/cases")).text
    assert [count for _, _, count in await kept(web, me)] == [1, 1]


async def test_a_hook_that_blocks_is_left_out_and_noted(
    web: Web, me: Officer, company, monkeypatch
):
    monkeypatch.setattr(host, "HOOK_SECONDS", 0.05)
    DOES.hints = block
    page = await web.browser(me).get(f"/office/companies/{company}")
    assert page.status_code == 200
    assert "늦은 귀띔" not in page.text
    assert await kept(web, me) == [("company_hints", "BlockedError", 1)]


async def test_a_cancelled_error_of_the_plugins_own_is_a_fault(web: Web, me: Officer, company):
    DOES.hints = raising(asyncio.CancelledError())
    assert (await web.browser(me).get(f"/office/companies/{company}")).status_code == 200
    assert await kept(web, me) == [("company_hints", "CancelledError", 1)]


async def add_unit(runtime: Runtime, city: Tenant) -> None:
    async with runtime.work.open(now(runtime, city)) as ctx:
        await people_service.add_unit(ctx, name="새 팀", kind="TEAM")


async def test_a_strict_hook_that_hangs_is_given_up(
    deployed: Runtime, city: Tenant, web: Web, me: Officer, monkeypatch
):
    monkeypatch.setattr(host, "STRICT_SECONDS", 0.1)
    DOES.event = hang
    with pytest.raises(PluginFailedError):
        await add_unit(deployed, city)
    DOES.event = block
    monkeypatch.setattr(host, "STRICT_SECONDS", 0.05)
    await add_unit(deployed, city)
    assert sorted(await kept(web, me)) == [
        ("on_event", "BlockedError", 1),
        ("on_event", "TimeoutError", 1),
    ]


async def test_a_fault_outlives_the_act_it_undid(deployed: Runtime, city: Tenant, web, me):
    DOES.event = wrong_sql
    with pytest.raises(PluginFailedError):
        await add_unit(deployed, city)
    assert await kept(web, me) == [("on_event", "UndefinedColumnError", 1)]
    async with deployed.work.open(city) as ctx:
        assert "새 팀" not in [u.name for u in await people_service.list_units(ctx)]


async def test_a_job_that_fails_hangs_or_exits_hurts_no_other(
    deployed: Runtime, city: Tenant, web: Web, me: Officer, monkeypatch
):
    monkeypatch.setattr(worker, "JOB_SECONDS", 0.1)
    crew = Worker(deployed.work, deployed.registry)
    for act in (raising(SystemExit(1)), raising(ValueError()), hang):
        DOES.job = act
        async with deployed.work.open(city) as ctx:
            await outbox.put(ctx, "naughty.run", clock.uuid7())
        assert await crew.drain(city) == 0
    assert sorted(await kept(web, me)) == [
        ("job naughty.run", "SystemExit", 1),
        ("job naughty.run", "TimeoutError", 1),
        ("job naughty.run", "ValueError", 1),
    ]
    DOES.job = raising(MailNotSentError("no server"))
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert await crew.drain(city) == 0
    assert sum(count for _, _, count in await kept(web, me)) == 3


# ---- tripped -----------------------------------------------------------------------------------


async def test_after_twenty_faults_it_is_stopped_until_someone_starts_it(
    deployed: Runtime, city: Tenant, web: Web, me: Officer, company: UUID
):
    browser, panel = web.browser(me), f"/office/naughty/part/{company}"
    DOES.page = raising(RuntimeError())
    for _ in range(OTHER_LIMIT - 1):
        assert (await browser.get(panel)).status_code == 500
    assert state(deployed, city) == "ACTIVE"
    assert (await browser.get(panel)).status_code == 500
    assert state(deployed, city) == "TRIPPED"
    assert (await browser.get(panel)).status_code == 404
    page = (await browser.get(f"/office/companies/{company}")).text
    assert "말썽 칸" not in page
    shown = (await browser.get("/admin/plugins")).text
    for words in ("오류로 멈춤", "다시 켜기", "자동으로 멈춤", "시스템", "20회"):
        assert words in shown, words
    log = (await web.api(me).get("/api/v1/plugins/naughty/log")).json()["items"]
    assert (log[0]["act"], log[0]["who"]) == ("TRIP", "시스템")
    DOES.clear()
    assert (await browser.get(panel)).status_code == 404
    await browser.get("/admin/plugins/naughty/enable")
    assert (await browser.post("/admin/plugins/naughty/enable")).status_code == 303
    assert (await browser.get(panel)).text == "잘 됩니다"
    DOES.page = raising(RuntimeError())
    assert (await browser.get(panel)).status_code == 500
    assert state(deployed, city) == "ACTIVE"


async def test_five_strict_faults_stop_it_and_work_goes_on(deployed: Runtime, city: Tenant):
    DOES.event = raising(RuntimeError())
    for _ in range(STRICT_LIMIT):
        with pytest.raises(PluginFailedError):
            await add_unit(deployed, city)
    assert state(deployed, city) == "TRIPPED"
    await add_unit(deployed, city)


async def test_old_faults_do_not_count(deployed: Runtime, city: Tenant):
    many = [Failure("naughty", "company_hints", "RuntimeError")] * (OTHER_LIMIT - 1)
    assert deployed.work.failures is not None
    await deployed.work.failures.keep(city, many)
    with clock.frozen(clock.now() + failures.WINDOW + timedelta(seconds=1)):
        await deployed.work.failures.keep(city, many)
        assert state(deployed, city) == "ACTIVE"
        await deployed.work.failures.keep(city, many[:1])
    assert state(deployed, city) == "TRIPPED"


async def test_one_city_is_stopped_and_another_is_not(deployed: Runtime, city: Tenant):
    other = await database.new_city(deployed, f"{city.slug}b", ("naughty",), {})
    assert deployed.work.failures is not None
    many = [Failure("naughty", "company_hints", "RuntimeError")] * OTHER_LIMIT
    await deployed.work.failures.keep(city, many)
    assert (state(deployed, city), state(deployed, other)) == ("TRIPPED", "ACTIVE")


async def test_one_that_was_switched_off_meanwhile_stays_off(deployed: Runtime, city: Tenant):
    await activation.disable(deployed, city, "naughty")
    assert deployed.work.failures is not None
    many = [Failure("naughty", "company_hints", "RuntimeError")] * OTHER_LIMIT
    await deployed.work.failures.keep(city, many)
    assert state(deployed, city) == "DISABLED"


async def test_faults_that_cannot_be_kept_hurt_nobody(deployed: Runtime, city: Tenant, monkeypatch):
    async def broken(*given: Any) -> None:
        del given
        raise OSError

    monkeypatch.setattr(failures.Failures, "_keep", broken)
    assert deployed.work.failures is not None
    await deployed.work.failures.keep(city, [Failure("naughty", "x", "y")])
