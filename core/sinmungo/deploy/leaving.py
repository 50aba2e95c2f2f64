"""Everything of a city in open formats, for a city that leaves: CSV, a dictionary, its files.

Unlike an archive it needs neither this program nor its keys to be read: personal values are
opened, so the file is to be kept like the paper it replaces. What serves only to sign in or to run
the program stays here, and the dictionary says so.
"""

import hashlib
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import msgspec
import psycopg
from psycopg import sql

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.clock import SEOUL
from sinmungo.component import COMPONENT
from sinmungo.deploy.archives import place
from sinmungo.deploy.city_key import cipher_of
from sinmungo.deploy.dictionary import ColumnEntry
from sinmungo.deploy.folder import city_folders
from sinmungo.deploy.leaving_rows import TableRows, csv_line, tables_to_export
from sinmungo.deploy.leaving_words import dictionary_csv, dictionary_md, read_me
from sinmungo_tenants.archive.copy import (
    Copied,
    copy_all,
    fingerprint,
    snapshot,
    tables_in_order,
)
from sinmungo_tenants.archive.drop import Life
from sinmungo_tenants.archive.hashed import Hashed
from sinmungo_tenants.archive.manifest import City
from sinmungo_tenants.archive.opened import Progress
from sinmungo_tenants.archive.pack import files_of
from sinmungo_tenants.archive.problems import ArchiveProblemError
from sinmungo_tenants.heads import head
from sinmungo_tenants.migrate import current
from sinmungo_tenants.names import schema_of

_BOM = "\ufeff"
_ACCESS = """
INSERT INTO {} (id, at, officer_id, address, subject_kind, subject_id, act)
VALUES (%s, %s, NULL, 'operator', 'city', NULL, 'EXPORT')
"""


class ExportedFile(msgspec.Struct, frozen=True):
    """One member of an export: its name, size and hash, and the number of rows if it is a table."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class ExportManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds; `unreadable` counts personal values that no key opened."""

    made_at: datetime
    city: City
    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...]
    unreadable: int
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Export:
    """An export that was made."""

    file: Path
    sha256: str
    manifest: ExportManifest
    rows: int


class Leaving:
    """Exports cities; needs the migrator's login and the deployment key. Blocks."""

    def __init__(self, runtime: Runtime, by: str, progress: Progress = lambda *_: None) -> None:
        self._runtime = runtime
        self._by = by
        self._progress = progress
        self._life = Life(runtime.deployment, runtime.settings.migrators, clock.now)
        self._components = [COMPONENT, *runtime.host.components()]

    def export(
        self,
        tenant_id: str,
        folder: Path | None = None,
        registers: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Export:
        """Write a city's data into a ZIP, by default in `<data>/archives`; one snapshot.

        `registers` are files to put beside the tables, by name (`leaving_registers`). Who made it,
        when, and the file's hash are kept in the registry. Raises OSError when the file cannot be
        written, KeyProblemError when the city's key cannot be opened.
        """
        city, began = self._life.city(tenant_id), clock.now()
        self._prepare(city)
        file = place(self._runtime, folder, city, began, "zip")
        start = time.monotonic()
        try:
            manifest = self._write(file, city, began, registers)
        except Exception:
            self._life.note(city, "EXPORT", file.name, began, self._by)
            raise
        sha256, rows = _hash_of(file), sum(f.rows or 0 for f in manifest.files)
        self._life.note(
            city,
            "EXPORT",
            file.name,
            began,
            self._by,
            sha256=sha256,
            content_sha256=manifest.content_sha256,
            bytes=file.stat().st_size,
            row_count=rows,
            seconds=time.monotonic() - start,
        )
        return Export(file, sha256, manifest, rows)

    def _prepare(self, city: City) -> None:
        """Refuse what would be left behind, then tell the city itself that all of it is read."""
        schema, known = schema_of(city.id), {t for c in self._components for t in c.metadata.tables}
        with psycopg.connect(self._life.home(city.id)) as connection:
            names = set(tables_in_order(connection, schema))
            for component in self._components:
                at = current(connection, component, schema)
                if at is not None and at != head(component):
                    raise ArchiveProblemError(
                        f"{city.slug} is on {component.name} {at}: upgrade it"
                    )
            strange = sorted(t for t in names - known if not t.startswith("alembic_"))
            if strange:
                raise ArchiveProblemError(
                    f"{', '.join(strange)}: of a plugin that is not installed here: install it"
                )
            statement = sql.SQL(_ACCESS).format(sql.Identifier(schema, "access_log"))
            connection.execute(statement, (clock.uuid7(), clock.now()))

    def _write(
        self, file: Path, city: City, began: datetime, registers: Mapping[str, bytes]
    ) -> ExportManifest:
        part = file.with_name(file.name + ".part")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "r+b") as raw:
                with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
                    writer = _Writer(archive, self._progress)
                    for name, content in registers.items():
                        writer.put(name, content)
                    manifest = writer.fill(self, city, began)
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        return manifest

    @contextmanager
    def tables(self, city: City) -> Iterator[tuple[list[TableRows], dict[str, Copied]]]:
        """Open the city in one snapshot: its tables to export, and what each of all holds."""
        schema = schema_of(city.id)
        with snapshot(self._life.home(city.id), schema) as (connection, names):
            cipher = cipher_of(connection, city.id, self._runtime.deployment_key)
            found = list(tables_to_export(connection, schema, names, self._components, cipher))
            yield found, copy_all(connection, schema, names)

    def folders(self, city: City) -> dict[str, Path]:
        """Return the folders of the city's files."""
        return city_folders(self._runtime.settings, city.id)


