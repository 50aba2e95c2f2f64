"""Whether the revisions make what the models say, and `head.sql` what the revisions make."""

from collections.abc import Iterator
from typing import Any

import psycopg

from sinmungo.author.faults import told
from sinmungo.author.findings import Finding, Place, Sources
from sinmungo.component import COMPONENT
from sinmungo.host.host import Host
from sinmungo_tenants import Component, headsql
from sinmungo_tenants.adding import tables_of
from sinmungo_tenants.autogen import difference
from sinmungo_tenants.migrate import upgrade
from sinmungo_tenants.provision import add_extensions

_DIFFER = "models and revisions differ"
_MOST = 120


def migration_findings(sources: Sources, host: Host, dsn: str) -> Iterator[Finding]:
    """Yield each difference; `dsn` is a superuser's address of an empty database."""
    slug = sources.project.slug
    component = host.plugins[slug].manifest.component
    if component is None:
        return
    place = Place(sources.project.shown(component.scripts / "versions"), 0)
    try:
        written = _made(dsn, component)
        different = difference(dsn, component, "scratch")
    except (psycopg.Error, ValueError) as error:
        at = sources.raised(error) or place
        yield Finding("migration", at, f"a revision fails: {told(error)}", "mend the revision")
        return
    for item in different:
        at, what = _declared(sources, item, place), f"{_DIFFER}: {_told(item)}"
        remedy = f'sinmungo revision {slug} "what changed", and read what it wrote'
        yield Finding("migration", at, what, remedy)
    if not written:
        at = Place(sources.project.shown(headsql.file_of(component)), 1)
        what = "head.sql is not what the revisions make: new cities would differ from old ones"
        yield Finding("migration", at, what, f"sinmungo headsql {slug}")


def _made(dsn: str, component: Component) -> bool:
    """Make the tables by the revisions; return whether the plugin's script makes the same."""
    with psycopg.connect(dsn) as connection:
        add_extensions(connection)
        connection.execute("CREATE SCHEMA scratch")
        connection.execute("SET LOCAL search_path = scratch")
        for text in tables_of(COMPONENT):
            connection.execute(text.encode())
        known = headsql.tables_in(connection, "scratch")
        upgrade(connection, component, "scratch")
        file = headsql.file_of(component)
        if not file.is_file():
            return True
        connection.execute("SET LOCAL search_path = scratch")
        made = headsql.describe(connection, component, "scratch", known)
        return made == file.read_text("utf-8")


def _parts(item: object) -> list[Any]:
    """Return what alembic says of one difference: the kind, and what it is about."""
    first = item[0] if isinstance(item, list) else item
    return list(first) if isinstance(first, tuple) else [item]


def _declared(sources: Sources, item: object, otherwise: Place) -> Place:
    """Return where the models declare the table or column that differs."""
    names = [str(getattr(p, "name", p)) for p in _parts(item)[1:] if p is not None]
    owners = [str(t.name) for p in _parts(item) if (t := getattr(p, "table", None)) is not None]
    for table in (*owners, *names):
        place = sources.table(table, names[-1])
        if place != sources.start:
            return place
    return otherwise


def _told(item: object) -> str:
    parts = [str(getattr(w, "name", w)) for w in _parts(item)]
    return " ".join(p for p in parts if p != "None")[:_MOST]
