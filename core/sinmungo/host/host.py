"""All loaded slices of core and plugins, and the one answer to "is it active in this city?"."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy
import structlog

from sinmungo import clock
from sinmungo.errors import PluginFailedError, SinmungoError
from sinmungo.host.models import hook_failures
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
    Slice,
)
from sinmungo_tenants import Component, Tenant, insert_into

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx

log = structlog.get_logger(__name__)
HOOK_SECONDS = 0.5
_FAILURE = insert_into(hook_failures)


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

    def hook(self, name: str) -> Callable[..., Any] | None:
        """Return the plugin's implementation of a hook, taking keyword arguments, or None."""
        found = getattr(self.hooks.hook, name).get_hookimpls()
        if not found:
            return None
        impl = found[0]
        return lambda **given: impl.function(*[given[n] for n in impl.argnames])


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
        self._held: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}
        self.event_types = {e.kind: e for loaded in self.slices for e in loaded.slice.events}

    def is_active(self, city: Tenant, plugin: str | None) -> bool:
        """Whether core (None) or a plugin is active in the city. The only such function."""
        return plugin is None or (plugin in city.plugins and plugin in self.plugins)

    def active_slices(self, city: Tenant) -> Iterator[LoadedSlice]:
        """Yield the slices that live in this city."""
        return (s for s in self.slices if self.is_active(city, s.plugin))

    def menu(self, city: Tenant, face: str) -> list[MenuItem]:
        """Return the city's menu lines of a face, in order."""
        items = [m for s in self.active_slices(city) for m in s.slice.menu if m.face == face]
        return sorted(items, key=lambda m: (m.order, m.title))

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

    def permissions(self, city: Tenant) -> list[Permission]:
        """Return every permission that exists in the city."""
        return [p for s in self.active_slices(city) for p in s.slice.permissions]

    def permissions_of(self, city: Tenant, roles: frozenset[str]) -> frozenset[str]:
        """Return the codes that these roles hold in the city."""
        key = (city.plugins, roles)
        found = self._held.get(key)
        if found is None:
            held = (p.code for p in self.permissions(city) if roles.intersection(p.roles))
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

    async def react(self, ctx: "Ctx", event: Event, subject_id: UUID) -> None:
        """Run `on_event` of each active plugin; a failure undoes the act and names the plugin."""
        for plugin in self._active_plugins(ctx.city):
            hook = plugin.hook("on_event")
            if hook is None:
                continue
            try:
                await hook(ctx=ctx, event=event, subject_id=subject_id)
            except SinmungoError:
                raise
            except (Exception, SystemExit) as error:
                log.exception("hook.failed", plugin=plugin.slug, hook="on_event")
                raise PluginFailedError(plugin.slug) from error

    async def hints(self, ctx: "Ctx", company_id: UUID) -> list[Hint]:
        """Collect `company_hints`; a plugin that fails is left out and its failure kept."""
        found: list[Hint] = []
        for plugin in self._active_plugins(ctx.city):
            found += await self._isolated(ctx, plugin, company_id)
        return found

    async def _isolated(self, ctx: "Ctx", plugin: LoadedPlugin, company_id: UUID) -> list[Hint]:
        hook = plugin.hook("company_hints")
        if hook is None:
            return []
        try:
            async with asyncio.timeout(HOOK_SECONDS), ctx.db.savepoint():
                return _checked(await hook(ctx=ctx, company_id=company_id))
        except (Exception, SystemExit) as error:
            log.exception("hook.failed", plugin=plugin.slug, hook="company_hints")
            await ctx.db.run(
                _FAILURE,
                id=clock.uuid7(),
                plugin=plugin.slug,
                hook="company_hints",
                error=type(error).__name__,
                happened_at=clock.now(),
            )
            return []

    def _active_plugins(self, city: Tenant) -> list[LoadedPlugin]:
        return [p for slug, p in self.plugins.items() if self.is_active(city, slug)]


def _checked(found: object) -> list[Hint]:
    """Return the hints; a page must not stumble over something else."""
    if isinstance(found, Sequence) and all(isinstance(hint, Hint) for hint in found):
        return list(found)
    raise TypeError("company_hints must return a sequence of Hint")
