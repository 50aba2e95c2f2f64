"""`sinmungo headsql`: the script from which new cities are made, for developers."""

import psycopg

from sinmungo.cli.problems import console, told
from sinmungo.component import COMPONENT
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo_tenants import Component, headsql
from sinmungo_tenants.migrate import upgrade
from sinmungo_tenants.server.scratch import scratch_server


def write_headsql(*names: str) -> None:
    """Run the revisions in an empty schema and write down what they made, as `head.sql`.

    Parameters
    ----------
    names
        "core" or slugs; without them core and every installed plugin.
    """
    with told(), scratch_server() as address, psycopg.connect(address.dsn) as connection:
        for component in _components(names):
            file = headsql.file_of(component)
            text = script(connection, component)
            if not file.is_file() or file.read_text("utf-8") != text:
                file.write_text(text, "utf-8")
                console.print(f"wrote {file}")


def script(connection: psycopg.Connection, component: Component) -> str:
    """Return a component's script, read back from a schema that is undone again."""
    connection.execute("CREATE SCHEMA scratch")
    known: set[int] = set()
    if component.name != COMPONENT.name:
        upgrade(connection, COMPONENT, "scratch")
        known = headsql.tables_in(connection, "scratch")
    upgrade(connection, component, "scratch")
    text = headsql.describe(connection, component, "scratch", known)
    connection.rollback()
    return text


def _components(names: tuple[str, ...]) -> list[Component]:
    plugins = load(CORE_SLICES).plugins.values()
    found = [COMPONENT, *(p.manifest.component for p in plugins if p.manifest.component)]
    return [c for c in found if not names or c.name in names]
