"""Switching a plugin on and off in one city. The city's own row is the truth; control has a copy.

The copy raises the registry's version, so every process obeys within a second; the one that
switches reads the registry itself before it answers.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo import clock
from sinmungo.errors import MissingError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.host.models import plugin_log, plugin_states
from sinmungo.host.types import SYSTEM, Identity, Slice
from sinmungo_tenants import Tenant, insert_into, read, write
from sinmungo_tenants.control.tables import plugin_state, registry_version
from sinmungo_tenants.heads import head

if TYPE_CHECKING:
    from sinmungo.app import Runtime

ACTIVE = "ACTIVE"
DISABLED = "DISABLED"


class PluginLogRow(msgspec.Struct):
    """Who did what with a plugin, when, with which result."""

    plugin: str
    act: str
    result: str
    done_at: datetime
    done_by_label: str


class PluginView(msgspec.Struct):
    """A plugin as the admin's page and the command line show it."""

    slug: str
    title: str
    version: str
    state: str
    tables: int


_STATE = insert(plugin_states).values(
    plugin=bindparam("plugin"),
    state=bindparam("state"),
    version=bindparam("version"),
    changed_at=bindparam("changed_at"),
    changed_by=bindparam("changed_by", type_=plugin_states.c.changed_by.type),
    row_version=1,
)
_SET_STATE = write(
    _STATE.on_conflict_do_update(
        index_elements=["plugin"],
        set_={
            "state": _STATE.excluded.state,
            "version": _STATE.excluded.version,
            "changed_at": _STATE.excluded.changed_at,
            "changed_by": _STATE.excluded.changed_by,
            "row_version": plugin_states.c.row_version + 1,
        },
    )
)
_LOG = insert_into(plugin_log)
_RECENT = read(
    select(
        plugin_log.c.plugin,
        plugin_log.c.act,
        plugin_log.c.result,
        plugin_log.c.done_at,
        plugin_log.c.done_by_label,
    )
    .order_by(plugin_log.c.done_at.desc())
    .limit(50),
    PluginLogRow,
)
_COPY = insert(plugin_state).values(
    tenant_id=bindparam("tenant_id"),
    plugin=bindparam("plugin"),
    state=bindparam("state"),
    updated_at=bindparam("updated_at"),
)
_SET_COPY = write(
    _COPY.on_conflict_do_update(
        index_elements=["tenant_id", "plugin"],
        set_={"state": _COPY.excluded.state, "updated_at": _COPY.excluded.updated_at},
    )
)
_TOUCH = write(update(registry_version).values(version=registry_version.c.version + 1))


def views(runtime: "Runtime", city: Tenant) -> list[PluginView]:
    """Return every loaded plugin with its state in the city."""
    return [_view(runtime, city, slug) for slug in runtime.host.plugins]


def _view(runtime: "Runtime", city: Tenant, slug: str) -> PluginView:
    plugin = runtime.host.plugins[slug]
    component = plugin.manifest.component
    installed = component is None or component.name in city.revisions
    state = ACTIVE if slug in city.plugins else DISABLED if installed else "ABSENT"
    tables = len(component.metadata.tables) if component else 0
    return PluginView(slug, plugin.manifest.title, plugin.manifest.version, state, tables)


async def recent(ctx: Ctx) -> list[PluginLogRow]:
    """Return the last fifty switches."""
    return await ctx.db.all(_RECENT)


async def enable(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Make the plugin's tables if they are missing, then let it live in the city.

    What it requires is switched on before it.
    """
    plugin = runtime.host.plugins.get(slug)
    if plugin is None:
        raise MissingError("설치되지 않은 기능입니다.")
    for required in plugin.manifest.requires:
        if not runtime.host.is_active(runtime.registry.by_id(city.id), required):
            await enable(runtime, city, required, me)
    component = plugin.manifest.component
    if component and city.revisions.get(component.name) != head(component):
        if not runtime.settings.migrator_dsn:
            raise RefusedError("표를 만들 권한이 없습니다. 운영자에게 설치를 요청해 주세요.")
        from sinmungo_tenants.provision import Provisioner  # the migrator's libraries, only now

        provisioner = Provisioner(runtime.deployment, runtime.settings.migrator_dsn)
        await asyncio.to_thread(provisioner.upgrade, city.id, [component])
        await runtime.registry.refresh(force=True)
    await _switch(runtime, city, slug, ACTIVE, me)


async def _seed(ctx: Ctx, slices: Iterable[Slice]) -> None:
    """Give a plugin switched on later what a new city begins with; seeds are repeatable."""
    for item in slices:
        if item.seed is not None:
            await item.seed(ctx, {})


async def disable(runtime: "Runtime", city: Tenant, slug: str, me: Identity = SYSTEM) -> None:
    """Take the plugin out of the city's life; its data stays."""
    if slug not in runtime.host.plugins:
        raise MissingError("설치되지 않은 기능입니다.")
    users = runtime.host.users(runtime.registry.by_id(city.id), slug)
    if users:
        names = ", ".join(p.manifest.title for p in users)
        raise RefusedError(f"{names}에서 쓰고 있습니다. 그 기능을 먼저 꺼 주세요.")
    await _switch(runtime, city, slug, DISABLED, me)


async def _switch(runtime: "Runtime", city: Tenant, slug: str, state: str, me: Identity) -> None:
    now, version = clock.now(), runtime.host.plugins[slug].manifest.version
    async with runtime.work.open(city, me) as ctx:
        if state == ACTIVE:
            await _seed(ctx, runtime.host.plugins[slug].slices)
        await ctx.db.run(
            _SET_STATE,
            plugin=slug,
            state=state,
            version=version,
            changed_at=now,
            changed_by=me.officer_id,
        )
        await ctx.db.run(_LOG, **_entry(slug, state, now, me))
    async with runtime.doors.control_session() as control:
        await control.run(_SET_COPY, tenant_id=city.id, plugin=slug, state=state, updated_at=now)
        await control.run(_TOUCH)
    await runtime.registry.refresh(force=True)


def _entry(slug: str, state: str, now: datetime, me: Identity) -> dict[str, Any]:
    return {
        "id": clock.uuid7(),
        "plugin": slug,
        "act": "ENABLE" if state == ACTIVE else "DISABLE",
        "result": "OK",
        "done_at": now,
        "done_by": me.officer_id,
        "done_by_label": me.post or "시스템",
    }
