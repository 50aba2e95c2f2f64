"""The life of a plugin in a city: every act planned, recorded and repeatable."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cli import common
from sinmungo.cli.plugins import app as commands
from sinmungo.cli.told import CliProblemError
from sinmungo.errors import MissingError, RefusedError
from sinmungo.host import activation, plugin_plans, plugin_records
from sinmungo.host.plugin_plans import ACTS
from sinmungo.jobs import outbox
from sinmungo.plugins_admin.service import ACT_TITLES
from sinmungo.testing import plugin_life
from sinmungo.testing.plugin_life import BEHAVIOUR, exports, log_of, now, states, tables
from sinmungo_tenants import Component, Tenant
from sinmungo_tenants.provision import Provisioner

deployed = plugin_life.deployed
city = plugin_life.city


async def test_absent_installed_active_disabled_purged(deployed: Runtime, city: Tenant):
    before = tables(deployed, city)
    assert states(deployed, city)["life"] == "ABSENT"
    await activation.install(deployed, city, "life")
    assert (states(deployed, city)["life"], states(deployed, city)["base"]) == ("INSTALLED",) * 2
    assert {"life_things", "life_parts", "alembic_life", "base_rows"} <= tables(deployed, city)
    assert not deployed.host.is_active(now(deployed, city), "life")
    assert BEHAVIOUR.seeds == 0
    await activation.enable(deployed, city, "life")
    assert states(deployed, city)["life"] == states(deployed, city)["base"] == "ACTIVE"
    assert deployed.host.is_active(now(deployed, city), "life")
    await activation.disable(deployed, city, "life")
    await activation.disable(deployed, city, "base")
    assert states(deployed, city)["life"] == "DISABLED"
    await activation.purge(deployed, city, "life")
    await activation.purge(deployed, city, "base")
    assert states(deployed, city)["life"] == "ABSENT"
    assert tables(deployed, city) == before
    assert await log_of(deployed, city, "life") == [
        ("INSTALL", "OK", None),
        ("ENABLE", "OK", None),
        ("DISABLE", "OK", None),
        ("PURGE", "OK", "EXPORTED"),
    ]


async def test_every_act_may_be_repeated(deployed: Runtime, city: Tenant):
    for act in (activation.install, activation.enable, activation.disable):
        for _ in range(2):
            await act(deployed, city, "life")
    assert states(deployed, city)["life"] == "DISABLED"
    await activation.install(deployed, city, "life")
    assert states(deployed, city)["life"] == "DISABLED"


async def test_two_who_switch_it_on_at_once_both_succeed(deployed: Runtime, city: Tenant):
    await asyncio.gather(*(activation.enable(deployed, city, "life") for _ in range(2)))
    assert states(deployed, city)["life"] == "ACTIVE"
    assert await activation.repair(deployed, city) == []


async def test_the_plan_tells_before_anything_is_done(deployed: Runtime, city: Tenant):
    async with deployed.work.open(city) as ctx:
        plan = await activation.plan(deployed, ctx, "life", "enable")
    assert (plan.state, plan.after, plan.refused) == ("ABSENT", "ACTIVE", "")
    assert plan.before == ("시험 기능 base",)
    assert plan.tables == ("base_rows", "life_parts", "life_things")
    assert (plan.permissions, plan.menus) == (("살펴보기",), ("생애 메뉴",))
    assert (plan.panels, plan.jobs) == (("생애 칸",), ("life.write",))
    assert plan.revision == ("", "0002")
    assert states(deployed, city)["life"] == "ABSENT"
    assert await log_of(deployed, city, "life") == []

    await activation.enable(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        await outbox.put(ctx, "life.write", clock.uuid7())
    async with deployed.work.open(now(deployed, city)) as ctx:
        off = await activation.plan(deployed, ctx, "life", "disable")
        away = await activation.plan(deployed, ctx, "life", "purge")
        base = await activation.plan(deployed, ctx, "base", "disable")
        again = await activation.plan(deployed, ctx, "life", "install")
    assert (off.after, off.waiting, off.settings) == ("DISABLED", 1, ("life.first",))
    assert {t.name: t.rows for t in off.kept} == {"life_parts": 1, "life_things": 0}
    assert "먼저 꺼" in away.refused
    assert (again.after, again.tables, again.before) == ("ACTIVE", (), ())
    assert base.users == ("시험 기능 life",)
    assert "시험 기능 life" in base.refused


async def test_what_a_plan_refuses_is_not_done(deployed: Runtime, city: Tenant):
    with pytest.raises(RefusedError, match="켜져 있지 않은"):
        await activation.disable(deployed, city, "life")
    for act in (activation.purge, activation.upgrade):
        with pytest.raises(RefusedError, match="설치되어 있지"):
            await act(deployed, city, "life")
    await activation.enable(deployed, city, "life")
    with pytest.raises(RefusedError, match="먼저 꺼"):
        await activation.purge(deployed, city, "life")
    with pytest.raises(RefusedError, match="이미 새 판"):
        await activation.upgrade(deployed, city, "life")
    with pytest.raises(RefusedError, match="시험 기능 life"):
        await activation.disable(deployed, city, "base")
    await activation.disable(deployed, city, "life")
    await activation.disable(deployed, city, "base")
    with pytest.raises(RefusedError, match="먼저 지워"):
        await activation.purge(deployed, city, "base")
    with pytest.raises(RefusedError, match="기본 기능"):
        await activation.purge(deployed, city, "bookings")
    with pytest.raises(MissingError):
        await activation.enable(deployed, city, "nothing")


# ---- upgrade and requirements ------------------------------------------------------------------


async def test_one_city_is_upgraded_by_itself(deployed: Runtime, city: Tenant):
    old: Component = deployed.old  # type: ignore[attr-defined]
    provisioner = Provisioner(deployed.deployment, deployed.settings.migrator_dsn)
    await asyncio.to_thread(provisioner.upgrade, city.id, [old])
    await deployed.registry.refresh(force=True)
    assert states(deployed, city)["life"] == "INSTALLED"
    async with deployed.work.open(now(deployed, city)) as ctx:
        plan = await activation.plan(deployed, ctx, "life", "upgrade")
    assert (plan.revision, plan.refused) == (("0001", "0002"), "")
    assert plan.tables == ("life_parts",)
    assert [t.name for t in plan.kept] == ["life_things"]
    await activation.upgrade(deployed, city, "life")
    assert now(deployed, city).revisions["life"] == "0002"
    assert states(deployed, city)["life"] == "INSTALLED"
    assert "life_parts" in tables(deployed, city)
    assert await log_of(deployed, city, "life") == [("UPGRADE", "OK", None)]


async def test_one_lives_only_where_what_it_requires_lives(deployed: Runtime, city: Tenant):
    await activation.enable(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        await ctx.db.run(plugin_records.TRIP, b_plugin="base", changed_at=clock.now())
    assert await activation.repair(deployed, city) == ["base"]
    assert (states(deployed, city)["base"], states(deployed, city)["life"]) == ("TRIPPED", "ACTIVE")
    assert not deployed.host.is_active(now(deployed, city), "life")
    await activation.enable(deployed, city, "life")
    assert deployed.host.is_active(now(deployed, city), "life")
    assert states(deployed, city)["base"] == "ACTIVE"


async def test_one_that_was_stopped_may_be_switched_off_or_purged(deployed: Runtime, city: Tenant):
    for last in ("disable", "purge"):
        await activation.enable(deployed, city, "plain")
        async with deployed.work.open(now(deployed, city)) as ctx:
            await ctx.db.run(plugin_records.TRIP, b_plugin="plain", changed_at=clock.now())
        await activation.repair(deployed, city)
        assert states(deployed, city)["plain"] == "TRIPPED"
        await activation.do(deployed, city, "plain", last)
        assert states(deployed, city)["plain"] == {"disable": "DISABLED", "purge": "ABSENT"}[last]


# ---- others act at the same time ----------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[None]]) -> None:
    """Let somebody else act between an act's tables and its transaction."""
    make, left = activation._make_tables, [act]

    async def made(*given: Any) -> bool:
        done = await make(*given)
        if left:
            await left.pop()()
        return done

    monkeypatch.setattr(activation, "_make_tables", made)


