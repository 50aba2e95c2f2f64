"""An optional slice of core: off until a city switches it on, by itself or through a plugin."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from litestar import Controller, get

from sinmungo.app import Runtime, create_app
from sinmungo.errors import RefusedError
from sinmungo.host import activation
from sinmungo.host.loader import load
from sinmungo.host.types import Slice
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_plugin
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo.web.access import public
from sinmungo_tenants import Tenant

_made: list[None] = []


class Extra(Controller):
    @get("/", opt=public(), sync_to_thread=False)
    def show(self) -> str:
        return "곁들임"


EXTRA = Slice("extra", "곁들임", portal=(Extra,), office=(Extra,), api=(Extra,), optional=True)
ADDRESSES = ("/extra", "/office/extra", "/api/v1/extra")


def user_of(*required: str) -> Any:
    return [fake_plugin("user", [Slice("part", "부분")], requires=required)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(server_dsn, worker_id, tmp_path_factory) -> AsyncIterator[Runtime]:
    name = f"optional_{worker_id}"
    dsn = database.fresh_database(server_dsn, name)
    host = load((*CORE_SLICES, EXTRA), found=user_of("extra"))
    folder = tmp_path_factory.mktemp("optional")
    async with database.test_runtime(dsn, name, folder / "data", host) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def city(deployed: Runtime) -> Tenant:
    _made.append(None)
    return await database.new_city(deployed, f"o{len(_made)}", (), {})


@pytest.fixture(scope="module")
def app(deployed: Runtime) -> Any:
    return create_app(deployed)


@pytest_asyncio.fixture(loop_scope="session")
async def web(deployed: Runtime, app: Any, city: Tenant) -> AsyncIterator[Web]:
    made = Web(app, city.hosts[0], People(deployed, city))
    yield made
    await made.close()


async def answers(web: Web) -> set[int]:
    return {(await web.anyone().get(address)).status_code for address in ADDRESSES}


async def test_it_is_switched_like_a_plugin(deployed: Runtime, city: Tenant, web: Web):
    assert await answers(web) == {404}
    await activation.enable(deployed, city, "extra")
    assert await answers(web) == {200}
    await activation.disable(deployed, city, "extra")
    assert await answers(web) == {404}


async def test_a_plugin_brings_what_it_requires(deployed: Runtime, city: Tenant, web: Web):
    await activation.enable(deployed, city, "user")
    assert await answers(web) == {200}
    with pytest.raises(RefusedError, match="시험 기능 user"):
        await activation.disable(deployed, city, "extra")
    await activation.disable(deployed, city, "user")
    assert await answers(web) == {200}
    await activation.disable(deployed, city, "extra")
    assert await answers(web) == {404}


async def test_a_city_that_begins_with_the_plugin_begins_with_both(deployed: Runtime):
    city = await database.new_city(deployed, "both", ("user",), {})
    assert {"user", "extra"} <= city.plugins


def test_a_plugin_that_requires_what_is_not_there_stays_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SINMUNGO_STRICT_PLUGINS", "0")
    host = load(CORE_SLICES, found=user_of("nowhere"))
    assert "user" not in host.plugins
    assert [(q.slug, "nowhere" in q.reason) for q in host.quarantined] == [("user", True)]
