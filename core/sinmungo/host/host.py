"""All loaded slices of core and plugins, and the one answer to "is it active in this city?"."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy
import structlog

from sinmungo.errors import PluginFailedError, SinmungoError
from sinmungo.host.failures import BLAMELESS, FAULTS, STRICT, Failure, is_cancelled
from sinmungo.host.setting_fields import FieldSpec
from sinmungo.host.setting_groups import by_key, collect
from sinmungo.host.types import (
    Event,
    Hint,
    Job,
    LoadedSlice,
    Manifest,
    MenuItem,
    MergeTable,
    Panel,
    Permission,
    Quarantined,
    Reaction,
    RetentionRule,
    Right,
    SettingsGroup,
    Slice,
)
from sinmungo.host.watching import BLOCK_SECONDS, unblocked
from sinmungo_tenants import Component, Tenant

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx

log = structlog.get_logger(__name__)
HINTS = "company_hints"
HOOK_SECONDS = 0.5
STRICT_SECONDS = 5.0
MAX_HELD = 4096


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that passed every check, with its own hook manager.

    `built_in`: an optional slice of core, which is switched in the same way.
    """

    manifest: Manifest
    slices: tuple[Slice, ...]
    hooks: pluggy.PluginManager
    built_in: bool = False

    @property
    def slug(self) -> str:
        """The plugin's slug."""
        return self.manifest.slug

    def hook(self, name: str) -> Callable[..., Awaitable[Any]] | None:
        """Return the plugin's implementation of a hook, taking keyword arguments, or None."""
        found = getattr(self.hooks.hook, name).get_hookimpls()
        if not found:
            return None
        impl = found[0]

        async def call(**given: Any) -> Any:
            return await impl.function(*[given[n] for n in impl.argnames])

        return call


