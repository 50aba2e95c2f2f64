"""What a running plugin can and cannot do to the city around it: hooks that fail, on and off."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import Text, column, select
from sqlalchemy.sql import func

from sinmungo import clock
from sinmungo.app import create_app
from sinmungo.companies import service as companies
from sinmungo.errors import PluginFailedError, RefusedError
from sinmungo.host import activation
from sinmungo.host.context import Ctx
from sinmungo.host.loader import load
from sinmungo.host.models import events, hook_failures
from sinmungo.host.types import Event, Hint
from sinmungo.jobs import outbox
from sinmungo.jobs.worker import Worker
from sinmungo.people import service as people_service
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_component, fake_plugin
from sinmungo.testing.notes import ADD_NOTE, COUNT_NOTES, METADATA, READ, slices
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Read, Tenant, read
from sinmungo_tenants.names import schema_of

UNDONE = (
    "TRUNCATE hook_failures, plugin_log, outbox, fake_notes",
    "DELETE FROM unit_names WHERE unit_id IN (SELECT id FROM org_units WHERE name LIKE '새 %')",
    "DELETE FROM org_units WHERE name LIKE '새 %'",
)
COUNT_EVENTS = read(select(func.count().label("n")).select_from(events), int)


class FailureRow(msgspec.Struct):
    plugin: str
    hook: str
    error: str


FAILURES = read(
    select(hook_failures.c.plugin, hook_failures.c.hook, hook_failures.c.error), FailureRow
)
SLEEP = read(select(func.pg_sleep(30).cast(Text).label("slept")), str)
NONSENSE: Read[int] = read(select((column("no_such_column")).label("n")), int)


type Hook = Callable[[Ctx], Awaitable[Any]]


@dataclass
class Behaviour:
    """What the plugin's hooks do in this test."""

    event: Hook | None = None
    hints: Hook | None = None
    seen: list[str] = field(default_factory=list)


@dataclass
class World:
    """A deployment with the plugin installed, and a city where it is on."""

    runtime: Any
    app: Any
    behaviour: Behaviour
    city_: Tenant

    @property
    def city(self) -> Tenant:
        return self.runtime.registry.by_id(self.city_.id)

    def work(self) -> Any:
        return self.runtime.work.open(self.city)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[tuple[Any, ...]]:
    behaviour = Behaviour()

    async def on_event(ctx: Ctx, event: Event, subject_id: UUID) -> None:
        del subject_id
        behaviour.seen.append(event.kind)
        if behaviour.event:
            await behaviour.event(ctx)

    async def company_hints(ctx: Ctx, company_id: UUID) -> Any:
        del company_id
        return await behaviour.hints(ctx) if behaviour.hints else [Hint("쪽지 귀띔")]

    folder = tmp_path_factory.mktemp("fake")
    plugin: Any = fake_plugin(
        "fake",
        slices(),
        component=fake_component("fake", folder / "migrations", METADATA),
        on_event=on_event,
        company_hints=company_hints,
    )
    name = f"plugins_{worker_id}"
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES, found=[plugin])
    async with database.test_runtime(dsn, name, folder / "data", host) as runtime:
        yield runtime, create_app(runtime), behaviour


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def only_city(deployed: tuple[Any, ...]) -> Tenant:
    return await database.new_city(deployed[0], "hooks", ("fake",), {}, kept=True)


@pytest_asyncio.fixture(loop_scope="session")
async def world(deployed: tuple[Any, ...], only_city: Tenant) -> AsyncIterator[World]:
    """Give every test the one city, in which nothing has happened yet."""
    runtime, app, behaviour = deployed
    behaviour.event = behaviour.hints = None
    behaviour.seen.clear()
    yield World(runtime, app, behaviour, only_city)
    behaviour.event = behaviour.hints = None
    await activation.enable(runtime, only_city, "fake")
    with psycopg.connect(runtime.settings.database_url) as connection:
        connection.execute(f"SET search_path = {schema_of(only_city.id)}".encode())
        for text in UNDONE:
            connection.execute(text.encode())


@pytest_asyncio.fixture(loop_scope="session")
async def web(world: World) -> AsyncIterator[Web]:
    made = Web(world.app, world.city.hosts[0], People(world.runtime, world.city))
    yield made
    await made.close()


async def officer(web: Web, *roles: str) -> Officer:
    return await web.people.officer(*(roles or ("LEAD_OFFICER", "TENANT_ADMIN", "INTAKE_OFFICER")))


async def company(world: World) -> UUID:
    async with world.work() as ctx:
        return await companies.add(ctx, {"name": "㈜가온정밀"})


async def add_unit(world: World) -> UUID:
    async with world.work() as ctx:
        return await people_service.add_unit(ctx, name="새 팀", kind="TEAM")


def raising(error: BaseException) -> Hook:
    async def hook(ctx: Ctx) -> None:
        del ctx
        raise error

    return hook


