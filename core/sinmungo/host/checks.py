"""What the loader refuses. Each message says what is wrong and where."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from sinmungo.host.setting_groups import check_groups, of_manifest
from sinmungo.host.types import Manifest, Slice
from sinmungo_tenants.names import safe

PERMISSION = "permission"
PUBLIC = "public"


class SliceProblemError(ValueError):
    """A slice or manifest breaks a rule of the contract."""


def check_manifest(manifest: Manifest) -> None:
    """Refuse a slug that is no identifier, and tables whose names do not begin with it."""
    safe(manifest.slug)
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
        prefix = f"{plugin}." if plugin else f"{item.slug}."
        _check_names(item, prefix)
        for report in item.reports:
            if plugin and not report.slug.startswith(f"{plugin}-"):
                raise SliceProblemError(f"report {report.slug!r} must begin with {plugin}-")
        if plugin and item.reactions:
            raise SliceProblemError(f"slice {item.slug!r} declares reactions: use on_event")
        check_groups(item.settings, plugin)
        _check_handlers(item)


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
