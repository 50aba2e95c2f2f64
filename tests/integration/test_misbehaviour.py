"""Plugins that misbehave: the page still works, the admin sees who and how often, then it stops."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Text, column, func, select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.errors import PluginFailedError
from sinmungo.host import activation, failures, host
from sinmungo.host.context import Ctx
from sinmungo.host.failures import OTHER_LIMIT, STRICT_LIMIT, Failure
from sinmungo.jobs import outbox, worker
from sinmungo.jobs.mail import MailNotSentError
from sinmungo.jobs.worker import Worker
from sinmungo.opening import service as opening
from sinmungo.people import service as people_service
from sinmungo.retention import service as retention
from sinmungo.testing import database, naughty
from sinmungo.testing.naughty import DOES, Act, state
from sinmungo.testing.people import Officer
from sinmungo.testing.web import Web
from sinmungo.web import bounds
from sinmungo_tenants import Read, Tenant, read

deployed, city, web = naughty.deployed, naughty.city, naughty.web
me, company, well_again = naughty.me, naughty.company, naughty.well_again
NONSENSE: Read[int] = read(select(column("no_such_column").label("n")), int)
SLEEP = read(select(func.pg_sleep(30).cast(Text).label("slept")), str)


def raising(error: BaseException) -> Act:
    async def act(ctx: Ctx) -> None:
        del ctx
        raise error

    return act


def fail(error: BaseException) -> Callable[[], bool]:
    def act() -> bool:
        raise error

    return act


async def hang(ctx: Ctx) -> None:
    del ctx
    await asyncio.Event().wait()


async def hang_in_the_database(ctx: Ctx) -> None:
    await ctx.db.all(SLEEP)


async def wrong_sql(ctx: Ctx) -> None:
    await ctx.db.all(NONSENSE)


async def block(ctx: Ctx) -> None:
    """Hold up the process for ever, and let no ordinary error end it."""
    del ctx
    while True:
        with contextlib.suppress(Exception):
            time.sleep(600)  # noqa: ASYNC251 - to block is what is tried


async def give_a_number(ctx: Ctx) -> int:
    del ctx
    return 7


async def kept(web: Web, me: Officer) -> list[tuple[str, str, int]]:
    """Return what the admin sees of the plugin's faults."""
    found = (await web.api(me).get("/api/v1/plugins/naughty/failures")).json()["items"]
    return [(f["hook"], f["error"], f["count"]) for f in found]


MISDEEDS: dict[str, tuple[Act, int, str]] = {
    "raises": (raising(RuntimeError("secret")), 500, "RuntimeError"),
    "ends the process": (raising(SystemExit(3)), 503, "SystemExit"),
    "interrupts the process": (raising(KeyboardInterrupt()), 503, "KeyboardInterrupt"),
    "hangs": (hang, 503, "TimeoutError"),
    "blocks": (block, 503, "BlockedError"),
    "hangs in the database": (hang_in_the_database, 503, "TimeoutError"),
    "has an SQL error": (wrong_sql, 500, "UndefinedColumnError"),
}


@pytest.mark.parametrize("what", MISDEEDS)
async def test_a_panel_that_fails_leaves_the_page_alone(
    deployed: Runtime, web: Web, me: Officer, company: UUID, what: str, monkeypatch
):
    monkeypatch.setattr(bounds, "ROUTE_SECONDS", 0.3)
    monkeypatch.setattr(bounds, "BLOCK_SECONDS", 0.1)
    browser, panel = web.browser(me), f"/office/naughty/part/{company}"
    assert (await browser.get(panel)).text == "잘 됩니다"
    DOES.page, status, error = MISDEEDS[what]
    answer = await browser.get(panel)
    assert answer.status_code == status
    assert "secret" not in answer.text
    page = await browser.get(f"/office/companies/{company}")
    assert (page.status_code, "새봄정밀" in page.text, "말썽 칸" in page.text) == (200, True, True)
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


async def test_a_hook_that_blocks_is_cut_off_and_noted(web: Web, me: Officer, company, monkeypatch):
    monkeypatch.setattr(host, "HOOK_SECONDS", 0.05)
    DOES.hints = block
    page = await web.browser(me).get(f"/office/companies/{company}")
    assert (page.status_code, "새봄정밀" in page.text) == (200, True)
    assert await kept(web, me) == [("company_hints", "BlockedError", 1)]
    shown = (await web.browser(me).get("/admin/plugins")).text
    for words in ("업체 이름 옆 귀띔", "다른 사람까지 기다리게 해 끊음", "BlockedError", "1회"):
        assert words in shown, words


CHECKED = {
    "raises": (raising(RuntimeError()), "RuntimeError"),
    "ends the process": (raising(SystemExit(1)), "SystemExit"),
    "blocks": (block, "BlockedError"),
    "has an SQL error": (wrong_sql, "UndefinedColumnError"),
    "returns something else": (give_a_number, "TypeError"),
}


