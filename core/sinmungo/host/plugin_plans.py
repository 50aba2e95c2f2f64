"""What an act on a plugin would do to a city, told before it is done.

Nothing is changed here and no hook of the plugin is called, so the plan of switching off a plugin
that misbehaves can always be shown.
"""

from typing import TYPE_CHECKING, Literal

import msgspec
from sqlalchemy import ARRAY, Table, Text, bindparam, column, func, select

from sinmungo.host import plugin_records as records
from sinmungo.host.context import Ctx
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.models import outbox, settings
from sinmungo_tenants import Tenant, read
from sinmungo_tenants.heads import head

if TYPE_CHECKING:
    from sinmungo.app import Runtime

type Act = Literal["install", "enable", "disable", "upgrade", "purge"]
ACTS: tuple[Act, ...] = ("install", "enable", "disable", "upgrade", "purge")
_NOT_ON = "켜져 있지 않은 기능입니다."
_CORES_OWN = "기본 기능이라 지울 수 없습니다. 끄면 화면과 메뉴에서 사라지고 자료는 남습니다."
_MAKES = ("install", "enable", "upgrade")
_AFTER = {
    "enable": records.ACTIVE,
    "disable": records.DISABLED,
    "purge": records.ABSENT,
}


class TableRows(msgspec.Struct, frozen=True):
    """A table of the plugin that the city has, and how many rows are in it."""

    name: str
    rows: int


class Plan(msgspec.Struct, frozen=True):
    """What an act does. `refused` says why it cannot be done, and is empty when it can.

    `before` are plugins that the same act brings first: `tables` are made, and menus and the like
    appear, with theirs; `users` are plugins of the city that require this one. `kept` are the
    plugin's own tables that exist already; a purge exports and drops them.
    `waiting` counts the plugin's jobs that are due or will be, `settings` the values the city has.
    `revision` is (from, to), "" for none.
    """

    plugin: str
    title: str
    act: Act
    state: str
    after: str
    refused: str
    before: tuple[str, ...]
    users: tuple[str, ...]
    tables: tuple[str, ...]
    kept: tuple[TableRows, ...]
    revision: tuple[str, str]
    permissions: tuple[str, ...]
    menus: tuple[str, ...]
    panels: tuple[str, ...]
    reports: tuple[str, ...]
    jobs: tuple[str, ...]
    waiting: int
    settings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows the plugin's tables hold."""
        return sum(table.rows for table in self.kept)


_WAITING = read(
    select(func.count()).where(
        outbox.c.state == "PENDING", func.starts_with(outbox.c.kind, bindparam("prefix"))
    ),
    int,
)
_KEYS = read(
    select(settings.c.key)
    .where(func.starts_with(settings.c.key, bindparam("prefix")))
    .order_by(settings.c.key),
    str,
)
_NAME = column("name", Text)
_THERE = read(
    select(_NAME)
    .select_from(func.unnest(bindparam("names", type_=ARRAY(Text))).alias("name"))
    .where(func.to_regclass(_NAME).is_not(None)),
    str,
)


def state_of(plugin: LoadedPlugin, city: Tenant) -> str:
    """Return ABSENT, INSTALLED, ACTIVE, DISABLED or TRIPPED."""
    component = plugin.manifest.component
    if component is not None and component.name not in city.revisions:
        return records.ABSENT
    found = city.plugin_states.get(plugin.slug)
    return found or (records.ABSENT if component is None else records.INSTALLED)


def revision_of(plugin: LoadedPlugin, city: Tenant) -> tuple[str, str]:
    """Return the revision of the plugin's tables here and in its package, "" for none."""
    component = plugin.manifest.component
    if component is None:
        return "", ""
    return city.revisions.get(component.name, ""), head(component)


async def plan(runtime: "Runtime", ctx: Ctx, plugin: LoadedPlugin, act: Act) -> Plan:
    """Return what the act would do to the city of `ctx`."""
    city = runtime.registry.by_id(ctx.city.id)
    state = state_of(plugin, city)
    first = needed_first(runtime, city, plugin, act)
    brought = [*(runtime.host.plugins[slug] for slug in first), plugin]
    slices = [s for one in brought for s in one.slices]
    there = await _there(ctx, brought)
    return Plan(
        plugin=plugin.slug,
        title=plugin.manifest.title,
        act=act,
        state=state,
        after=_after(act, state),
        refused=await refusal(runtime, ctx, plugin, act),
        before=tuple(one.manifest.title for one in brought[:-1]),
        users=_users(runtime, city, plugin.slug, act),
        tables=_made(brought, there) if act in _MAKES else (),
        kept=await _counted(ctx, plugin, there),
        revision=revision_of(plugin, city),
        permissions=tuple(p.title for s in slices for p in s.permissions),
        menus=tuple(m.title for s in slices for m in s.menu),
        panels=tuple(p.title for s in slices for p in s.panels),
        reports=tuple(str(getattr(r, "title", s.title)) for s in slices for r in s.reports),
        jobs=tuple(j.kind for s in slices for j in s.jobs),
        waiting=await ctx.db.one(_WAITING, prefix=f"{plugin.slug}."),
        settings=tuple(await ctx.db.all(_KEYS, prefix=f"{plugin.slug}.")),
    )


