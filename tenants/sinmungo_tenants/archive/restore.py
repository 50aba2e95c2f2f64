"""Puts an archived city into this deployment: all of it in one transaction, or nothing.

For a city on another server than main it is two, of which the city's commits first: what a crash
between them leaves there is a schema that the registry does not know (`sinmungo server check`).

Its tables are made by the revisions the archive was on, filled, and only then brought to the
newest: an older archive meets every migration that its city would have met.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from psycopg import sql

from sinmungo_tenants import headsql, migrate
from sinmungo_tenants.archive import book
from sinmungo_tenants.archive.copy import Rows, copy_in, shapes, speak, tables_in_order
from sinmungo_tenants.archive.manifest import City, Manifest, TablePart
from sinmungo_tenants.archive.opened import Archive, Progress
from sinmungo_tenants.archive.problems import ArchiveProblemError
from sinmungo_tenants.batch import in_one_message
from sinmungo_tenants.chain import chain
from sinmungo_tenants.components import Component
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import new_tenant_id, schema_of
from sinmungo_tenants.provision import Provisioner, TenantSpec

type Finish = Callable[[Rows, Rows, str, str], None]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How an archive is to be restored.

    `finish(control, city, tenant_id, former_id)` is called in the transaction when the rows are
    there: it wraps the key anew and copies the plugins' states to the registry. `folders` names the
    places of the new city's files; `without` leaves out components by name.
    """

    spec: TenantSpec
    components: Sequence[Component]
    finish: Finish
    folders: Callable[[str], Mapping[str, Path]]
    by: str
    at: datetime
    without: frozenset[str] = frozenset()
    state: str = "SUSPENDED"
    progress: Progress = field(default=lambda *_: None)


@dataclass(frozen=True, slots=True)
class Restored:
    """The city that came of it: its id, whether it had to take a new one, and its rows."""

    id: str
    is_new_id: bool
    rows: int
    left_out: tuple[str, ...]


class Restorer(Provisioner):
    """Makes a city of an archive; needs the migrator's login."""

    def restore(self, archive: Archive, wish: Wish) -> Restored:
        """Restore a verified archive; return the city.

        Raises `TenantExistsError` for a taken slug or host, `ArchiveProblemError` for what this
        code cannot take; then nothing is left behind.
        """
        chosen = check(archive.manifest, wish)
        kept = [t for t in archive.manifest.tables if t.component not in wish.without]
        written: list[Path] = []
        try:
            with self._both(wish.spec.server) as (control, city):
                tenant_id = self._free_id(control, city, archive.manifest.city.id, wish)
                self._register(control, tenant_id, wish.spec)
                self._fill(city, tenant_id, archive, wish, chosen)
                wish.finish(control, city, tenant_id, archive.manifest.city.id)
                components = [c for c, _ in chosen]
                self._grant(control, city, tenant_id, wish, components)
                _complete(control, tenant_id, archive.manifest, wish)
                _files(archive, wish.folders(tenant_id), written)
        except BaseException:
            for folder in written:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        return Restored(
            tenant_id,
            tenant_id != archive.manifest.city.id,
            sum(t.rows for t in kept),
            tuple(t.name for t in archive.manifest.tables if t not in kept),
        )

    def _fill(
        self,
        connection: Rows,
        tenant_id: str,
        archive: Archive,
        wish: Wish,
        chosen: Sequence[tuple[Component, str]],
    ) -> None:
        self._make_schema(connection, tenant_id)
        schema = schema_of(tenant_id)
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        for component, revision in chosen:
            migrate_to(connection, component, revision)
        speak(connection)
        parts = {t.name: t for t in archive.manifest.tables if t.component not in wish.without}
        versions = {component.version_table for component, _ in chosen}
        tables = [t for t in tables_in_order(connection, schema) if t not in versions]
        _same_tables(connection, schema, parts, tables)
        _empty(connection, schema, tables)
        for number, table in enumerate(tables):
            wish.progress(table, number, len(tables))
            part = parts[table]
            rows = copy_in(connection, schema, table, part.columns, archive.rows(part))
            if rows != part.rows:
                raise ArchiveProblemError(f"{table}: {rows} rows instead of {part.rows}")
        wish.progress("", len(tables), len(tables))
        for component, _ in chosen:
            migrate.upgrade(connection, component, schema)

    def _grant(
        self,
        control: Rows,
        city: Rows,
        tenant_id: str,
        wish: Wish,
        components: Sequence[Component],
    ) -> None:
        """Give the city's role its rights, and copy the revisions to the registry."""
        schema = schema_of(tenant_id)
        for component in components:
            for grant in migrate.grant_statements(component, schema, self.deployment, tenant_id):
                city.execute(grant)
            revision = migrate.current(city, component, schema)
            control.execute(
                "INSERT INTO control.component_state (tenant_id, component, revision, updated_at)"
                " VALUES (%s, %s, %s, %s)",
                (tenant_id, component.name, revision, wish.at),
            )

    def _free_id(self, control: Rows, city: Rows, former: str, wish: Wish) -> str:
        """Return the former id if nobody has it, else a new one.

        Files that lie under an id hold it too: they may be all that a mishap has left of a city.
        """
        tenant_id = former
        query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
        while (
            book.is_used(control, tenant_id)
            or city.execute(query, (self.deployment.city(tenant_id),)).fetchone()
            or any(folder.exists() for folder in wish.folders(tenant_id).values())
        ):
            tenant_id = new_tenant_id()
        return tenant_id


