"""The plugin that is switched on and off in a storm, made to look installed to other processes."""

import sys
from pathlib import Path

from litestar import Controller, get

from sinmungo.host.hookspecs import hookimpl
from sinmungo.host.types import Manifest, Slice
from sinmungo.testing.fakes import FakeEntry
from sinmungo.web.access import public
from sinmungo.web.types import CtxDep

SLUG = "gust"


class Front(Controller):
    """The one page: it names its city."""

    @get("/", opt=public())
    async def name(self, ctx: CtxDep) -> str:
        """Name the city."""
        return ctx.city.name


@hookimpl
def sinmungo_manifest() -> Manifest:
    """Say who it is."""
    return Manifest(SLUG, "돌풍", "1.0", ">=1.0,<2")


@hookimpl
def sinmungo_slices() -> list[Slice]:
    """Hand over the page."""
    return [Slice("front", "앞", portal=(Front,))]


def entry() -> FakeEntry:
    """Return its entry point for this process."""
    return FakeEntry(SLUG, lambda: sys.modules[__name__])


def installed(folder: Path) -> Path:
    """Write into a folder what says that it is installed; for the PYTHONPATH of a process."""
    info = folder / "gust_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gust-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[sinmungo.plugins]\n{SLUG} = {__name__}\n")
    return folder
