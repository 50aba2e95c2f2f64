"""What a city's admin sees of plugins, and the switch.

Nothing here waits for a hook of a plugin, so that one that always fails can still be switched off.
"""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import structlog

from sinmungo import clock
from sinmungo.errors import RefusedError, SinmungoError
from sinmungo.host import activation
from sinmungo.host.context import Ctx
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.types import Identity
from sinmungo.people.service import people_by_id
from sinmungo.plugins_admin import queries as q
from sinmungo_tenants import Tenant

if TYPE_CHECKING:
    from sinmungo.app import Runtime

log = structlog.get_logger(__name__)
RECENT = timedelta(days=7)
STATES = {"ACTIVE": "사용 중", "DISABLED": "꺼짐", "ABSENT": "미설치"}
_ENABLE, _FAILED = "ENABLE", "FAILED"


class Plan(msgspec.Struct):
    """What a plugin adds to the city when it is on."""

    tables: list[str]
    menus: list[str]
    permissions: list[str]
    reports: list[str]
    jobs: list[str]


class PluginItem(msgspec.Struct):
    """A plugin in this city. `state` is ACTIVE, DISABLED or ABSENT (its tables are not there)."""

    slug: str
    title: str
    version: str
    state: str
    plan: Plan


class Switch(msgspec.Struct):
    """A line of the log; `who` is 이름 + 직위, or 시스템."""

    plugin: str
    enabled: bool
    succeeded: bool
    done_at: datetime
    who: str


class Overview(msgspec.Struct):
    """Everything on the page. `in_quarantine` tells only that the operator has to look."""

    plugins: list[PluginItem]
    log: list[Switch]
    failures: list[q.FailureRow]
    in_quarantine: list[str]


def plugins(runtime: "Runtime", city: Tenant) -> list[PluginItem]:
    """Return every loaded plugin with its state here and what it adds, by title."""
    views = sorted(activation.views(runtime, city), key=lambda v: (v.title, v.slug))
    return [
        PluginItem(v.slug, v.title, v.version, v.state, plan(runtime.host.plugins[v.slug]))
        for v in views
    ]


def plan(plugin: LoadedPlugin) -> Plan:
    """Return what enabling adds, in the words that people will see."""
    component, slices = plugin.manifest.component, plugin.slices
    return Plan(
        tables=sorted(component.metadata.tables) if component else [],
        menus=[m.title for s in slices for m in s.menu],
        permissions=[p.title for s in slices for p in s.permissions],
        reports=[str(getattr(r, "title", s.title)) for s in slices for r in s.reports],
        jobs=[j.kind for s in slices for j in s.jobs],
    )


async def overview(ctx: Ctx, runtime: "Runtime") -> Overview:
    """Return plugins, the last switches, and hook failures of the last seven days."""
    rows = await ctx.db.all(q.LOG)
    people = await people_by_id(ctx, [r.done_by for r in rows])
    return Overview(
        plugins(runtime, ctx.city),
        [_switch(r, str(people.get(r.done_by) or "") if r.done_by else "") for r in rows],
        await ctx.db.all(q.FAILURES, since=clock.now() - RECENT),
        sorted(broken.slug for broken in ctx.host.quarantined),
    )


def _switch(row: q.LogRow, who: str) -> Switch:
    return Switch(
        row.plugin,
        row.act == _ENABLE,
        row.result != _FAILED,
        row.done_at,
        who or row.done_by_label,
    )


async def enable(runtime: "Runtime", city: Tenant, slug: str, me: Identity) -> None:
    """Switch a plugin on here; this process obeys before it answers, the others in a second."""
    work = activation.enable(runtime, city, slug, me)
    await _recorded(runtime, city, slug, "ENABLE", me, work)


async def disable(runtime: "Runtime", city: Tenant, slug: str, me: Identity) -> None:
    """Switch a plugin off here; its data stays."""
    work = activation.disable(runtime, city, slug, me)
    await _recorded(runtime, city, slug, "DISABLE", me, work)


async def _recorded(
    runtime: "Runtime", city: Tenant, slug: str, act: str, me: Identity, work: Awaitable[None]
) -> None:
    """Do the switch; if it fails, keep who tried, and say it without the technical reason."""
    try:
        await work
    except SinmungoError:
        raise
    except (Exception, SystemExit) as error:
        log.exception("plugin.switch_failed", plugin=slug, act=act, tenant=city.slug)
        async with runtime.work.open(city, me) as ctx:
            await ctx.db.run(
                q.ADD_LOG,
                id=clock.uuid7(),
                plugin=slug,
                act=act,
                result=_FAILED,
                done_at=clock.now(),
                done_by=me.officer_id,
                done_by_label=me.post or "시스템",
            )
        raise RefusedError(
            "바꾸지 못했습니다. 앞의 상태 그대로입니다. 운영자에게 확인을 요청해 주세요.",
            code="switch_failed",
        ) from error