@pytest.mark.parametrize("error", [RuntimeError("bug"), SystemExit(2), TypeError("bug")])
async def test_a_strict_hook_that_raises_undoes_the_whole_act(world: World, error: BaseException):
    async with world.work() as ctx:
        before = await ctx.db.one(COUNT_EVENTS)
    world.behaviour.event = raising(error)
    with pytest.raises(PluginFailedError) as failed:
        await add_unit(world)
    assert (failed.value.plugin, failed.value.code) == ("fake", "plugin_failed")
    world.behaviour.event = None
    async with world.work() as ctx:
        assert "새 팀" not in [u.name for u in await people_service.list_units(ctx)]
        assert await ctx.db.one(COUNT_EVENTS) == before
    await add_unit(world)


async def test_over_http_the_act_fails_and_everything_else_works(world: World, web: Web):
    me = await officer(web)
    api = web.api(me)
    world.behaviour.event = raising(RuntimeError("bug"))
    body = {"name": "새 과", "kind": "DEPARTMENT"}
    failed = await api.post("/api/v1/people/units", json=body)
    assert (failed.status_code, failed.json()["code"]) == (500, "plugin_failed")
    assert failed.headers["content-type"].startswith("application/problem+json")
    assert "bug" not in failed.text
    names = [u["name"] for u in (await api.get("/api/v1/people/units")).json()["items"]]
    assert "새 과" not in names
    browser = web.browser(me)
    assert (await browser.get("/office/companies")).status_code == 200
    page = await browser.get("/admin/plugins")
    assert page.status_code == 200
    assert (await browser.post("/admin/plugins/fake/disable")).status_code == 303
    assert (await api.post("/api/v1/people/units", json=body)).status_code == 201


async def test_a_strict_hook_may_refuse_in_its_own_words(world: World):
    world.behaviour.event = raising(RefusedError("이번 달은 팀을 만들 수 없습니다."))
    with pytest.raises(RefusedError, match="이번 달은"):
        await add_unit(world)


async def test_signing_in_waits_for_no_plugin(world: World, web: Web, quick_hashing):
    del quick_hashing
    me = await web.people.officer("TENANT_ADMIN", password="correct-horse-42")
    world.behaviour.event = raising(RuntimeError("bug"))
    browser = web.anyone()
    await browser.get("/office/people/sign-in")
    form = {"login": me.login, "password": "correct-horse-42", "next": "/admin/plugins"}
    assert (await browser.post("/office/people/sign-in", form)).status_code == 303
    assert (await browser.get("/admin/plugins")).status_code == 200


async def test_what_a_strict_hook_writes_is_part_of_the_act(world: World):
    async def note(ctx: Ctx) -> None:
        await ctx.db.run(ADD_NOTE, id=clock.uuid7(), text="x")

    world.behaviour.event = note
    await add_unit(world)
    assert world.behaviour.seen[-1] == "people.unit_added"
    async with world.work() as ctx:
        assert await ctx.db.one(COUNT_NOTES) == 1


async def slow(ctx: Ctx) -> list[Hint]:
    del ctx
    await asyncio.sleep(30)
    return []


async def slow_query(ctx: Ctx) -> list[Hint]:
    await ctx.db.all(SLEEP)
    return []


async def broken_query(ctx: Ctx) -> list[Hint]:
    await ctx.db.all(NONSENSE)
    return []


async def hidden_error(ctx: Ctx) -> list[Hint]:
    with contextlib.suppress(Exception):
        await ctx.db.all(NONSENSE)
    return [Hint("거짓")]


async def half_done(ctx: Ctx) -> list[Hint]:
    await ctx.db.run(ADD_NOTE, id=clock.uuid7(), text="x")
    raise RuntimeError("bug")


async def wrong_type(ctx: Ctx) -> Any:
    del ctx
    return ["글"]


ISOLATED: dict[str, tuple[Hook, str]] = {
    "raises": (raising(RuntimeError("secret detail")), "RuntimeError"),
    "ends the process": (raising(SystemExit(1)), "SystemExit"),
    "is slow": (slow, "TimeoutError"),
    "is slow in the database": (slow_query, "TimeoutError"),
    "has an SQL error": (broken_query, "UndefinedColumnError"),
    "hides its SQL error": (hidden_error, "InFailedSQLTransactionError"),
    "writes, then raises": (half_done, "RuntimeError"),
    "returns something else": (wrong_type, "TypeError"),
}


@pytest.mark.parametrize("what", ISOLATED)
async def test_an_isolated_hook_that_fails_hurts_no_page(world: World, web: Web, what: str):
    hook, error = ISOLATED[what]
    me, company_id = await officer(web), await company(world)
    browser = web.browser(me)
    sound = await browser.get(f"/office/companies/{company_id}")
    assert "쪽지 귀띔" in sound.text
    world.behaviour.hints = hook
    page = await browser.get(f"/office/companies/{company_id}")
    assert page.status_code == 200
    assert "가온정밀" in page.text
    assert "쪽지 귀띔" not in page.text
    async with world.work() as ctx:
        assert await ctx.db.all(FAILURES) == [FailureRow("fake", "company_hints", error)]
        assert await ctx.db.one(COUNT_NOTES) == 0
    shown = await browser.get("/admin/plugins")
    assert "company_hints" in shown.text
    assert error in shown.text
    assert "secret detail" not in shown.text