@pytest.mark.parametrize("what", CHECKED)
async def test_a_check_before_opening_that_fails_hides_no_other(
    web: Web, me: Officer, what: str, monkeypatch
):
    monkeypatch.setattr(opening, "CHECK_SECONDS", 0.5)
    browser = web.browser(me)
    assert "점검이 잘 됩니다" in (await browser.get("/admin/opening")).text
    DOES.check, error = CHECKED[what]
    page = await browser.get("/admin/opening")
    assert page.status_code == 200
    for words in ("점검하지 못했습니다", "주소와 https"):
        assert words in page.text
    assert await kept(web, me) == [("check naughty.check", error, 1)]


async def test_a_line_of_the_menu_that_fails_hurts_no_page(web: Web, me: Officer):
    browser = web.browser(me)
    assert "말썽 메뉴" not in (await browser.get("/office/companies")).text
    for error in (RuntimeError("secret"), SystemExit(1)):
        DOES.menu = fail(error)
        page = await browser.get("/office/companies")
        assert (page.status_code, "말썽 메뉴" in page.text) == (200, True)
    assert sorted(await kept(web, me)) == [
        ("menu /office/naughty/part", "RuntimeError", 1),
        ("menu /office/naughty/part", "SystemExit", 1),
    ]


async def test_its_settings_page_that_fails_is_its_own_fault(web: Web, me: Officer, monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK_SECONDS", 0.1)
    api, address = web.api(me), "/api/v1/settings/naughty-words"
    body = {"values": {"word": "다음"}}
    assert (await api.post(f"{address}/preview", json=body)).status_code == 200
    for act, status in (
        (raising(RuntimeError("secret")), 500),
        (raising(SystemExit(1)), 503),
        (block, 503),
        (give_a_number, 500),
    ):
        DOES.setting = act
        answer = await api.post(f"{address}/preview", json=body)
        assert (answer.status_code, "secret" in answer.text) == (status, False)
    found = {(hook.partition(" ")[0], error) for hook, error, _ in await kept(web, me)}
    errors = ("RuntimeError", "SystemExit", "BlockedError", "TypeError")
    assert found == {("POST", error) for error in errors}
    assert (await web.browser(me).get("/admin/settings")).status_code == 200


async def test_a_rule_of_retention_that_fails_stops_no_other(
    deployed: Runtime, city: Tenant, web: Web, me: Officer
):
    page = await web.browser(me).get("/admin/retention")
    assert page.status_code == 200
    assert "말썽 기록" in page.text
    assert page.text.count("세지 못함") == 2
    preview = await web.api(me).post("/api/v1/settings/retention/preview", json={"values": {}})
    assert (preview.status_code, "세지 못했습니다" in preview.text) == (200, True)
    async with deployed.work.open(city) as ctx:
        run = await retention.ask(ctx)
    async with deployed.work.open(city) as ctx:
        await retention.run(ctx, run)
        assert (await retention.last_runs(ctx))[0].finished_at is not None
    faults = {(hook, error) for hook, error, _ in await kept(web, me)}
    assert faults == {("retention naughty.persons", "UndefinedColumnError")}


async def test_a_cancelled_error_of_the_plugins_own_is_a_fault(web: Web, me: Officer, company):
    DOES.hints = raising(asyncio.CancelledError())
    assert (await web.browser(me).get(f"/office/companies/{company}")).status_code == 200
    assert await kept(web, me) == [("company_hints", "CancelledError", 1)]


async def add_unit(runtime: Runtime, city: Tenant) -> None:
    async with runtime.work.open(runtime.registry.by_id(city.id)) as ctx:
        await people_service.add_unit(ctx, name="새 팀", kind="TEAM")


async def test_a_strict_hook_that_hangs_is_given_up(
    deployed: Runtime, city: Tenant, web: Web, me: Officer, monkeypatch
):
    monkeypatch.setattr(host, "STRICT_SECONDS", 0.1)
    DOES.event = hang
    with pytest.raises(PluginFailedError):
        await add_unit(deployed, city)
    DOES.event = block
    with pytest.raises(PluginFailedError):
        await add_unit(deployed, city)
    async with deployed.work.open(city) as ctx:
        assert "새 팀" not in [u.name for u in await people_service.list_units(ctx)]
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
    for act in (raising(SystemExit(1)), raising(ValueError()), hang, block):
        DOES.job = act
        async with deployed.work.open(city) as ctx:
            await outbox.put(ctx, "naughty.run", clock.uuid7())
        assert await crew.drain(city) == 0
    assert sorted(await kept(web, me)) == [
        ("job naughty.run", "BlockedError", 1),
        ("job naughty.run", "SystemExit", 1),
        ("job naughty.run", "TimeoutError", 1),
        ("job naughty.run", "ValueError", 1),
    ]
    DOES.job = raising(MailNotSentError("no server"))
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert await crew.drain(city) == 0
    assert sum(count for _, _, count in await kept(web, me)) == 4


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


async def test_five_blocks_stop_it_for_each_holds_up_all(deployed: Runtime, city: Tenant):
    assert deployed.work.failures is not None
    many = [Failure("naughty", "company_hints", "BlockedError")] * STRICT_LIMIT
    await deployed.work.failures.keep(city, many[1:])
    assert state(deployed, city) == "ACTIVE"
    await deployed.work.failures.keep(city, many[:1])
    assert state(deployed, city) == "TRIPPED"


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
