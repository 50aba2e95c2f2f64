"""A plugin made for tests of its life in a city: it can fail where a test wants it to."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import Table

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host import activation
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.db import new_metadata, pk, sealed, text
from sinmungo.host.loader import load
from sinmungo.host.types import Job, MenuItem, Panel, Permission, Slice
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import fake_plugin
from sinmungo_tenants import Component, Tenant, insert_into
from sinmungo_tenants.names import schema_of

METADATA = new_metadata()
THINGS = Table("life_things", METADATA, pk(), text("text", nullable=True), *sealed("name"))
PARTS = Table("life_parts", METADATA, pk(), text("text", nullable=True))
ADD_THING, ADD_PART = insert_into(THINGS), insert_into(PARTS)
OLD_METADATA = new_metadata()
THINGS.to_metadata(OLD_METADATA)
BASE_METADATA = new_metadata()
Table("base_rows", BASE_METADATA, pk(), text("text", nullable=True))
_made: list[None] = []

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = {down!r}


def upgrade() -> None:
    {body}
"""
TABLE = """op.create_table(
        {name!r},
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text()),{more}
        sa.PrimaryKeyConstraint("id", name="pk_{name}"),
    )"""
SEALED = """
        sa.Column("name_sealed", sa.LargeBinary()),
        sa.Column("name_mask", sa.Text()),
        sa.Column("name_hash", sa.LargeBinary()),"""


class Behaviour:
    """What goes wrong in this test."""

    def __init__(self) -> None:
        self.seed: BaseException | None = None
        self.seeds = 0


BEHAVIOUR = Behaviour()


async def seed(ctx: Ctx, table: Any) -> None:
    """Write a first row, and fail if the test wants it."""
    del table
    BEHAVIOUR.seeds += 1
    await ctx.db.run(ADD_PART, id=clock.uuid7(), text="first")
    await set_setting(ctx, "life.first", value=True)
    if BEHAVIOUR.seed is not None:
        raise BEHAVIOUR.seed


async def job(ctx: Ctx, subject_id: Any) -> None:
    """Write a row."""
    await ctx.db.run(ADD_PART, id=subject_id, text="job")


def write(folder: Path, number: str, down: str | None, body: str) -> None:
    """Write one revision."""
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    text = REVISION.format(number=number, down=down, body=body)
    (folder / "versions" / f"{number}_x.py").write_text(text, "utf-8")


def components(folder: Path) -> dict[str, Component]:
    """Return the tables of `life` and `base`, and `life` as it was a revision before."""
    table = TABLE.format(name="life_things", more=SEALED)
    for name in ("old", "new"):
        write(folder / name, "0001", None, table)
    write(folder / "new", "0002", "0001", TABLE.format(name="life_parts", more=""))
    write(folder / "base", "0001", None, TABLE.format(name="base_rows", more=""))
    return {
        "life": Component("life", folder / "new", METADATA),
        "old": Component("life", folder / "old", OLD_METADATA),
        "base": Component("base", folder / "base", BASE_METADATA),
    }


def life_slice() -> Slice:
    """Return a slice with one thing of each kind."""
    see = Permission("life.see", "살펴보기", ("LEAD_OFFICER",))
    return Slice(
        "part",
        "부분",
        permissions=(see,),
        menu=(MenuItem("생애 메뉴", "/office/life/part", see.code),),
        panels=(Panel("COMPANY", "life-part", "생애 칸", "/office/life/part", see.code),),
        jobs=(Job("life.write", job),),
        seed=seed,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(
    server_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Runtime]:
    """Return a deployment whose plugins are `base`, `life` (requires base) and `plain`."""
    folder = tmp_path_factory.mktemp("life")
    name = f"{folder.name}_{worker_id}"  # each module has a database of its own
    parts = components(folder)
    found: Any = [
        fake_plugin("base", component=parts["base"]),
        fake_plugin("life", [life_slice()], component=parts["life"], requires=("base",)),
        fake_plugin("plain", [Slice("part", "부분")]),
    ]
    dsn = database.fresh_database(server_dsn, name)
    host = load(CORE_SLICES, found=found)
    async with database.test_runtime(dsn, name, folder / "data", host) as made:
        made.old = parts["old"]  # type: ignore[attr-defined]
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def city(deployed: Runtime) -> Tenant:
    """Return a city without any of them."""
    _made.append(None)
    BEHAVIOUR.seed, BEHAVIOUR.seeds = None, 0
    return await database.new_city(deployed, f"l{len(_made)}", (), {})


def now(runtime: Runtime, city: Tenant) -> Tenant:
    """Return the city as the registry has it now."""
    return runtime.registry.by_id(city.id)


def states(runtime: Runtime, city: Tenant) -> dict[str, str]:
    """Return the state of every plugin in the city."""
    return {v.slug: v.state for v in activation.views(runtime, now(runtime, city))}


async def log_of(runtime: Runtime, city: Tenant, slug: str) -> list[tuple[str, str, str | None]]:
    """Return act, result and reason of a plugin, oldest first."""
    async with runtime.work.open(now(runtime, city)) as ctx:
        lines = await activation.recent(ctx, slug)
    return [(x.act, x.result, x.reason) for x in reversed(lines)]


def admin(runtime: Runtime) -> psycopg.Connection[Any]:
    """Open a connection that may see everything."""
    return psycopg.connect(runtime.settings.database_url)


def tables(runtime: Runtime, city: Tenant) -> set[str]:
    """Return every relation of the city's schema."""
    with admin(runtime) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace",
            (schema_of(city.id),),
        )
        return {name for (name,) in rows}


def exports(runtime: Runtime, city: Tenant) -> list[Path]:
    """Return what purges exported."""
    return sorted(activation.export_folder(runtime, city).glob("*"))