class Host:
    """Everything loaded in this process. Frozen after start; activity is per city."""

    def __init__(
        self,
        core: tuple[Slice, ...],
        plugins: tuple[LoadedPlugin, ...],
        quarantined: tuple[Quarantined, ...],
    ) -> None:
        self.core = core
        self.plugins = {p.slug: p for p in plugins}
        self.quarantined = quarantined
        self.slices = tuple(
            [LoadedSlice(s, s.slug if s.optional else None) for s in core]
            + [LoadedSlice(s, p.slug) for p in plugins if not p.built_in for s in p.slices]
        )
        self._held: dict[tuple[frozenset[Any], ...], frozenset[str]] = {}
        # A plugin lives only where all that it requires lives: one that was stopped stops both.
        self._needed = {p: frozenset(self.with_required([p])) for p in self.plugins}
        self.event_types = {e.kind: e for loaded in self.slices for e in loaded.slice.events}
        self._reactions = _by_event(self.slices)
        self.setting_groups = collect(self.slices, (p.manifest for p in plugins))
        self._settings = by_key(self.setting_groups)

    def is_active(self, city: Tenant, plugin: str | None) -> bool:
        """Whether core (None) or a plugin is active in the city. The only such function."""
        if plugin is None:
            return True
        needed = self._needed.get(plugin)
        if needed is None or not needed <= city.plugins:
            return False
        return not city.behind or not any(self.is_late(city, p) for p in needed)

    def is_late(self, city: Tenant, plugin: str) -> bool:
        """Whether the plugin's tables in the city are older than its code can work on."""
        if not city.behind or plugin not in self.plugins:
            return False
        component = self.component(plugin)
        return component is not None and component.name in city.behind

    def components(self) -> tuple[Component, ...]:
        """Return the tables of all loaded plugins, each after what its plugin requires."""
        found = (self.component(slug) for slug in self.with_required(self.plugins))
        return tuple(component for component in found if component is not None)

    def active_slices(self, city: Tenant) -> Iterator[LoadedSlice]:
        """Yield the slices that live in this city."""
        return (s for s in self.slices if self.is_active(city, s.plugin))

    def setting(self, key: str) -> tuple[str, FieldSpec] | None:
        """Return the group's slug and the field that a key of the settings belongs to."""
        return self._settings.get(key)

    def settings_of_city(self, city: Tenant) -> list[SettingsGroup]:
        """Return the groups of settings that the city has, in order."""
        known = self.setting_groups.values()
        return [loaded.group for loaded in known if self.is_active(city, loaded.plugin)]

    def menu(self, city: Tenant, face: str) -> list[MenuItem]:
        """Return the city's menu lines of a face, in order."""
        items = [m for s in self.active_slices(city) for m in s.slice.menu if m.face == face]
        return sorted(items, key=lambda m: (m.order, m.title))

    def menu_keys(self) -> tuple[str, ...]:
        """Return the settings that lines of any menu hang on."""
        items = (m.switch for s in self.slices for m in s.slice.menu if m.switch is not None)
        return tuple(key for switch in items for key in switch.keys)

    def panels(self, city: Tenant, place: str) -> list[Panel]:
        """Return the city's panels of a place, in order."""
        items = [p for s in self.active_slices(city) for p in s.slice.panels if p.place == place]
        return sorted(items, key=lambda p: (p.order, p.title))

    def merge_tables(self, city: Tenant) -> tuple[MergeTable, ...]:
        """Return every table of the city that points at companies, those switched off too."""
        return tuple(
            table
            for s in self.slices
            if s.plugin is None or s.slice.optional or s.plugin in city.revisions
            for table in s.slice.merges
        )

    def retention_rules(self, city: Tenant) -> tuple[RetentionRule, ...]:
        """Return what is destroyed in the city and when, also of what is switched off."""
        return tuple(
            rule
            for s in self.slices
            if s.plugin is None or s.slice.optional or s.plugin in city.revisions
            for rule in s.slice.retention
        )

    def nightly(self, city: Tenant) -> tuple[str, ...]:
        """Return the jobs that the city wants done once a night."""
        return tuple(
            job.kind for s in self.active_slices(city) for job in s.slice.jobs if job.nightly
        )

    def permissions(self, city: Tenant) -> list[Permission]:
        """Return every permission that exists in the city."""
        return [p for s in self.active_slices(city) for p in s.slice.permissions]

    def permissions_of(
        self, city: Tenant, roles: frozenset[str], rights: frozenset[Right] = frozenset()
    ) -> frozenset[str]:
        """Return the codes that these roles hold in the city; `rights` are the city's own word."""
        key = (city.plugins, city.behind, roles, rights)
        found = self._held.get(key)
        if found is None:
            if len(self._held) >= MAX_HELD:
                self._held.clear()
            own = {(role, code): granted for role, code, granted in rights}
            held = (
                p.code
                for p in self.permissions(city)
                if any(own.get((role, p.code), role in p.roles) for role in roles)
            )
            found = self._held[key] = frozenset(held)
        return found

    def job(self, city: Tenant, kind: str) -> Job:
        """Return what handles an outbox row of this kind; LookupError if it is not active here."""
        jobs = {j.kind: j for s in self.active_slices(city) for j in s.slice.jobs}
        return jobs[kind]

    def with_required(self, plugins: Iterable[str]) -> tuple[str, ...]:
        """Return these plugins and all they require, each after what it requires."""
        found: dict[str, None] = {}
        for slug in plugins:
            if slug in self.plugins:
                found |= dict.fromkeys(self.with_required(self.plugins[slug].manifest.requires))
                found[slug] = None
        return tuple(found)

    def users(self, city: Tenant, plugin: str) -> list[LoadedPlugin]:
        """Return the active plugins of the city that require this one."""
        return [p for p in self._active_plugins(city) if plugin in p.manifest.requires]

    def component(self, plugin: str) -> Component | None:
        """Return the tables of a loaded plugin, or None if it has none."""
        return self.plugins[plugin].manifest.component

    def blamed(self, plugin: str | None) -> bool:
        """Whether faults are counted against this: a plugin, and no part of core."""
        found = self.plugins.get(plugin or "")
        return found is not None and not found.built_in

    def owner(self, name: str) -> str | None:
        """Return the plugin whose job or report this is by its prefix, or None if it is core's."""
        slug = name.replace("-", ".").partition(".")[0]
        return slug if self.blamed(slug) else None

    def sleeps(self, city: Tenant, kind: str) -> bool:
        """Whether a job waits because its plugin (or optional slice) is off in the city."""
        slug = kind.partition(".")[0]
        return slug in self.plugins and not self.is_active(city, slug)

    async def react(self, ctx: "Ctx", event: Event, subject_id: UUID) -> None:
        """Run core's reactions, then `on_event` of each active plugin.

        A plugin's failure undoes the act and names the plugin. One that takes longer than five
        seconds, or holds up the process for three, fails.
        """
        for switch, reaction in self._reactions.get(type(event), ()):
            if self.is_active(ctx.city, switch):
                await reaction.run(ctx, event)
        for plugin in self._active_plugins(ctx.city):
            hook = plugin.hook(STRICT)
            if hook is None:
                continue
            try:
                async with asyncio.timeout(STRICT_SECONDS):
                    given = hook(ctx=ctx, event=event, subject_id=subject_id)
                    await unblocked(given, min(STRICT_SECONDS, BLOCK_SECONDS))
            except SinmungoError:
                raise
            except FAULTS as error:
                if is_cancelled(error):
                    raise
                note(ctx, plugin.slug, STRICT, error)
                raise PluginFailedError(plugin.slug) from error

    async def hints(self, ctx: "Ctx", company_id: UUID) -> list[Hint]:
        """Collect `company_hints`; a plugin that fails is left out and its failure kept."""
        found: list[Hint] = []
        for plugin in self._active_plugins(ctx.city):
            hook = plugin.hook(HINTS)
            if hook is not None:
                ask = partial(_checked, hook, ctx=ctx, company_id=company_id)
                found += await isolated(ctx, plugin.slug, HINTS, ask, HOOK_SECONDS) or []
        return found

    def _active_plugins(self, city: Tenant) -> list[LoadedPlugin]:
        return [p for slug, p in self.plugins.items() if self.is_active(city, slug)]


