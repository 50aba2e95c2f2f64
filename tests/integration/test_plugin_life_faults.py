"""The life of a plugin in a city: a step that fails leaves the former state."""

import asyncio
import time
from typing import Any

import msgspec
import pytest

from sinmungo.app import Runtime
from sinmungo.errors import RefusedError
from sinmungo.host import activation, plugin_records
from sinmungo.host.context import Ctx
from sinmungo.host.plugin_plans import Act
from sinmungo.host.plugin_steps import ActFailedError
from sinmungo.host.types import Slice
from sinmungo.jobs.worker import Worker
from sinmungo.testing import plugin_life
from sinmungo.testing.plugin_life import BEHAVIOUR, admin, exports, log_of, now, states, tables
from sinmungo_tenants import Component, Tenant
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.provision import Provisioner

deployed = plugin_life.deployed
city = plugin_life.city


# ---- a step that fails leaves the former state -------------------------------------------------


async def test_a_failing_seed_undoes_all_even_the_tables(deployed: Runtime, city: Tenant):
    before = tables(deployed, city)
    for error in (ZeroDivisionError("secret"), SystemExit(1), KeyboardInterrupt()):
        BEHAVIOUR.seed = error
        with pytest.raises(ActFailedError) as failed:
            await activation.enable(deployed, city, "life")
        assert failed.value.reason == "SEED"
        assert "secret" not in failed.value.message
        assert tables(deployed, city) == before
        assert set(states(deployed, city).values()) == {"ABSENT"}
        assert now(deployed, city).revisions.keys() == {"core"}
    assert await log_of(deployed, city, "life") == [("ENABLE", "FAILED", "SEED")] * 3
    BEHAVIOUR.seed = None
    await activation.enable(deployed, city, "life")
    assert states(deployed, city)["life"] == "ACTIVE"


async def test_a_failing_seed_of_one_that_was_off_leaves_it_off(deployed: Runtime, city: Tenant):
    await activation.enable(deployed, city, "life")
    await activation.disable(deployed, city, "life")
    BEHAVIOUR.seed = RuntimeError()
    with pytest.raises(ActFailedError):
        await activation.enable(deployed, city, "life")
    assert states(deployed, city)["life"] == "DISABLED"
    assert "life_things" in tables(deployed, city)


