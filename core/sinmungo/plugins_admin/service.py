"""What a city's admin sees of plugins, and what may be done with them.

Nothing here waits for a hook of a plugin, so that one that always fails can still be switched off.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host import activation, plugin_plans
from sinmungo.host.context import Ctx
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.plugin_plans import ACTS, Act, Plan
from sinmungo.host.plugin_records import FAILED, STATES, PluginLogRow, StateRow
from sinmungo.host.plugin_steps import WHY
from sinmungo.host.types import Identity
from sinmungo.people.service import people_by_id
from sinmungo.plugins_admin import queries as q
from sinmungo_tenants import Tenant

if TYPE_CHECKING:
    from sinmungo.app import Runtime

RECENT = timedelta(days=7)
STATE_TITLES = {
    "ACTIVE": "사용 중",
    "DISABLED": "꺼짐",
    "INSTALLED": "설치됨",
    "ABSENT": "미설치",
    "TRIPPED": "오류로 멈춤",
}
ACT_TITLES = {
    "INSTALL": "설치",
    "ENABLE": "켜기",
    "DISABLE": "끄기",
    "UPGRADE": "새 판으로 바꾸기",
    "PURGE": "지우기",
    "TRIP": "자동으로 멈춤",
}
_REASONS = {
    **WHY,
    "FAILURES": "오류가 되풀이되어 멈추었습니다.",
    "EXPORTED": "자료를 파일로 내보내고 지웠습니다.",
}


class Adds(msgspec.Struct):
    """What a plugin adds to the city while it is on."""

    tables: list[str]
    menus: list[str]
    panels: list[str]
    permissions: list[str]
    reports: list[str]
    jobs: list[str]


class PluginItem(msgspec.Struct):
    """A plugin in this city. `state` is ABSENT, INSTALLED, ACTIVE, DISABLED or TRIPPED.

    `resting`: on, but something it requires is not. `outdated`: the package is newer than what the
    city has. `acts` are those that the plan does not refuse; `row_version` is 0 before the first.
    """

    slug: str
    title: str
    version: str
    state: str
    plan: Adds
    requires: list[str]
    resting: bool
    outdated: bool
    built_in: bool
    acts: list[Act]
    row_version: int


class LogLine(msgspec.Struct):
    """A line of the log; `who` is 이름 + 직위, 운영자 or 시스템. `why` is for people."""

    plugin: str
    act: str
    succeeded: bool
    done_at: datetime
    who: str
    why: str


class Overview(msgspec.Struct):
    """Everything on the page. `in_quarantine` tells only that the operator has to look."""

    plugins: list[PluginItem]
    log: list[LogLine]
    failures: list[q.FailureRow]
    in_quarantine: list[str]


async def plugins(runtime: "Runtime", ctx: Ctx) -> list[PluginItem]:
    """Return every loaded plugin with its state here and what it adds, by title."""
    city = runtime.registry.by_id(ctx.city.id)
    stored = {row.plugin: row for row in await ctx.db.all(STATES)}
    items = [
        await _item(runtime, ctx, city, plugin, stored.get(plugin.slug))
        for plugin in runtime.host.plugins.values()
    ]
    return sorted(items, key=lambda item: (item.title, item.slug))


async def plugin(runtime: "Runtime", ctx: Ctx, slug: str) -> PluginItem:
    """Return one plugin; raise MissingError for what is not loaded."""
    found = next((p for p in await plugins(runtime, ctx) if p.slug == slug), None)
    if found is None:
        raise MissingError
    return found


async def _item(
    runtime: "Runtime", ctx: Ctx, city: Tenant, plugin: LoadedPlugin, stored: StateRow | None
) -> PluginItem:
    state, manifest = plugin_plans.state_of(plugin, city), plugin.manifest
    here, newest = plugin_plans.revision_of(plugin, city)
    late = here != newest or (stored is not None and stored.version != manifest.version)
    titles = [runtime.host.plugins[r].manifest.title for r in manifest.requires]
    refused = {act: await plugin_plans.refusal(runtime, ctx, plugin, act) for act in ACTS}
    return PluginItem(
        slug=plugin.slug,
        title=manifest.title,
        version=manifest.version,
        state=state,
        plan=_adds(plugin),
        requires=titles,
        resting=state == activation.ACTIVE and not runtime.host.is_active(city, plugin.slug),
        outdated=state != "ABSENT" and late,
        built_in=plugin.built_in,
        acts=[act for act, why in refused.items() if not why],
        row_version=stored.row_version if stored else 0,
    )


def _adds(plugin: LoadedPlugin) -> Adds:
    component, slices = plugin.manifest.component, plugin.slices
    return Adds(
        tables=sorted(component.metadata.tables) if component else [],
        menus=[m.title for s in slices for m in s.menu],
        panels=[p.title for s in slices for p in s.panels],
        permissions=[p.title for s in slices for p in s.permissions],
        reports=[str(getattr(r, "title", s.title)) for s in slices for r in s.reports],
        jobs=[j.kind for s in slices for j in s.jobs],
    )


async def overview(ctx: Ctx, runtime: "Runtime") -> Overview:
    """Return plugins, the last acts, and faults of the last seven days."""
    return Overview(
        await plugins(runtime, ctx),
        await log_lines(ctx),
        await ctx.db.all(q.FAILURES, since=clock.now() - RECENT),
        sorted(broken.slug for broken in ctx.host.quarantined),
    )


async def log_lines(ctx: Ctx, slug: str | None = None) -> list[LogLine]:
    """Return the last fifty acts, of one plugin or of all, with who did them."""
    rows = await activation.recent(ctx, slug)
    people = await people_by_id(ctx, [r.done_by for r in rows])
    return [_line(r, str(people.get(r.done_by) or "") if r.done_by else "") for r in rows]


def _line(row: PluginLogRow, who: str) -> LogLine:
    return LogLine(
        row.plugin,
        row.act,
        row.result != FAILED,
        row.done_at,
        who or row.done_by_label,
        _REASONS.get(row.reason or "", ""),
    )


async def failures(ctx: Ctx, slug: str) -> list[q.FailureRow]:
    """Return the faults of one plugin in the last seven days, added up."""
    return await ctx.db.all(q.FAILURES_OF, since=clock.now() - RECENT, plugin=slug)


def known_act(text: str) -> Act:
    """Return the act of an address; raise MissingError for another word."""
    found = next((act for act in ACTS if act == text), None)
    if found is None:
        raise MissingError
    return found


async def plan(runtime: "Runtime", ctx: Ctx, slug: str, act: Act) -> Plan:
    """Return what an act would do here."""
    return await activation.plan(runtime, ctx, slug, act)


async def do(
    runtime: "Runtime",
    city: Tenant,
    slug: str,
    act: Act,
    me: Identity,
    *,
    typed: str = "",
    row_version: int | None = None,
) -> None:
    """Do an act; this process obeys before it returns, the others within a second.

    A purge wants the slug `typed`. `row_version`: the state it was decided on (StaleError). Raises
    what `activation.do` raises.
    """
    if act == "purge" and typed != slug:
        raise InvalidError({"slug": f"지울 기능의 이름을 그대로 적어 주세요: {slug}"})
    if row_version is not None:
        async with runtime.work.open(city, me) as ctx:
            if (await plugin(runtime, ctx, slug)).row_version != row_version:
                raise StaleError
    await activation.do(runtime, city, slug, act, me)
