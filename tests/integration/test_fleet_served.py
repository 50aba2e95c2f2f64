"""Cities between two revisions, served by one application while a run brings them up."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy import bindparam, select

from sinmungo import clock
from sinmungo.app import Runtime, create_app
from sinmungo.companies import service as companies
from sinmungo.companies.models import companies as companies_table
from sinmungo.component import COMPONENT
from sinmungo.host.loader import load
from sinmungo.jobs.worker import Worker
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_component, fake_plugin
from sinmungo.testing.notes import ADD_NOTE, METADATA, slices
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Component, Tenant, read
from sinmungo_tenants.chain import chain
from sinmungo_tenants.errors import BehindError
from sinmungo_tenants.fleet.ledger import Outcome
from sinmungo_tenants.fleet.run import Fleet, Options, Result

HEAD = chain(COMPONENT)[-1]
NEXT = f'''
"""A column more, and another type of one that every page of a company reads."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.add_column("companies", sa.Column("fax", sa.Text()))
    op.alter_column("companies", "name", type_=sa.String(200))
'''
NEXT_OF_PLUGIN = '''
"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("fake_notes", sa.Column("extra", sa.Text()))
'''
NAMES = read(select(companies_table.c.name).where(companies_table.c.id == bindparam("id")), str)
UPGRADING = "새 판으로 바꾸는 중입니다"


class Nothing:
    """A watcher that is not interested."""

    def begin(self, total: int) -> None: ...

    def done(self, outcome: Outcome) -> None: ...


@dataclass
class World:
    """A deployment whose code knows one revision of core more than its cities have."""

    runtime: Runtime
    app: Any
    newer: Component
    folder: Path
    plugin: Component

    def city(self, slug: str) -> Tenant:
        return self.runtime.registry.by_slug(slug)

    def upgrade(self, *components: Component) -> Result:
        settings = self.runtime.settings
        fleet = Fleet(
            self.runtime.deployment,
            settings.migrator_dsn,
            components or (self.newer,),
            now=clock.now,
            new_id=clock.uuid7,
        )
        return fleet.upgrade(Options("tester"), Nothing())

    def upgrade_one(self, city: Tenant) -> None:
        """Upgrade one city only, as a run does that is half way."""
        with psycopg.connect(self.runtime.settings.database_url, autocommit=True) as connection:
            others = connection.execute(
                "UPDATE control.component_state SET revision = 'next' WHERE tenant_id <> %s"
                " AND component = 'core' AND revision = %s RETURNING tenant_id",
                (city.id, HEAD),
            ).fetchall()
            assert self.upgrade().state == "DONE"
            connection.execute(
                "UPDATE control.component_state SET revision = %s WHERE tenant_id = ANY(%s)"
                " AND component = 'core'",
                (HEAD, [t for (t,) in others]),
            )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("served")
    scripts = folder / "core"
    shutil.copytree(COMPONENT.scripts, scripts)
    (scripts / "versions" / "next.py").write_text(NEXT.lstrip(), "utf-8")
    newer = replace(COMPONENT, scripts=scripts, minimum=HEAD)
    plugin = fake_component("fake", folder / "fake", METADATA)
    found: Any = fake_plugin("fake", slices(), component=plugin)
    name = f"served_{worker_id}"
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES, found=[found])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sinmungo.app.COMPONENT", newer)
        async with database.test_runtime(dsn, name, folder / "data", host) as runtime:
            yield World(runtime, create_app(runtime), newer, folder, plugin)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(world: World, request) -> AsyncIterator[tuple[Web, Web]]:
    """Return access to two fresh cities of the older revision, through one application."""
    slug = f"p{abs(hash(request.node.name)) % 10**9}"
    made: list[Web] = []
    for end in ("a", "b"):
        city = await database.new_city(world.runtime, slug + end, ("fake",), {}, kept=True)
        made.append(Web(world.app, city.hosts[0], People(world.runtime, city)))
    yield made[0], made[1]
    for web in made:
        await web.close()


async def company(world: World, web: Web, name: str) -> UUID:
    async with world.runtime.work.open(web.people.city) as ctx:
        return await companies.add(ctx, {"name": name})


async def test_two_neighbouring_revisions_are_served_at_once(world: World, pair):
    first, second = pair
    pages = []
    for web, name in ((first, "㈜가나"), (second, "㈜다라")):
        officer = await web.people.officer("LEAD_OFFICER", "INTAKE_OFFICER")
        path = f"/office/companies/{await company(world, web, name)}"
        browser = web.browser(officer)
        assert name in (await browser.get(path)).text
        pages.append((browser, web.api(officer), path, name))
    world.upgrade_one(first.people.city)
    await world.runtime.registry.refresh(force=True)
    revisions = [world.city(w.people.city.slug).revisions["core"] for w in pair]
    assert revisions == ["next", HEAD]

    async def look(number: int) -> None:
        browser, api, path, name = pages[number % 2]
        page = await browser.get(path)
        assert (page.status_code, name in page.text) == (200, True)
        found = await api.get("/api/v1/companies")
        assert [c["name"] for c in found.json()["items"]] == [name]

    await asyncio.gather(*(look(number) for number in range(2)))
    for turn in range(4):
        await asyncio.gather(*(read_page(*pages[n % 2]) for n in range(turn, turn + 6)))
    assert world.upgrade().state == "DONE"
    await asyncio.gather(*(read_page(*pages[n % 2]) for n in range(6)))


async def read_page(browser, _api, path: str, name: str) -> None:
    page = await browser.get(path)
    assert (page.status_code, name in page.text) == (200, True)


async def test_a_process_that_has_not_heard_yet_reads_once_more(world: World, pair):
    web, other = pair
    stale, name = web.people.city, "㈜묵은정밀"
    subject = await company(world, web, name)
    doors = world.runtime.doors
    await _warm(world, stale, subject)
    world.upgrade_one(stale)
    async with doors.tenant_session(stale) as db:
        assert await db.all(NAMES, id=subject) == [name]
    await _warm(world, other.people.city, subject)


async def test_but_not_when_something_was_written_before(world: World, pair):
    web, _ = pair
    stale = web.people.city
    subject = await company(world, web, "㈜묵은정밀")
    await _warm(world, stale, subject)
    world.upgrade_one(stale)
    with pytest.raises(InvalidCachedStatementError):
        async with world.runtime.doors.tenant_session(stale) as db:
            await db.run(ADD_NOTE, id=clock.uuid7(), text="x")
            await db.all(NAMES, id=subject)


async def _warm(world: World, city: Tenant, subject: UUID) -> None:
    """Have every connection of the pool prepare the statement."""

    async def one() -> None:
        async with world.runtime.doors.tenant_session(city) as db:
            for _ in range(2):
                await db.first(NAMES, id=subject)
            await asyncio.sleep(0.05)

    await asyncio.gather(*(one() for _ in range(8)))


async def test_a_city_below_the_minimum_waits_and_others_notice_nothing(
    world: World, pair, monkeypatch
):
    first, second = pair
    old, new = first.people.city, second.people.city
    world.upgrade_one(new)
    strict = replace(world.newer, minimum="")
    monkeypatch.setattr("sinmungo.app.COMPONENT", strict)
    async with Runtime(world.runtime.settings, world.runtime.host).running() as stricter:
        app = create_app(stricter)
        for path in ("/", "/office/cases", "/api/v1/companies"):
            answer = await Web(app, old.hosts[0], first.people).anyone().get(path)
            assert answer.status_code == 503
            assert UPGRADING in answer.text
            assert int(answer.headers["retry-after"]) > 0
        lively = Web(app, old.hosts[0], first.people).anyone()
        assert (await lively.get("/health/live")).status_code == 200
        officer = await second.people.officer("LEAD_OFFICER")
        page = await Web(app, new.hosts[0], second.people).browser(officer).get("/office/companies")
        assert page.status_code == 200

        assert stricter.registry.by_id(old.id).upgrading
        assert await Worker(stricter.work, stricter.registry).wake(old.id) == 0
        with pytest.raises(BehindError, match="fleet upgrade"):
            stricter.doors.tenant_session(stricter.registry.by_id(old.id))

        assert world.upgrade().state == "DONE"
        await stricter.registry.refresh()
        assert not stricter.registry.by_id(old.id).upgrading
        answer = await Web(app, old.hosts[0], first.people).anyone().get("/")
        assert answer.status_code == 200


async def test_a_plugin_below_its_minimum_is_closed_alone(world: World, pair):
    web, other = pair
    scripts = world.folder / "fake2"
    shutil.copytree(world.plugin.scripts, scripts)
    (scripts / "versions" / "0002.py").write_text(NEXT_OF_PLUGIN.lstrip(), "utf-8")
    later = replace(world.plugin, scripts=scripts)
    found: Any = fake_plugin("fake", slices(), component=later)
    host = load(CORE_SLICES, found=[found])
    async with Runtime(world.runtime.settings, host).running() as stricter:
        app, city = create_app(stricter), web.people.city
        officer = await web.people.officer("LEAD_OFFICER")
        browser = Web(app, city.hosts[0], web.people).browser(officer)
        answer = await browser.get("/office/fake/notes")
        assert (answer.status_code, UPGRADING in answer.text) == (503, True)
        assert "retry-after" in answer.headers
        page = await browser.get("/office/companies")
        assert (page.status_code, "쪽지 메뉴" in page.text) == (200, False)
        known = stricter.registry.by_id(city.id)
        assert (known.behind, known.upgrading, known.open) == ({"fake"}, False, True)

        assert world.upgrade(world.newer, later).state == "DONE"
        await stricter.registry.refresh()
        assert (await browser.get("/office/fake/notes")).status_code == 200
        del other


def test_a_schema_that_newer_code_has_upgraded_is_served(world: World):
    from sinmungo_tenants.chain import minimum, too_old

    assert minimum(world.newer) == HEAD
    assert not too_old(world.newer, HEAD)
    assert not too_old(world.newer, "next")
    assert not too_old(COMPONENT, "next")
    assert too_old(world.newer, chain(COMPONENT)[-2])
    assert too_old(world.newer, "")