async def test_after_an_isolated_failure_the_transaction_goes_on(world: World):
    company_id = await company(world)
    for hook, _ in ISOLATED.values():
        world.behaviour.hints = hook
        async with world.work() as ctx:
            before = await ctx.db.one(COUNT_NOTES)
            assert await world.runtime.host.hints(ctx, company_id) == []
            await ctx.db.run(ADD_NOTE, id=clock.uuid7(), text="after")
        async with world.work() as ctx:
            assert await ctx.db.one(COUNT_NOTES) == before + 1


PATHS = ("/office/fake/notes", "/admin/fake/notes", "/api/v1/fake/notes", "/fake/notes")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE")


async def test_a_disabled_plugin_is_gone_and_comes_back_with_its_data(world: World, web: Web):
    me = await officer(web)
    api, browser, host = web.api(me), web.browser(me), world.runtime.host
    company_id = await company(world)
    assert (await api.post("/api/v1/fake/notes")).status_code == 201
    await everything_is_there(web, me, company_id)

    await browser.get("/admin/plugins")
    assert (await browser.post("/admin/plugins/fake/disable")).status_code == 303
    asked = [(path, method) for path in PATHS for method in METHODS]
    for path in PATHS:
        asked += [(path + "/", "GET"), (path.replace("/fake", "//fake"), "POST")]
    for path, method in asked:
        client = api if path.startswith("/api") else browser.client
        answer = await client.request(method, f"http://{web.host}{path}")
        assert answer.status_code == 404, (method, path)
    problem = await api.get("/api/v1/fake/notes")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == "not_found"
    city = world.city
    assert not [
        m for f in ("office", "admin", "portal") for m in host.menu(city, f) if "fake" in m.path
    ]
    assert not host.panels(city, "COMPANY") or "fake-notes" not in [
        p.slug for p in host.panels(city, "COMPANY")
    ]
    assert READ not in [p.code for p in host.permissions(city)]
    assert READ not in (await api.get("/api/v1/people/me")).json()["permissions"]
    paths = (await api.get("/api/v1/openapi.json")).json()["paths"]
    assert not [p for p in paths if p.startswith("/api/v1/fake")]
    assert "fake-notes" not in (await api.get("/api/v1/reporting")).text
    for page in ("/office/companies", f"/office/companies/{company_id}", "/office/reporting"):
        shown = await browser.get(page)
        assert shown.status_code == 200
        assert "쪽지" not in shown.text
    world.behaviour.seen.clear()
    await add_unit(world)
    assert world.behaviour.seen == []

    await browser.get("/admin/plugins")
    assert (await browser.post("/admin/plugins/fake/enable")).status_code == 303
    await everything_is_there(web, me, company_id)


async def everything_is_there(web: Web, me: Officer, company_id: UUID) -> None:
    api, browser = web.api(me), web.browser(me)
    assert (await api.get("/api/v1/fake/notes")).text == "notes 1"
    for path in PATHS:
        client = api if path.startswith("/api") else browser.client
        assert (await client.get(path)).status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await api.request(method, "/api/v1/fake/notes")).status_code == 200
    paths = (await api.get("/api/v1/openapi.json")).json()["paths"]
    assert set(paths["/api/v1/fake/notes"]) >= {"get", "post", "put", "patch", "delete"}
    assert READ in (await api.get("/api/v1/people/me")).json()["permissions"]
    assert "쪽지 메뉴" in (await browser.get("/office/companies")).text
    detail = (await browser.get(f"/office/companies/{company_id}")).text
    assert "쪽지 칸" in detail
    assert "쪽지 귀띔" in detail
    assert "쪽지 집계" in (await browser.get("/office/reporting")).text
    assert "fake-notes" in (await api.get("/api/v1/reporting")).text


async def test_a_job_of_a_disabled_plugin_waits_until_it_is_on_again(world: World, web: Web):
    me, runtime = await officer(web), world.runtime
    browser, worker = web.browser(me), Worker(runtime.work, runtime.registry)
    async with world.work() as ctx:
        await outbox.put(ctx, "fake.write", clock.uuid7())
    await browser.get("/admin/plugins")
    await browser.post("/admin/plugins/fake/disable")
    await worker.drain(world.city)
    async with world.work() as ctx:
        assert await ctx.db.one(COUNT_NOTES) == 0
    await browser.post("/admin/plugins/fake/enable")
    with clock.frozen(clock.now() + outbox.LEASE * 2):
        await worker.drain(world.city)
    async with world.work() as ctx:
        assert await ctx.db.one(COUNT_NOTES) == 1


async def test_one_citys_switch_is_not_anothers(world: World, web: Web):
    other = await database.new_city(world.runtime, f"{world.city.slug}b", ("fake",), {})
    me = await officer(web)
    browser = web.browser(me)
    await browser.get("/admin/plugins")
    await browser.post("/admin/plugins/fake/disable")
    assert not world.runtime.host.is_active(world.city, "fake")
    assert world.runtime.host.is_active(world.runtime.registry.by_id(other.id), "fake")
    there = await browser.client.get("/fake/notes", headers={"host": other.hosts[0]})
    assert there.status_code == 200
