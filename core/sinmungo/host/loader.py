"""Finds plugins and loads them one by one, so that a broken one stays alone with its fault."""

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
import structlog
from packaging.specifiers import SpecifierSet

from sinmungo.host import hookspecs
from sinmungo.host.checks import check_manifest, check_slices
from sinmungo.host.host import Host, LoadedPlugin
from sinmungo.host.mounting import RESERVED, try_routes
from sinmungo.host.types import Manifest, Quarantined, Slice

log = structlog.get_logger(__name__)
GROUP = "sinmungo.plugins"
SDK_VERSION = "1.0"


class PluginProblemError(Exception):
    """Why a plugin cannot be loaded, in words for its author."""


def discover() -> list[EntryPoint]:
    """Return the installed plugins' entry points, by name."""
    return sorted(entry_points(group=GROUP), key=lambda e: e.name)


def load(core: Sequence[Slice], found: Iterable[EntryPoint] | None = None) -> Host:
    """Load core's slices and every sound plugin; put the rest into quarantine with a reason.

    With SINMUNGO_STRICT_PLUGINS=1 (tests, CI) a broken plugin is fatal instead.
    """
    strict = os.environ.get("SINMUNGO_STRICT_PLUGINS") == "1"
    check_slices(core, plugin=None)
    plugins: list[LoadedPlugin] = []
    quarantined: list[Quarantined] = []
    taken = {*RESERVED, *(s.slug for s in core)}
    for entry in discover() if found is None else found:
        try:
            plugins.append(_load_one(entry, taken))
            taken.add(entry.name)
        except BaseException as error:
            if strict or isinstance(error, KeyboardInterrupt):
                raise
            reason = f"{type(error).__name__}: {error}"[:500]
            log.error("plugin.quarantined", plugin=entry.name, reason=reason)  # noqa: TRY400 - the reason is enough, and it is kept
            quarantined.append(Quarantined(entry.name, reason))
    built_in = [_built_in(s) for s in core if s.optional]
    sound = [*built_in, *_complete(plugins, {s.slug for s in core if s.optional}, quarantined)]
    if strict and quarantined:
        raise PluginProblemError(quarantined[0].reason)
    return Host(tuple(core), tuple(sound), tuple(quarantined))


def _built_in(item: Slice) -> LoadedPlugin:
    """Wrap an optional slice of core: one switch for all that a city may have or not."""
    manifest = Manifest(item.slug, item.title, SDK_VERSION, f"=={SDK_VERSION}")
    hooks = pluggy.PluginManager(hookspecs.PROJECT)
    hooks.add_hookspecs(hookspecs)
    return LoadedPlugin(manifest, (item,), hooks, built_in=True)


def _complete(
    plugins: Sequence[LoadedPlugin], known: set[str], quarantined: list[Quarantined]
) -> list[LoadedPlugin]:
    """Leave out every plugin that requires what is not there, and those that require it."""
    waiting, complete = list(plugins), []
    while ready := [p for p in waiting if known.issuperset(p.manifest.requires)]:
        complete += ready
        known |= {p.slug for p in ready}
        waiting = [p for p in waiting if p not in ready]
    for plugin in waiting:
        missing = ", ".join(sorted(set(plugin.manifest.requires) - known))
        quarantined.append(Quarantined(plugin.slug, f"requires {missing}, which is not there"))
    return sorted(complete, key=lambda p: p.slug)


def _load_one(entry: EntryPoint, taken: set[str]) -> LoadedPlugin:
    module: Any = entry.load()
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(module, name=entry.name)
    manager.check_pending()
    manifest = manager.hook.sinmungo_manifest()
    if not isinstance(manifest, Manifest):
        raise PluginProblemError("sinmungo_manifest() must return a Manifest")
    if manifest.slug != entry.name:
        raise PluginProblemError(f"slug {manifest.slug!r} is not the entry point {entry.name!r}")
    if manifest.slug in taken:
        raise PluginProblemError(f"slug {manifest.slug!r} belongs to core or to another plugin")
    near = [
        t for t in taken if f"{t}_".startswith(f"{entry.name}_") or entry.name.startswith(f"{t}_")
    ]
    if near:
        raise PluginProblemError(f"slug {manifest.slug!r} and {near[0]!r}: one begins the other")
    if SDK_VERSION not in SpecifierSet(manifest.requires_sdk):
        raise PluginProblemError(f"needs sdk {manifest.requires_sdk}, this is {SDK_VERSION}")
    slices = [s for group in manager.hook.sinmungo_slices() for s in group]
    check_manifest(manifest)
    check_slices(slices, plugin=manifest.slug)
    try_routes(slices, manifest.slug)
    return LoadedPlugin(manifest, tuple(slices), manager)
