"""The admin's page of plugins: what there is, what enabling adds, who switched what."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Table, select

from sinmungo.app import Runtime, create_app
from sinmungo.host.db import new_metadata, pk, text
from sinmungo.host.loader import load
from sinmungo.host.models import plugin_log
from sinmungo.host.types import MenuItem, Permission, Slice
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import FakeEntry, fake_component, fake_plugin
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read, registry

METADATA = new_metadata()
Table("fresh_things", METADATA, pk(), text("text", nullable=True))
LOG = read(select(plugin_log.c.result).order_by(plugin_log.c.id), str)
PAGE = "/admin/plugins"
API = "/api/v1/plugins"
_made: list[Any] = []


def broken_import() -> Any:
    raise RuntimeError("the operator's business")


async def broken_seed(ctx: Any, table: Any) -> None:
    raise ZeroDivisionError(f"{ctx} {table}")


def plugins(folder: Any) -> list[FakeEntry]:
    seen = Permission("fresh.see", "새것 보기", ("LEAD_OFFICER",))
    part = Slice(
        "part",
        "부분",
        permissions=(seen,),
        menu=(MenuItem("새것 메뉴", "/office/fresh/part", seen.code),),
    )
    return [
        fake_plugin("fresh", [part], component=fake_component("fresh", folder, METADATA)),
        fake_plugin("seedy", [Slice("part", "부분", seed=broken_seed)]),
        FakeEntry("damaged", broken_import),
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[Runtime]:
    folder, name = tmp_path_factory.mktemp("fresh"), f"switches_{worker_id}"
    found: Any = plugins(folder / "migrations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SINMUNGO_STRICT_PLUGINS", "0")
        host = load(CORE_SLICES, found=found)
    dsn = database.fresh_database(server_dsn, name)
    async with database.test_runtime(dsn, name, folder / "data", host) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def city(deployed: Runtime) -> Tenant:
    _made.append(None)
    return await database.new_city(deployed, f"s{len(_made)}", (), {})


@pytest.fixture(scope="module")
def app(deployed: Runtime) -> Any:
    return create_app(deployed)


@pytest_asyncio.fixture(loop_scope="session")
async def web(deployed: Runtime, app: Any, city: Tenant) -> AsyncIterator[Web]:
    made = Web(app, city.hosts[0], People(deployed, city))
    yield made
    await made.close()


async def results(runtime: Runtime, city: Tenant) -> list[str]:
    async with runtime.work.open(city) as ctx:
        return await ctx.db.all(LOG)


async def test_only_the_admin_may_look_and_switch(web: Web):
    officer = await web.people.officer("LEAD_OFFICER", "TEAM_LEADER")
    browser, api = web.browser(officer), web.api(officer)
    assert (await browser.get(PAGE)).status_code == 403
    assert (await browser.post(f"{PAGE}/fresh/enable")).status_code == 403
    assert (await api.get(API)).status_code == 403
    assert (await api.post(f"{API}/fresh/enable")).status_code == 403
    assert (await web.anyone().get(PAGE)).status_code == 303


async def test_the_page_says_what_enabling_adds(web: Web):
    admin = await web.people.officer("TENANT_ADMIN")
    page = (await web.browser(admin).get(PAGE)).text
    for part in (
        "시험 기능 fresh",
        "미설치",
        "설치하고 켜기",
        "새것 메뉴",
        "새것 보기",
        "fresh_things",
    ):
        assert part in page
    listed = (await web.api(admin).get(API)).json()
    fresh = next(p for p in listed["items"] if p["slug"] == "fresh")
    assert (fresh["state"], fresh["plan"]["tables"]) == ("ABSENT", ["fresh_things"])


async def test_a_quarantined_plugin_is_told_without_its_reason(web: Web):
    admin = await web.people.officer("TENANT_ADMIN")
    page = (await web.browser(admin).get(PAGE)).text
    assert "운영자 확인 필요" in page
    assert "damaged" in page
    listed = await web.api(admin).get(API)
    assert listed.json()["in_quarantine"] == ["damaged"]
    for answer in (page, listed.text):
        assert "operator" not in answer
        assert "RuntimeError" not in answer
    refused = await web.api(admin).post(f"{API}/damaged/enable")
    assert refused.status_code == 404


async def test_on_and_off_are_logged_with_who(web: Web, deployed: Runtime, city: Tenant):
    admin = await web.people.officer("TENANT_ADMIN", name="이관리", title="주무관")
    browser = web.browser(admin)
    await browser.get(PAGE)
    done = await browser.post(f"{PAGE}/fresh/enable")
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert deployed.registry.by_id(city.id).plugins == {"fresh"}
    page = (await browser.get(PAGE)).text
    assert "사용 중" in page
    assert "이관리 주무관" in page
    assert (await browser.post(f"{PAGE}/fresh/disable")).status_code == 303
    assert deployed.registry.by_id(city.id).plugins == frozenset()
    assert "꺼짐" in (await browser.get(PAGE)).text
    assert await results(deployed, city) == ["OK", "OK"]


async def test_the_api_switches_too_and_is_repeatable(web: Web):
    api = web.api(await web.people.officer("TENANT_ADMIN"))
    for act, state in (("enable", "ACTIVE"), ("enable", "ACTIVE"), ("disable", "DISABLED")):
        answer = await api.post(f"{API}/fresh/{act}")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
        assert (await api.get(f"{API}/fresh")).json()["state"] == state
    assert (await api.post(f"{API}/nothing/enable")).status_code == 404
    assert (await api.get(f"{API}/nothing")).status_code == 404


async def test_a_failed_switch_leaves_the_former_state(web: Web, deployed: Runtime, city: Tenant):
    admin = await web.people.officer("TENANT_ADMIN")
    browser, api = web.browser(admin), web.api(admin)
    await browser.get(PAGE)
    failed = await browser.post(f"{PAGE}/seedy/enable")
    assert failed.status_code == 409
    assert "앞의 상태 그대로입니다" in failed.text
    assert "ZeroDivisionError" not in failed.text
    problem = await api.post(f"{API}/seedy/enable")
    assert (problem.status_code, problem.json()["code"]) == (409, "switch_failed")
    assert deployed.registry.by_id(city.id).plugins == frozenset()
    assert await results(deployed, city) == ["FAILED", "FAILED"]
    assert "실패" in (await browser.get(PAGE)).text


async def test_other_processes_obey_without_being_told(
    web: Web, deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(registry, "POLL_SECONDS", 0.02)
    api = web.api(await web.people.officer("TENANT_ADMIN"))
    async with Runtime(deployed.settings, deployed.host).running() as other:
        watcher = asyncio.create_task(other.registry.watch())
        try:
            for act, wanted in (("enable", True), ("disable", False)):
                await api.post(f"{API}/fresh/{act}")
                async with asyncio.timeout(30):
                    while ("fresh" in other.registry.by_id(city.id).plugins) is not wanted:  # noqa: ASYNC110 - bounded; another process would have no event to wait for
                        await asyncio.sleep(0.02)
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


async def test_every_act_is_planned_on_a_page_first(web: Web, deployed: Runtime, city: Tenant):
    browser = web.browser(await web.people.officer("TENANT_ADMIN"))
    page = await browser.get(f"{PAGE}/fresh/enable")
    assert page.status_code == 200
    for words in ("이렇게 바뀝니다", "미설치 → 사용 중", "새것 메뉴", "새것 보기", "fresh_things"):
        assert words in page.text, words
    assert deployed.registry.by_id(city.id).plugins == frozenset()
    assert (await browser.get(f"{PAGE}/fresh/nonsense")).status_code == 404
    assert (await browser.get(f"{PAGE}/nothing/enable")).status_code == 404
    assert (await browser.post(f"{PAGE}/fresh/nonsense")).status_code == 404
    refused = await browser.get(f"{PAGE}/bookings/purge")
    assert "기본 기능이라 지울 수 없습니다" in refused.text
    assert "<form" not in refused.text.split("<main")[1]


async def test_a_purge_wants_the_name_typed(web: Web, deployed: Runtime, city: Tenant):
    browser = web.browser(await web.people.officer("TENANT_ADMIN"))
    await browser.get(PAGE)
    await browser.post(f"{PAGE}/fresh/enable")
    shown = await browser.get(f"{PAGE}/fresh/purge")
    assert "먼저 꺼 주세요" in shown.text
    await browser.post(f"{PAGE}/fresh/disable")
    assert "fresh_things" in (await browser.get(f"{PAGE}/fresh/purge")).text
    wrong = await browser.post(f"{PAGE}/fresh/purge", {"slug": "frsh"})
    assert wrong.status_code == 422
    assert "그대로 적어 주세요" in wrong.text
    assert "fresh" in deployed.registry.by_id(city.id).revisions
    done = await browser.post(f"{PAGE}/fresh/purge", {"slug": "fresh"})
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert "fresh" not in deployed.registry.by_id(city.id).revisions
    page = (await browser.get(PAGE)).text
    assert "미설치" in page
    assert "자료를 파일로 내보내고 지웠습니다." in page


async def test_the_api_plans_purges_and_minds_the_version(web: Web):
    api = web.api(await web.people.officer("TENANT_ADMIN"))
    plan = (await api.get(f"{API}/fresh/plan/enable")).json()
    assert (plan["state"], plan["after"], plan["refused"]) == ("ABSENT", "ACTIVE", "")
    assert (await api.get(f"{API}/fresh/plan/fly")).status_code == 404
    seen = await api.get(f"{API}/fresh")
    assert seen.headers["etag"] == '"0"'
    done = await api.post(f"{API}/fresh/enable", headers={"if-match": '"0"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"1"')
    stale = await api.post(f"{API}/fresh/disable", headers={"if-match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert (await api.post(f"{API}/fresh/upgrade")).status_code == 409
    assert (await api.post(f"{API}/fresh/disable")).status_code == 200
    wrong = await api.post(f"{API}/fresh/purge", json={"slug": "other"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["slug"])
    gone = await api.post(f"{API}/fresh/purge", json={"slug": "fresh"})
    assert (gone.status_code, gone.json()["state"]) == (200, "ABSENT")
    lines = (await api.get(f"{API}/fresh/log")).json()["items"]
    assert [line["act"] for line in lines] == ["PURGE", "DISABLE", "ENABLE"]
    assert {line["who"] for line in lines} == {"김철수 주무관"}
    assert (await api.get(f"{API}/fresh/failures")).json()["items"] == []
    assert (await api.get(f"{API}/nothing/failures")).status_code == 404
    installed = await api.post(f"{API}/fresh/install")
    assert (installed.json()["state"], installed.json()["acts"]) == (
        "INSTALLED",
        ["install", "enable", "purge"],
    )


async def test_many_who_switch_at_once_do_not_wait_for_each_others_connection(web: Web):
    api = web.api(await web.people.officer("TENANT_ADMIN"))
    acts = [api.post(f"{API}/bookings/enable") for _ in range(12)]
    async with asyncio.timeout(60):
        assert {a.status_code for a in await asyncio.gather(*acts)} == {200}