async def test_a_seed_that_never_ends_is_given_up(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    async def endless(ctx: Ctx, table: Any) -> None:
        del ctx, table
        await asyncio.Event().wait()

    monkeypatch.setattr(activation, "SEED_SECONDS", 0.2)
    slow = Slice("part", "부분", seed=endless)
    plugin = deployed.host.plugins["plain"]
    changed = type(plugin)(plugin.manifest, (slow,), plugin.hooks)
    monkeypatch.setitem(deployed.host.plugins, "plain", changed)
    with pytest.raises(ActFailedError):
        await activation.enable(deployed, city, "plain")
    assert states(deployed, city)["plain"] == "ABSENT"


async def test_a_failing_migration_leaves_nothing(deployed: Runtime, city: Tenant):
    before = tables(deployed, city)
    with admin(deployed) as connection:
        connection.execute(f"CREATE TABLE {schema_of(city.id)}.life_parts (x int)".encode())
    with pytest.raises(ActFailedError) as failed:
        await activation.enable(deployed, city, "life")
    assert (failed.value.reason, failed.value.detail) == ("TABLES", "DuplicateTable")
    assert tables(deployed, city) == {*before, "life_parts"}
    assert set(states(deployed, city).values()) == {"ABSENT"}
    assert await log_of(deployed, city, "life") == [("ENABLE", "FAILED", "TABLES")]
    with admin(deployed) as connection:
        connection.execute(f"DROP TABLE {schema_of(city.id)}.life_parts".encode())
    await activation.enable(deployed, city, "life")


async def older(deployed: Runtime, city: Tenant) -> None:
    """Let the city have the plugin as it was a version before, switched on."""
    old: Component = deployed.old  # type: ignore[attr-defined]
    provisioner = Provisioner(deployed.deployment, deployed.settings.migrator_dsn)
    await asyncio.to_thread(provisioner.upgrade, city.id, [old])
    await activation.enable(deployed, city, "base")
    async with deployed.work.open(now(deployed, city)) as ctx:
        await plugin_records.set_state(ctx, "life", "ACTIVE", "0.9")
    await activation.repair(deployed, city)


async def test_an_upgrade_whose_migration_fails_leaves_the_old_tables(
    deployed: Runtime, city: Tenant
):
    await older(deployed, city)
    with admin(deployed) as connection:
        connection.execute(f"CREATE TABLE {schema_of(city.id)}.life_parts (x int)".encode())
    with pytest.raises(ActFailedError, match="앞의 상태 그대로"):
        await activation.upgrade(deployed, city, "life")
    assert (now(deployed, city).revisions["life"], BEHAVIOUR.seeds) == ("0001", 0)
    assert states(deployed, city)["life"] == "ACTIVE"
    assert await log_of(deployed, city, "life") == [("UPGRADE", "FAILED", "TABLES")]


async def test_an_upgrade_whose_seed_fails_says_that_the_tables_are_new(
    deployed: Runtime, city: Tenant
):
    await older(deployed, city)
    BEHAVIOUR.seed = RuntimeError()
    with pytest.raises(ActFailedError, match="표는 새 판이 되었지만") as failed:
        await activation.upgrade(deployed, city, "life")
    assert failed.value.reason == "SEED_LATER"
    assert (now(deployed, city).revisions["life"], states(deployed, city)["life"]) == (
        "0002",
        "ACTIVE",
    )
    BEHAVIOUR.seed = None
    await activation.upgrade(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        assert (await ctx.db.one(plugin_records.STATE, plugin="life")).version == "1.0"


async def test_a_switch_off_that_cannot_be_recorded_is_none(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await activation.enable(deployed, city, "plain")
    add = plugin_records.add_log

    async def broken(*given: Any, **more: Any) -> None:
        if not more:
            raise OSError
        await add(*given, **more)

    monkeypatch.setattr(plugin_records, "add_log", broken)
    with pytest.raises(ActFailedError) as failed:
        await activation.disable(deployed, city, "plain")
    assert failed.value.reason == "STATE"
    assert await activation.repair(deployed, city) == []
    assert states(deployed, city)["plain"] == "ACTIVE"
    assert (await log_of(deployed, city, "plain"))[-1] == ("DISABLE", "FAILED", "STATE")


async def test_a_seed_that_blocks_is_cut_off(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    async def blocking(ctx: Ctx, table: Any) -> None:
        del ctx, table
        time.sleep(60)  # noqa: ASYNC251 - to block is what is tried

    monkeypatch.setattr(activation, "BLOCK_SECONDS", 0.1)
    plugin = deployed.host.plugins["plain"]
    changed = type(plugin)(plugin.manifest, (Slice("part", "부분", seed=blocking),), plugin.hooks)
    monkeypatch.setitem(deployed.host.plugins, "plain", changed)
    with pytest.raises(ActFailedError) as failed:
        await activation.enable(deployed, city, "plain")
    assert (failed.value.reason, failed.value.detail) == ("SEED", "BlockedError")
    assert states(deployed, city)["plain"] == "ABSENT"


async def test_a_lock_that_someone_holds_ends_the_purge(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sinmungo_tenants.purge.LOCK_TIMEOUT", "200ms")
    await activation.install(deployed, city, "life")
    with admin(deployed) as connection:
        connection.execute(f"SELECT * FROM {schema_of(city.id)}.life_things".encode())
        with pytest.raises(ActFailedError, match="다른 작업이") as failed:
            await activation.purge(deployed, city, "life")
    assert failed.value.reason == "LOCKED"
    assert states(deployed, city)["life"] == "INSTALLED"
    assert exports(deployed, city) == []
    await activation.purge(deployed, city, "life")


async def test_an_export_that_cannot_be_written_ends_the_purge(deployed: Runtime, city: Tenant):
    await activation.install(deployed, city, "life")
    folder = activation.export_folder(deployed, city)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file in its place", "utf-8")
    with pytest.raises(ActFailedError) as failed:
        await activation.purge(deployed, city, "life")
    assert failed.value.reason == "EXPORT"
    assert "life_things" in tables(deployed, city)
    assert states(deployed, city)["life"] == "INSTALLED"
    folder.unlink()
    await activation.purge(deployed, city, "life")
    assert await log_of(deployed, city, "life") == [
        ("INSTALL", "OK", None),
        ("PURGE", "FAILED", "EXPORT"),
        ("PURGE", "OK", "EXPORTED"),
    ]


async def test_a_purge_that_fails_at_the_drop_leaves_everything(deployed: Runtime, city: Tenant):
    """Someone else's table hangs on the plugin's: nothing is taken along."""
    await activation.enable(deployed, city, "life")
    await activation.disable(deployed, city, "life")
    schema = schema_of(city.id)
    with admin(deployed) as connection:
        connection.execute(
            f"CREATE TABLE {schema}.alien (x uuid REFERENCES {schema}.life_things)".encode()
        )
    with pytest.raises(ActFailedError) as failed:
        await activation.purge(deployed, city, "life")
    assert failed.value.reason == "PURGE"
    assert exports(deployed, city) == []
    assert states(deployed, city)["life"] == "DISABLED"
    async with deployed.work.open(now(deployed, city)) as ctx:
        plan = await activation.plan(deployed, ctx, "life", "purge")
    assert {t.name: t.rows for t in plan.kept} == {"life_parts": 1, "life_things": 0}
    assert plan.settings == ("life.first",)


async def test_without_the_migrator_nothing_is_made_or_dropped(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await activation.install(deployed, city, "life")
    bare = msgspec.structs.replace(deployed.settings, migrator_dsn="")
    monkeypatch.setattr(deployed, "settings", bare)
    with pytest.raises(RefusedError, match="운영자에게"):
        await activation.purge(deployed, city, "life")
    await activation.enable(deployed, city, "life")
    assert states(deployed, city)["life"] == "ACTIVE"


@pytest.mark.parametrize("act", ["enable", "disable"])
async def test_killed_before_the_copy_the_citys_row_counts(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch, act: Act
):
    if act == "disable":
        await activation.enable(deployed, city, "plain")
    was = states(deployed, city)["plain"]

    async def killed(*given: Any) -> None:
        del given
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(plugin_records, "publish", killed)
        await activation.do(deployed, city, "plain", act)
    assert states(deployed, city)["plain"] == was
    assert await Worker(deployed.work, deployed.registry).sweep() >= 0
    wanted = {"enable": "ACTIVE", "disable": "DISABLED"}[act]
    assert states(deployed, city)["plain"] == wanted
    assert await activation.repair(deployed, city) == []


async def test_an_older_change_never_overwrites_a_newer_copy(deployed: Runtime, city: Tenant):
    await activation.enable(deployed, city, "plain")
    async with deployed.work.open(now(deployed, city)) as ctx:
        old = await ctx.db.one(plugin_records.STATE, plugin="plain")
    await activation.disable(deployed, city, "plain")
    await plugin_records.publish(deployed.doors, city.id, [old])
    await deployed.registry.refresh(force=True)
    assert states(deployed, city)["plain"] == "DISABLED"