async def test_an_upgrade_switches_nothing_on_again(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await activation.enable(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        await plugin_records.set_state(ctx, "life", "ACTIVE", "0.9")
    meanwhile(monkeypatch, lambda: activation.disable(deployed, city, "life"))
    await activation.upgrade(deployed, city, "life")
    assert states(deployed, city)["life"] == "DISABLED"


async def test_what_is_required_cannot_go_meanwhile(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await activation.install(deployed, city, "life")
    await activation.enable(deployed, city, "base")
    meanwhile(monkeypatch, lambda: activation.disable(deployed, city, "base"))
    with pytest.raises(RefusedError, match="그 사이에"):
        await activation.enable(deployed, city, "life")
    assert (states(deployed, city)["base"], states(deployed, city)["life"]) == (
        "DISABLED",
        "INSTALLED",
    )
    await activation.enable(deployed, city, "life")

    async def unasked(*given: Any) -> str:
        del given
        return ""

    monkeypatch.setattr(plugin_plans, "refusal", unasked)
    with pytest.raises(RefusedError, match="그 사이에"):
        await activation.disable(deployed, city, "base")
    assert states(deployed, city)["base"] == "ACTIVE"


async def test_one_whose_tables_are_gone_is_not_switched_on(
    deployed: Runtime, city: Tenant, monkeypatch: pytest.MonkeyPatch
):
    await activation.install(deployed, city, "base")
    meanwhile(monkeypatch, lambda: activation.purge(deployed, city, "base"))
    with pytest.raises(RefusedError):
        await activation.enable(deployed, city, "base")
    assert states(deployed, city)["base"] == "ABSENT"
    assert now(deployed, city).plugins == frozenset()
    await activation.enable(deployed, city, "base")


# ---- the command line --------------------------------------------------------------------------


@pytest.fixture
def sinmungo(
    deployed: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Return `sinmungo plugin …` in this process, which has this module's plugins."""
    for name in ("data", "deployment", "app_dsn", "migrator_dsn"):
        monkeypatch.setenv(f"SINMUNGO_{name.upper()}", getattr(deployed.settings, name))
    monkeypatch.setattr(common, "Runtime", lambda settings: Runtime(settings, deployed.host))

    async def told(*words: str) -> tuple[Any, str]:
        code, problem = 0, ""
        try:
            await asyncio.to_thread(commands, words)
        except SystemExit as ended:
            code = int(ended.code or 0)
        except CliProblemError as error:
            code, problem = 1, str(error)
        await deployed.registry.refresh(force=True)
        return code, " ".join([*capsys.readouterr().out.split(), *problem.split()])

    return told


async def test_the_command_line_plans_asks_and_tells(
    deployed: Runtime, city: Tenant, sinmungo: Callable[..., Any]
):
    code, output = await sinmungo("plan", "life", city.slug)
    for words in ("ABSENT → ACTIVE", "life_things", "살펴보기", "생애 메뉴", "life.write", "base"):
        assert words in output, output
    code, output = await sinmungo("enable", "life", city.slug)
    assert (code, "ABSENT → ACTIVE" in output, "--yes" in output) == (1, True, True), output
    assert states(deployed, city)["life"] == "ABSENT"
    BEHAVIOUR.seed = ZeroDivisionError("secret")
    code, output = await sinmungo("enable", "life", city.slug, "--yes")
    assert (code, "앞의 상태 그대로" in output) == (1, True), output
    assert states(deployed, city)["life"] == "ABSENT"
    BEHAVIOUR.seed = None
    for act, state in (("enable", "ACTIVE"), ("disable", "DISABLED"), ("purge", "ABSENT")):
        code, output = await sinmungo(act, "life", city.slug, "--yes")
        assert (code, f"life is {state}" in output) == (0, True), output
        assert states(deployed, city)["life"] == state
    assert str(exports(deployed, city)[0].name) in output
    code, output = await sinmungo("purge", "bookings", city.slug, "--yes")
    assert (code, "기본 기능" in output) == (1, True), output
    code, output = await sinmungo("log", city.slug)
    assert code == 0
    assert all(word in output for word in ("ENABLE", "SEED", "DISABLE", "PURGE", "운영자")), output
    assert await sinmungo("repair", "--city", city.slug) == (0, "")


def test_every_act_has_a_name_and_a_verb():
    assert {act.upper() for act in ACTS} | {"TRIP"} == set(ACT_TITLES)
    assert set(ACTS) | {"list", "plan", "log", "repair"} <= set(commands)