def _complete(control: Rows, tenant_id: str, manifest: Manifest, wish: Wish) -> None:
    control.execute(
        "UPDATE control.tenants SET state = %s, created_at = %s WHERE id = %s",
        (wish.state, manifest.city.created_at, tenant_id),
    )
    city = City(
        id=tenant_id,
        slug=wish.spec.slug,
        kind="",
        name="",
        service_name="",
        state="",
        created_at=wish.at,
    )
    note = f"from {manifest.deployment} {manifest.city.slug} {manifest.made_at:%Y-%m-%d %H:%M}Z"
    book.log(control, city, "RESTORE", note, wish.at, wish.by)
    book.touch(control)


def check(manifest: Manifest, wish: Wish) -> list[tuple[Component, str]]:
    """Return the components with the revisions of the archive; raise for what is not known here."""
    known = {c.name: c for c in wish.components}
    wanted = {n: r for n, r in manifest.revisions.items() if n not in wish.without}
    missing = sorted(wanted.keys() - known.keys())
    if missing:
        raise ArchiveProblemError(
            f"the archive has {', '.join(missing)}, which is not installed here: install it, or"
            f" leave its tables out with --without {missing[0]}"
        )
    for name, revision in wanted.items():
        if revision not in chain(known[name]):
            raise ArchiveProblemError(
                f"the archive is on {name} {revision}, which is newer than this code: upgrade first"
            )
    orphans = [t.name for t in manifest.tables if t.component not in manifest.revisions]
    if orphans:
        raise ArchiveProblemError(f"nobody knows whose the tables {', '.join(orphans)} are")
    return [(c, wanted[c.name]) for c in wish.components if c.name in wanted]


def migrate_to(connection: Rows, component: Component, revision: str) -> None:
    """Make a component's tables as they were at a revision, in the path's schema."""
    connection.execute(in_one_message(_statements(component, revision)).encode())
    table = sql.Identifier(component.version_table)
    connection.execute(
        sql.SQL("CREATE TABLE {} (version_num varchar(32) PRIMARY KEY)").format(table)
    )
    connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(table), (revision,))


def _statements(component: Component, revision: str) -> Iterator[str]:
    if revision == head(component) and (whole := headsql.statements(component)):
        yield from whole
        return
    for step in migrate.steps(component):
        yield from step.statements
        if step.revision == revision:
            return


def _same_tables(
    connection: Rows, schema: str, parts: Mapping[str, TablePart], tables: Sequence[str]
) -> None:
    if differing := sorted(set(tables) ^ parts.keys()):
        raise ArchiveProblemError(
            f"the archive and its revisions differ in the tables {', '.join(differing)}"
        )
    known = shapes(connection, schema)
    for table in tables:
        unknown = sorted(set(parts[table].columns) - set(known[table].columns))
        if unknown:
            raise ArchiveProblemError(f"{table} has no column {', '.join(unknown)}")


def _empty(connection: Rows, schema: str, tables: Sequence[str]) -> None:
    """Delete what the revisions themselves wrote: the archive has all rows of its time."""
    deletes = (
        sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, t)) for t in reversed(tables)
    )
    connection.execute(in_one_message(d.as_string() for d in deletes).encode())


def _files(archive: Archive, folders: Mapping[str, Path], written: list[Path]) -> None:
    """Write the city's files; `written` hears of each folder before its first file is there."""
    for part in archive.manifest.files:
        if part.folder not in folders:
            raise ArchiveProblemError(f"this code knows no folder {part.folder} of a city")
        folder = folders[part.folder]
        if folder not in written:
            folder.mkdir(parents=True)
            written.append(folder)
        target = folder / part.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.writelines(archive.file(part))
