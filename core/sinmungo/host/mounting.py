"""Where the routes of slices lie; and the trial that finds out whether a plugin's can be laid.

The web framework refuses a whole application for one handler that it cannot read, so each plugin's
routes are laid alone first, and a plugin that fails this goes into quarantine like any other.
"""

from collections.abc import Iterable, Sequence

from litestar import Controller, Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from sinmungo.host.types import Face, LoadedSlice, Slice

FACES: tuple[tuple[Face, str], ...] = (
    ("portal", ""),
    ("office", "/office"),
    ("admin", "/admin"),
    ("api", "/api/v1"),
)
# First parts of paths that belong to the house, and names of its own components.
RESERVED = frozenset(
    {
        "admin",
        "api",
        "control",
        "core",
        "health",
        "help",
        "jobs",
        "logo",
        "office",
        "platform",
        "static",
    }
)


def routers(slices: Iterable[LoadedSlice]) -> list[Router]:
    """Return one router per slice and face; inactive plugins are stopped by the gate."""
    return [
        Router(path=prefix + loaded.mount, route_handlers=list(controllers))
        for loaded in slices
        for face, prefix in FACES
        if (controllers := _controllers(loaded, face))
    ]


def _controllers(loaded: LoadedSlice, face: Face) -> tuple[type[Controller], ...]:
    found: tuple[type[Controller], ...] = getattr(loaded.slice, face)
    return found


def try_routes(slices: Sequence[Slice], plugin: str) -> None:
    """Lay a plugin's routes alone and describe them; whatever is wrong with them raises here."""
    app = Litestar(
        route_handlers=routers(LoadedSlice(s, plugin) for s in slices),
        dependencies={"ctx": Provide(_no_ctx)},
        openapi_config=OpenAPIConfig(title=plugin, version="1", render_plugins=[]),
        logging_config=None,
    )
    app.openapi_schema.to_schema()


async def _no_ctx() -> None:
    """Stand in for the unit of work: nothing is called in the trial."""
