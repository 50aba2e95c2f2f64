"""Where the routes of slices lie; and the trial that finds out whether a plugin's can be laid.

The web framework refuses a whole application for one handler that it cannot read, so each plugin's
routes are laid alone first, and a plugin that fails this goes into quarantine like any other.
"""

from collections.abc import Iterable, Sequence

from litestar import Controller, Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.utils import join_paths

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


def controllers(slices: Iterable[LoadedSlice]) -> list[type[Controller]]:
    """Return every slice's controllers at their full paths; the gate stops inactive plugins.

    Each becomes a subclass that knows its whole path: a `Router` around them would be copied deeply
    with all its handlers when it is laid, a third of the time that a web worker took to start.
    """
    return [
        mounted(controller, prefix + loaded.mount)
        for loaded in slices
        for face, prefix in FACES
        for controller in _controllers(loaded, face)
    ]


def mounted(controller: type[Controller], prefix: str) -> type[Controller]:
    """Return the controller below a prefix; it keeps its name, module and documentation."""
    own = getattr(controller, "path", "/")
    path = join_paths([prefix, own if isinstance(own, str) else "/"])  # unset: a slot's descriptor
    names = {"path": path, "__doc__": controller.__doc__}
    return type(controller.__name__, (controller,), names | {"__module__": controller.__module__})


def _controllers(loaded: LoadedSlice, face: Face) -> tuple[type[Controller], ...]:
    found: tuple[type[Controller], ...] = getattr(loaded.slice, face)
    return found


def try_routes(slices: Sequence[Slice], plugin: str) -> None:
    """Lay a plugin's routes alone and describe them; whatever is wrong with them raises here."""
    app = Litestar(
        route_handlers=controllers(LoadedSlice(s, plugin) for s in slices),
        dependencies={"ctx": Provide(_no_ctx)},
        openapi_config=OpenAPIConfig(title=plugin, version="1", render_plugins=[]),
        logging_config=None,
    )
    app.openapi_schema.to_schema()


async def _no_ctx() -> None:
    """Stand in for the unit of work: nothing is called in the trial."""