async def refusal(runtime: "Runtime", ctx: Ctx, plugin: LoadedPlugin, act: Act) -> str:
    """Return why the act cannot be done now, in words for an administrator; "" if it can."""
    city = runtime.registry.by_id(ctx.city.id)
    state, users = state_of(plugin, city), ", ".join(_users(runtime, city, plugin.slug, act))
    absent, purges = state == records.ABSENT, act == "purge"
    newest = act == "upgrade" and await _is_newest(ctx, city, plugin)
    reasons = (
        (purges and plugin.built_in, _CORES_OWN),
        (act == "disable" and users, f"{users}에서 쓰고 있습니다. 그 기능을 먼저 꺼 주세요."),
        (act == "disable" and state in {records.ABSENT, records.INSTALLED}, _NOT_ON),
        (act in {"upgrade", "purge"} and absent, "설치되어 있지 않은 기능입니다."),
        (newest, "이미 새 판입니다."),
        (purges and state == records.ACTIVE, "켜져 있는 기능은 지울 수 없습니다. 먼저 꺼 주세요."),
        (purges and users, f"{users}에 필요한 기능입니다. 그 기능을 먼저 지워 주세요."),
    )
    return next((text for stands, text in reasons if stands), "")


async def _is_newest(ctx: Ctx, city: Tenant, plugin: LoadedPlugin) -> bool:
    stored = await ctx.db.first(records.STATE, plugin=plugin.slug)
    here, newest = revision_of(plugin, city)
    return here == newest and (stored is None or stored.version == plugin.manifest.version)


def needed_first(runtime: "Runtime", city: Tenant, plugin: LoadedPlugin, act: Act) -> list[str]:
    """Return the plugins that the act brings before this one, in order."""
    required = runtime.host.with_required(plugin.manifest.requires)
    plugins = runtime.host.plugins
    if act == "enable":
        return [p for p in required if state_of(plugins[p], city) != records.ACTIVE]
    if act == "install":
        return [p for p in required if state_of(plugins[p], city) == records.ABSENT]
    return []


def _users(runtime: "Runtime", city: Tenant, slug: str, act: Act) -> tuple[str, ...]:
    """Return the titles of the plugins here that require this one; to switch off, those on."""
    idle = {records.ABSENT}
    if act == "disable":
        idle |= {records.INSTALLED, records.DISABLED, records.TRIPPED}
    plugins = [p for p in runtime.host.plugins.values() if slug in p.manifest.requires]
    return tuple(p.manifest.title for p in plugins if state_of(p, city) not in idle)


def _after(act: Act, state: str) -> str:
    if act == "install" and state == records.ABSENT:
        return records.INSTALLED
    return _AFTER.get(act, state)


def _tables(plugin: LoadedPlugin) -> list[Table]:
    component = plugin.manifest.component
    return [t for _, t in sorted(component.metadata.tables.items())] if component else []


async def _there(ctx: Ctx, plugins: list[LoadedPlugin]) -> set[str]:
    """Return which tables of these plugins the city has; an older revision may lack some."""
    names = [str(table.name) for plugin in plugins for table in _tables(plugin)]
    return set(await ctx.db.all(_THERE, names=names)) if names else set()


def _made(plugins: list[LoadedPlugin], there: set[str]) -> tuple[str, ...]:
    tables = (str(table.name) for plugin in plugins for table in _tables(plugin))
    return tuple(name for name in tables if name not in there)


async def _counted(ctx: Ctx, plugin: LoadedPlugin, there: set[str]) -> tuple[TableRows, ...]:
    found = []
    for table in _tables(plugin):
        if table.name in there:
            rows = await ctx.db.one(read(select(func.count().label("n")).select_from(table), int))
            found.append(TableRows(str(table.name), rows))
    return tuple(found)
