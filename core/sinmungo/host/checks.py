"""What the loader refuses. Each message says what is wrong and where."""

from collections.abc import Sequence
from dataclasses import fields

import msgspec
from litestar.handlers import HTTPRouteHandler

from sinmungo.host.setting_groups import check_groups, of_manifest
from sinmungo.host.types import (
    Check,
    Event,
    Job,
    Manifest,
    MenuItem,
    MergeTable,
    Panel,
    Permission,
    RetentionRule,
    SettingsGroup,
    Slice,
)
from sinmungo_tenants.names import safe

PERMISSION = "permission"
PUBLIC = "public"
# What core's own pages show of every slice: one wrong value would break them for the whole city.
_SHOWN = {"permissions": Permission, "menu": MenuItem, "panels": Panel}
_HANDED_OVER = {
    **_SHOWN,
    "jobs": Job,
    "settings": SettingsGroup,
    "checks": Check,
    "merges": MergeTable,
    "retention": RetentionRule,
}


class SliceProblemError(ValueError):
    """A slice or manifest breaks a rule of the contract."""


def check_manifest(manifest: Manifest) -> None:
    """Refuse a slug that is no identifier, and tables whose names do not begin with it."""
    safe(manifest.slug)
    _check_texts("manifest", manifest, ("title", "version"))
    own = of_manifest(manifest)
    check_groups((own,) if own else (), manifest.slug)
    if manifest.component is None:
        return
    if manifest.component.name != manifest.slug:
        raise SliceProblemError(f"component must be named {manifest.slug!r}")
    for table in manifest.component.metadata.tables:
        if not table.startswith(f"{manifest.slug}_"):
            raise SliceProblemError(f"table {table!r} must begin with '{manifest.slug}_'")


def check_slices(slices: Sequence[Slice], plugin: str | None) -> None:
    """Refuse doubled slugs, foreign permission names, and handlers that declare none."""
    seen: set[str] = set()
    for item in slices:
        if not isinstance(item, Slice):
            raise SliceProblemError(f"{item!r} is no Slice")
        if item.slug in seen:
            raise SliceProblemError(f"slice {item.slug!r} is declared twice")
        seen.add(item.slug)
        _check_types(item)
        prefix = f"{plugin}." if plugin else f"{item.slug}."
        _check_names(item, prefix)
        for report in item.reports:
            if plugin and not report.slug.startswith(f"{plugin}-"):
                raise SliceProblemError(f"report {report.slug!r} must begin with {plugin}-")
        if plugin and item.reactions:
            raise SliceProblemError(f"slice {item.slug!r} declares reactions: use on_event")
        check_groups(item.settings, plugin)
        _check_handlers(item)


def _check_texts(what: str, item: object, names: Sequence[str]) -> None:
    for name in names:
        if not isinstance(getattr(item, name), str):
            raise SliceProblemError(f"{what}.{name} must be text: {item!r}"[:200])


def _check_types(item: Slice) -> None:
    """Refuse what is of another type than it is said to be."""
    _check_texts("slice", item, ("slug", "title"))
    for name, kind in _HANDED_OVER.items():
        for part in getattr(item, name):
            if not isinstance(part, kind):
                raise SliceProblemError(f"{item.slug}.{name}: {part!r} is no {kind.__name__}")
    for event in item.events:
        if not (isinstance(event, type) and issubclass(event, Event)):
            raise SliceProblemError(f"{item.slug}.events: {event!r} is no Event")
    for name, kind in _SHOWN.items():
        for part in getattr(item, name):
            try:
                msgspec.convert({f.name: getattr(part, f.name) for f in fields(kind)}, kind)
            except msgspec.ValidationError as error:
                raise SliceProblemError(f"{item.slug}.{name}: {error} in {part!r}") from None


def _check_names(item: Slice, prefix: str) -> None:
    """Refuse a name outside the plugin's own: a purge finds by the prefix what is the plugin's."""
    named = (
        *(("permission", p.code) for p in item.permissions),
        *(("event", e.kind) for e in item.events),
        *(("job", j.kind) for j in item.jobs),
        *(("retention", r.code) for r in item.retention),
    )
    for what, name in named:
        if not name.startswith(prefix):
            raise SliceProblemError(f"{what} {name!r} must begin with {prefix}")


def _check_handlers(item: Slice) -> None:
    for controller in (*item.portal, *item.office, *item.admin, *item.api):
        said = getattr(controller, "opt", None)
        if isinstance(said, dict) and PERMISSION in said:
            continue  # Litestar hands it down to each of its handlers
        for name in dir(controller):
            handler = getattr(controller, name)
            if isinstance(handler, HTTPRouteHandler) and PERMISSION not in handler.opt:
                raise SliceProblemError(
                    f"{controller.__name__}.{name} declares no permission: "
                    "add opt=needs('…') or opt=public()"
                )
