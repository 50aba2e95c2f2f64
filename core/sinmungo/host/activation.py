"""The life of a plugin in one city: installed, on, off, upgraded, purged. Each act is recorded.

The city's own row is the truth; control has a copy that raises the registry's version, so every
process obeys within a second, and the one that acts reads the registry before it answers. A step
that fails leaves the former state: what belongs to the city is one transaction, and tables that
the act has just made are dropped again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from sinmungo.errors import MissingError, RefusedError
from sinmungo.host import plugin_plans as plans
from sinmungo.host import plugin_records as records
from sinmungo.host.context import Ctx
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.plugin_plans import Act, Plan
from sinmungo.host.plugin_records import PluginLogRow, StateRow
from sinmungo.host.plugin_steps import (
    AFTER,
    ActFailedError,
    need_on,
    need_tables,
    need_unused,
    step,
)
from sinmungo.host.types import SYSTEM, Identity
from sinmungo.host.watching import BLOCK_SECONDS, unblocked
from sinmungo_tenants import Tenant
from sinmungo_tenants.heads import head

if TYPE_CHECKING:
    from sinmungo.app import Runtime

log = structlog.get_logger(__name__)
ACTIVE, DISABLED = records.ACTIVE, records.DISABLED
SEED_SECONDS = 60.0
EXPORTS = "exports"
# Another process makes the same tables at this moment.
_AT_ONCE = {"42P07", "42710", "23505", "42P06"}


class PluginView(msgspec.Struct):
    """A plugin as the command line shows it. `state` as in the city, ABSENT if not there."""

    slug: str
    title: str
    version: str
    state: str
    tables: int


def views(runtime: "Runtime", city: Tenant) -> list[PluginView]:
    """Return every loaded plugin with its state in the city."""
    return [
        PluginView(
            slug,
            plugin.manifest.title,
            plugin.manifest.version,
            plans.state_of(plugin, city),
            len(plugin.manifest.component.metadata.tables) if plugin.manifest.component else 0,
        )
        for slug, plugin in runtime.host.plugins.items()
    ]


async def recent(ctx: Ctx, plugin: str | None = None) -> list[PluginLogRow]:
    """Return the last fifty lines of the log, of one plugin or of all."""
    if plugin is None:
        return await ctx.db.all(records.RECENT)
    return await ctx.db.all(records.RECENT_OF, plugin=plugin)


async def plan(runtime: "Runtime", ctx: Ctx, slug: str, act: Act) -> Plan:
    """Return what an act would do here; raise MissingError for what is not loaded."""
    return await plans.plan(runtime, ctx, _loaded(runtime, slug), act)


async def install(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Make the tables of a plugin and of what it requires; it stays off."""
    await do(runtime, city, slug, "install", me)


