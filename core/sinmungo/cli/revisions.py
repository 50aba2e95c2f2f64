"""`sinmungo revision`: the first draft of a migration, for developers of core and plugins."""

import psycopg

from sinmungo.cli.problems import console, told
from sinmungo.cli.told import CliProblemError
from sinmungo.component import COMPONENT
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo_tenants import Component
from sinmungo_tenants.autogen import draft
from sinmungo_tenants.migrate import steps, upgrade
from sinmungo_tenants.server.scratch import scratch_server

_HEAD = '''"""{title}.

Revision ID: {revision}
Revises: {down}
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = {down_repr}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {body}
'''


def revision(component: str, title: str) -> None:
    """Compare a component's models with its migrations and write the difference as a revision.

    Parameters
    ----------
    component
        "core" or a plugin's slug.
    title
        What changed, in a few words. Read what it wrote before you commit it.
    """
    chosen = _component(component)
    with told(), scratch_server() as address:
        with psycopg.connect(address.dsn) as connection:
            connection.execute("CREATE SCHEMA scratch")
            for part in {COMPONENT.name: COMPONENT, chosen.name: chosen}.values():
                upgrade(connection, part, "scratch")
        body = draft(address.dsn, chosen, "scratch").replace("astext_type=Text()", "")
    if "op." not in body:
        console.print("models and migrations agree; nothing written")
        return
    known = steps(chosen)
    down = known[-1].revision if known else None
    number = f"{len(known) + 1:04d}"
    name = "_".join(title.lower().split())
    file = chosen.scripts / "versions" / f"{number}_{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = _HEAD.format(
        title=title, revision=number, down=down or "", down_repr=repr(down), body=body
    )
    file.write_text(text, "utf-8")
    console.print(f"wrote {file}")


def _component(name: str) -> Component:
    if name == COMPONENT.name:
        return COMPONENT
    plugin = load(CORE_SLICES).plugins.get(name)
    if plugin is None or plugin.manifest.component is None:
        raise CliProblemError(f"no component named {name!r}")
    return plugin.manifest.component
