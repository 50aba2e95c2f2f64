"""A plugin made for tests of misbehaviour: it does whatever a test tells it to, in every place.

The misdeeds themselves lie in the tests: an alarm spares what is the house's own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
import psycopg
import pytest
import pytest_asyncio
from litestar import Controller, get, post
from sqlalchemy import Table, Text, cast, column, true

from sinmungo.app import Runtime, create_app
from sinmungo.companies import service as companies
from sinmungo.companies.models import companies as companies_table
from sinmungo.host import activation
from sinmungo.host.context import Ctx
from sinmungo.host.db import new_metadata, pk, text
from sinmungo.host.loader import load
from sinmungo.host.setting_fields import about
from sinmungo.host.types import (
    Check,
    Event,
    Finding,
    Hint,
    Job,
    MenuItem,
    MenuSwitch,
    Panel,
    Permission,
    RetentionRule,
    SettingsGroup,
    Slice,
)
from sinmungo.reporting.terms import Dataset, Dimension, Measure
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_component, fake_plugin
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo.web.access import needs, public
from sinmungo.web.types import CtxDep
from sinmungo_tenants import Tenant
from sinmungo_tenants.names import schema_of

METADATA = new_metadata()
ROWS = Table("naughty_rows", METADATA, pk(), text("text", nullable=True))
SEE = Permission("naughty.see", "보기", ("LEAD_OFFICER", "TENANT_ADMIN"))

type Act = Callable[[Ctx], Awaitable[Any]]


async def _found_well(ctx: Ctx) -> Any:
    del ctx
    return Finding("DONE", "점검이 잘 됩니다")


async def _changed_well(ctx: Ctx) -> Any:
    del ctx
    return {}


class Behaviour:
    """What the plugin does in this test; nothing wrong at first."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Let everything go well again."""

        async def well(ctx: Ctx) -> Any:
            del ctx
            return "잘 됩니다"

        self.page: Act = well
        self.event: Act = well
        self.job: Act = well
        self.hints: Act | None = None
        self.menu: Callable[[], bool] = bool
        self.check: Act = _found_well
        self.setting: Act = _changed_well


DOES = Behaviour()


class _Part(Controller):
    @get("/{id:uuid}", opt=needs(SEE.code))
    async def panel(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))

    @post("/", opt=needs(SEE.code))
    async def write(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))


class _Front(Controller):
    @get("/", opt=public())
    async def front(self, ctx: CtxDep) -> str:
        return str(await DOES.page(ctx))


async def _on_event(ctx: Ctx, event: Event, subject_id: UUID) -> None:
    del event, subject_id
    await DOES.event(ctx)


async def _company_hints(ctx: Ctx, company_id: UUID) -> Any:
    del company_id
    return await DOES.hints(ctx) if DOES.hints else [Hint("귀띔")]


async def _run_job(ctx: Ctx, subject_id: UUID) -> None:
    del subject_id
    await DOES.job(ctx)


async def _run_check(ctx: Ctx) -> Any:
    return await DOES.check(ctx)


async def _check_settings(ctx: Ctx, new: Any) -> Any:
    del new
    return await DOES.setting(ctx)


class _Words(msgspec.Struct, frozen=True):
    word: Annotated[str, about("낱말")] = "처음"


MENU = MenuSwitch(("naughty.words.word",), lambda _: DOES.menu())
WORDS = SettingsGroup("naughty-words", "말썽 낱말", _Words, "naughty.words", check=_check_settings)
BROKEN_RULE = RetentionRule(
    code="naughty.persons",
    title="말썽 기록",
    what="이름",
    subject="naughty_person",
    years=1,
    least=1,
    source="시험",
    table=ROWS,
    ended=column("no_such_column"),
    label=ROWS.c.text,
    held=true(),
)


def _dataset() -> Dataset:
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
async def deployed(
    server_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Runtime]:
    """Return a deployment with the plugin `naughty`."""
    part = Slice(
        "part",
        "부분",
        permissions=(SEE,),
        menu=(MenuItem("말썽 메뉴", "/office/naughty/part", SEE.code, switch=MENU),),
        panels=(Panel("COMPANY", "naughty", "말썽 칸", "/office/naughty/part/{id}", SEE.code),),
        jobs=(Job("naughty.run", _run_job),),
        reports=(_dataset(),),
        settings=(WORDS,),
        checks=(Check("naughty.check", "말썽 점검", "시험", "/admin/plugins", _run_check),),
        retention=(BROKEN_RULE,),
        office=(_Part,),
        api=(_Part,),
        portal=(_Front,),
    )
    hooks: Any = {"on_event": _on_event, "company_hints": _company_hints}
    folder, name = tmp_path_factory.mktemp("naughty"), f"naughty_{worker_id}"
    component = fake_component("naughty", folder / "migrations", METADATA)
    found: Any = [fake_plugin("naughty", [part], component=component, **hooks)]
    dsn = database.fresh_database(server_dsn, name)
    async with database.test_runtime(
        dsn, name, folder / "data", load(CORE_SLICES, found=found)
    ) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(deployed: Runtime) -> Tenant:
    """Return a city in which it is on."""
    return await database.new_city(deployed, "naughty", ("naughty",), {}, kept=True)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def well_again(deployed: Runtime, city: Tenant) -> AsyncIterator[None]:
    """Leave the city to the next test as it was: the plugin on, and nothing known against it."""
    yield
    DOES.clear()
    if state(deployed, city) != "ACTIVE":
        await activation.enable(deployed, city, "naughty")
    with psycopg.connect(deployed.settings.database_url) as connection:
        for table in ("hook_failures", "plugin_log", "outbox"):
            connection.execute(f"DELETE FROM {schema_of(city.id)}.{table}".encode())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def web(deployed: Runtime, city: Tenant) -> AsyncIterator[Web]:
    """Return the city's clients."""
    made = Web(create_app(deployed), city.hosts[0], People(deployed, city))
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def me(web: Web) -> Officer:
    """Return an officer who may see what it shows, and switch it."""
    return await web.people.officer("LEAD_OFFICER", "TENANT_ADMIN", "INTAKE_OFFICER")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(deployed: Runtime, city: Tenant) -> UUID:
    """Return a company of the city."""
    async with deployed.work.open(city) as ctx:
        return await companies.add(ctx, {"name": "㈜새봄정밀"})


def state(runtime: Runtime, city: Tenant) -> str:
    """Return what state the plugin is in there."""
    return runtime.registry.by_id(city.id).plugin_states["naughty"]