async def enable(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Make what is missing of the plugin, then let it live in the city. Clears TRIPPED.

    What it requires is switched on with it.
    """
    await do(runtime, city, slug, "enable", me)


async def disable(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Take the plugin out of the city's life; its data stays."""
    await do(runtime, city, slug, "disable", me)


async def upgrade(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Bring the plugin's tables and first data in this city to its package's version."""
    await do(runtime, city, slug, "upgrade", me)


async def purge(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Export the plugin's data of this city, then leave nothing of it but the record."""
    await do(runtime, city, slug, "purge", me)


async def do(runtime: "Runtime", city: Tenant, slug: str, act: Act, me: Identity = SYSTEM) -> None:
    """Do an act by its name, and record who did it, when, and whether it worked.

    Raises MissingError, RefusedError when the plan refuses, ActFailedError when a step failed and
    was undone. Repeatable.
    """
    plugin = _loaded(runtime, slug)
    async with runtime.work.open(city, me) as ctx:
        refused = await plans.refusal(runtime, ctx, plugin, act)
    if refused:
        raise RefusedError(refused)
    try:
        await _ACTS[act](runtime, runtime.registry.by_id(city.id), plugin, me)
    except ActFailedError as failed:
        log.exception("plugin.act_failed", plugin=slug, act=act, tenant=city.slug)
        async with runtime.work.open(city, me) as ctx:
            await records.add_log(
                ctx.db,
                slug,
                act.upper(),
                me,
                result=records.FAILED,
                reason=failed.reason,
                detail=failed.detail,
            )
        raise


def export_folder(runtime: "Runtime", city: Tenant) -> Path:
    """Return where the exports of a city's purged plugins lie."""
    return runtime.settings.data_path / EXPORTS / city.id


async def repair(runtime: "Runtime", city: Tenant) -> list[str]:
    """Make the registry's copy equal to the city's rows; return the plugins that differed."""
    found = await records.mend(runtime.doors, city)
    await runtime.registry.refresh(force=bool(found))
    return found


def _loaded(runtime: "Runtime", slug: str) -> LoadedPlugin:
    plugin = runtime.host.plugins.get(slug)
    if plugin is None:
        raise MissingError("설치되지 않은 기능입니다.")
    return plugin


async def _install(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, me: Identity) -> None:
    chain = _chain(runtime, city, plugin, "install")

    async def set_all(ctx: Ctx) -> list[StateRow]:
        return [await _installed(ctx, one) for one in chain]

    await _with_tables(runtime, city, chain, me, "INSTALL", set_all)


async def _installed(ctx: Ctx, plugin: LoadedPlugin) -> StateRow:
    stored = await ctx.db.first(records.STATE, plugin=plugin.slug)
    if stored is not None:
        return stored
    version = plugin.manifest.version
    return await records.set_state(ctx, plugin.slug, records.INSTALLED, version)


async def _enable(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, me: Identity) -> None:
    chain = _chain(runtime, city, plugin, "enable")

    async def set_all(ctx: Ctx) -> list[StateRow]:
        await need_on(ctx, set(runtime.host.with_required([plugin.slug])), chain)
        return [await _seeded(ctx, one, ACTIVE) for one in chain]

    await _with_tables(runtime, city, chain, me, "ENABLE", set_all)


async def _upgrade(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, me: Identity) -> None:
    async def set_one(ctx: Ctx) -> list[StateRow]:
        stored = await ctx.db.first(records.HELD, plugin=plugin.slug)
        state = stored.state if stored else records.INSTALLED
        if state == ACTIVE:
            return [await _seeded(ctx, plugin, state)]
        return [await records.set_state(ctx, plugin.slug, state, plugin.manifest.version)]

    await _with_tables(runtime, city, [plugin], me, "UPGRADE", set_one)


async def _disable(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, me: Identity) -> None:
    with step("STATE"):
        async with runtime.work.open(city, me) as ctx:
            version = plugin.manifest.version
            row = await records.set_state(ctx, plugin.slug, DISABLED, version)
            await need_unused(ctx, runtime, plugin.slug)
            await records.add_log(ctx.db, plugin.slug, "DISABLE", me)
    await _publish(runtime, city, [row])


async def _purge(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, me: Identity) -> None:
    from sinmungo.host.purging import purge_plugin

    _need_migrator(runtime)
    async with runtime.work.open(city, me) as ctx:
        cipher = ctx.cipher
    with step("PURGE"):
        await asyncio.to_thread(
            purge_plugin,
            runtime,
            city,
            plugin,
            cipher=cipher,
            me=me,
            folder=export_folder(runtime, city),
        )
    await runtime.registry.refresh(force=True)


type _Doing = Callable[["Runtime", Tenant, LoadedPlugin, Identity], Awaitable[None]]
_ACTS: dict[Act, _Doing] = {
    "install": _install,
    "enable": _enable,
    "disable": _disable,
    "upgrade": _upgrade,
    "purge": _purge,
}


def _chain(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, act: Act) -> list[LoadedPlugin]:
    first = plans.needed_first(runtime, city, plugin, act)
    return [*(runtime.host.plugins[slug] for slug in first), plugin]


async def _seeded(ctx: Ctx, plugin: LoadedPlugin, state: str) -> StateRow:
    """Give a plugin what a new city begins with, and set its state; seeds are repeatable."""
    await need_tables(ctx, plugin)
    for item in plugin.slices:
        if item.seed is not None:
            await unblocked(item.seed(ctx, {}), BLOCK_SECONDS)
    return await records.set_state(ctx, plugin.slug, state, plugin.manifest.version)


async def _with_tables(
    runtime: "Runtime",
    city: Tenant,
    chain: Sequence[LoadedPlugin],
    me: Identity,
    act: str,
    write: Callable[[Ctx], Awaitable[list[StateRow]]],
) -> None:
    """Make missing tables, then do the rest in one transaction of the city, or undo both."""
    made: list[LoadedPlugin] = []
    try:
        moved = [await _make_tables(runtime, city, plugin, made) for plugin in chain]
        await runtime.registry.refresh()
        with step(AFTER if any(moved) else "SEED"):
            async with (
                asyncio.timeout(SEED_SECONDS),
                runtime.work.open(runtime.registry.by_id(city.id), me) as ctx,
            ):
                rows = await write(ctx)
                for plugin in chain:
                    await records.add_log(ctx.db, plugin.slug, act, me)
    except BaseException:
        await _unmake(runtime, city, made)
        raise
    await _publish(runtime, city, rows)


async def _make_tables(
    runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, made: list[LoadedPlugin]
) -> bool:
    """Bring the plugin's tables to their head: `made` if there were none before, else True."""
    component = plugin.manifest.component
    here = runtime.registry.by_id(city.id).revisions
    if component is None or here.get(component.name) == head(component):
        return False
    _need_migrator(runtime)
    from sinmungo_tenants.provision import Provisioner  # the migrator's libraries, only now

    provisioner = Provisioner(runtime.deployment, runtime.settings.migrators)
    with step("TABLES"):
        try:
            await asyncio.to_thread(provisioner.upgrade, city.id, [component])
        except Exception as error:
            if getattr(error, "sqlstate", "") not in _AT_ONCE:
                raise
            await asyncio.to_thread(provisioner.upgrade, city.id, [component])
        else:
            made += [plugin] if component.name not in here else []
    return component.name in here


async def _unmake(runtime: "Runtime", city: Tenant, made: Sequence[LoadedPlugin]) -> None:
    from sinmungo.host.purging import unmake

    for plugin in reversed(made):
        try:
            await asyncio.to_thread(unmake, runtime, city, plugin)
        except Exception:
            log.exception("plugin.tables_left", plugin=plugin.slug, tenant=city.slug)
    if made:
        await runtime.registry.refresh(force=True)


async def _publish(runtime: "Runtime", city: Tenant, rows: list[StateRow]) -> None:
    """Copy to control. The act is done already: what fails here, the worker's sweep mends."""
    try:
        await records.publish(runtime.doors, city.id, rows)
        await runtime.registry.refresh(force=True)
    except Exception:
        log.exception("plugin.not_published", tenant=city.slug)


def _need_migrator(runtime: "Runtime") -> None:
    if not runtime.settings.migrator_dsn:
        raise RefusedError("표를 바꿀 권한이 없습니다. 운영자에게 요청해 주세요.")