def _by_event(
    slices: Iterable[LoadedSlice],
) -> dict[type[Event], list[tuple[str | None, Reaction]]]:
    """Return the reactions to each event with what switches their slice."""
    found: dict[type[Event], list[tuple[str | None, Reaction]]] = {}
    for loaded in slices:
        for reaction in loaded.slice.reactions:
            found.setdefault(reaction.event, []).append((loaded.plugin, reaction))
    return found


async def isolated[T](
    ctx: "Ctx", plugin: str, where: str, act: Callable[[], Awaitable[T]], seconds: float
) -> T | None:
    """Await an act of a plugin under a SAVEPOINT and a limit; None if it failed, which is kept."""
    try:
        async with ctx.db.savepoint():  # outside the limit: that must not cut off its end
            async with asyncio.timeout(seconds):
                return await unblocked(act(), min(seconds, BLOCK_SECONDS))
    except FAULTS as error:
        if is_cancelled(error):
            raise
        note(ctx, plugin, where, error)
        return None


def note(ctx: "Ctx", plugin: str, where: str, error: BaseException) -> None:
    """Keep a fault of a plugin; it is written down when the unit of work has ended.

    One of core's own is logged only.
    """
    log.error("hook.failed", plugin=plugin, hook=where, exc_info=error)
    if ctx.host.blamed(plugin) and not isinstance(error, BLAMELESS):
        ctx.failures.append(Failure(plugin, where, type(error).__name__))


async def _checked(hook: Callable[..., Awaitable[object]], **given: Any) -> list[Hint]:
    """Return the hints; a page must not stumble over something else."""
    found = await hook(**given)
    if isinstance(found, Sequence) and all(isinstance(hint, Hint) for hint in found):
        return list(found)
    raise TypeError("company_hints must return a sequence of Hint")