class _Writer:
    """Writes the members of one export and keeps what they are."""

    def __init__(self, archive: zipfile.ZipFile, progress: Progress) -> None:
        self._archive = archive
        self._progress = progress
        self._files: list[ExportedFile] = []

    def fill(self, leaving: Leaving, city: City, began: datetime) -> ExportManifest:
        entries: list[ColumnEntry] = []
        with leaving.tables(city) as (tables, copied):
            for number, table in enumerate(tables):
                self._progress(table.name, number, len(tables))
                entries += table.entries
                if not table.left_out:
                    self._table(table)
            self._ids([t for t in tables if not t.left_out])
            self._progress("", len(tables), len(tables))
        self._city_files(leaving.folders(city))
        self._text("data-dictionary.csv", _BOM + dictionary_csv(entries))
        self._text("data-dictionary.md", dictionary_md(city.name, entries))
        self._text("README.md", read_me(city.name, began.astimezone(SEOUL)))
        manifest = ExportManifest(
            made_at=began,
            city=city,
            files=tuple(self._files),
            left_out=tuple(t.name for t in tables if t.left_out),
            unreadable=sum(t.unreadable for t in tables),
            content_sha256=fingerprint(copied),
        )
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._archive.writestr("manifest.json", raw)
        return manifest

    def _table(self, table: TableRows) -> None:
        rows = 0
        with self._member(f"tables/{table.name}.csv") as member:
            member.write((_BOM + csv_line(table.header)).encode())
            for some in table.batches():
                member.write("".join(map(csv_line, some)).encode())
                rows += len(some)
        self._files[-1] = msgspec.structs.replace(self._files[-1], rows=rows)

    def _ids(self, tables: list[TableRows]) -> None:
        """Say of each id that stands in a table what people call the row."""
        with self._member("ids.csv") as member:
            member.write((_BOM + csv_line(("id", "표", "이름"))).encode())
            for table in (named for t in tables if (named := t.names) is not None):
                for some in table.batches():
                    lines = (csv_line((key, table.name, name)) for key, name in some)
                    member.write("".join(lines).encode())

    def _city_files(self, folders: dict[str, Path]) -> None:
        for name, folder in sorted(folders.items()):
            for path, relative in files_of(folder):
                try:
                    source = path.open("rb")
                except FileNotFoundError:
                    continue  # taken away since: the city may be in use
                with source, self._member(f"files/{name}/{relative}") as member:
                    while piece := source.read(1 << 20):
                        member.write(piece)

    def _text(self, name: str, text: str) -> None:
        self.put(name, text.encode())

    def put(self, name: str, content: bytes) -> None:
        """Write a member that is there already."""
        with self._member(name) as member:
            member.write(content)

    @contextmanager
    def _member(self, name: str) -> Iterator[Hashed]:
        with self._archive.open(name, "w", force_zip64=True) as stream:
            member = Hashed(stream)
            yield member
        self._files.append(ExportedFile(name, member.size, member.sha256))


def _hash_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
