"""Plugins made inside a test, to see what the host does with sound and with broken ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from sqlalchemy import MetaData

from sinmungo.host.hookspecs import hookimpl
from sinmungo.host.types import Manifest, Slice
from sinmungo_tenants import Component

_REVISION = '''"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        {table!r},
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_{table}"),
    )
'''


@dataclass(frozen=True, slots=True)
class FakeEntry:
    """Stands for an installed plugin's entry point; `make` is what importing it does."""

    name: str
    make: Callable[[], Any]

    def load(self) -> Any:
        """Import the plugin."""
        return self.make()


def fake_plugin(
    slug: str,
    slices: Sequence[Slice] = (),
    *,
    component: Component | None = None,
    requires_sdk: str = ">=1.0,<2",
    requires: tuple[str, ...] = (),
    settings: type[msgspec.Struct] | None = None,
    **hooks: Callable[..., Any],
) -> FakeEntry:
    """Return the entry point of a plugin; `hooks` replace or add implementations by name."""
    manifest = Manifest(
        slug,
        f"시험 기능 {slug}",
        "1.0",
        requires_sdk,
        component=component,
        settings=settings,
        requires=requires,
    )
    module = ModuleType(f"fake_{slug}")
    implementations = {
        "sinmungo_manifest": lambda: manifest,
        "sinmungo_slices": lambda: tuple(slices),
        **hooks,
    }
    for name, implementation in implementations.items():
        setattr(module, name, hookimpl(implementation))
    return FakeEntry(slug, lambda: module)


def fake_component(slug: str, folder: Path, metadata: MetaData) -> Component:
    """Return a component with one table of `id` and `text`, and its revision in `folder`."""
    (table,) = metadata.tables
    versions = folder / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_first.py").write_text(_REVISION.format(table=table), "utf-8")
    return Component(slug, folder, metadata)
