"""What the loader refuses. Each message says what is wrong and where."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from sinmungo.host.types import Manifest, Slice
from sinmungo_tenants.names import safe

PERMISSION = "permission"
PUBLIC = "public"


class SliceProblemError(ValueError):
    """A slice or manifest breaks a rule of the contract."""


def check_manifest(manifest: Manifest) -> None:
    """Refuse a slug that is no identifier, and tables whose names do not begin with it."""
    safe(manifest.slug)
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
        for permission in item.permissions:
            if not permission.code.startswith(prefix):
                raise SliceProblemError(f"permission {permission.code!r} must begin with {prefix}")
        for event in item.events:
            if not event.kind.startswith(prefix):
                raise SliceProblemError(f"event {event.kind!r} must begin with {prefix}")
        for report in item.reports:
            if plugin and not report.slug.startswith(f"{plugin}-"):
                raise SliceProblemError(f"report {report.slug!r} must begin with {plugin}-")
        _check_handlers(item)


def _check_handlers(item: Slice) -> None:
    for controller in (*item.portal, *item.office, *item.admin, *item.api):
        for name in dir(controller):
            handler = getattr(controller, name)
            if isinstance(handler, HTTPRouteHandler) and PERMISSION not in handler.opt:
                raise SliceProblemError(
                    f"{controller.__name__}.{name} declares no permission: "
                    "add opt=needs('…') or opt=public()"
                )
